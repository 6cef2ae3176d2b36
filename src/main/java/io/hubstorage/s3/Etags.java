package io.hubstorage.s3;

import org.jspecify.annotations.Nullable;

/** Entity tags as HubStorage keeps them (bare) and as HTTP writes them (quoted). */
final class Etags {
    private Etags() {}

    /** Without quotes, and without the {@code W/} that compressing proxies put before them; empty for none. */
    static String plain(@Nullable String etag) {
        if (etag == null) {
            return "";
        }
        String bare = etag.strip();
        bare = bare.startsWith("W/") ? bare.substring(2) : bare;
        return bare.length() >= 2 && bare.startsWith("\"") && bare.endsWith("\"")
                ? bare.substring(1, bare.length() - 1)
                : bare;
    }

    /** For {@code If-Match}; null where there is nothing to match. */
    static @Nullable String header(@Nullable String etag) {
        return etag == null || etag.isEmpty() ? null : '"' + etag + '"';
    }
}

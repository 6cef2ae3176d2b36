package io.hubstorage.testkit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part of a body that a {@code Range} header asks for; one that asks for several parts is as good as none.
 *
 * @param to exclusive
 * @param partial whether this is the answer to a header, be it the whole body
 */
record ByteRange(long from, long to, boolean partial) {
    private static final Pattern SINGLE = Pattern.compile("bytes=(\\d*)-(\\d*)");

    static ByteRange parse(@Nullable String header, long size) {
        Matcher single = SINGLE.matcher(header == null ? "" : header);
        if (!single.matches() || (single.group(1).isEmpty() && single.group(2).isEmpty())) {
            return new ByteRange(0, size, false);
        }
        if (single.group(1).isEmpty()) {
            return new ByteRange(Math.max(0, size - Long.parseLong(single.group(2))), size, true);
        }
        long from = Long.parseLong(single.group(1));
        long to = single.group(2).isEmpty() ? size : Math.min(size, Long.parseLong(single.group(2)) + 1);
        return new ByteRange(from, to, true);
    }

    long length() {
        return to - from;
    }

    boolean unsatisfiable() {
        return partial && from >= to;
    }

    String contentRange(long size) {
        return "bytes " + from + "-" + (to - 1) + "/" + size;
    }
}

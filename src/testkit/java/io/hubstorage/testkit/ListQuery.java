package io.hubstorage.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a listing asks for.
 *
 * @param version 2, or 1 for the old form, whose {@code marker} is the same as a raw token
 * @param startAfter and {@code after} are exclusive; {@code after} is the last key of the page before, or its group
 * @param token as it came, to be given back
 */
record ListQuery(
        int version,
        String prefix,
        String delimiter,
        String startAfter,
        @Nullable String token,
        @Nullable String after,
        int maxKeys,
        boolean urlEncoded,
        boolean fetchOwner,
        boolean restoreStatus) {
    private static final int MOST_KEYS = 1000;

    /** Fails with {@link IllegalArgumentException}, whose message is the parameter at fault. */
    static ListQuery parse(S3Request request, SyntheticBucket.Traits traits) {
        Map<String, String> query = request.query();
        boolean second = "2".equals(query.get("list-type"));
        String token = query.get(second ? "continuation-token" : "marker");
        String after = token;
        if (second && token != null && !traits.rawTokens()) {
            after = open(token);
        }
        return new ListQuery(
                second ? 2 : 1,
                query.getOrDefault("prefix", ""),
                query.getOrDefault("delimiter", ""),
                query.getOrDefault("start-after", ""),
                token,
                after == null || after.isEmpty() ? null : after,
                maxKeys(query.get("max-keys")),
                "url".equals(query.get("encoding-type")) && !traits.ignoresEncodingType(),
                !second || "true".equals(query.get("fetch-owner")),
                request.headers().containsKey("x-amz-optional-object-attributes"));
    }

    /** The token of a page that ends with {@code last}. */
    static String seal(String last) {
        return "1" + Base64.getUrlEncoder().withoutPadding().encodeToString(last.getBytes(StandardCharsets.UTF_8));
    }

    private static String open(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token.substring(1)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException | IndexOutOfBoundsException wrong) {
            throw new IllegalArgumentException("continuation-token", wrong);
        }
    }

    private static int maxKeys(@Nullable String text) {
        if (text == null) {
            return MOST_KEYS;
        }
        try {
            int asked = Integer.parseInt(text);
            if (asked >= 0) {
                return Math.min(asked, MOST_KEYS);
            }
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException("max-keys", wrong);
        }
        throw new IllegalArgumentException("max-keys");
    }
}

package io.hubstorage.integrity;

import io.hubstorage.s3.ObjectHead;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a server says that a body hashes to.
 *
 * @param expected in lower-case hexadecimal digits
 * @param parts 0 for the hash of the whole body; else how many parts there are whose hashes, one after the other, are hashed
 * @param source for messages: which header said so
 */
public record DeclaredChecksum(Algorithm algorithm, String expected, int parts, String source) {
    private static final Pattern VALUE = Pattern.compile("([A-Za-z0-9+/]+={0,2})(?:-(\\d{1,5}))?");
    private static final Pattern ETAG = Pattern.compile("([0-9a-f]{32})(?:-(\\d{1,5}))?");

    /** What can be compared of a body: {@code whole} if there is anything, otherwise {@code parted}, otherwise nothing. */
    public record Declared(
            List<DeclaredChecksum> whole, @Nullable DeclaredChecksum parted) {
        /** Nothing but the length. */
        static final Declared NONE = new Declared(List.of(), null);

        /** Whether there is something to compare without knowing about parts. */
        public boolean sayWhole() {
            return !whole.isEmpty();
        }
    }

    /** All that a head says. An MD5 costs more than any checksum and proves no more, so it counts only in their absence. */
    public static Declared of(ObjectHead head) {
        List<DeclaredChecksum> whole = new ArrayList<>();
        DeclaredChecksum parted = null;
        for (Algorithm algorithm : Algorithm.values()) {
            DeclaredChecksum claim =
                    checksum(algorithm, head.checksums().values().get(algorithm.name()));
            if (claim != null && claim.parts == 0) {
                whole.add(claim);
            } else if (claim != null && parted == null) {
                parted = claim;
            }
        }
        Declared etag = whole.isEmpty() && head.etagIsDigest() ? ofEtag(head.etag()) : Declared.NONE;
        return new Declared(whole.isEmpty() ? etag.whole : List.copyOf(whole), parted == null ? etag.parted : parted);
    }

    /** What an ETag says, without quotes, if it is a digest at all. */
    public static Declared ofEtag(String etag) {
        Matcher matcher = ETAG.matcher(etag);
        if (!matcher.matches()) {
            return Declared.NONE;
        }
        DeclaredChecksum claim =
                new DeclaredChecksum(Algorithm.MD5, matcher.group(1), parts(matcher.group(2)), "ETag " + etag);
        return matcher.group(2) == null
                ? new Declared(List.of(claim), null)
                : new Declared(List.of(), claim.parts == 0 ? null : claim);
    }

    /** Whether an ETag looks like the MD5 of the whole. */
    public static boolean isPlainMd5(String etag) {
        return ofEtag(etag).sayWhole();
    }

    private static @Nullable DeclaredChecksum checksum(Algorithm algorithm, @Nullable String value) {
        Matcher matcher = VALUE.matcher(value == null ? "" : value.strip());
        if (!matcher.matches()) {
            return null;
        }
        try {
            byte[] expected = Base64.getDecoder().decode(matcher.group(1));
            return expected.length == algorithm.width()
                    ? new DeclaredChecksum(
                            algorithm,
                            HexFormat.of().formatHex(expected),
                            parts(matcher.group(2)),
                            algorithm.name() + " " + value)
                    : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static int parts(@Nullable String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    /** For the manifest. */
    public String verified() {
        return parts == 0 ? algorithm.word() : "multipart-" + algorithm.word();
    }

    /** Whether a finished hash is the one claimed. */
    public boolean agrees(byte[] found) {
        return HexFormat.of().formatHex(found).equals(expected);
    }
}

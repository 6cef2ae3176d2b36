package io.hubstorage.manifest;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.hubstorage.fs.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What tells a set of keys with their contents from every other: the sum of a hash of each, so that it is known of the whole when it is
 * known of the parts, however the entries are cut into frames. Nobody's safety depends on it: who can choose keys and contents could
 * make two sets alike.
 *
 * @param high the sum, modulo 2^64, of the first eight bytes of each hash
 * @param low likewise of the next eight
 */
public record Fingerprint(long high, long low) {
    public static final Fingerprint ZERO = new Fingerprint(0, 0);

    private static final int DIGITS = 16;

    /** From its text. */
    @JsonCreator
    public static Fingerprint of(String text) {
        if (text.length() != 2 * DIGITS) {
            throw new IllegalArgumentException("a fingerprint has %d hex digits: %s".formatted(2 * DIGITS, text));
        }
        return new Fingerprint(
                HexFormat.fromHexDigitsToLong(text, 0, DIGITS),
                HexFormat.fromHexDigitsToLong(text, DIGITS, 2 * DIGITS));
    }

    Fingerprint plus(Fingerprint other) {
        return new Fingerprint(high + other.high, low + other.low);
    }

    Fingerprint minus(Fingerprint other) {
        return new Fingerprint(high - other.high, low - other.low);
    }

    /** In hex. */
    @JsonValue
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }

    /** Adds entries up; known as long as the SHA-256 of each was. Not thread-safe. */
    public static final class Sum {
        private final MessageDigest digest = Sha256.digest();
        private @Nullable Fingerprint sum = ZERO;

        /** Adds the hash of the key, a NUL, and the SHA-256 in hex. */
        public void add(String key, @Nullable String sha256) {
            if (sum == null || sha256 == null) {
                sum = null;
                return;
            }
            digest.update(key.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            ByteBuffer hash = ByteBuffer.wrap(digest.digest(sha256.getBytes(StandardCharsets.UTF_8)));
            sum = new Fingerprint(sum.high + hash.getLong(), sum.low + hash.getLong());
        }

        /** Null when the SHA-256 of any entry was not known. */
        public @Nullable Fingerprint sum() {
            return sum;
        }
    }
}

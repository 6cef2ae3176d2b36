package io.hubstorage.integrity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.Checksum;

/** A hash or checksum under way, fed in order. Not thread-safe. */
public interface Hash extends ByteSink {
    /** The value in network byte order; the hash then begins anew. */
    byte[] finish();

    /** The SHA-256 of a file, in lower-case hexadecimal digits. */
    static String sha256(Path file) throws IOException {
        Hash sha256 = Algorithm.SHA256.start();
        sha256.read(file);
        return HexFormat.of().formatHex(sha256.finish());
    }

    /** A digest of the JDK's. */
    static Hash digest(String algorithm) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
        return new Hash() {
            @Override
            public void update(byte[] bytes, int offset, int length) {
                digest.update(bytes, offset, length);
            }

            @Override
            public byte[] finish() {
                return digest.digest();
            }
        };
    }

    /** A checksum of so many bytes. */
    static Hash checksum(Checksum checksum, int width) {
        return new Hash() {
            @Override
            public void update(byte[] bytes, int offset, int length) {
                checksum.update(bytes, offset, length);
            }

            @Override
            public byte[] finish() {
                byte[] whole = ByteBuffer.allocate(Long.BYTES)
                        .putLong(checksum.getValue())
                        .array();
                checksum.reset();
                return Arrays.copyOfRange(whole, Long.BYTES - width, Long.BYTES);
            }
        };
    }
}

package io.hubstorage.integrity;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** What S3 may have hashed an object with, those that prove most first. */
public enum Algorithm {
    SHA256(32),
    SHA1(20),
    CRC64NVME(8),
    CRC32C(4),
    CRC32(4),
    MD5(16);

    private final int width;
    private final String word = name().toLowerCase(Locale.ROOT);

    Algorithm(int width) {
        this.width = width;
    }

    /** Bytes of a value. */
    int width() {
        return width;
    }

    /** As manifests and headers write it. */
    String word() {
        return word;
    }

    /** Begins a new one; it gives its value in network byte order. */
    public MessageDigest start() {
        return switch (this) {
            case SHA256 -> ofTheJdk("SHA-256");
            case SHA1 -> ofTheJdk("SHA-1");
            case MD5 -> ofTheJdk("MD5");
            case CRC32 -> new ChecksumDigest(word, new CRC32(), width);
            case CRC32C -> new ChecksumDigest(word, new CRC32C(), width);
            case CRC64NVME -> new ChecksumDigest(word, new Crc64Nvme(), width);
        };
    }

    private static MessageDigest ofTheJdk(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + name, e);
        }
    }

    /** A checksum with the face of a digest, so that nobody else tells them apart. */
    private static final class ChecksumDigest extends MessageDigest {
        private final Checksum checksum;
        private final int width;

        ChecksumDigest(String name, Checksum checksum, int width) {
            super(name);
            this.checksum = checksum;
            this.width = width;
        }

        @Override
        protected void engineUpdate(byte input) {
            checksum.update(input);
        }

        @Override
        protected void engineUpdate(byte[] bytes, int offset, int length) {
            checksum.update(bytes, offset, length);
        }

        @Override
        protected byte[] engineDigest() {
            byte[] whole =
                    ByteBuffer.allocate(Long.BYTES).putLong(checksum.getValue()).array();
            checksum.reset();
            return Arrays.copyOfRange(whole, Long.BYTES - width, Long.BYTES);
        }

        @Override
        protected void engineReset() {
            checksum.reset();
        }
    }
}

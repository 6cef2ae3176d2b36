package io.hubstorage.testkit;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** The checksums that S3 stores with an object. */
public enum ChecksumKind {
    CRC32,
    CRC32C,
    CRC64NVME,
    SHA1,
    SHA256;

    /** Takes the bytes of a body. */
    private interface Sum {
        void update(ByteBuffer bytes);

        byte[] value();
    }

    /** The response header that carries it. */
    public String header() {
        return "x-amz-checksum-" + name().toLowerCase(Locale.ROOT);
    }

    /** The value over a range of a body, in Base64, as in the header. */
    public String of(long seed, long offset, long length) {
        return Base64.getEncoder().encodeToString(sum(name(), seed, offset, length));
    }

    /** The value over the values of the parts, in Base64, with their number behind it, as in the header. */
    public String composite(long seed, List<Long> parts) {
        return Base64.getEncoder().encodeToString(composite(name(), seed, parts)) + "-" + parts.size();
    }

    /** The value over some bytes, in Base64. */
    public String of(byte[] bytes) {
        Sum sum = start(name());
        sum.update(ByteBuffer.wrap(bytes));
        return Base64.getEncoder().encodeToString(sum.value());
    }

    /** The value over those of parts, given and told in Base64, with their number behind it. */
    String compositeOf(List<String> values) {
        Sum whole = start(name());
        values.forEach(value -> whole.update(ByteBuffer.wrap(Base64.getDecoder().decode(value))));
        return Base64.getEncoder().encodeToString(whole.value()) + "-" + values.size();
    }

    static byte[] composite(String algorithm, long seed, List<Long> parts) {
        Sum whole = start(algorithm);
        long offset = 0;
        for (long part : parts) {
            whole.update(ByteBuffer.wrap(sum(algorithm, seed, offset, part)));
            offset += part;
        }
        return whole.value();
    }

    static String hex(byte[] value) {
        return HexFormat.of().formatHex(value);
    }

    private static byte[] sum(String algorithm, long seed, long offset, long length) {
        Sum sum = start(algorithm);
        for (long at = offset, end = offset + length; at < end; ) {
            ByteBuf slice = SyntheticBody.slice(seed, at, end - at);
            at += slice.readableBytes();
            sum.update(slice.nioBuffer());
        }
        return sum.value();
    }

    private static Sum start(String algorithm) {
        return switch (algorithm) {
            case "CRC32" -> checksum(new CRC32(), 4);
            case "CRC32C" -> checksum(new CRC32C(), 4);
            case "CRC64NVME" -> checksum(new ReferenceCrc64Nvme(), 8);
            case "SHA1" -> digest("SHA-1");
            case "SHA256" -> digest("SHA-256");
            default -> digest(algorithm);
        };
    }

    private static Sum checksum(Checksum checksum, int width) {
        return new Sum() {
            @Override
            public void update(ByteBuffer bytes) {
                checksum.update(bytes);
            }

            @Override
            public byte[] value() {
                byte[] wide =
                        ByteBuffer.allocate(8).putLong(checksum.getValue()).array();
                return Arrays.copyOfRange(wide, 8 - width, 8);
            }
        };
    }

    private static Sum digest(String algorithm) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            return new Sum() {
                @Override
                public void update(ByteBuffer bytes) {
                    digest.update(bytes);
                }

                @Override
                public byte[] value() {
                    return digest.digest();
                }
            };
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalArgumentException(missing);
        }
    }
}

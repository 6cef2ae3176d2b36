package io.hubstorage.testkit;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** The checksums that S3 stores with an object, over the whole body. */
public enum ChecksumKind {
    CRC32,
    CRC32C,
    CRC64NVME,
    SHA1,
    SHA256;

    /** The response header that carries it. */
    public String header() {
        return "x-amz-checksum-" + name().toLowerCase(Locale.ROOT);
    }

    /** The value over a body, in Base64, as in the header. */
    public String of(long seed, long size) {
        byte[] value = switch (this) {
            case CRC32 -> crc(CRC32::new, seed, size, 4);
            case CRC32C -> crc(CRC32C::new, seed, size, 4);
            case CRC64NVME -> crc(Crc64Nvme::new, seed, size, 8);
            case SHA1 -> HexFormat.of().parseHex(SyntheticBody.digest("SHA-1", seed, size));
            case SHA256 -> HexFormat.of().parseHex(SyntheticBody.digest("SHA-256", seed, size));
        };
        return Base64.getEncoder().encodeToString(value);
    }

    private static byte[] crc(Supplier<Checksum> maker, long seed, long size, int width) {
        Checksum checksum = maker.get();
        for (long offset = 0; offset < size; ) {
            ByteBuf slice = SyntheticBody.slice(seed, offset, size - offset);
            offset += slice.readableBytes();
            checksum.update(slice.nioBuffer());
        }
        byte[] wide = ByteBuffer.allocate(8).putLong(checksum.getValue()).array();
        return Arrays.copyOfRange(wide, 8 - width, 8);
    }
}

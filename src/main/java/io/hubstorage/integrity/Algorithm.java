package io.hubstorage.integrity;

import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

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

    /** Begins one. */
    public Hash start() {
        return switch (this) {
            case SHA256 -> Hash.digest("SHA-256");
            case SHA1 -> Hash.digest("SHA-1");
            case MD5 -> Hash.digest("MD5");
            case CRC32 -> Hash.checksum(new CRC32(), width);
            case CRC32C -> Hash.checksum(new CRC32C(), width);
            case CRC64NVME -> Hash.checksum(new Crc64Nvme(), width);
        };
    }
}

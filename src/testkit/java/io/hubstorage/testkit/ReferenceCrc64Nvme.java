package io.hubstorage.testkit;

import java.util.zip.Checksum;

/** The NVM Express CRC: reflected, polynomial AD93D23594C93659, all ones before and after. */
final class ReferenceCrc64Nvme implements Checksum {
    private static final long[] TABLE = table();

    private long value = -1;

    @Override
    public void update(int unit) {
        value = TABLE[(int) ((value ^ unit) & 0xFF)] ^ (value >>> 8);
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            update(bytes[i]);
        }
    }

    @Override
    public long getValue() {
        return ~value;
    }

    @Override
    public void reset() {
        value = -1;
    }

    private static long[] table() {
        long[] table = new long[256];
        for (int i = 0; i < 256; i++) {
            long entry = i;
            for (int bit = 0; bit < 8; bit++) {
                entry = (entry & 1) == 0 ? entry >>> 1 : (entry >>> 1) ^ 0x9A6C9329AC4BC9B5L;
            }
            table[i] = entry;
        }
        return table;
    }
}

package io.hubstorage.integrity;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where bytes can be read again, a file most often: {@code channel::read}. Any number of threads may read at once. */
@FunctionalInterface
public interface ByteSource {
    /**
     * Reads some bytes, at least one unless it ends there.
     *
     * @param into takes them from its position on, at most up to its limit
     * @param position of the first of them
     * @return how many, or -1 at the end
     */
    int read(ByteBuffer into, long position) throws IOException;

    /** Whether to read never waits for a disk. */
    default boolean isInMemory() {
        return false;
    }

    /** A body in memory, which must not change. */
    static ByteSource of(byte[] body) {
        return new ByteSource() {
            @Override
            public int read(ByteBuffer into, long position) {
                int count = (int) Math.min(into.remaining(), body.length - position);
                if (count <= 0) {
                    return into.hasRemaining() ? -1 : 0;
                }
                into.put(body, (int) position, count);
                return count;
            }

            @Override
            public boolean isInMemory() {
                return true;
            }
        };
    }
}

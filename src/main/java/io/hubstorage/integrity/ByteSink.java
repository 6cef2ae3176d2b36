package io.hubstorage.integrity;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the bytes of a body in order. */
@FunctionalInterface
public interface ByteSink {
    /** What {@link #read} reads at a time. */
    int BUFFER = 256 * 1024;

    void update(byte[] bytes, int offset, int length);

    /** Feeds a stretch of what lies elsewhere. */
    default void read(ByteSource file, long from, long length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, Math.max(1, length)));
        for (long at = from, end = from + length; at < end; ) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
            int read = file.read(buffer, at);
            if (read < 0) {
                throw new IOException("the file ends at %d instead of %d bytes".formatted(at, end));
            }
            at += read;
            update(buffer.array(), 0, read);
        }
    }
}

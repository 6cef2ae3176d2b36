package io.hubstorage.logs;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The lines of a file from the last to the first, read in blocks: memory does not depend on the file. */
final class BackwardLines {
    private static final int BLOCK = 1 << 16;
    /** Of a longer line only the beginning is read. */
    private static final int LONGEST = 1 << 18;

    private final FileChannel channel;
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK);
    private long blockStart;
    /** Everything from here on has been read. */
    private long position;

    /** Begins with the line that ends at {@code position}, or at the end of the file when that comes first. */
    BackwardLines(FileChannel channel, long position) throws IOException {
        this.channel = channel;
        this.position = Math.min(position, channel.size());
        this.blockStart = this.position;
        block.limit(0);
    }

    /** The line before those already read, without its end; null at the beginning of the file. */
    @Nullable
    String previous() throws IOException {
        if (position == 0) {
            return null;
        }
        long end = at(position - 1) == '\n' ? position - 1 : position;
        long start = end;
        while (start > 0 && at(start - 1) != '\n') {
            start--;
        }
        position = start;
        ByteBuffer line = ByteBuffer.allocate((int) Math.min(end - start, LONGEST));
        fill(line, start);
        return StandardCharsets.UTF_8.decode(line.flip()).toString();
    }

    /** Where the line last read begins. */
    long position() {
        return position;
    }

    private byte at(long offset) throws IOException {
        if (offset < blockStart || offset >= blockStart + block.limit()) {
            blockStart = Math.max(0, offset + 1 - BLOCK);
            block.clear().limit((int) (offset + 1 - blockStart));
            fill(block, blockStart);
        }
        return block.get((int) (offset - blockStart));
    }

    private void fill(ByteBuffer into, long offset) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into, offset + into.position()) < 0) {
                throw new EOFException("the log file was cut while it was read");
            }
        }
    }
}

package io.hubstorage.fs;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The lines of a file from the last to the first, read in blocks: memory does not depend on the file. */
public final class BackwardLines {
    private static final int BLOCK = 1 << 13;

    private final FileChannel channel;
    private final int longest;
    private byte[] block = {};
    private long blockStart;
    /** Everything from here on has been read. */
    private long start;

    private long end;
    private boolean open;
    private long bytesRead;

    /**
     * Begins with the line that ends at {@code before}, or at the end of the file when that comes first.
     *
     * @param longest bytes; of a longer line only the beginning is read
     */
    public BackwardLines(FileChannel channel, long before, int longest) throws IOException {
        this.channel = channel;
        this.longest = longest;
        this.start = Math.min(before, channel.size());
        this.end = start;
    }

    /**
     * The line before those already read, without its end; null at the beginning of the file.
     *
     * @throws EOFException when the file was cut meanwhile
     */
    public @Nullable String previous() throws IOException {
        if (start == 0) {
            return null;
        }
        open = at(start - 1) != '\n';
        end = open ? start : start - 1;
        start = end;
        while (start > 0 && at(start - 1) != '\n') {
            start--;
        }
        return new String(bytes(start, (int) Math.min(end - start, longest)), StandardCharsets.UTF_8);
    }

    public long start() {
        return start;
    }

    /** Where the line last read ends: at its line feed, if it has one. */
    public long end() {
        return end;
    }

    /** Whether the line last read has no line feed, as the last one of a file that somebody is writing to. */
    public boolean isOpen() {
        return open;
    }

    public long bytesRead() {
        return bytesRead;
    }

    private byte at(long offset) throws IOException {
        if (offset < blockStart || offset >= blockStart + block.length) {
            long from = Math.max(0, offset + 1 - BLOCK);
            block = read(from, (int) (offset + 1 - from));
            blockStart = from;
        }
        return block[(int) (offset - blockStart)];
    }

    private byte[] bytes(long from, int length) throws IOException {
        if (from < blockStart || from + length > blockStart + block.length) {
            return read(from, length);
        }
        int first = (int) (from - blockStart);
        return Arrays.copyOfRange(block, first, first + length);
    }

    private byte[] read(long from, int length) throws IOException {
        bytesRead += length;
        return Durable.readFully(channel, from, length);
    }
}

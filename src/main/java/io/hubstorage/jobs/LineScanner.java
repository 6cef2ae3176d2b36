package io.hubstorage.jobs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Reads a file line by line and knows where each line begins. A line of absurd length is not kept in memory. */
final class LineScanner implements AutoCloseable {
    private static final int LONGEST = 16 << 20;

    private final InputStream in;
    private final byte[] block = new byte[1 << 16];
    private int from;
    private int to;
    private long position;

    LineScanner(Path file, long offset) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        channel.position(offset);
        in = Channels.newInputStream(channel);
        position = offset;
    }

    /** A line without its end. */
    static final class Line {
        private final long offset;
        private final byte[] bytes;
        private final boolean ended;

        private Line(long offset, byte[] bytes, boolean ended) {
            this.offset = offset;
            this.bytes = bytes;
            this.ended = ended;
        }

        long offset() {
            return offset;
        }

        byte[] bytes() {
            return bytes;
        }

        /** Whether a line feed followed. */
        boolean ended() {
            return ended;
        }

        /** Whether {@link #bytes} is all of it. */
        boolean complete() {
            return bytes.length < LONGEST;
        }

        boolean blank() {
            return complete() && new String(bytes, StandardCharsets.UTF_8).isBlank();
        }
    }

    /** The next line, or null at the end. */
    @Nullable
    Line next() throws IOException {
        long offset = position;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (fill()) {
            int end = from;
            while (end < to && block[end] != '\n') {
                end++;
            }
            bytes.write(block, from, Math.min(end - from, LONGEST - bytes.size()));
            boolean ended = end < to;
            int read = end - from + (ended ? 1 : 0);
            position += read;
            from += read;
            if (ended) {
                return line(offset, bytes, true);
            }
        }
        return position == offset ? null : line(offset, bytes, false);
    }

    /** Whether there is more in the block, or in the file. Byte by byte a long history took seconds to read. */
    private boolean fill() throws IOException {
        if (from == to) {
            from = 0;
            to = Math.max(0, in.read(block));
        }
        return from < to;
    }

    private static Line line(long offset, ByteArrayOutputStream bytes, boolean ended) {
        return new Line(offset, bytes.toByteArray(), ended);
    }

    /** How far it has read. */
    long position() {
        return position;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}

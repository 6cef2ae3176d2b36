package io.hubstorage.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Finished downloads as JSON lines, appended as they finish, in any order. A line is one write, so that a killed process
 * tears at most the last one; nothing is synced, so after a power loss more can be missing. Thread-safe; an interrupt
 * does not close it.
 */
public final class Journal implements AutoCloseable {
    private static final int LINE = 1_024;

    private final Path path;
    // RandomAccessFile, because an interrupted thread would close a FileChannel for all others.
    private final RandomAccessFile file;
    private final ReentrantLock lock = new ReentrantLock();
    private long end;

    private Journal(Path path, RandomAccessFile file, long end) {
        this.path = path;
        this.file = file;
        this.end = end;
    }

    /** Opens the journal for appending, and creates it if need be; a torn last line is cut off. */
    public static Journal open(Path path) throws IOException {
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        try {
            long end = endOfLines(file);
            file.setLength(end);
            return new Journal(path, file, end);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** Adds one line and tells where it begins, in bytes from the start. */
    public long append(ManifestEntry entry) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(LINE);
        try (JsonGenerator json = EntryJson.generator(line)) {
            EntryJson.write(entry, json);
        }
        byte[] bytes = line.toByteArray();
        lock.lock();
        try {
            long offset = end;
            file.seek(offset);
            file.write(bytes);
            end += bytes.length;
            return offset;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The entry that {@link #append} put at this offset.
     *
     * @throws IOException when no whole line begins there
     */
    public ManifestEntry read(long offset) throws IOException {
        byte[] buffer = new byte[LINE];
        int length = 0;
        while (true) {
            int read = readAt(offset + length, buffer, length);
            if (read < 0) {
                throw new EOFException("The journal " + path + " has no whole line at " + offset);
            }
            int lineEnd = indexOf(buffer, length, length + read);
            length += read;
            if (lineEnd >= 0) {
                return parse(buffer, lineEnd, offset);
            }
            if (length == buffer.length) {
                buffer = Arrays.copyOf(buffer, buffer.length * 4);
            }
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private int readAt(long offset, byte[] buffer, int from) throws IOException {
        lock.lock();
        try {
            file.seek(offset);
            return file.read(buffer, from, buffer.length - from);
        } finally {
            lock.unlock();
        }
    }

    private ManifestEntry parse(byte[] buffer, int length, long offset) throws IOException {
        @Nullable ManifestEntry entry;
        try (JsonParser json = EntryJson.parser(buffer, 0, length)) {
            entry = EntryJson.read(json);
        }
        if (entry == null) {
            throw new IOException("The journal " + path + " has an empty line at " + offset);
        }
        return entry;
    }

    private static int indexOf(byte[] buffer, int from, int to) {
        for (int i = from; i < to; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /** Where the last whole line ends. */
    private static long endOfLines(RandomAccessFile file) throws IOException {
        byte[] block = new byte[1 << 16];
        long to = file.length();
        while (to > 0) {
            long from = Math.max(0, to - block.length);
            file.seek(from);
            file.readFully(block, 0, (int) (to - from));
            for (int i = (int) (to - from) - 1; i >= 0; i--) {
                if (block[i] == '\n') {
                    return from + i + 1;
                }
            }
            to = from;
        }
        return 0;
    }
}

package io.hubstorage.fs;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file to which lines are appended. A line is one write, and with the system when {@link #append} returns, so that a killed process
 * tears at most the last one; nothing is synced, so after a power loss more can be missing. Thread-safe; an interrupt does not
 * close it.
 */
public final class LineLog implements AutoCloseable {
    // RandomAccessFile, because an interrupted thread would close a FileChannel for all others.
    private final RandomAccessFile file;
    private final ReentrantLock lock = new ReentrantLock();
    private long end;
    /** Whether the file stands there: not at first, nor after a write that failed. */
    private boolean isAtEnd;

    private LineLog(Path path, long end) throws IOException {
        this.file = new RandomAccessFile(path.toFile(), "rw");
        this.end = end;
        file.setLength(end);
    }

    /** An empty one; what the file held is gone. */
    public static LineLog create(Path path) throws IOException {
        return new LineLog(path, 0);
    }

    /** One that is there already, to write on at its end. */
    public static LineLog goOn(Path path) throws IOException {
        return new LineLog(path, Files.size(path));
    }

    /** One that is there already, to write on behind so many bytes; what came after them is gone. */
    public static LineLog goOn(Path path, long end) throws IOException {
        return new LineLog(path, end);
    }

    /** Adds a line, which has its line end. */
    public void append(byte[] line) throws IOException {
        lock.lock();
        try {
            if (!isAtEnd) {
                // A line that a full disk has cut off is written over.
                file.seek(end);
            }
            isAtEnd = false;
            file.write(line);
            end += line.length;
            isAtEnd = true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

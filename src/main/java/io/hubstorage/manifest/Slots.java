package io.hubstorage.manifest;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file of one number for each sequence number, from 0: where in the journal the result of that decision is. Written at
 * random, read in sequence. On disk a number is eight bytes, big-endian, one more than its value; zero means none.
 * Thread-safe; an interrupt does not close it.
 */
public final class Slots implements AutoCloseable {
    /** What an empty slot reads as. */
    public static final long NONE = -1;

    private final RandomAccessFile file;
    private final ReentrantLock lock = new ReentrantLock();

    private Slots(RandomAccessFile file) {
        this.file = file;
    }

    /** Creates the file, or empties it. */
    public static Slots create(Path path) throws IOException {
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        file.setLength(0);
        return new Slots(file);
    }

    /** Stores a value, which must not be negative. */
    public void put(long sequence, long value) throws IOException {
        if (sequence < 0 || value < 0) {
            throw new IllegalArgumentException("no slot " + sequence + " for " + value);
        }
        byte[] bytes =
                ByteBuffer.allocate(Long.BYTES).putLong(Math.addExact(value, 1)).array();
        lock.lock();
        try {
            file.seek(Math.multiplyExact(sequence, Long.BYTES));
            file.write(bytes);
        } finally {
            lock.unlock();
        }
    }

    /** Reads what has been stored in a file so far, slot by slot from 0; close it. */
    public static Reader read(Path path) throws IOException {
        return new Reader(path);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Reads the slots in sequence. Not thread-safe. */
    public static final class Reader implements AutoCloseable {
        private final DataInputStream in;

        private Reader(Path path) throws IOException {
            in = new DataInputStream(new BufferedInputStream(Files.newInputStream(path), 1 << 16));
        }

        /** The value of the next slot, or {@link #NONE} when it is empty; also after the last. */
        public long next() throws IOException {
            try {
                return in.readLong() - 1;
            } catch (EOFException e) {
                return NONE;
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}

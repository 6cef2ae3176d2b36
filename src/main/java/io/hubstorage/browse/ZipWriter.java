package io.hubstorage.browse;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes a zip archive to a stream, of any size (Zip64). Unlike {@code java.util.zip.ZipOutputStream} it keeps nothing of
 * the entries in memory, some hundred bytes each there: the directory that ends an archive waits in a temporary file. Names
 * must be given once. Not thread-safe; blocking.
 */
final class ZipWriter implements AutoCloseable {
    private static final int BUFFER = 64 << 10;

    private final OutputStream out;
    private final Path directoryFile;
    private final OutputStream directory;
    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    private final byte[] input = new byte[BUFFER];
    private final byte[] packed = new byte[BUFFER];
    private long written;
    private long entries;

    ZipWriter(OutputStream out) throws IOException {
        this.out = out;
        directoryFile = Files.createTempFile("hubstorage-zip-", ".directory");
        directory = new BufferedOutputStream(Files.newOutputStream(directoryFile));
    }

    /** Adds a folder; its name ends in a slash. */
    void addFolder(String name, Instant time) throws IOException {
        ZipRecords.Entry folder = new ZipRecords.Entry(name, time, 0, 0, 0, written);
        write(ZipRecords.localHeader(folder));
        note(folder);
    }

    /** Adds a file of just this size. */
    void addFile(String name, Instant time, long size, InputStream content) throws IOException {
        long offset = written;
        write(ZipRecords.localHeader(new ZipRecords.Entry(name, time, 0, 0, size, offset)));
        CRC32 crc = new CRC32();
        long start = written;
        deflate(size, content, crc);
        ZipRecords.Entry file = new ZipRecords.Entry(name, time, crc.getValue(), written - start, size, offset);
        write(ZipRecords.sizes(file));
        note(file);
    }

    /** Writes the directory; what was written until then is an archive. */
    void finish() throws IOException {
        directory.close();
        long start = written;
        try (InputStream in = Files.newInputStream(directoryFile)) {
            for (int read = in.read(input); read >= 0; read = in.read(input)) {
                write(input, read);
            }
        }
        write(ZipRecords.end(entries, start, written - start));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        deflater.end();
        try (directory) {
            Files.deleteIfExists(directoryFile);
        }
    }

    private void note(ZipRecords.Entry entry) throws IOException {
        directory.write(ZipRecords.directoryEntry(entry));
        entries++;
    }

    private void deflate(long size, InputStream content, CRC32 crc) throws IOException {
        deflater.reset();
        long left = size;
        while (left > 0) {
            int read = content.read(input, 0, (int) Math.min(input.length, left));
            if (read < 0) {
                throw new EOFException("a file became shorter while it was read");
            }
            left -= read;
            crc.update(input, 0, read);
            deflater.setInput(input, 0, read);
            while (!deflater.needsInput()) {
                write(packed, deflater.deflate(packed));
            }
        }
        deflater.finish();
        while (!deflater.finished()) {
            write(packed, deflater.deflate(packed));
        }
    }

    private void write(byte[] bytes) throws IOException {
        write(bytes, bytes.length);
    }

    private void write(byte[] bytes, int length) throws IOException {
        out.write(bytes, 0, length);
        written += length;
    }
}

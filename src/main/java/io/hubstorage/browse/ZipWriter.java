package io.hubstorage.browse;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes a zip archive to a stream, of any size (Zip64). Unlike {@code java.util.zip.ZipOutputStream} it keeps nothing of
 * the entries in memory, some hundred bytes each there: the directory that ends an archive waits in a temporary file. Names
 * must be given once. Not thread-safe; blocking.
 */
final class ZipWriter implements AutoCloseable {
    private static final int BUFFER = 64 << 10;
    private static final long MAX_32 = 0xFFFF_FFFFL;
    private static final int MAX_16 = 0xFFFF;
    /** Files from here on are announced as large, since packed they might become a little larger still. */
    private static final long LARGE = 0xF000_0000L;

    private static final int VERSION = 20;
    private static final int VERSION_64 = 45;
    private static final int UNIX = 3 << 8;
    private static final int UTF_8 = 0x800;
    private static final int SIZES_FOLLOW = 0x8;
    private static final int DEFLATED = 8;
    private static final long FILE_ATTRIBUTES = 0100644L << 16;
    private static final long FOLDER_ATTRIBUTES = (040755L << 16) | 0x10;
    private static final int FIRST_YEAR = 1980;
    private static final int LAST_YEAR = 2107;

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
        Entry folder = new Entry(name, time, 0, 0, 0, written);
        write(localHeader(folder));
        note(folder);
    }

    /** Adds a file of just this size. */
    void addFile(String name, Instant time, long size, InputStream content) throws IOException {
        long offset = written;
        write(localHeader(new Entry(name, time, 0, 0, size, offset)));
        CRC32 crc = new CRC32();
        long start = written;
        deflate(size, content, crc);
        Entry file = new Entry(name, time, crc.getValue(), written - start, size, offset);
        write(dataDescriptor(file));
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
        write(endOfArchive(entries, start, written - start));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        deflater.end();
        try (directory) {
            Files.deleteIfExists(directoryFile);
        }
    }

    private void note(Entry entry) throws IOException {
        directory.write(directoryEntry(entry));
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

    /**
     * @param name of a folder ends in a slash
     * @param offset where its local header begins
     */
    private record Entry(String name, Instant time, long crc, long packedSize, long size, long offset) {
        boolean folder() {
            return name.endsWith("/");
        }

        /** Decided before the file is read, so that what stands before and behind it agree. */
        boolean announcedLarge() {
            return size >= LARGE;
        }
    }

    /** What stands before an entry; of a file only its size needs to be known. */
    private static byte[] localHeader(Entry entry) {
        boolean large = entry.announcedLarge();
        byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
        Fields extra = time(entry.time());
        if (large) {
            extra.two(1).two(16).eight(0).eight(0);
        }
        Fields header = new Fields().four(0x04034b50).two(large ? VERSION_64 : VERSION);
        common(header, entry);
        return header.four(0)
                .four(large ? MAX_32 : 0)
                .four(large ? MAX_32 : 0)
                .two(name.length)
                .two(extra.size())
                .bytes(name)
                .bytes(extra.toByteArray())
                .toByteArray();
    }

    /** What stands behind a file, and was not known before it. */
    private static byte[] dataDescriptor(Entry entry) {
        Fields sizes = new Fields().four(0x08074b50).four(entry.crc());
        if (entry.announcedLarge()) {
            sizes.eight(entry.packedSize()).eight(entry.size());
        } else {
            sizes.four(entry.packedSize()).four(entry.size());
        }
        return sizes.toByteArray();
    }

    private static byte[] directoryEntry(Entry entry) {
        Fields large = new Fields();
        for (long value : new long[] {entry.size(), entry.packedSize(), entry.offset()}) {
            if (value >= MAX_32) {
                large.eight(value);
            }
        }
        byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
        Fields extra = time(entry.time());
        if (large.size() > 0) {
            extra.two(1).two(large.size()).bytes(large.toByteArray());
        }
        boolean needs64 = large.size() > 0 || entry.announcedLarge();
        Fields record = new Fields().four(0x02014b50).two(UNIX | VERSION_64).two(needs64 ? VERSION_64 : VERSION);
        common(record, entry);
        return record.four(entry.crc())
                .four(Math.min(entry.packedSize(), MAX_32))
                .four(Math.min(entry.size(), MAX_32))
                .two(name.length)
                .two(extra.size())
                .two(0)
                .two(0)
                .two(0)
                .four(entry.folder() ? FOLDER_ATTRIBUTES : FILE_ATTRIBUTES)
                .four(Math.min(entry.offset(), MAX_32))
                .bytes(name)
                .bytes(extra.toByteArray())
                .toByteArray();
    }

    private static byte[] endOfArchive(long entries, long directoryOffset, long directoryLength) {
        Fields end = new Fields();
        if (entries >= MAX_16 || directoryOffset >= MAX_32 || directoryLength >= MAX_32) {
            end.four(0x06064b50)
                    .eight(44)
                    .two(UNIX | VERSION_64)
                    .two(VERSION_64)
                    .four(0)
                    .four(0);
            end.eight(entries).eight(entries).eight(directoryLength).eight(directoryOffset);
            end.four(0x07064b50)
                    .four(0)
                    .eight(directoryOffset + directoryLength)
                    .four(1);
        }
        end.four(0x06054b50).two(0).two(0);
        end.two((int) Math.min(entries, MAX_16)).two((int) Math.min(entries, MAX_16));
        end.four(Math.min(directoryLength, MAX_32)).four(Math.min(directoryOffset, MAX_32));
        return end.two(0).toByteArray();
    }

    /** Flags, method, and the time as DOS has it: local time, which is UTC here; the exact one is among the extra fields. */
    private static void common(Fields record, Entry entry) {
        ZonedDateTime utc = entry.time().atZone(ZoneOffset.UTC);
        int year = Math.clamp(utc.getYear(), FIRST_YEAR, LAST_YEAR) - FIRST_YEAR;
        record.two(entry.folder() ? UTF_8 : UTF_8 | SIZES_FOLLOW)
                .two(entry.folder() ? 0 : DEFLATED)
                .two((utc.getHour() << 11) | (utc.getMinute() << 5) | (utc.getSecond() / 2))
                .two((year << 9) | (utc.getMonthValue() << 5) | utc.getDayOfMonth());
    }

    /** The extended timestamp: seconds since 1970. */
    private static Fields time(Instant time) {
        Fields extra = new Fields().two(0x5455).two(5);
        extra.write(1);
        return extra.four(Math.clamp(time.getEpochSecond(), 0, Integer.MAX_VALUE));
    }

    /** Little-endian numbers. */
    private static final class Fields extends ByteArrayOutputStream {
        Fields two(int value) {
            write(value);
            write(value >> 8);
            return this;
        }

        Fields four(long value) {
            return two((int) value).two((int) (value >> 16));
        }

        Fields eight(long value) {
            return four(value).four(value >> 32);
        }

        Fields bytes(byte[] bytes) {
            writeBytes(bytes);
            return this;
        }
    }
}

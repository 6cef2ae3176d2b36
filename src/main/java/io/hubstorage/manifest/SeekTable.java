package io.hubstorage.manifest;

import io.hubstorage.manifest.StoredContent.DamagedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/**
 * Where each frame of a compressed file ends, so that a range of the content is read without what is before it. It stands at the
 * end of the file as a skippable frame, which every zstd decoder passes over, in the layout of the
 * <a href="https://github.com/facebook/zstd/blob/dev/contrib/seekable_format/zstd_seekable_compression_format.md">Zstandard
 * seekable format</a>. Every frame but the last holds {@link #FRAME} bytes of content. Not thread-safe.
 */
final class SeekTable {
    /** Of content, in each frame but the last. */
    static final int FRAME = 1 << 20;

    private static final int SKIPPABLE = 0x184D2A5E;
    private static final int SEEKABLE = 0x8F92EAB1;
    private static final int HEADER = 8;
    private static final int ENTRY = 8;
    private static final int FOOTER = 9;

    private final long contentSize;
    private final int[] sizes;
    /** Where each frame ends in the file, as far as they are known. */
    private final long[] ends;

    private int known;

    /** For frames that are still to come. */
    SeekTable(long contentSize) {
        this.contentSize = contentSize;
        int frames = Math.toIntExact(Math.ceilDiv(contentSize, FRAME));
        this.sizes = new int[frames];
        this.ends = new long[frames];
    }

    int frames() {
        return ends.length;
    }

    /** What the frame holds of the content, in bytes. */
    int content(int frame) {
        return (int) Math.min(FRAME, contentSize - (long) frame * FRAME);
    }

    long start(int frame) {
        return frame == 0 ? 0 : ends[frame - 1];
    }

    int size(int frame) {
        return sizes[frame];
    }

    /** The bytes of the frames that are known. */
    long end() {
        return start(known);
    }

    /** The bytes of the file, once all frames are known. */
    long fileSize() {
        return end() + tableSize();
    }

    /** Of the table itself, in the file. */
    int tableSize() {
        return HEADER + frames() * ENTRY + FOOTER;
    }

    void add(int size) {
        ends[known] = end() + size;
        sizes[known] = size;
        known++;
    }

    /** The table as it stands in the file, behind the last frame. */
    ByteBuffer bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(tableSize()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(SKIPPABLE).putInt(tableSize() - HEADER);
        for (int frame = 0; frame < frames(); frame++) {
            bytes.putInt(sizes[frame]).putInt(content(frame));
        }
        return bytes.putInt(frames()).put((byte) 0).putInt(SEEKABLE).flip();
    }

    /**
     * The table of a file.
     *
     * @param most bytes that a frame can have
     * @throws DamagedException when the file has another size, or no table that fits both sizes
     */
    static SeekTable read(FileChannel file, long fileSize, long contentSize, long most) throws IOException {
        long found = file.size();
        if (Math.ceilDiv(contentSize, FRAME) > fileSize / ENTRY) {
            throw new DamagedException("it has %d bytes, which is too few for its content".formatted(found));
        }
        SeekTable table = new SeekTable(contentSize);
        if (found != fileSize || fileSize < table.tableSize()) {
            throw new DamagedException("it has %d bytes instead of %d".formatted(found, fileSize));
        }
        ByteBuffer bytes = ByteBuffer.allocate(table.tableSize()).order(ByteOrder.LITTLE_ENDIAN);
        readFully(file, bytes, fileSize - table.tableSize());
        bytes.position(HEADER);
        for (int frame = 0; frame < table.frames(); frame++) {
            int size = bytes.getInt();
            if (size <= 0 || size > most || bytes.getInt() != table.content(frame)) {
                throw new DamagedException("its table of frames is wrong");
            }
            table.add(size);
        }
        // Whatever else is in it is as we write it, or this is no table.
        if (table.fileSize() != fileSize
                || !Arrays.equals(bytes.array(), table.bytes().array())) {
            throw new DamagedException("its table of frames is wrong");
        }
        return table;
    }

    /** @throws DamagedException when the file ends before the buffer is full */
    static void readFully(FileChannel file, ByteBuffer into, long position) throws IOException {
        long at = position;
        while (into.hasRemaining()) {
            int read = file.read(into, at);
            if (read < 0) {
                throw new DamagedException("it ends too early");
            }
            at += read;
        }
        into.flip();
    }
}

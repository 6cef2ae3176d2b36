package io.hubstorage.manifest;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.hubstorage.manifest.StoredContent.DamagedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** What a compressed file decodes to, a frame at a time. Not thread-safe. */
final class ZstdContent implements SeekableByteChannel {
    private final FileChannel file;
    private final long size;
    private final SeekTable table;
    private byte[] packed = new byte[0];
    private final byte[] frame;
    /** Which one is decoded; -1 for none. */
    private int decoded = -1;

    private long position;

    ZstdContent(FileChannel file, long fileSize, long size) throws IOException {
        this.file = file;
        this.size = size;
        this.table = SeekTable.read(file, fileSize, size, Zstd.compressBound(SeekTable.FRAME));
        this.frame = new byte[(int) Math.min(SeekTable.FRAME, size)];
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (position >= size) {
            return -1;
        }
        int at = (int) (position / SeekTable.FRAME);
        if (at != decoded) {
            decode(at);
        }
        int offset = (int) (position % SeekTable.FRAME);
        int length = Math.min(into.remaining(), table.content(at) - offset);
        into.put(frame, offset, length);
        position += length;
        return length;
    }

    private void decode(int at) throws IOException {
        decoded = -1;
        int length = table.size(at);
        if (packed.length < length) {
            packed = new byte[length];
        }
        SeekTable.readFully(file, ByteBuffer.wrap(packed, 0, length), table.start(at));
        long got;
        try {
            got = Zstd.decompressByteArray(frame, 0, table.content(at), packed, 0, length);
        } catch (ZstdException e) {
            throw (DamagedException) new DamagedException("it cannot be decompressed").initCause(e);
        }
        if (Zstd.isError(got) || got != table.content(at)) {
            throw new DamagedException("it cannot be decompressed");
        }
        decoded = at;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public ZstdContent position(long newPosition) {
        if (newPosition < 0) {
            throw new IllegalArgumentException("a position is not negative: " + newPosition);
        }
        position = newPosition;
        return this;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int write(ByteBuffer from) {
        throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long newSize) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

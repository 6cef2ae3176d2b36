package io.hubstorage.manifest;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.hubstorage.fs.Blocks;
import io.hubstorage.fs.Sha256;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes the compressed form of content that is known by its SHA-256. The processors' work is done by threads of its own, one a
 * processor, so that it keeps no virtual thread's carrier; with its memory, three megabytes each, they end when there is nothing
 * to do. Blocks; thread-safe.
 */
public final class ContentCompressor {
    /** What a caller holds in memory while content is compressed, in bytes. */
    public static final long MEMORY = 2L * SeekTable.FRAME;

    /** Beyond it the table of frames would take megabytes whenever the file is opened. */
    static final long LARGEST = 256L << 30;

    /** What does not save this part of its size is not worth a form that not every program reads. */
    private static final int LEAST_SAVED = 16;

    private static final ExecutorService THREADS = threads();

    private ContentCompressor() {}

    private static ExecutorService threads() {
        int processors = Runtime.getRuntime().availableProcessors();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                processors,
                processors,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("compress-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** How large the compressed form of so many bytes may be to be worth it: it must spare blocks of the disk. -1 for never. */
    public static long worth(long size, Blocks blocks) {
        long fewerBlocks = blocks.holding(size) - blocks.size();
        return size > LARGEST ? -1 : Math.min(saving(size), fewerBlocks);
    }

    private static long saving(long size) {
        return size - Math.ceilDiv(size, LEAST_SAVED);
    }

    /**
     * Writes the compressed form. Every frame is decompressed again and compared before it is written.
     *
     * @param content all of it, from where the channel stands
     * @param size of the content; more than 0
     * @param sha256 of the content, which is computed again
     * @param most bytes that it may have, as {@link #worth} says
     * @return null when it would have more, or the first megabyte tells that it will; what was written until then is of no use
     * @throws IOException also when the content is not what its hash says
     */
    public static ManifestEntry.@Nullable Stored write(
            ReadableByteChannel content, long size, String sha256, int level, long most, WritableByteChannel to)
            throws IOException, InterruptedException {
        if (most <= 0 || size > LARGEST) {
            return null;
        }
        SeekTable table = new SeekTable(size);
        MessageDigest whole = Sha256.digest();
        MessageDigest file = Sha256.digest();
        byte[] bytes = new byte[table.content(0)];
        for (int frame = 0; frame < table.frames(); frame++) {
            int length = table.content(frame);
            readFully(content, ByteBuffer.wrap(bytes, 0, length));
            whole.update(bytes, 0, length);
            byte[] packed = onOwnThread(bytes, length, level);
            table.add(packed.length);
            if (table.fileSize() > most || (frame == 0 && packed.length > saving(length))) {
                return null;
            }
            file.update(packed);
            writeFully(to, ByteBuffer.wrap(packed));
        }
        if (!HexFormat.of().formatHex(whole.digest()).equals(sha256)) {
            throw new IOException("what was read to be compressed is not what was written before: the disk is damaged");
        }
        ByteBuffer bytesOfTable = table.bytes();
        file.update(bytesOfTable.duplicate());
        writeFully(to, bytesOfTable);
        return new ManifestEntry.Stored(table.fileSize(), HexFormat.of().formatHex(file.digest()), level);
    }

    private static byte[] onOwnThread(byte[] bytes, int length, int level) throws IOException, InterruptedException {
        try {
            return THREADS.submit(() -> Workspace.OF_THREAD.get().compress(bytes, length, level))
                    .get();
        } catch (ExecutionException e) {
            throw new IOException("cannot be compressed: " + e.getCause(), e);
        }
    }

    private static void readFully(ReadableByteChannel content, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (content.read(into) < 0) {
                throw new EOFException("what is to be compressed became shorter");
            }
        }
    }

    private static void writeFully(WritableByteChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    /** Outside of the heap, because collections would wait for what works on arrays in there. */
    private static final class Workspace {
        static final ThreadLocal<Workspace> OF_THREAD = ThreadLocal.withInitial(Workspace::new);

        private final ByteBuffer content = ByteBuffer.allocateDirect(SeekTable.FRAME);
        private final ByteBuffer packed =
                ByteBuffer.allocateDirect(Math.toIntExact(Zstd.compressBound(SeekTable.FRAME)));
        private final ByteBuffer back = ByteBuffer.allocateDirect(SeekTable.FRAME);

        byte[] compress(byte[] bytes, int length, int level) throws IOException {
            content.clear().put(bytes, 0, length).flip();
            long size = checked(Zstd.compressDirectByteBuffer(
                    packed.clear(), 0, packed.capacity(), content, 0, length, level, true));
            long decoded =
                    checked(Zstd.decompressDirectByteBuffer(back.clear(), 0, back.capacity(), packed, 0, (int) size));
            if (decoded != length || !back.limit(length).equals(content)) {
                throw new IOException("zstd does not give back what it was given");
            }
            byte[] result = new byte[(int) size];
            packed.get(0, result);
            return result;
        }

        private static long checked(long result) throws IOException {
            if (Zstd.isError(result)) {
                throw new IOException("zstd failed: " + Zstd.getErrorName(result), new ZstdException(result));
            }
            return result;
        }
    }
}

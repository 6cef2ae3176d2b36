package io.hubstorage.transfer;

import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/**
 * A large object as ranges with the ETag pinned, several at once. Each is written to its place as it arrives; the hash
 * follows in order, reading back from memory what the disk cache still holds, so that memory does not grow with the
 * object. Used once, by one thread.
 */
final class RangedDownload implements AutoCloseable {
    private static final long RANGE = 8L << 20;
    private static final int WINDOW = 8;
    /** What one range may hold in memory between network and disk. */
    private static final long RANGE_MEMORY = 512 * 1024;

    private final String bucket;
    private final FetchTask task;
    private final ListedObject object;
    private final TransferContext context;
    private final S3Access s3;
    private final LongConsumer received;
    private final Cancellation cancellation;
    private final FileChannel file;
    private final ExecutorService readers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("range-", 0).factory());
    private Digests digests = Digests.unchecked();

    private record Range(long from, long length) {}

    private record Pending(Range range, Future<ObjectHead> head) {}

    RangedDownload(
            String bucket,
            FetchTask task,
            TransferContext context,
            S3Access s3,
            TreeWriter tree,
            ShardProgress progress,
            Cancellation cancellation)
            throws IOException {
        this.bucket = bucket;
        this.task = task;
        this.object = task.object();
        this.context = context;
        this.s3 = s3;
        this.received = progress.receiver(task.key());
        this.cancellation = cancellation;
        this.file = tree.create(task.path());
    }

    /** Fetches every range; when this returns, the file is whole and {@link #digests} have seen all of it. */
    ObjectHead run() throws S3Failure, IOException, InterruptedException {
        Queue<Pending> window = new ArrayDeque<>();
        long next = 0;
        ObjectHead first = null;
        while (next < object.size() || !window.isEmpty()) {
            while (next < object.size() && window.size() < WINDOW) {
                Range range = new Range(next, Math.min(RANGE, object.size() - next));
                window.add(new Pending(range, readers.submit(() -> read(range))));
                next += range.length();
            }
            Pending oldest = window.remove();
            ObjectHead head = await(oldest.head());
            if (first == null) {
                first = head;
                digests = Digests.expecting(head);
            }
            digests.update(file, oldest.range().from(), oldest.range().length());
        }
        if (first == null) {
            throw new IllegalStateException("an empty object has no ranges: " + task.key());
        }
        return first;
    }

    /** What the whole file hashes to, once {@link #run} has returned. */
    Digests digests() {
        return digests;
    }

    private ObjectHead read(Range range) throws S3Failure, IOException, InterruptedException {
        return context.backoff().retrying(cancellation, () -> {
            try (ByteBudget.Lease _ = context.memory().take(RANGE_MEMORY)) {
                return context.request(() -> s3.reader()
                        .readRange(
                                bucket,
                                object.key(),
                                object.etag(),
                                range.from(),
                                range.length(),
                                this::store,
                                received));
            }
        });
    }

    private void store(ByteBuffer bytes, long position) throws IOException {
        for (long at = position; bytes.hasRemaining(); ) {
            at += file.write(bytes, at);
        }
    }

    private static ObjectHead await(Future<ObjectHead> head) throws S3Failure, IOException, InterruptedException {
        try {
            return head.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case S3Failure failure -> throw failure;
                case IOException failure -> throw failure;
                case InterruptedException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    @Override
    public void close() throws IOException {
        readers.shutdownNow();
        readers.close();
        file.close();
    }
}

package io.hubstorage.transfer;

import io.hubstorage.integrity.BodyVerifier;
import io.hubstorage.integrity.DeclaredChecksum;
import io.hubstorage.integrity.InOrderFeeder;
import io.hubstorage.integrity.VerifiedBody;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import io.hubstorage.s3.ObjectReader;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A large object as ranges with the ETag pinned, one or several at once. Each is written to its place as it arrives, and fed to
 * the hashes in order; what arrived too early for that is read back, most likely from the disk cache, so that memory does not
 * grow with the object. A range that broke off goes on where it was. Ranges that are finished outlive a download that fails:
 * the next one of the object takes them from {@link PartialDownloads}. Used once, by one thread.
 */
final class RangedDownload implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RangedDownload.class);
    private static final long RANGE = 8L << 20;
    /** What one range may hold in memory between network and disk. */
    private static final long RANGE_MEMORY = 1 << 20;
    /** How many ranges may be under way at once, of all objects together; but at least one of each. */
    private static final int STREAMS = 8;
    /** Of so many objects and more, each comes over one connection, in the order of its bytes. */
    private static final int ENOUGH = 4;

    private final Shard shard;
    private final FetchTask task;
    private final boolean inOnePiece;
    private final long step;
    private final ListedObject object;
    private final Requests requests;
    private final ObjectMetadata metadata;
    private final LongConsumer received;
    private final TreeWriter.Draft draft;
    private final FileChannel file;
    private final InOrderFeeder inOrder;
    private final ExecutorService readers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("range-", 0).factory());
    /** Under way or waiting for their turn to be hashed, the first of them first. */
    private final Queue<Pending> window = new ArrayDeque<>();
    /** Which ranges are on the disk. */
    private final BitSet finished;
    /** The head of the answer that brought the first range. */
    private @Nullable ObjectHead opening;
    /** Whether what is finished is worth something to the next attempt. */
    private boolean resumable;

    private record Range(long from, long end) {}

    /** @param answer null where an earlier attempt has brought the range */
    private record Pending(Range range, @Nullable Future<ObjectHead> answer) {}

    RangedDownload(
            Shard shard,
            FetchTask task,
            Requests requests,
            ObjectMetadata metadata,
            TreeWriter tree,
            ShardProgress progress,
            boolean inOnePiece)
            throws IOException {
        this.shard = shard;
        this.inOnePiece = inOnePiece;
        this.step = inOnePiece ? task.object().size() : RANGE;
        this.task = task;
        this.object = task.object();
        this.requests = requests;
        this.metadata = metadata;
        this.received = progress.receiver(task.key());
        PartialDownloads.Partial partial =
                inOnePiece ? null : requests.partials().take(shard.runId(), shard.bucket(), object);
        TreeWriter.Draft kept = partial == null ? null : reopened(partial.file(), tree);
        this.draft = kept == null ? tree.draft() : kept;
        this.finished = partial == null || kept == null ? new BitSet() : partial.finished();
        this.opening = partial == null || kept == null ? null : partial.opening();
        this.file = draft.channel();
        this.inOrder = new InOrderFeeder(file::read);
        requests.largeObjects().incrementAndGet();
    }

    /** A file that nobody can go on with is no loss but of what had arrived. */
    private static TreeWriter.@Nullable Draft reopened(Path file, TreeWriter tree) throws IOException {
        try {
            return tree.resume(file);
        } catch (IOException e) {
            LOG.debug("{} cannot be gone on with", file, e);
            Files.deleteIfExists(file);
            return null;
        }
    }

    /** Fetches every range; when this returns, the file is in the tree, whole and proven as far as that can be. */
    VerifiedBody run() throws S3Failure, IOException, InterruptedException {
        try {
            VerifiedBody body = fetch();
            requests.partials().drop(shard.runId(), shard.bucket(), object);
            return body;
        } catch (S3Failure failure) {
            // Of a body that is wrong nobody knows which range it is.
            resumable = failure.kind() != S3Failure.Kind.CORRUPT;
            throw failure;
        } catch (InterruptedException stopped) {
            resumable = true;
            throw stopped;
        }
    }

    private VerifiedBody fetch() throws S3Failure, IOException, InterruptedException {
        // Beside several ranges one HEAD costs little, and tells checksums for the record even where the proof needs
        // none.
        Future<@Nullable ObjectHead> whole =
                metadata.worthAHead() || object.size() > RANGE ? readers.submit(metadata::head) : null;
        long next = 0;
        ObjectHead first = null;
        BodyVerifier proof = null;
        while (next < object.size() || !window.isEmpty()) {
            while (next < object.size() && window.size() < width()) {
                Range range = new Range(next, Math.min(next + step, object.size()));
                window.add(new Pending(range, finished.get(index(range)) ? null : readers.submit(() -> read(range))));
                next = range.end();
            }
            Pending oldest = window.element();
            if (oldest.answer() != null) {
                arrived(oldest.range(), await(oldest.answer()));
            }
            window.remove();
            if (first == null || proof == null) {
                ObjectHead head = Objects.requireNonNull(opening);
                ObjectHead best = best(head, whole);
                first = head.checksums().isEmpty() ? head.withChecksumsOf(best) : head;
                proof = metadata.proof(best, file);
                inOrder.into(proof);
            }
            inOrder.finish(oldest.range().end());
        }
        if (first == null || proof == null) {
            throw new IllegalStateException("an empty object has no ranges: " + task.key());
        }
        String verified = proof.verdict(sink -> sink.read(file::read, 0, object.size()));
        draft.finish(task.path(), FileTime.from(object.lastModified()));
        ObjectHead told = whole == null ? null : await(whole);
        return new VerifiedBody(
                proof.sha256(),
                verified,
                told == null || told.checksums().isEmpty() ? first : first.withChecksumsOf(told),
                metadata.parts(proof.parts()));
    }

    private int index(Range range) {
        return (int) (range.from() / step);
    }

    /** A range is on the disk; an answer of this head has brought it. */
    private void arrived(Range range, ObjectHead head) throws S3Failure {
        ObjectFetch.requireListed(object, head);
        finished.set(index(range));
        if (range.from() == 0) {
            opening = head;
        }
    }

    /** The head that says most about the whole: the first range's, unless that leaves it open. */
    private ObjectHead best(ObjectHead range, @Nullable Future<@Nullable ObjectHead> asked)
            throws S3Failure, IOException, InterruptedException {
        if (DeclaredChecksum.of(range).sayWhole()) {
            return range;
        }
        ObjectHead whole = asked == null ? metadata.head() : await(asked);
        return whole == null ? range : whole;
    }

    /**
     * A single object is read in several places, to make up for the distance to the server; of many, each is read front to back,
     * which spares reading it again for its hash.
     */
    private int width() {
        int objects = requests.largeObjects().get();
        return objects >= ENOUGH ? 1 : STREAMS / objects;
    }

    /** What has arrived stays, and the next attempt goes on there. */
    private ObjectHead read(Range range) throws S3Failure, IOException, InterruptedException {
        Arrival arrival = new Arrival(range.from());
        return requests.retrying(() -> arrival.reached, () -> request(range, arrival));
    }

    private ObjectHead request(Range range, Arrival arrival) throws S3Failure, IOException, InterruptedException {
        // At least one byte is asked for: only an answer brings a head.
        long from = Math.min(arrival.reached, range.end() - 1);
        try (Requests.Memory _ = requests.memory(RANGE_MEMORY)) {
            return requests.reading(range.end() - from, allowance -> {
                ObjectReader.Sink sink = (bytes, position) -> {
                    arrival.write(bytes, position);
                    allowance.more();
                };
                LongConsumer counted = allowance.counting(received);
                return from == 0 && range.end() == object.size()
                        ? metadata.reader().readWhole(object.size(), sink, counted)
                        : metadata.reader().readRange(from, range.end() - from, sink, counted);
            });
        } catch (S3Failure.Permanent failure) {
            throw failure.kind() == S3Failure.Kind.RANGE && from > range.from()
                    ? S3Failure.changed(failure.getMessage() + " It is read anew from its start.")
                    : failure;
        }
    }

    /**
     * Writes one range. What is written stays, whatever becomes of the request: it may have been hashed already, and must be what
     * was hashed.
     */
    private final class Arrival {
        private final long from;
        private long reached;

        Arrival(long from) {
            this.from = from;
            this.reached = from;
        }

        void write(ByteBuffer bytes, long position) throws IOException {
            int known = (int) Math.min(bytes.remaining(), reached - position);
            bytes.position(bytes.position() + known);
            long at = reached;
            ByteBuffer written = bytes.duplicate();
            while (bytes.hasRemaining()) {
                reached += file.write(bytes, reached);
            }
            inOrder.written(from, at, written);
        }
    }

    private static <T extends @Nullable Object> T await(Future<T> head)
            throws S3Failure, IOException, InterruptedException {
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
        requests.largeObjects().decrementAndGet();
        readers.shutdownNow();
        readers.close();
        // A run that is stopped does not come back for it.
        if (resumable && !requests.isStopped() && !inOnePiece && !object.etag().isEmpty()) {
            keepWhatIsFinished();
        }
        draft.close();
    }

    private void keepWhatIsFinished() {
        for (Pending pending : window) {
            if (pending.answer() != null && pending.answer().state() == Future.State.SUCCESS) {
                try {
                    arrived(pending.range(), pending.answer().resultNow());
                } catch (S3Failure another) {
                    return;
                }
            }
        }
        if (!finished.isEmpty()) {
            requests.partials()
                    .keep(
                            shard.runId(),
                            shard.bucket(),
                            new PartialDownloads.Partial(object, draft.keep(), finished, opening));
        }
    }
}

package io.hubstorage.transfer;

import io.hubstorage.integrity.BodyVerifier;
import io.hubstorage.integrity.DeclaredChecksum;
import io.hubstorage.integrity.InOrderFeeder;
import io.hubstorage.integrity.VerifiedBody;
import io.hubstorage.manifest.ContentCompressor;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.requests.Requests;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import io.hubstorage.s3.ObjectReader;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
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
    static final long RANGE_MEMORY = 1 << 20;
    /** How many ranges may be under way at once, of all objects together; but at least one of each. */
    private static final int STREAMS = 8;
    /** Of so many objects and more, each comes over one connection, in the order of its bytes. */
    private static final int ENOUGH = 4;
    /** So many ranges are asked for together then, since a connection is idle from one request to the next. */
    private static final int TOGETHER = 4;

    private final Shard shard;
    private final FetchTask task;
    private final boolean inOnePiece;
    private final long step;
    private final ListedObject object;
    private final DownloadRequests requests;
    private final ObjectMetadata metadata;
    private final LongConsumer received;
    private final TreeWriter.Draft draft;
    private final FileChannel file;
    private final InOrderFeeder inOrder;
    private final ExecutorService readers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("range-", 0).factory());
    /** Under way or waiting for their turn to be hashed, the first of them first. */
    private final Queue<Piece> window = new ArrayDeque<>();
    /** Where the window ends. */
    private long next;
    /** Which ranges are on the disk. */
    private final BitSet finished;
    /** The head of the first answer to the first range, which comes before its bytes do, or why there is none. */
    private final CompletableFuture<ObjectHead> opening = new CompletableFuture<>();
    /** Whether what is finished is worth something to the next attempt. */
    private boolean resumable;

    RangedDownload(
            Shard shard,
            FetchTask task,
            DownloadRequests requests,
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
        if (partial != null && kept != null && partial.opening() != null) {
            opening.complete(partial.opening());
        }
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
    ObjectFetch.Fetched run() throws S3Failure, IOException, InterruptedException {
        try {
            VerifiedBody body = fetch();
            ManifestEntry.Stored stored = place(body);
            requests.partials().drop(shard.runId(), shard.bucket(), object);
            return new ObjectFetch.Fetched(body, stored);
        } catch (S3Failure failure) {
            // Of a body that is wrong nobody knows which range it is; and who sends no ranges cannot go on with any.
            resumable = failure.kind() != S3Failure.Kind.CORRUPT && failure.kind() != S3Failure.Kind.RANGE;
            throw failure;
        } catch (InterruptedException stopped) {
            resumable = true;
            throw stopped;
        }
    }

    private ManifestEntry.@Nullable Stored place(VerifiedBody body) throws IOException, InterruptedException {
        String sha256 = Objects.requireNonNull(body.sha256());
        if (!shard.compresses(task.key())) {
            return draft.finish(task, sha256);
        }
        try (DownloadRequests.Memory _ = requests.memory(ContentCompressor.MEMORY)) {
            return draft.finish(task, sha256);
        }
    }

    private VerifiedBody fetch() throws S3Failure, IOException, InterruptedException {
        if (object.size() == 0) {
            throw new IllegalStateException("an empty object has no ranges: " + task.key());
        }
        // Beside several ranges one HEAD costs little, and tells checksums for the record even where the proof needs
        // none.
        Future<@Nullable ObjectHead> whole =
                metadata.worthAHead() || object.size() > RANGE ? readers.submit(metadata::head) : null;
        askForMore();
        ObjectHead head = await(opening);
        ObjectHead best = best(head, whole);
        BodyVerifier proof = metadata.proof(best, file);
        // From here on the first range is fed as it comes.
        inOrder.into(proof);
        while (!window.isEmpty()) {
            window.element().await();
            inOrder.finish(window.remove().end);
            askForMore();
        }
        String verified = proof.verdict(sink -> sink.read(file::read, 0, object.size()));
        ObjectHead told = whole == null ? null : await(whole);
        ObjectHead first = head.checksums().isEmpty() ? head.withChecksumsOf(best) : head;
        return new VerifiedBody(
                proof.sha256(),
                verified,
                told == null || told.checksums().isEmpty() ? first : first.withChecksumsOf(told),
                metadata.parts(proof.parts()));
    }

    private void askForMore() {
        while (next < object.size() && window.size() < width()) {
            Piece piece = new Piece(next, end(next));
            piece.begin();
            window.add(piece);
            next = piece.end;
        }
    }

    /** Of the range that a byte is in. */
    private int index(long position) {
        return (int) (position / step);
    }

    /** Where what is asked for next ends: before whatever is on the disk already. */
    private long end(long from) {
        int first = index(from);
        int beyond = finished.get(first) || width() > 1 ? first + 1 : first + TOGETHER;
        int there = finished.nextSetBit(first + 1);
        return Math.min(object.size(), step * (there < 0 ? beyond : Math.min(beyond, there)));
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

    /**
     * One range or several, that one request asks for. What is written stays, whatever becomes of the request: it may have been
     * hashed already, and must be what was hashed.
     */
    private final class Piece {
        private final long from;
        private final long end;
        private long reached;
        private @Nullable Future<ObjectHead> answer;

        Piece(long from, long end) {
            this.from = from;
            this.end = end;
            this.reached = from;
        }

        /** Asks for it, unless an earlier attempt has brought it. */
        void begin() {
            if (!finished.get(index(from))) {
                answer = readers.submit(this::read);
            }
        }

        /** Waits until it is on the disk. */
        void await() throws S3Failure, IOException, InterruptedException {
            if (answer != null) {
                RangedDownload.await(answer);
                noteRanges();
            }
        }

        /** Notes which ranges of it are on the disk, when nothing is under way any more. */
        void noteRanges() {
            finished.set(index(from), reached == end ? index(end - 1) + 1 : index(reached));
        }

        /** What has arrived stays, and the next attempt goes on there. */
        private ObjectHead read() throws S3Failure, IOException, InterruptedException {
            try {
                return requests.retrying(() -> reached, this::request);
            } catch (Throwable failure) {
                if (from == 0) {
                    opening.completeExceptionally(failure);
                }
                throw failure;
            }
        }

        private ObjectHead request() throws S3Failure, IOException, InterruptedException {
            // At least one byte is asked for: only an answer brings a head.
            long rest = Math.min(reached, end - 1);
            try (DownloadRequests.Memory _ = requests.memory(RANGE_MEMORY)) {
                return requests.reading(end - rest, allowance -> {
                    LongConsumer counted = allowance.counting(received);
                    return rest == 0 && end == object.size()
                            ? metadata.reader().readWhole(object.size(), within(allowance), counted)
                            : metadata.reader().readRange(rest, end - rest, within(allowance), counted);
                });
            } catch (S3Failure.Permanent failure) {
                if (failure.kind() != S3Failure.Kind.RANGE || rest == from) {
                    throw failure;
                }
                // Nothing of it is kept for the next attempt, which would have to ask for the rest of it again.
                reached = from;
                throw S3Failure.changed(failure.getMessage() + " It is read anew from its start.");
            }
        }

        private ObjectReader.Sink within(Requests.Allowance allowance) {
            return new ObjectReader.Sink() {
                @Override
                public void begins(ObjectHead head) throws S3Failure {
                    ObjectFetch.requireListed(object, head);
                    if (from == 0) {
                        opening.complete(head);
                    }
                }

                @Override
                public void write(ByteBuffer bytes, long position) throws IOException {
                    int known = (int) Math.min(bytes.remaining(), reached - position);
                    bytes.position(bytes.position() + known);
                    long at = reached;
                    ByteBuffer written = bytes.duplicate();
                    while (bytes.hasRemaining()) {
                        reached += file.write(bytes, reached);
                    }
                    inOrder.written(from, at, written);
                    allowance.more();
                }
            };
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
        window.forEach(Piece::noteRanges);
        if (!finished.isEmpty()) {
            ObjectHead head = finished.get(0) ? opening.resultNow() : null;
            requests.partials()
                    .keep(
                            shard.runId(),
                            shard.bucket(),
                            new PartialDownloads.Partial(object, draft.keep(), finished, head));
        }
    }
}

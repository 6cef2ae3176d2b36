package io.hubstorage.transfer;

import io.hubstorage.integrity.Algorithm;
import io.hubstorage.integrity.BodyVerifier;
import io.hubstorage.integrity.ByteSource;
import io.hubstorage.integrity.DeclaredChecksum;
import io.hubstorage.integrity.PartSizeInference;
import io.hubstorage.integrity.VerifiedBody;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import io.hubstorage.s3.ObjectReader;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one object into the tree: from a file that already holds it, or from S3 with the listed ETag pinned, verified as
 * far as the server lets us, and tried again when the fault may pass. Runs on virtual threads; thread-safe.
 */
final class ObjectFetch {
    /** Up to this size a body is held in memory and written at once; above it is fetched in ranges. */
    static final long SMALL = RateLimiter.LEAST_BURST;

    /**
     * An object that is in the tree.
     *
     * @param stored what its file is; null where that is the body
     */
    record Fetched(VerifiedBody body, ManifestEntry.@Nullable Stored stored) {}

    private static final Logger LOG = LoggerFactory.getLogger(ObjectFetch.class);
    private static final int REREADS = 3;
    /** So often is a large object read as a whole while its bytes are wrong. */
    private static final int CORRUPT_READS = 3;
    /** So often a read is tried with, or without, the customer's key instead. */
    private static final int SWITCHES = 5;

    /** A directory marker is nothing but its key. */
    private static final VerifiedBody MARKER =
            new VerifiedBody(HexFormat.of().formatHex(Algorithm.SHA256.start().digest()), ManifestEntry.EMPTY);

    private final Shard shard;
    private final DownloadRequests requests;
    private final S3Access s3;
    private final TreeWriter tree;
    private final ShardProgress progress;
    private final ServerQuirks quirks;
    private final PartSizeInference guesses = new PartSizeInference();
    private final LocalReuse reuse;

    ObjectFetch(
            Shard shard,
            DownloadRequests requests,
            S3Access s3,
            TreeWriter tree,
            ShardProgress progress,
            ServerQuirks quirks) {
        this.shard = shard;
        this.requests = requests;
        this.s3 = s3;
        this.tree = tree;
        this.progress = progress;
        this.quirks = quirks;
        this.reuse = new LocalReuse(shard, tree, guesses);
    }

    /**
     * Brings it in.
     *
     * @return the manifest line of what is now in the tree
     */
    ManifestEntry fetch(FetchTask task) throws S3Failure, IOException, InterruptedException {
        if (task.candidate() != null) {
            ManifestEntry reused =
                    reuse.take(task, task.candidate(), metadata(task.object(), quirks.wantsCustomerKey()));
            if (reused != null) {
                return reused;
            }
        }
        if (isMarker(task.object())) {
            tree.folder(task.path());
            return task.entry(MARKER);
        }
        Attempts attempts = new Attempts(task);
        while (true) {
            try {
                ManifestEntry entry = attempts.make();
                quirks.accepted();
                return entry;
            } catch (S3Failure failure) {
                attempts.goOnAfter(failure);
            }
        }
    }

    /** Names in the log what may be wrong although it cannot be proven; once, when all has been fetched. */
    void tellDoubts() {
        guesses.doubtful()
                .forEach(name -> LOG.warn(
                        "{}: its body agrees with its ETag for no usual size of parts, although those of most objects"
                                + " of the bucket do; it may be wrong at the server: compare it with its original",
                        name));
    }

    private static boolean isMarker(ListedObject object) {
        return KeyPath.isDirectoryMarker(object.key(), object.size());
    }

    private ObjectMetadata metadata(ListedObject object, boolean withKey) {
        return new ObjectMetadata(shard, object, s3, withKey, requests, guesses, quirks);
    }

    /** The attempts at one object as a whole; each of its requests has been sent again and again by then. */
    private final class Attempts {
        private FetchTask task;
        private boolean withKey = quirks.wantsCustomerKey();
        private boolean stillListed;
        private int switched;
        private int rereads;
        private int corrupt;
        private long sentNanos;

        Attempts(FetchTask task) {
            this.task = task;
        }

        ManifestEntry make() throws S3Failure, IOException, InterruptedException {
            ObjectMetadata metadata = metadata(task.object(), withKey);
            Fetched fetched = isSmall() ? requests.retrying(() -> readSmall(metadata)) : readLarge(metadata);
            VerifiedBody body = fetched.body();
            // Only an object that says that it has tags costs a request for them.
            Map<String, String> tags = body.head() != null && body.head().hasTags() ? metadata.tags() : null;
            ManifestEntry entry = tags == null ? task.entry(body) : task.entry(body, tags);
            return fetched.stored() == null
                    ? entry
                    : entry.withStored(fetched.stored()).withPath(task.path(fetched.stored()));
        }

        private Fetched readSmall(ObjectMetadata metadata) throws S3Failure, IOException, InterruptedException {
            ListedObject object = task.object();
            long further = shard.compresses(task.key()) ? TreeWriter.memoryToCompress(object.size()) : 0;
            try (DownloadRequests.Memory _ = requests.memory(object.size() + further)) {
                ObjectReader.Small small = requests.reading(object.size(), allowance -> {
                    sentNanos = System.nanoTime();
                    return metadata.reader()
                            .readSmall(object.size(), allowance.counting(progress.receiver(task.key())));
                });
                requireListed(object, small.head());
                byte[] body = small.body();
                // No question about its parts: a request more would cost as much as the object.
                BodyVerifier proof = new BodyVerifier(
                        shard.bucket() + "/" + object.key(),
                        DeclaredChecksum.of(small.head()),
                        body.length,
                        guesses,
                        null,
                        new BodyVerifier.SideBySide(ByteSource.of(body), requests.parallelMd5()));
                proof.update(body, 0, body.length);
                String verified = proof.verdict(sink -> sink.update(body, 0, body.length));
                VerifiedBody proven =
                        new VerifiedBody(proof.sha256(), verified, small.head(), metadata.parts(proof.parts()));
                return new Fetched(proven, tree.write(task, body, proof.sha256()));
            }
        }

        private Fetched readLarge(ObjectMetadata metadata) throws S3Failure, IOException, InterruptedException {
            sentNanos = System.nanoTime();
            // Not every server sends the right ranges: the last attempt at a body that is wrong does without.
            boolean inOnePiece = corrupt == CORRUPT_READS - 1;
            try (RangedDownload download =
                    new RangedDownload(shard, task, requests, metadata, tree, progress, inOnePiece)) {
                return download.run();
            }
        }

        private boolean isSmall() {
            return task.object().size() <= SMALL;
        }

        /**
         * Decides whether there is another attempt after this failure, and at what.
         *
         * @throws S3Failure when there is none
         */
        void goOnAfter(S3Failure failure) throws S3Failure, IOException, InterruptedException {
            boolean mayUseKey = withKey || s3.hasCustomerKey();
            if (mayUseKey && quirks.wantsOtherwise(failure, withKey) && ++switched <= SWITCHES) {
                withKey = !withKey;
            } else if (failure instanceof S3Failure.Auth refused) {
                throw quirks.judge(refused, sentNanos);
            } else if (failure.saysMissing() && (stillListed || ++rereads > REREADS)) {
                throw listedButMissing(failure);
            } else if (failure.saysMissing() || (mayBeAnother(failure) && ++rereads <= REREADS)) {
                relist(failure);
            } else if (isSmall() || failure.kind() != S3Failure.Kind.CORRUPT || ++corrupt == CORRUPT_READS) {
                throw failure;
            }
        }

        /** Where there is no ETag to match, a body of another size may mean that the object has changed. */
        private boolean mayBeAnother(S3Failure failure) {
            return failure instanceof S3Failure.Changed
                    || (task.object().etag().isEmpty() && failure.kind() == S3Failure.Kind.CUT_BODY);
        }

        private void relist(S3Failure failure) throws S3Failure, IOException, InterruptedException {
            ListedObject now = metadata(task.object(), withKey).relisted();
            if (isMarker(now) != isMarker(task.object())) {
                // A folder's path is another than a file's; only a new plan can give it.
                throw S3Failure.becameOther(String.valueOf(failure.getMessage()));
            }
            stillListed = failure.saysMissing() && now.equals(task.object());
            task = task.withObject(now);
        }
    }

    /** A server that cannot find what it lists has lost it, or misread the key: nothing that a backup may conclude from. */
    private static S3Failure listedButMissing(S3Failure failure) {
        return S3Failure.unreadable(
                S3Failure.Kind.NOT_FOUND,
                failure.getMessage()
                        + " The server still lists it: it has lost the object, or does not understand its key.",
                failure);
    }

    /**
     * The size must be the listed one, and where there is no ETag to pin, the time too; some servers round it, some cut it
     * off.
     */
    static void requireListed(ListedObject object, ObjectHead head) throws S3Failure {
        boolean sameTime = !object.etag().isEmpty()
                || head.lastModified().equals(Instant.EPOCH)
                || Duration.between(head.lastModified(), object.lastModified())
                                .abs()
                                .compareTo(Duration.ofSeconds(1))
                        <= 0;
        if (head.size() != object.size() || !sameTime) {
            throw S3Failure.changed("%s is no longer the object that was listed".formatted(object.key()));
        }
    }
}

package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.integrity.Algorithm;
import io.hubstorage.integrity.BodyVerifier;
import io.hubstorage.integrity.DeclaredChecksum;
import io.hubstorage.integrity.PartSizeInference;
import io.hubstorage.integrity.VerifiedBody;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import io.hubstorage.s3.SmallObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one object into the tree: from a file that already holds it, or from S3 with the listed ETag pinned, verified as
 * far as the server lets us, and tried again when the fault may pass. Runs on virtual threads; thread-safe.
 */
final class ObjectFetch {
    /** Up to this size a body is held in memory and written at once; above it is fetched in ranges. */
    static final long SMALL = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(ObjectFetch.class);
    private static final int REREADS = 3;
    /** So often is a large object read as a whole while its bytes are wrong. */
    private static final int CORRUPT_READS = 3;
    /** So often a read is tried with, or without, the customer's key instead. */
    private static final int SWITCHES = 5;

    /** A directory marker is nothing but its key. */
    private static final VerifiedBody MARKER =
            new VerifiedBody(HexFormat.of().formatHex(Algorithm.SHA256.start().finish()), ManifestEntry.EMPTY);

    private final TransferMessage.Shard shard;
    private final Requests requests;
    private final S3Access s3;
    private final TreeWriter tree;
    private final ShardProgress progress;
    private final PartSizeInference guesses = new PartSizeInference();
    private final Refusals refusals = new Refusals();
    private final CustomerKeyUse customerKey;
    private final RefusedReads refusedReads;
    private final LocalReuse adoption;

    ObjectFetch(TransferMessage.Shard shard, Requests requests, S3Access s3, TreeWriter tree, ShardProgress progress) {
        this.shard = shard;
        this.requests = requests;
        this.s3 = s3;
        this.tree = tree;
        this.progress = progress;
        this.customerKey = new CustomerKeyUse(s3.hasCustomerKey());
        this.refusedReads = new RefusedReads(() -> s3.tryListing(shard.bucket(), shard.prefix()), requests);
        this.adoption =
                new LocalReuse(shard, tree, guesses, new MetadataRefresh(shard.bucket(), progress, this::relist));
    }

    /**
     * Brings it in.
     *
     * @return the manifest line of what is now in the tree
     */
    ManifestEntry fetch(FetchTask task) throws S3Failure, IOException, InterruptedException {
        ManifestEntry adopted = adoption.adopt(task, notes(task.object(), customerKey.likely()));
        if (adopted != null) {
            return adopted;
        }
        if (isMarker(task.object())) {
            tree.folder(task.path());
            return task.entry(MARKER);
        }
        return download(task);
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

    private ManifestEntry download(FetchTask task) throws S3Failure, IOException, InterruptedException {
        FetchTask current = task;
        int rereads = 0;
        int corrupt = 0;
        boolean stillListed = false;
        boolean withKey = customerKey.likely();
        int switched = 0;
        while (true) {
            AtomicLong sentNanos = new AtomicLong();
            try {
                boolean inOnePiece = corrupt == CORRUPT_READS - 1;
                ManifestEntry entry = current.object().size() <= SMALL
                        ? downloadSmall(current, withKey, sentNanos)
                        : downloadLarge(current, withKey, sentNanos, inOnePiece);
                refusedReads.accepted();
                return entry;
            } catch (S3Failure failure) {
                if (customerKey.otherwise(failure, withKey) && ++switched <= SWITCHES) {
                    withKey = !withKey;
                } else if (failure instanceof S3Failure.Auth refused) {
                    throw refusedReads.judge(refused, sentNanos.get());
                } else if (failure.saysMissing() && (stillListed || ++rereads > REREADS)) {
                    throw listedButMissing(failure);
                } else if (failure.saysMissing() || (mayBeAnother(failure, current) && ++rereads <= REREADS)) {
                    ListedObject now = relist(current.key());
                    if (isMarker(now) != isMarker(current.object())) {
                        // A folder's path is another than a file's; only a new plan can give it.
                        throw S3Failure.changed(String.valueOf(failure.getMessage()));
                    }
                    stillListed = failure.saysMissing() && now.equals(current.object());
                    current = current.withObject(now);
                } else if (current.object().size() <= SMALL
                        || !failure.kind().equals(S3Failure.CORRUPT)
                        || ++corrupt == CORRUPT_READS) {
                    // Each request has been sent again and again already; only a whole that is wrong is read anew.
                    throw failure;
                }
            }
        }
    }

    /** A server that cannot find what it lists has lost it, or misread the key: nothing that a backup may conclude from. */
    private static S3Failure listedButMissing(S3Failure failure) {
        return S3Failure.unreadable(
                S3Failure.NOT_FOUND,
                failure.getMessage()
                        + " The server still lists it: it has lost the object, or does not understand its key.",
                failure);
    }

    /** Where there is no ETag to match, a body of another size may mean that the object has changed. */
    private static boolean mayBeAnother(S3Failure failure, FetchTask task) {
        return failure instanceof S3Failure.Changed
                || (task.object().etag().isEmpty() && failure.kind().equals("cut-body"));
    }

    /**
     * What the listing says of one key now.
     *
     * @throws S3Failure.Vanished when it does not name the key any more, which alone makes an object's absence a fact
     */
    private ListedObject relist(String key) throws S3Failure, IOException, InterruptedException {
        return requests.send(() -> s3.listOne(shard.bucket(), key, !shard.sorted()))
                .orElseThrow(() -> S3Failure.vanished("%s/%s".formatted(shard.bucket(), key)));
    }

    private ObjectMetadataProbe notes(ListedObject object, boolean withKey) {
        return new ObjectMetadataProbe(shard.bucket(), object, s3.heads(withKey), requests, guesses, refusals);
    }

    private ManifestEntry downloadSmall(FetchTask task, boolean withKey, AtomicLong sentNanos)
            throws S3Failure, IOException, InterruptedException {
        ObjectMetadataProbe notes = notes(task.object(), withKey);
        VerifiedBody proven = requests.retrying(() -> {
            sentNanos.set(System.nanoTime());
            return readSmall(task, withKey, notes);
        });
        return withTags(task, proven, notes);
    }

    private VerifiedBody readSmall(FetchTask task, boolean withKey, ObjectMetadataProbe notes)
            throws S3Failure, IOException, InterruptedException {
        ListedObject object = task.object();
        try (ByteBudget.Lease _ = requests.memory(object.size())) {
            SmallObject small = requests.limited(
                    object.size(),
                    () -> s3.reader(withKey)
                            .readSmall(
                                    shard.bucket(),
                                    object.key(),
                                    object.etag(),
                                    object.size(),
                                    progress.receiver(task.key())));
            requireListed(object, small.head());
            byte[] body = small.body();
            // No question about its parts: a request more would cost as much as the object.
            BodyVerifier proof =
                    new BodyVerifier(name(object), DeclaredChecksum.of(small.head()), body.length, guesses, null);
            proof.update(body, 0, body.length);
            String verified = proof.verdict(sink -> sink.update(body, 0, body.length));
            tree.write(task.path(), body, object.lastModified());
            return new VerifiedBody(proof.sha256(), verified, small.head(), notes.parts(proof.parts()));
        }
    }

    /** @param inOnePiece without ranges, which had been wrong: not every server sends the right ones */
    private ManifestEntry downloadLarge(FetchTask task, boolean withKey, AtomicLong sentNanos, boolean inOnePiece)
            throws S3Failure, IOException, InterruptedException {
        ObjectMetadataProbe notes = notes(task.object(), withKey);
        sentNanos.set(System.nanoTime());
        try (RangedDownload download = new RangedDownload(
                shard, task, requests, s3.reader(withKey), notes, tree, progress, inOnePiece)) {
            return withTags(task, download.run(), notes);
        }
    }

    /** Only an object that says that it has tags costs a request for them. */
    private static ManifestEntry withTags(FetchTask task, VerifiedBody proven, ObjectMetadataProbe notes)
            throws IOException, InterruptedException {
        Map<String, String> tags = proven.head() != null && proven.head().hasTags() ? notes.tags() : null;
        return tags == null ? task.entry(proven) : task.entry(proven, tags);
    }

    private String name(ListedObject object) {
        return shard.bucket() + "/" + object.key();
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

package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import io.hubstorage.s3.SmallObject;
import io.hubstorage.snapshot.EntryState;
import io.hubstorage.snapshot.KeyPath;
import io.hubstorage.snapshot.ManifestEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
    static final long SMALL = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(ObjectFetch.class);
    private static final int REREADS = 3;

    private final TransferMessage.Shard shard;
    private final TransferContext context;
    private final S3Access s3;
    private final TreeWriter tree;
    private final ShardProgress progress;
    private final Cancellation cancellation;

    ObjectFetch(
            TransferMessage.Shard shard,
            TransferContext context,
            S3Access s3,
            TreeWriter tree,
            ShardProgress progress,
            Cancellation cancellation) {
        this.shard = shard;
        this.context = context;
        this.s3 = s3;
        this.tree = tree;
        this.progress = progress;
        this.cancellation = cancellation;
    }

    /**
     * Brings it in.
     *
     * @return the manifest line of what is now in the tree
     */
    ManifestEntry fetch(FetchTask task) throws S3Failure, IOException, InterruptedException {
        ManifestEntry adopted = adopt(task);
        if (adopted != null) {
            return adopted;
        }
        if (isMarker(task.object())) {
            tree.folder(task.path());
            return entry(task, Digests.unchecked().sha256(), null);
        }
        return download(task);
    }

    private static boolean isMarker(ListedObject object) {
        return KeyPath.isDirectoryMarker(object.key(), object.size());
    }

    private @Nullable ManifestEntry adopt(FetchTask task) throws IOException {
        Difference.Candidate candidate = task.candidate();
        if (candidate == null) {
            return null;
        }
        TransferMessage.Source source = shard.sources().get(candidate.source());
        Path file = Differ.file(source, candidate.entry());
        EntryState state =
                source.previous() ? EntryState.LINKED : candidate.entry().state();
        try {
            if (candidate.entry().directory()) {
                tree.folder(task.path());
                return candidate.entry().withPath(task.path()).withState(state);
            }
            if (!tree.isOwn(file) || Files.size(file) != task.object().size()) {
                return null;
            }
            String sha256 = candidate.entry().sha256();
            if (!candidate.trusted()) {
                // A hash of our own tells more than the ETag, which need not be a digest.
                Digests digests =
                        sha256 == null ? Digests.expecting(task.object().etag()) : Digests.unchecked();
                digests.updateWhole(file);
                String found = digests.sha256();
                if (!digests.agreesWithEtag() || (sha256 != null && !sha256.equals(found))) {
                    LOG.warn("{} does not hold what S3 lists: it is downloaded again", file);
                    return null;
                }
                sha256 = found;
            }
            tree.link(file, task.path());
            return source.previous()
                    ? listedEntry(task, sha256).withState(state)
                    : candidate.entry().withPath(task.path()).withState(state);
        } catch (NoSuchFileException _) {
            return null;
        }
    }

    private ManifestEntry download(FetchTask task) throws S3Failure, IOException, InterruptedException {
        FetchTask current = task;
        int rereads = 0;
        Attempts made = new Attempts(context.backoff());
        while (true) {
            cancellation.check();
            try {
                return current.object().size() <= SMALL ? downloadSmall(current) : downloadLarge(current);
            } catch (S3Failure failure) {
                if (mayBeAnother(failure, current) && ++rereads <= REREADS) {
                    ListedObject now = relist(current.key());
                    if (isMarker(now) != isMarker(current.object())) {
                        // A folder's path is another than a file's; only a new plan can give it.
                        throw failure;
                    }
                    current = current.withObject(now);
                } else if (current.object().size() > SMALL && failure.concernsEverything()) {
                    // Each range has been patient already.
                    throw failure;
                } else {
                    LOG.debug("{}/{}: {}", shard.bucket(), task.key(), failure.getMessage());
                    made.pauseAfter(failure, cancellation);
                }
            }
        }
    }

    /** Where there is no ETag to match, a body of another size may mean that the object has changed. */
    private static boolean mayBeAnother(S3Failure failure, FetchTask task) {
        return failure instanceof S3Failure.Changed
                || (task.object().etag().isEmpty() && failure.kind().equals("cut-body"));
    }

    /** What the listing says of one key now; it changed since the listing was taken. */
    private ListedObject relist(String key) throws S3Failure, IOException, InterruptedException {
        return context.backoff()
                .retrying(cancellation, () -> s3.listOne(shard.bucket(), key))
                .orElseThrow(() -> S3Failure.vanished("%s/%s".formatted(shard.bucket(), key)));
    }

    private ManifestEntry downloadSmall(FetchTask task) throws S3Failure, IOException, InterruptedException {
        ListedObject object = task.object();
        try (ByteBudget.Lease _ = context.memory().take(object.size())) {
            SmallObject small = context.request(() -> s3.reader()
                    .readSmall(
                            shard.bucket(), object.key(), object.etag(), object.size(), progress.bytesReceived::add));
            requireListed(object, small.head());
            Digests digests = Digests.expecting(small.head());
            digests.update(small.body());
            requireAgreement(task, digests);
            tree.write(task.path(), small.body(), object.lastModified());
            return entry(task, digests.sha256(), small.head());
        }
    }

    private ManifestEntry downloadLarge(FetchTask task) throws S3Failure, IOException, InterruptedException {
        try (RangedDownload download =
                new RangedDownload(shard.bucket(), task, context, s3, tree, progress, cancellation)) {
            ObjectHead head = download.run();
            Digests digests = download.digests();
            requireAgreement(task, digests);
            tree.stamp(task.path(), task.object().lastModified());
            return entry(task, digests.sha256(), head);
        } catch (S3Failure | IOException | InterruptedException failure) {
            tree.discard(task.path());
            throw failure;
        }
    }

    /** Where there is no ETag to pin, size and time must be the listed ones; some servers round the time, some cut it off. */
    static void requireListed(ListedObject object, ObjectHead head) throws S3Failure {
        if (!object.etag().isEmpty()) {
            return;
        }
        boolean sameTime = head.lastModified().equals(Instant.EPOCH)
                || Duration.between(head.lastModified(), object.lastModified())
                                .abs()
                                .compareTo(Duration.ofSeconds(1))
                        <= 0;
        if (head.size() != object.size() || !sameTime) {
            throw S3Failure.changed("%s is no longer the object that was listed".formatted(object.key()));
        }
    }

    private void requireAgreement(FetchTask task, Digests digests) throws S3Failure {
        if (!digests.agreesWithEtag()) {
            throw S3Failure.corrupt(
                    "%s/%s: the body does not agree with its ETag %s; it was corrupted on the way or at rest"
                            .formatted(shard.bucket(), task.key(), task.object().etag()));
        }
    }

    private static ManifestEntry listedEntry(FetchTask task, @Nullable String sha256) {
        return entry(task, sha256, null);
    }

    private static ManifestEntry entry(FetchTask task, @Nullable String sha256, @Nullable ObjectHead head) {
        ListedObject object = task.object();
        return new ManifestEntry(
                object.key(),
                task.path(),
                object.size(),
                object.etag().isEmpty() ? null : object.etag(),
                object.lastModified(),
                sha256,
                object.storageClass(),
                head == null ? null : head.version(),
                head == null ? Map.of() : head.headers(),
                head == null ? Map.of() : head.metadata(),
                EntryState.DOWNLOADED);
    }
}

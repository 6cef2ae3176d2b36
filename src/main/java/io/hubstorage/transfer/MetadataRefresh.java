package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ObjectDetails;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings new metadata to bytes that stay: one HEAD for an object whose listing names another time or storage class beside the
 * same ETag, one question for tags whose turn it is. The file is not touched, as older snapshots share it. Thread-safe; for one
 * shard.
 */
final class MetadataRefresh {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataRefresh.class);
    private static final String STANDARD = "STANDARD";
    static final String TAG_COUNT = "x-amz-tagging-count";
    /** The tags of one in so many objects that have some are asked for in a run, because no listing shows that tags changed. */
    private static final int TAGS_ONE_IN = 30;
    /** So many objects decide whether a server's times are to be believed. */
    private static final int ENOUGH = 10;

    /** What the listing says of a key now. */
    @FunctionalInterface
    interface Relisting {
        ListedObject list(String key) throws S3Failure, IOException, InterruptedException;
    }

    private final String bucket;
    private final ShardProgress progress;
    private final Relisting relisting;
    private final Times files = new Times();
    private final Times folders = new Times();

    /** What has been found out about the times of one kind of object; guarded by its lock. */
    private static final class Times {
        private final ReentrantLock lock = new ReentrantLock();
        private int moving;
        private int steady;
    }

    MetadataRefresh(String bucket, ShardProgress progress, Relisting relisting) {
        this.bucket = bucket;
        this.progress = progress;
        this.relisting = relisting;
    }

    /** Whether something is to be asked about an object although its bytes are the same. */
    static boolean isDue(ManifestEntry entry, ListedObject object, TransferMessage.Shard shard, boolean timesMove) {
        return isListedOtherwise(entry, object, timesMove)
                || (shard.mode() == TransferMessage.Mode.COPY && areTagsDue(entry, shard.runId()));
    }

    private static boolean isListedOtherwise(ManifestEntry entry, ListedObject object, boolean timesMove) {
        return isInOtherClass(entry, object)
                || (!timesMove && !isSameTime(entry.lastModified(), object.lastModified()));
    }

    private static boolean isInOtherClass(ManifestEntry entry, ListedObject object) {
        return !Objects.requireNonNullElse(entry.storageClass(), STANDARD)
                .equals(Objects.requireNonNullElse(object.storageClass(), STANDARD));
    }

    /** A server that begins, or ceases, to tell fractions of a second has changed nothing. */
    private static boolean isSameTime(Instant one, Instant other) {
        return one.equals(other)
                || one.truncatedTo(ChronoUnit.MILLIS).equals(other.truncatedTo(ChronoUnit.MILLIS))
                || ((one.getNano() == 0 || other.getNano() == 0) && one.getEpochSecond() == other.getEpochSecond());
    }

    /** Chosen anew for each run, so that every object has its turn whatever the schedule is. */
    private static boolean areTagsDue(ManifestEntry entry, String runId) {
        if (entry.details().tags().isEmpty()) {
            return false;
        }
        // Mixed, because a hash of text alone says nothing more than the sum of its characters modulo 30.
        long mixed = (31L * runId.hashCode() + entry.key().hashCode()) * 0x9E3779B97F4A7C15L;
        return (mixed >>> 33) % TAGS_ONE_IN == 0;
    }

    /**
     * The line of an object whose bytes are there already.
     *
     * @param known what is known so far, under the path and in the state that it is to have
     * @return the line as it is now, which may be the known one; null when the object is another than the listed one
     */
    @Nullable
    ManifestEntry refreshed(FetchTask task, ManifestEntry known, ObjectMetadataProbe notes)
            throws S3Failure, IOException, InterruptedException {
        ListedObject object = task.object();
        if (!isListedOtherwise(known, object, progress.doTimesMove(known.directory()))) {
            Map<String, String> tags = known.details().tags().isEmpty() ? null : notes.tags();
            return tags == null ? known : withTags(known, tags);
        }
        if (doesItsTimeMove(known, object)) {
            return known;
        }
        ObjectHead head;
        try {
            head = notes.headOrFail();
            ObjectFetch.requireListed(object, head);
        } catch (S3Failure.Changed _) {
            return null;
        } catch (S3Failure failure) {
            if (!(failure instanceof S3Failure.Permanent)) {
                // Its turn comes again with the next run: until then the listing and the line disagree.
                LOG.debug("{}/{}: its new metadata is not known yet: {}", bucket, known.key(), failure.getMessage());
                return known;
            }
            if (failure.saysMissing()) {
                return known;
            }
            // What the listing says is true whether or not a HEAD is allowed.
            return line(known, object, null, known.details());
        }
        boolean mayHaveTags = head.hasTags() || !known.details().tags().isEmpty();
        Map<String, String> tags = mayHaveTags ? notes.tags() : Map.of();
        return line(known, object, head, details(known.details(), head, tags));
    }

    /**
     * Some servers give the time of the listing for folders, or for everything. An object that has had a new time before is
     * listed once more, to see whether it has yet another; one after the other, until enough of them have told.
     */
    private boolean doesItsTimeMove(ManifestEntry known, ListedObject object)
            throws S3Failure, IOException, InterruptedException {
        if (isInOtherClass(known, object) || !(known.fileTime() != null || known.directory())) {
            return false;
        }
        Times times = known.directory() ? folders : files;
        times.lock.lockInterruptibly();
        try {
            if (times.moving >= ENOUGH || times.steady >= ENOUGH) {
                return times.moving >= ENOUGH;
            }
            ListedObject again = relisting.list(object.key());
            if (!again.etag().equals(object.etag()) || isSameTime(again.lastModified(), object.lastModified())) {
                times.steady++;
                return false;
            }
            if (++times.moving == ENOUGH) {
                progress.timesMove(known.directory());
                LOG.warn(
                        "bucket {}: the server gives unchanged objects another time in each listing ({} for one); in"
                                + " this run such times are not taken for changes",
                        bucket,
                        object.key());
            }
            return true;
        } finally {
            times.lock.unlock();
        }
    }

    private static ManifestEntry withTags(ManifestEntry known, Map<String, String> tags) {
        return tags.equals(known.details().tags())
                ? known
                : known.withDetails(known.details().withTags(tags));
    }

    private static ObjectDetails details(ObjectDetails known, ObjectHead head, @Nullable Map<String, String> tags) {
        boolean checksums = !head.checksums().isEmpty();
        Map<String, String> properties = new HashMap<>(head.properties());
        if (tags != null) {
            properties.remove(TAG_COUNT);
        }
        return new ObjectDetails(
                known.partSize(),
                known.partSizes(),
                checksums ? head.checksums() : known.checksums(),
                checksums ? head.checksumType() : known.checksumType(),
                tags == null ? known.tags() : tags,
                properties);
    }

    private static ManifestEntry line(
            ManifestEntry known, ListedObject object, @Nullable ObjectHead head, ObjectDetails details) {
        return new ManifestEntry(
                        known.key(),
                        known.path(),
                        known.size(),
                        known.etag(),
                        object.lastModified(),
                        known.sha256(),
                        known.verified(),
                        object.storageClass(),
                        head == null ? known.version() : head.version(),
                        head == null ? known.headers() : head.headers(),
                        head == null ? known.metadata() : head.metadata(),
                        known.state(),
                        null,
                        details)
                .withFileTime(known.timeOnDisk());
    }
}

package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.integrity.BodyVerifier;
import io.hubstorage.integrity.DeclaredChecksum;
import io.hubstorage.integrity.PartSizeInference;
import io.hubstorage.integrity.PartSizes;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import io.hubstorage.s3.ObjectReader;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the server says of one object beside its body, and when it is asked. What it refuses counts as not known and fails
 * nothing: the reads decide about the object. For one thread at a time.
 */
final class ObjectMetadata implements BodyVerifier.Parts {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectMetadata.class);
    private static final String STANDARD = "STANDARD";
    /** The tags of one in so many objects that have some are asked for in a run, because no listing shows that tags changed. */
    private static final int TAGS_ONE_IN = 30;
    /** S3 has no object of more parts. */
    private static final int MOST_PARTS = 10_000;

    private final Shard shard;
    private final ListedObject object;
    private final S3Access s3;
    private final ObjectReader reader;
    private final DownloadRequests requests;
    private final PartSizeInference guesses;
    private final ServerQuirks quirks;
    private @Nullable OptionalLong firstPart;

    /** @param withKey whether it is to be asked for with the customer's key */
    ObjectMetadata(
            Shard shard,
            ListedObject object,
            S3Access s3,
            boolean withKey,
            DownloadRequests requests,
            PartSizeInference guesses,
            ServerQuirks quirks) {
        this.shard = shard;
        this.object = object;
        this.s3 = s3;
        this.reader = s3.object(shard.bucket(), object.key(), object.etag(), withKey);
        this.requests = requests;
        this.guesses = guesses;
        this.quirks = quirks;
    }

    ObjectReader reader() {
        return reader;
    }

    /**
     * Whether a HEAD may prove more than the first range will: a ranged GET gives no checksum of the whole, and an ETag proves
     * the whole only where it is a plain MD5.
     */
    boolean worthAHead() {
        return !DeclaredChecksum.isPlainMd5(object.etag());
    }

    /** Begins to prove a body of which this head is known, and that is written to this file before it is fed. */
    BodyVerifier proof(ObjectHead known, FileChannel file) throws IOException, InterruptedException {
        return new BodyVerifier(
                shard.bucket() + "/" + object.key(),
                DeclaredChecksum.of(known),
                object.size(),
                guesses,
                this,
                new BodyVerifier.SideBySide(file::read, requests.parallelMd5()));
    }

    /** The head of the whole object, with its checksums. */
    @Nullable
    ObjectHead head() throws IOException, InterruptedException {
        return ask(reader::head);
    }

    /**
     * What the listing says of the key now.
     *
     * @throws S3Failure.Vanished when it does not name the key any more, which alone makes an object's absence a fact
     */
    ListedObject relisted() throws S3Failure, IOException, InterruptedException {
        return requests.send(() -> s3.listOne(shard.bucket(), object.key(), !shard.sorted()))
                .orElseThrow(() -> S3Failure.vanished(shard.bucket() + "/" + object.key()));
    }

    /** The object's tags; null where they cannot be had, which for the whole shard is found out once. */
    @Nullable
    Map<String, String> tags() throws IOException, InterruptedException {
        try {
            return quirks.tags(this::askForTags).orElse(null);
        } catch (S3Failure notNow) {
            LOG.debug("the tags of {}/{} are not known: {}", shard.bucket(), object.key(), notNow.getMessage());
            return null;
        }
    }

    private Optional<Map<String, String>> askForTags() throws S3Failure, IOException, InterruptedException {
        try {
            return Optional.of(requests.send(reader::tags));
        } catch (S3Failure.Permanent refused) {
            if (refused.saysMissing()) {
                throw refused;
            }
            LOG.info("{} No tags are asked for in this bucket until the next run.", refused.getMessage());
            return Optional.empty();
        }
    }

    /**
     * How the object was uploaded, for the record: from its proof if that found out, otherwise by at most one question.
     *
     * @param found what the proof found; null for nothing
     */
    @Nullable
    PartSizes parts(@Nullable PartSizes found) throws IOException, InterruptedException {
        DeclaredChecksum parted = DeclaredChecksum.ofEtag(object.etag()).parted();
        if (found != null || parted == null) {
            return found;
        }
        int parts = parted.parts();
        if (parts == 1) {
            return PartSizes.each(object.size());
        }
        if (object.size() <= ObjectFetch.SMALL || !quirks.mayTellParts()) {
            return null;
        }
        OptionalLong first = firstPart(parts);
        quirks.toldParts(first.isPresent());
        return first.isPresent() && PartSizes.fits(first.getAsLong(), object.size(), parts)
                ? PartSizes.each(first.getAsLong())
                : null;
    }

    /** The size of the first part; asked once. */
    @Override
    public OptionalLong firstPart(int parts) throws IOException, InterruptedException {
        if (firstPart == null) {
            firstPart = part(1, parts);
        }
        return firstPart;
    }

    /** The size of every part, if the server tells them all and they make up the object. */
    @Override
    public List<Long> allParts(int parts) throws IOException, InterruptedException {
        OptionalLong first = firstPart(parts);
        if (first.isEmpty() || parts > MOST_PARTS) {
            return List.of();
        }
        List<Long> sizes = new ArrayList<>();
        sizes.add(first.getAsLong());
        long left = object.size() - first.getAsLong();
        for (int part = 2; part < parts && left > 0; part++) {
            OptionalLong size = part(part, parts);
            if (size.isEmpty()) {
                return List.of();
            }
            sizes.add(size.getAsLong());
            left -= size.getAsLong();
        }
        if (parts > 1) {
            sizes.add(left);
        }
        boolean whole = sizes.size() == parts && (parts == 1 ? left == 0 : left > 0);
        return whole ? sizes : List.of();
    }

    private OptionalLong part(int part, int parts) throws IOException, InterruptedException {
        OptionalLong size = ask(() -> reader.partSize(part, parts));
        return size == null ? OptionalLong.empty() : size;
    }

    private <T> @Nullable T ask(RetryPolicy.Attempt<T> question) throws IOException, InterruptedException {
        try {
            return requests.send(question);
        } catch (S3Failure refused) {
            LOG.debug("not known of {}/{}: {}", shard.bucket(), object.key(), refused.getMessage());
            return null;
        }
    }

    /** Whether something is to be asked about an object although its bytes are the same. */
    static boolean isRefreshDue(ManifestEntry entry, ListedObject object, Shard shard, ServerQuirks quirks) {
        return isListedOtherwise(entry, object, quirks)
                || (shard.mode() == TransferMessage.Mode.COPY && areTagsDue(entry, shard.runId()));
    }

    private static boolean isListedOtherwise(ManifestEntry entry, ListedObject object, ServerQuirks quirks) {
        return isInOtherClass(entry, object)
                || (!quirks.doTimesMove(entry.directory()) && !isSameTime(entry.lastModified(), object.lastModified()));
    }

    private static boolean isInOtherClass(ManifestEntry entry, ListedObject object) {
        return !Objects.requireNonNullElse(entry.metadata().storageClass(), STANDARD)
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
        if (entry.metadata().tags().isEmpty()) {
            return false;
        }
        // Mixed, because a hash of text alone says nothing more than the sum of its characters modulo 30.
        long mixed = (31L * runId.hashCode() + entry.key().hashCode()) * 0x9E3779B97F4A7C15L;
        return (mixed >>> 33) % TAGS_ONE_IN == 0;
    }

    /**
     * The line of an object whose bytes are there already: one HEAD where it is listed with another time or storage class, one
     * question for tags whose turn it is.
     *
     * @param known what is known so far, under the path and in the state that it is to have
     * @return the line as it is now, which may be the known one; null when the object is another than the listed one
     */
    @Nullable
    ManifestEntry refreshed(ManifestEntry known) throws S3Failure, IOException, InterruptedException {
        if (!isListedOtherwise(known, object, quirks)) {
            Map<String, String> tags = known.metadata().tags().isEmpty() ? null : tags();
            return tags == null || tags.equals(known.metadata().tags())
                    ? known
                    : known.withMetadata(known.metadata().withTags(tags));
        }
        if (doesItsTimeMove(known)) {
            return known;
        }
        ObjectHead head;
        try {
            head = requests.send(reader::head);
            ObjectFetch.requireListed(object, head);
        } catch (S3Failure.Changed _) {
            return null;
        } catch (S3Failure failure) {
            if (!(failure instanceof S3Failure.Permanent)) {
                // Its turn comes again with the next run: until then the listing and the line disagree.
                LOG.debug(
                        "{}/{}: its metadata is not known yet: {}", shard.bucket(), known.key(), failure.getMessage());
                return known;
            }
            // What the listing says is true whether or not a HEAD is allowed.
            return failure.saysMissing() ? known : FetchTask.entry(known, object, null, null);
        }
        boolean mayHaveTags = head.hasTags() || !known.metadata().tags().isEmpty();
        Map<String, String> tags = mayHaveTags ? tags() : Map.of();
        return FetchTask.entry(known, object, head, tags);
    }

    /** Only what has had a new time before, with the same bytes, is looked at. */
    private boolean doesItsTimeMove(ManifestEntry known) throws S3Failure, IOException, InterruptedException {
        boolean candidate = !isInOtherClass(known, object) && (known.fileTime() != null || known.directory());
        return candidate
                && quirks.doesTimeMove(object.key(), known.directory(), () -> {
                    ListedObject again = relisted();
                    return again.etag().equals(object.etag())
                            && !isSameTime(again.lastModified(), object.lastModified());
                });
    }
}

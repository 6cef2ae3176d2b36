package io.hubstorage.transfer;

import io.hubstorage.integrity.BodyVerifier;
import io.hubstorage.integrity.DeclaredChecksum;
import io.hubstorage.integrity.PartSizeInference;
import io.hubstorage.integrity.PartSizes;
import io.hubstorage.s3.HeadReader;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server can say of one object beside its body. Whatever it refuses counts as not known and fails nothing: the reads
 * decide about the object.
 */
final class ObjectMetadataProbe implements BodyVerifier.Parts {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectMetadataProbe.class);
    /** S3 has no object of more parts. */
    private static final int MOST_PARTS = 10_000;

    private final String bucket;
    private final ListedObject object;
    private final HeadReader heads;
    private final Requests requests;
    private final PartSizeInference guesses;
    private final Refusals refusals;
    private @Nullable OptionalLong firstPart;

    ObjectMetadataProbe(
            String bucket,
            ListedObject object,
            HeadReader heads,
            Requests requests,
            PartSizeInference guesses,
            Refusals refusals) {
        this.bucket = bucket;
        this.object = object;
        this.heads = heads;
        this.requests = requests;
        this.guesses = guesses;
        this.refusals = refusals;
    }

    /**
     * Whether a HEAD may prove more than the first range will: a ranged GET gives no checksum of the whole, and an ETag proves
     * the whole only where it is a plain MD5.
     */
    boolean worthAHead() {
        return !DeclaredChecksum.isPlainMd5(object.etag());
    }

    /** Begins to prove a body of which this head is known. */
    BodyVerifier proof(ObjectHead known) throws IOException, InterruptedException {
        return new BodyVerifier(bucket + "/" + object.key(), DeclaredChecksum.of(known), object.size(), guesses, this);
    }

    /** The head of the whole object, with its checksums. */
    @Nullable
    ObjectHead head() throws IOException, InterruptedException {
        return ask(() -> heads.whole(bucket, object.key(), object.etag()));
    }

    /**
     * The head of the whole object, from who must have it.
     *
     * @throws S3Failure when it cannot be had
     */
    ObjectHead headOrFail() throws S3Failure, IOException, InterruptedException {
        return requests.send(() -> heads.whole(bucket, object.key(), object.etag()));
    }

    /** The object's tags; null where they cannot be had, which for the whole shard is found out once. */
    @Nullable
    Map<String, String> tags() throws IOException, InterruptedException {
        try {
            return refusals.tags(this::askForTags).orElse(null);
        } catch (S3Failure notNow) {
            LOG.debug("the tags of {}/{} are not known: {}", bucket, object.key(), notNow.getMessage());
            return null;
        }
    }

    private Optional<Map<String, String>> askForTags() throws S3Failure, IOException, InterruptedException {
        try {
            return Optional.of(requests.send(() -> heads.tags(bucket, object.key())));
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
        if (object.size() <= ObjectFetch.SMALL || !refusals.mayAskForParts()) {
            return null;
        }
        OptionalLong first = firstPart(parts);
        refusals.parts(first.isPresent());
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
        OptionalLong size = ask(() -> heads.partSize(bucket, object.key(), object.etag(), part, parts));
        return size == null ? OptionalLong.empty() : size;
    }

    private <T> @Nullable T ask(RetryPolicy.Attempt<T> question) throws IOException, InterruptedException {
        try {
            return requests.send(question);
        } catch (S3Failure refused) {
            LOG.debug("not known of {}/{}: {}", bucket, object.key(), refused.getMessage());
            return null;
        }
    }
}

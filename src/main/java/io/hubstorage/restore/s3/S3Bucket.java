package io.hubstorage.restore.s3;

import io.hubstorage.bus.IsoTime;
import io.hubstorage.bus.Sizes;
import io.hubstorage.integrity.PartSizeInference;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.requests.Requests;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.restore.s3.ServerAbilities.Tagging;
import io.hubstorage.restore.targets.Target.Found;
import io.hubstorage.restore.targets.Target.Written;
import io.hubstorage.s3.MultipartUploads;
import io.hubstorage.s3.ObjectWriter;
import io.hubstorage.s3.ObjectWriter.Bytes;
import io.hubstorage.s3.ObjectWriter.Head;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import java.io.FilterInputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The bucket that a restore writes to, with all that the writes of single objects share. Safe for threads. */
final class S3Bucket {
    private static final long BODY = 2L << 20;
    private static final int LEAST_AT_ONCE = 4;

    private final ObjectWriter writer;
    private final Requests requests;
    private final ObjectAttributes attributes;
    private final MultipartUploads parts;
    private final TrackedUploads uploads;
    private final PartSizeInference guesses = new PartSizeInference();
    /** One for each body under way. */
    private final Semaphore bodies = new Semaphore(mostAtOnce(), true);

    private volatile Tagging tagging = Tagging.NONE;

    S3Bucket(
            S3Access s3,
            String name,
            Requests requests,
            ObjectAttributes attributes,
            UploadJournal journal,
            InstantSource clock) {
        this.writer = s3.writer(name);
        this.parts = s3.uploads(name);
        this.requests = requests;
        this.attributes = attributes;
        this.uploads = new TrackedUploads(writer, parts, requests, journal, clock);
    }

    ObjectWriter writer() {
        return writer;
    }

    MultipartUploads parts() {
        return parts;
    }

    TrackedUploads uploads() {
        return uploads;
    }

    Requests requests() {
        return requests;
    }

    ObjectAttributes attributes() {
        return attributes;
    }

    /** How many bodies may be under way at once: each takes up to 2 MiB, all of them a quarter of the heap. */
    static int mostAtOnce() {
        return Math.clamp(Runtime.getRuntime().maxMemory() / 4 / BODY, LEAST_AT_ONCE, Integer.MAX_VALUE);
    }

    /** Sends a body, when there is memory for it. */
    <T> T withMemory(RetryPolicy.Attempt<T> sending) throws S3Failure, IOException, InterruptedException {
        bodies.acquire();
        try {
            return sending.run();
        } finally {
            bodies.release();
        }
    }

    /** How tags are set from now on. */
    void tagging(Tagging found) {
        tagging = found;
    }

    UploadPlan plan(ManifestEntry entry) {
        return UploadPlan.of(entry, guesses);
    }

    /** Of an object that has the recorded ETag, the size of its parts is likely to be that of others. */
    void learn(ManifestEntry entry, UploadPlan plan, Written written) {
        if (written.proof().equals("etag") && entry.content().upload().partSize() == 0) {
            guesses.right(plan.each());
        }
    }

    Map<String, String> headers(ManifestEntry entry) {
        return attributes.headers(entry, tagging);
    }

    /** What each request for an object that is encrypted with the customer's key must have. */
    Map<String, String> customerKey(ManifestEntry entry) {
        return attributes.hasCustomerKey(entry) ? attributes.customerKey() : Map.of();
    }

    /** What is there; null for nothing. */
    @Nullable
    Head head(String name) throws S3Failure, InterruptedException {
        return head(name, false);
    }

    @Nullable
    Head head(String name, ManifestEntry entry) throws S3Failure, InterruptedException {
        return head(name, attributes.hasCustomerKey(entry));
    }

    /** A HEAD with the customer's key is refused where the object has none, and the other way, in no words. */
    private @Nullable Head head(String name, boolean withCustomerKey) throws S3Failure, InterruptedException {
        try {
            return writer.head(name, withCustomerKey);
        } catch (S3Failure.Permanent refused) {
            if (refused.kind() != S3Failure.Kind.REFUSED
                    || attributes.customerKey().isEmpty()) {
                throw refused;
            }
            return writer.head(name, !withCustomerKey);
        }
    }

    /** Sets the tags that could not go with the object. */
    void tagByItself(String name, ManifestEntry entry) throws S3Failure, IOException, InterruptedException {
        Map<String, String> tags = attributes.tags(entry);
        if (!tags.isEmpty() && !attributes.tagsGoWith(entry, tagging)) {
            requests.send(() -> {
                writer.tag(name, tags);
                return true;
            });
        }
    }

    /** Whether it has the tags that it is to have; those whose own request was cut off from the object's are set now. */
    boolean hasTags(String name, ManifestEntry entry) throws S3Failure, IOException, InterruptedException {
        Map<String, String> tags = attributes.tags(entry);
        if (tags.isEmpty()) {
            return true;
        }
        Map<String, String> has = requests.send(() -> writer.tags(name));
        if (has.isEmpty() && !attributes.tagsGoWith(entry, tagging)) {
            tagByItself(name, entry);
            return true;
        }
        return has.equals(tags);
    }

    /** What a confirmed write comes to. */
    Written written(ManifestEntry entry, Head head, Proof proof) {
        String etag = head.head().etag();
        return new Written(etag.isEmpty() ? null : etag, proof.word(), attributes.differences(entry, head));
    }

    /** What is there, in a sentence. */
    String describe(Head head) {
        return "There is something else now: %s of %s."
                .formatted(
                        Sizes.bytes((double) head.head().size()),
                        IsoTime.format(head.head().lastModified()));
    }

    /**
     * Deletes what was found, with one request or two.
     *
     * @param heeded whether the server compares the ETag; else it is looked at right before
     * @return what is there instead, in a sentence
     */
    Optional<String> delete(Found expected, boolean heeded) throws S3Failure, InterruptedException {
        if (!heeded) {
            Head head = head(expected.name());
            if (head == null) {
                return Optional.empty();
            }
            if (!ObjectCondition.isStill(expected, head)) {
                return Optional.of(describe(head));
            }
        }
        try {
            writer.delete(expected.name(), null, heeded ? expected.etag() : null);
            return Optional.empty();
        } catch (S3Failure.Changed other) {
            Head head = head(expected.name());
            return head == null ? Optional.empty() : Optional.of(describe(head));
        }
    }

    /**
     * The same bytes, which go no faster than they may.
     *
     * @param counter of what goes
     */
    static Bytes paced(Bytes bytes, Requests.Allowance allowance, LongConsumer counter) {
        LongConsumer sent = allowance.counting(counter);
        return Bytes.of(bytes.length(), () -> new FilterInputStream(bytes.open()) {
            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                allowance.more();
                int read = super.read(into, offset, length);
                if (read > 0) {
                    sent.accept(read);
                }
                return read;
            }
        });
    }
}

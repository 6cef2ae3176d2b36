package io.hubstorage.restore.s3;

import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.bus.Sizes;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.hubstorage.config.Settings;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.requests.Requests;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.restore.targets.Source;
import io.hubstorage.restore.targets.Target;
import io.hubstorage.s3.ObjectWriter;
import io.hubstorage.s3.ObjectWriter.Head;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A bucket that a restore writes to. What its server can do is found out once, by {@link ServerProbe}; how one object is written is
 * {@link ObjectUpload}'s. All bodies under way take no more than a quarter of the heap.
 */
public final class S3Target implements Target {
    /** A key in UTF-8; S3 takes no longer one. */
    private static final int MOST_KEY_BYTES = 1024;

    /** Some servers say nothing while they put the parts of a large object together. */
    private static final Duration SILENCE = Duration.ofMinutes(2);
    /** More than there may ever be requests at once. */
    private static final int CONNECTIONS = 256;

    /**
     * Where and how to write.
     *
     * @param prefix of all keys; the probe is written below it
     * @param folder of this restore on this machine, for what must be known of it after a kill
     */
    public record Destination(String restoreId, String bucket, String prefix, Path folder, boolean createBucket) {
        String probe() {
            return prefix + ".hubstorage-probe-" + restoreId;
        }
    }

    private final S3Access s3;
    private final Destination destination;
    private final ObjectAttributes attributes;
    private final ObjectWriter writer;
    private final S3Bucket bucket;
    private final Requests requests;
    private final UploadLimits limits;
    private final String endpoint;
    /** Whether the server is known to list in the order of keys. */
    private final boolean ordered;

    private final ReentrantLock probing = new ReentrantLock();
    private ServerProbe.@Nullable Result probed;

    S3Target(
            Settings.Aws aws,
            S3Access s3,
            Destination destination,
            ObjectAttributes attributes,
            RetryPolicy retries,
            UploadLimits limits,
            InstantSource clock) {
        this.s3 = s3;
        this.destination = destination;
        this.attributes = attributes;
        this.limits = limits;
        this.requests = limits.requests(retries);
        this.bucket = new S3Bucket(s3, destination.bucket, requests, attributes, journal(destination.folder), clock);
        this.writer = bucket.writer();
        this.endpoint = aws.endpoint() == null ? "AWS" : aws.endpoint().toString();
        // AWS' directory buckets list in no order.
        this.ordered = aws.endpoint() == null && !destination.bucket.endsWith("--x-s3");
    }

    /**
     * Opens nothing yet.
     *
     * @param aws where the bucket is, and who writes to it
     * @param version of the program, for the user agent
     */
    public static S3Target open(
            Destination destination, RestoreRequest request, Settings.Aws aws, ConfigStore config, String version) {
        HubConfig.SyncOptions options = config.config().syncOptions();
        InstantSource clock = InstantSource.system();
        S3Access s3 = new S3Access(aws, CONNECTIONS, version, SILENCE);
        ObjectAttributes attributes = new ObjectAttributes(
                request.storageClass() == null ? options.storageClass() : request.storageClass(),
                request.sse() == null ? options.sse() : request.sse(),
                request.withoutTags(),
                s3.customerKeyHeaders());
        try {
            // Last, since it starts a thread.
            UploadLimits limits = UploadLimits.of(config, clock);
            return new S3Target(aws, s3, destination, attributes, RetryPolicy.USUAL, limits, clock);
        } catch (RuntimeException broken) {
            s3.close();
            throw broken;
        }
    }

    /** Whether a restore has begun something in its bucket that it may not have ended. */
    public static boolean hasUnfinished(Path folder) throws IOException {
        return !journal(folder).open().isEmpty();
    }

    static UploadJournal journal(Path folder) {
        return new UploadJournal(folder.resolve("uploads.jsonl"));
    }

    @Override
    public Checked check(Demand demand) throws IOException, InterruptedException {
        List<String> problems = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        try {
            if (!requests.send(writer::bucketExists)) {
                missing(problems, warnings);
            } else if (demand.write().objects() > 0 || demand.deletes() > 0) {
                tell(probed(), demand, problems, warnings);
            }
        } catch (S3Failure failure) {
            problems.add(FailureWords.sentence(failure));
        }
        if (attributes.withoutTags() && demand.tagged() > 0) {
            warnings.add("The tags of %s are left out.".formatted(Sizes.objects(demand.tagged())));
        }
        return new Checked(problems, warnings);
    }

    private void missing(List<String> problems, List<String> warnings) {
        if (destination.createBucket) {
            warnings.add(
                    "There is no bucket \"%s\" at %s; it will be created.".formatted(destination.bucket, endpoint));
        } else {
            problems.add("There is no bucket \"%s\" at %s. Choose another one, or have it created (--create-bucket)."
                    .formatted(destination.bucket, endpoint));
        }
    }

    private void tell(ServerProbe.Result found, Demand demand, List<String> problems, List<String> warnings) {
        if (!attributes.withoutTags()) {
            found.abilities().tagsProblem(demand.tagged()).ifPresent(problems::add);
        }
        warnings.addAll(found.abilities().warnings());
        found.leftBehind()
                .ifPresent(
                        failure -> warnings.add("The object \"%s\", written to try the server, could not be deleted: %s"
                                .formatted(destination.probe(), failure.getMessage())));
    }

    private ServerProbe.Result probed() throws S3Failure, IOException, InterruptedException {
        probing.lockInterruptibly();
        try {
            ServerProbe.Result known = probed;
            if (known == null) {
                ServerProbe probe =
                        new ServerProbe(writer, bucket.parts(), requests, destination.probe(), attributes.encryption());
                known = bucket.uploads().noted(destination.probe(), probe::run, probe::isClean);
                probed = known;
                bucket.tagging(known.abilities().tagging());
            }
            return known;
        } finally {
            probing.unlock();
        }
    }

    @Override
    public void prepare() throws TargetException, IOException, InterruptedException {
        asking(() -> {
            if (destination.createBucket && !requests.send(writer::bucketExists)) {
                requests.send(() -> {
                    create();
                    return true;
                });
            }
            return probed();
        });
    }

    /** An earlier attempt, whose answer did not come, may have created it. */
    private void create() throws S3Failure, InterruptedException {
        try {
            writer.createBucket();
        } catch (S3Failure.Permanent refused) {
            if (!refused.code().equals("BucketAlreadyOwnedByYou")) {
                throw refused;
            }
        }
    }

    @Override
    public Optional<String> refuses(String name, ManifestEntry entry) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        return bytes <= MOST_KEY_BYTES
                ? Optional.empty()
                : Optional.of("Its key would have %s bytes; S3 takes %s at most."
                        .formatted(Sizes.number(bytes), Sizes.number(MOST_KEY_BYTES)));
    }

    @Override
    public int atOnce() {
        return Math.min(limits.atOnce(), S3Bucket.mostAtOnce());
    }

    /** What brings the bytes, and a HEAD that confirms them. */
    @Override
    public long requests(ManifestEntry entry) {
        return bucket.plan(entry).requests() + 1L;
    }

    @Override
    public Listing list(String prefix) {
        return new S3Listing(
                s3.list(destination.bucket, prefix, null, null),
                requests,
                ordered ? null : destination.folder.resolve("listing"));
    }

    @Override
    public Optional<Found> find(String key, String name) throws TargetException, IOException, InterruptedException {
        return asking(() ->
                requests.send(() -> Optional.ofNullable(bucket.head(name))).map(head -> found(key, name, head)));
    }

    private static Found found(String key, String name, Head head) {
        String etag = head.head().etag();
        return new Found(
                key,
                name,
                head.head().size(),
                etag.isEmpty() ? null : etag,
                head.head().lastModified());
    }

    /** An equal ETag says it; another says nothing where S3 encrypts with keys of its own, and such an object is written again. */
    @Override
    public boolean isSame(Found found, ManifestEntry entry) {
        return found.size() == entry.size()
                && found.etag() != null
                && found.etag().equals(entry.etag());
    }

    @Override
    public Written write(String name, ManifestEntry entry, Source source, Condition condition)
            throws ConflictException, TargetException, IOException, InterruptedException {
        ObjectUpload.Outcome outcome =
                asking(() -> new ObjectUpload(bucket, probed().abilities(), name, entry, source, condition).run());
        Written written = outcome.written();
        if (written == null) {
            throw new ConflictException(Objects.requireNonNullElse(outcome.conflict(), ""));
        }
        return written;
    }

    @Override
    public Optional<Written> holds(String name, ManifestEntry entry)
            throws TargetException, IOException, InterruptedException {
        return asking(() -> {
            Head head = requests.send(() -> Optional.ofNullable(bucket.head(name, entry)))
                    .orElse(null);
            if (head == null) {
                return Optional.empty();
            }
            Proof proof = Proof.of(entry, head, null, false);
            return proof.isRight() && !proof.isLengthAlone() && bucket.hasTags(name, entry)
                    ? Optional.of(bucket.written(entry, head, proof))
                    : Optional.empty();
        });
    }

    @Override
    public void delete(Found expected) throws ConflictException, TargetException, IOException, InterruptedException {
        Optional<String> conflict = asking(() -> {
            boolean heeded = probed().abilities().deletesOnCondition() && expected.etag() != null;
            return requests.retrying(() -> requests.limited(() -> bucket.delete(expected, heeded)));
        });
        if (conflict.isPresent()) {
            throw new ConflictException(conflict.get());
        }
    }

    @Override
    public void clear() throws TargetException, IOException, InterruptedException {
        asking(() -> {
            bucket.uploads().clear(destination.probe());
            return true;
        });
    }

    /** Asks S3; its failures as this room tells them. */
    private <T> T asking(RetryPolicy.Attempt<T> question) throws TargetException, IOException, InterruptedException {
        try {
            return question.run();
        } catch (UploadJournal.JournalException broken) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            throw new TargetException("journal", String.valueOf(broken.getMessage()), false, true, broken);
        } catch (S3Failure failure) {
            throw FailureWords.told(failure);
        } catch (InterruptedIOException interrupted) {
            if (Thread.interrupted()) {
                InterruptedException stopped = new InterruptedException(interrupted.getMessage());
                stopped.initCause(interrupted);
                throw stopped;
            }
            throw interrupted;
        }
    }

    @Override
    public void close() {
        limits.close();
        s3.close();
    }
}

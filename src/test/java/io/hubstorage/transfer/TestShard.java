package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Mode;
import io.hubstorage.config.Settings;
import io.hubstorage.integrity.ParallelMd5;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.requests.RequestPermits;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.S3Access;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import io.hubstorage.testkit.SyntheticS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One bucket of a synthetic S3, backed up shard by shard as a run does it, without a run. */
final class TestShard implements AutoCloseable {
    private final Path home;
    private final SyntheticS3 s3 = SyntheticS3.start();
    private SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.empty());
    private final RequestPermits permits = new RequestPermits(64);
    private final ParallelMd5 parallelMd5;
    private DownloadRequests requests;
    private final List<TransferMessage.Source> sources = new ArrayList<>();
    private TransferMessage.Options options =
            new TransferMessage.Options(true, List.of(), List.of(), true, false, false, false);
    private TransferMessage.Keys keys = new TransferMessage.Keys("", null, null, false);
    private @Nullable String customerKey;
    private Duration stall = Duration.ofSeconds(20);
    private @Nullable S3Access access;
    private int attempt;
    private int snapshot;

    TestShard(Path home) {
        this(home, new ParallelMd5());
    }

    /** One that hashes parts in another way than the processor suggests. */
    TestShard(Path home, ParallelMd5 parallelMd5) {
        this.home = home;
        this.parallelMd5 = parallelMd5;
        this.requests = requests(new RateLimiter(System::nanoTime));
    }

    private DownloadRequests requests(RateLimiter bandwidth) {
        return new DownloadRequests(
                permits,
                bandwidth,
                32 << 20,
                new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(2), 3),
                parallelMd5);
    }

    /** Every body comes within this limit. */
    TestShard within(RateLimiter bandwidth) {
        requests = requests(bandwidth);
        return this;
    }

    /** S3 may be silent for so long. */
    TestShard stall(Duration silence) {
        stall = silence;
        return this;
    }

    /** As if so many other large objects were being read. */
    TestShard besideLargeObjects(int others) {
        requests.largeObjects().addAndGet(others);
        return this;
    }

    /** As if of what has been kept of an object no other ranges were finished than these. */
    TestShard finished(String key, int... ranges) {
        SyntheticObject object = bucket.get(key);
        PartialDownloads.Partial kept = Objects.requireNonNull(requests.partials()
                .take(
                        "run",
                        "photos",
                        new ListedObject(
                                key,
                                object.size(),
                                object.etag(),
                                object.lastModified(),
                                object.storageClass(),
                                false)));
        kept.finished().clear();
        for (int range : ranges) {
            kept.finished().set(range);
        }
        requests.partials().keep("run", "photos", kept);
        return this;
    }

    RequestPermits permits() {
        return permits;
    }

    /** How many objects are being read in ranges, those of other shards included. */
    AtomicInteger largeObjects() {
        return requests.largeObjects();
    }

    SyntheticS3 s3() {
        return s3;
    }

    SyntheticBucket bucket() {
        return bucket;
    }

    /** The bucket is on another kind of server. */
    SyntheticBucket on(UnaryOperator<SyntheticBucket> server) {
        bucket = s3.bucket("photos", server.apply(bucket));
        return bucket;
    }

    TestShard options(TransferMessage.Options other) {
        options = other;
        return this;
    }

    TestShard keys(TransferMessage.Keys other) {
        keys = other;
        return this;
    }

    TestShard customerKey(String base64) {
        customerKey = base64;
        return this;
    }

    int gets() {
        return s3.log().requests(request -> request.kind() == RequestKind.GET).size();
    }

    int heads() {
        return s3.log().requests(request -> request.kind() == RequestKind.HEAD).size();
    }

    private S3Access access() {
        if (access == null) {
            Settings.Aws aws = s3.settings();
            access = new S3Access(
                    new Settings.Aws(aws.keys(), aws.region(), null, aws.endpoint(), true, null, customerKey),
                    64,
                    "test",
                    stall);
        }
        return access;
    }

    /** The order for the next attempt at the bucket. */
    TransferMessage.Shard message(Mode mode) throws IOException {
        if (mode != Mode.LINK && mode != Mode.RETRY) {
            attempt++;
        }
        TransferMessage.Shard shard = new TransferMessage.Shard(
                "run",
                new TransferMessage.ShardId("photos", attempt, 0),
                mode,
                keys,
                new TransferMessage.Workspace(tree().toString(), journal().toString(), List.copyOf(sources)),
                options,
                TransferMessage.Progress.NONE);
        Files.createDirectories(tree());
        Files.createDirectories(journal());
        Files.writeString(Path.of(shard.lease()), "run");
        return shard;
    }

    TransferMessage.Result run(Mode mode) throws IOException {
        return job(mode).run();
    }

    ShardJob job(Mode mode) throws IOException {
        return new ShardJob(new Shard(message(mode)), requests, this::access);
    }

    /** Fetches one object after the other, as the next attempt at the bucket does side by side. */
    ObjectFetch fetch() throws IOException {
        Shard shard = new Shard(message(Mode.COPY));
        ShardProgress progress = new ShardProgress(TransferMessage.Progress.NONE);
        SourceFiles files = new SourceFiles(shard.sources(), progress.lookNanos);
        return new ObjectFetch(
                shard,
                requests,
                access(),
                new TreeWriter(shard, files, progress, new Lease(null)),
                progress,
                new ServerQuirks(shard.bucket(), () -> {
                    access().tryListing(shard.bucket(), shard.prefix());
                    return true;
                }));
    }

    /** Copies, and links what stays if anything has changed: that is the snapshot which the next attempt is compared with. */
    TransferMessage.Result backUp() throws IOException {
        TransferMessage.Result copied = run(Mode.COPY);
        if (copied.outcome() == TransferMessage.Outcome.CHANGED) {
            TransferMessage.Result linked = run(Mode.LINK);
            if (linked.outcome() == TransferMessage.Outcome.LINKED) {
                snapshot = attempt;
                believe(TransferMessage.Trust.MANIFEST);
            }
            return linked.outcome() == TransferMessage.Outcome.LINKED ? copied : linked;
        }
        return copied;
    }

    /** How far the last snapshot is believed from now on. */
    void believe(TransferMessage.Trust trust) {
        sources.clear();
        sources.add(new TransferMessage.Source(
                home.resolve("tree-" + snapshot).toString(),
                home.resolve("journal-" + snapshot + "/shard-0000.part.zst").toString(),
                true,
                trust));
    }

    /** A further source, before the last snapshot. */
    void source(TransferMessage.Source other) {
        sources.addFirst(other);
    }

    /** The tree of the last attempt. */
    Path tree() {
        return home.resolve("tree-" + attempt);
    }

    Path journal() {
        return home.resolve("journal-" + attempt);
    }

    /** What the last attempt's part of the manifest says, by key. */
    Map<String, ManifestEntry> part() throws IOException {
        Map<String, ManifestEntry> entries = new TreeMap<>();
        try (ManifestReader reader = ManifestReader.open(journal().resolve("shard-0000.part.zst"))) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                entries.put(entry.key(), entry);
            }
        }
        return entries;
    }

    /** What it says of a key that must be in it. */
    ManifestEntry line(String key) throws IOException {
        return Objects.requireNonNull(part().get(key));
    }

    @Override
    public void close() {
        if (access != null) {
            access.close();
        }
        s3.close();
    }
}

package io.hubstorage.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.FailureCause;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.Tally;
import io.hubstorage.config.HubConfig;
import io.hubstorage.fs.Blocks;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.DiskSync;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Trees;
import io.hubstorage.manifest.ManifestIndex;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a snapshot of what a run has staged: manifests, certificate, everything durable, then one rename. Before the rename
 * there is no snapshot, after it there is a whole one.
 */
final class Commit {
    private final Layout layout;
    private final DiskSync sync;
    private final Staging staging;
    private final RunPlan plan;
    private final String version;

    Commit(Layout layout, DiskSync sync, Staging staging, RunPlan plan, String version) {
        this.layout = layout;
        this.sync = sync;
        this.staging = staging;
        this.plan = plan;
        this.version = version;
    }

    /**
     * Commits under the name in the record.
     *
     * @param dated when the run counts as begun, which orders the snapshots
     * @param attempts those of the record's buckets that the snapshot holds
     * @param inTrees what is new on the disk in the buckets' trees, in whole blocks
     */
    void commit(RunRecord record, Instant dated, List<BucketAttempt> attempts, @Nullable String previous, long inTrees)
            throws IOException, RunStoppedException {
        Path snapshot = staging.beginAssembly();
        Map<String, BucketAttempt> byName =
                attempts.stream().collect(Collectors.toMap(BucketAttempt::bucket, Function.identity()));
        List<Certificate.Bucket> buckets = new ArrayList<>();
        for (RunRecord.BucketRecord bucket : record.buckets()) {
            BucketAttempt attempt = byName.get(bucket.bucket());
            buckets.add(attempt == null ? missing(bucket) : place(bucket, attempt, snapshot));
        }
        int format = mayHoldCompressed(snapshot, buckets) ? Certificate.COMPRESSED : Certificate.FORMAT;
        Certificate certificate =
                certificate(format, record, dated, buckets, previous, inTrees + besideTrees(snapshot));
        if (!certificate.balanced()) {
            throw new IllegalStateException(
                    "the certificate does not add up, so nothing is committed: " + certificate.problems());
        }
        certificate.write(Layout.certificate(snapshot));
        try {
            sync.sync(snapshot);
        } catch (IOException e) {
            // A disk tells that only once, and not of which files: the next run would take what was lost for
            // downloaded.
            staging.discard();
            if (DiskFull.isCauseOf(e)) {
                throw new RunStoppedException(
                        FailureCause.DISK_FULL, Preflight.fullAfterAll(layout.data(), e.getMessage()));
            }
            throw e;
        }
        Durable.commitFolder(snapshot, layout.snapshot(Objects.requireNonNull(record.snapshot())));
    }

    /** By the policy, or because it has some of a snapshot before. */
    private boolean mayHoldCompressed(Path snapshot, List<Certificate.Bucket> buckets) throws IOException {
        if (plan.config().compression().mode() == HubConfig.Compression.Mode.FILES) {
            return true;
        }
        for (Certificate.Bucket bucket : buckets) {
            Path manifest = Layout.manifest(snapshot, bucket.name());
            if (bucket.manifest() != null
                    && ManifestIndex.read(ManifestIndex.beside(manifest)).compressed()) {
                return true;
            }
        }
        return false;
    }

    private static Certificate.Bucket missing(RunRecord.BucketRecord bucket) {
        return new Certificate.Bucket(
                bucket.bucket(),
                "",
                bucket.outcome(),
                new Certificate.Listing(bucket.listingComplete(), 0, "utf8"),
                Tally.ZERO,
                null,
                null);
    }

    private Certificate.Bucket place(RunRecord.BucketRecord bucket, BucketAttempt attempt, Path snapshot)
            throws IOException {
        staging.assemble(attempt.number(), attempt.bucket());
        Path manifest = Layout.manifest(snapshot, attempt.bucket());
        Trees.createBelow(snapshot, Durable.folderOf(manifest));
        List<Path> parts =
                attempt.shards().stream().map(BucketAttempt.ShardEnd::part).toList();
        ManifestSummary summary = ManifestWriter.join(parts, manifest);
        return new Certificate.Bucket(
                bucket.bucket(),
                attempt.prefix(),
                bucket.outcome(),
                new Certificate.Listing(
                        bucket.listingComplete(), attempt.usage().listRequests(), attempt.sorted() ? "sorted" : "utf8"),
                new Tally(summary.entries(), summary.bytes()),
                summary,
                failures(attempt, snapshot));
    }

    private static @Nullable String failures(BucketAttempt attempt, Path snapshot) throws IOException {
        List<Path> files = attempt.shards().stream()
                .map(BucketAttempt.ShardEnd::failures)
                .filter(Files::exists)
                .toList();
        if (files.isEmpty()) {
            return null;
        }
        Path all = Layout.failures(snapshot, attempt.bucket());
        Trees.createBelow(snapshot, Durable.folderOf(all));
        try (OutputStream out = Files.newOutputStream(all)) {
            for (Path file : files) {
                Files.copy(file, out);
            }
        }
        return snapshot.relativize(all).toString().replace('\\', '/');
    }

    /** What the folders above the trees and the manifests take, and the certificate, which is small. */
    private static long besideTrees(Path snapshot) throws IOException {
        Blocks blocks = Blocks.of(snapshot);
        long allocated = blocks.size();
        try (Stream<Path> all = Files.walk(snapshot, 2)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                allocated += Files.isDirectory(each) ? blocks.size() : blocks.holding(Files.size(each));
            }
        }
        return allocated;
    }

    private Certificate certificate(
            int format,
            RunRecord record,
            Instant dated,
            List<Certificate.Bucket> buckets,
            @Nullable String previous,
            long allocated) {
        return new Certificate(
                format,
                Objects.requireNonNull(record.snapshot()),
                new Certificate.Run(
                        record.runId(),
                        record.start().trigger(),
                        record.result(),
                        record.start().allBuckets(),
                        dated,
                        dated.plus(Duration.between(record.startedAt(), Objects.requireNonNull(record.finishedAt()))),
                        record.attempts()),
                new Certificate.Basis(
                        version,
                        plan.settings().aws().endpoint() == null
                                ? null
                                : plan.settings().aws().endpoint().toString(),
                        previous,
                        options()),
                buckets,
                record.alarms(),
                allocated);
    }

    private JsonNode options() {
        ObjectNode options = BusJson.mapper().createObjectNode();
        options.set("sync_options", BusJson.mapper().valueToTree(plan.config().syncOptions()));
        options.set("compression", BusJson.mapper().valueToTree(plan.config().compression()));
        options.set("guards", BusJson.mapper().valueToTree(plan.config().guards()));
        ObjectNode selection = BusJson.mapper().valueToTree(plan.config().selection());
        options.setAll(selection);
        return options;
    }
}

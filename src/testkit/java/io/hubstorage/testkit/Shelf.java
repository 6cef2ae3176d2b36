package io.hubstorage.testkit;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Snapshots of which only manifests and certificates are real, so that a million objects cost seconds; the files need not be. */
public final class Shelf {
    private final Path data;
    private int made;

    /** In this folder. */
    public Shelf(Path data) {
        this.data = data;
    }

    /** A content that differs by its ETag. */
    public static ManifestEntry entry(String key, long size, String etag) {
        return new ManifestEntry(
                key,
                KeyPath.toPath(key, size),
                new ManifestEntry.Content(size, etag),
                new ManifestEntry.Metadata(Instant.parse("2026-11-01T10:20:30Z")),
                EntryState.LINKED);
    }

    /** A snapshot with these keys; each value is the ETag. */
    public SnapshotInfo snapshot(String bucket, Map<String, String> etags) throws IOException {
        TreeMap<String, String> sorted = new TreeMap<>(KeyOrder.COMPARATOR);
        sorted.putAll(etags);
        return snapshot(bucket, sorted.entrySet().stream().map(each -> entry(each.getKey(), 10, each.getValue())));
    }

    /** A snapshot with these entries, which come in key order. */
    public SnapshotInfo snapshot(String bucket, Stream<ManifestEntry> entries) throws IOException {
        Instant time = Instant.parse("2026-11-01T00:00:00Z").plusSeconds(3600L * made++);
        Path folder = data.resolve(Layout.name(time));
        Files.createDirectories(folder.resolve("s3").resolve(bucket));
        Files.createDirectories(folder.resolve("manifest"));
        ManifestSummary summary;
        try (ManifestWriter writer = new ManifestWriter(Layout.manifest(folder, bucket))) {
            for (ManifestEntry entry : (Iterable<ManifestEntry>) entries::iterator) {
                writer.write(entry);
            }
            summary = writer.finish();
        }
        Certificate certificate =
                certificate(folder.getFileName().toString(), time, bucket, summary, BucketCounts.ZERO);
        certificate.write(Layout.certificate(folder));
        return new SnapshotInfo(folder.getFileName().toString(), folder, certificate);
    }

    /** That of a snapshot with one bucket. */
    public static Certificate certificate(
            String name, Instant time, String bucket, @Nullable ManifestSummary summary, BucketCounts counts) {
        return certificate(name, time, "run", List.of(bucket(bucket, summary, counts)));
    }

    /** That of a run in which all went well. */
    public static Certificate certificate(String name, Instant time, String run, List<Certificate.Bucket> buckets) {
        return new Certificate(
                Certificate.FORMAT,
                name,
                new Certificate.Run(run, Trigger.MANUAL, RunResult.SUCCESS, true, time, time, 1),
                new Certificate.Basis(
                        "1", null, null, Objects.requireNonNull(BusJson.mapper().createObjectNode())),
                buckets,
                List.of(),
                null);
    }

    /** A bucket that was listed to its end, with as many files as its manifest names. */
    public static Certificate.Bucket bucket(String name, @Nullable ManifestSummary summary, BucketCounts counts) {
        return new Certificate.Bucket(
                name,
                "",
                new BucketOutcome(RunResult.SUCCESS, false, counts, List.of(), 0, null),
                new Certificate.Listing(true, 1, "utf8"),
                summary == null ? Tally.ZERO : new Tally(summary.entries(), summary.bytes()),
                summary,
                null);
    }

    /** Likewise, with every file downloaded. */
    public static Certificate.Bucket downloaded(String name, ManifestSummary summary) {
        Tally files = new Tally(summary.entries(), summary.bytes());
        return bucket(
                name,
                summary,
                new BucketCounts(Map.of(BucketCounts.Fate.LISTED, files, BucketCounts.Fate.DOWNLOADED, files)));
    }
}

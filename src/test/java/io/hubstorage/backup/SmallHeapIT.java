package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.ListOrder;
import io.hubstorage.testkit.Shell;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import io.hubstorage.testkit.SyntheticS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Memory does not grow with the bucket: real runs in a JVM whose heap is as small as the engine itself can do with. If an object took but
 * half a kilobyte of it, each of these buckets would need more than all of it. {@code -Dhubstorage.objects=200000
 * -Dhubstorage.heap=192m} does the same with larger ones.
 */
final class SmallHeapIT {
    private static final String HEAP = "-Xmx" + System.getProperty("hubstorage.heap", "64m");
    /** That are copied; five times as many are found unchanged, and three times as many are sorted. */
    private static final int OBJECTS = Integer.getInteger("hubstorage.objects", 40_000);

    @Test
    void manyObjectsAreBackedUpAndRunAgainInASmallHeap(@TempDir Path home) throws Exception {
        try (SyntheticS3 s3 = SyntheticS3.start()) {
            s3.bucket("many", SyntheticBucket.uniform(OBJECTS, 1024, "folder-###/object-###.bin"));

            assertThat(runs(s3, home, "many", 2))
                    .contains("run SUCCESS new=true downloaded=%d linked=0".formatted(OBJECTS))
                    .contains("run SUCCESS new=false downloaded=0 linked=%d".formatted(OBJECTS));
        }
    }

    /**
     * The snapshot is only a manifest here, its files looked at a moment ago and slowly: a run that finds nothing changed reads
     * nothing else of it.
     */
    @Test
    void evenMoreUnchangedObjectsAreRunAgainInTheSameSmallHeap(@TempDir Path home) throws Exception {
        try (SyntheticS3 s3 = SyntheticS3.start()) {
            SyntheticBucket bucket =
                    s3.bucket("photos", SyntheticBucket.uniform(5 * OBJECTS, 1024, "folder-###/object-####.bin"));
            pretendBackedUp(bucket, new Layout(home.resolve("data")));

            assertThat(runs(s3, home, "photos", 1))
                    .contains("run SUCCESS new=false downloaded=0 linked=%d".formatted(5 * OBJECTS));
            assertThat(s3.counts().gets()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ListOrder.class,
            names = {"UTF16", "UNORDERED"})
    void anotherOrderOfTheListingIsSortedOnDiskInTheSameSmallHeap(ListOrder order, @TempDir Path home)
            throws Exception {
        try (SyntheticS3 s3 = SyntheticS3.start()) {
            SyntheticBucket bucket = SyntheticBucket.uniform(3 * OBJECTS, 1024, "folder-###/object-####.bin");
            // Where the two orders differ.
            bucket.add("\uFFFD", 10);
            bucket.add("😀", 10);
            pretendBackedUp(bucket, new Layout(home.resolve("data")));
            s3.bucket("photos", bucket.listedIn(order));

            assertThat(runs(s3, home, "photos", 1))
                    .contains("run SUCCESS new=false downloaded=0 linked=%d".formatted(3 * OBJECTS + 2));
        }
    }

    private static String runs(SyntheticS3 s3, Path home, String bucket, int runs) {
        return Shell.run(
                        Path.of("."),
                        Map.of(),
                        Duration.ofMinutes(30),
                        SmallHeapRuns.command(
                                List.of(HEAP, "-XX:+UseSerialGC", "-XX:ActiveProcessorCount=2"),
                                s3,
                                home,
                                bucket,
                                runs))
                .succeeded()
                .out()
                .lines()
                .filter(line -> line.startsWith("run "))
                .collect(Collectors.joining("\n"));
    }

    private static void pretendBackedUp(SyntheticBucket bucket, Layout layout) throws IOException {
        Instant time = Instant.parse("2026-11-01T00:00:00Z");
        Path snapshot = layout.snapshot(Layout.name(time));
        Files.createDirectories(Layout.tree(snapshot, "photos"));
        Files.createDirectories(snapshot.resolve("manifest"));
        ManifestSummary summary;
        try (ManifestWriter manifest = new ManifestWriter(Layout.manifest(snapshot, "photos"))) {
            for (Iterator<SyntheticObject> objects = bucket.objects().iterator(); objects.hasNext(); ) {
                manifest.write(entry(objects.next()));
            }
            summary = manifest.finish();
        }
        Tally tally = new Tally(summary.entries(), summary.bytes());
        BucketCounts counts =
                new BucketCounts(Map.of(BucketCounts.Fate.LISTED, tally, BucketCounts.Fate.DOWNLOADED, tally));
        new Certificate(
                        Certificate.FORMAT,
                        Layout.name(time),
                        new Certificate.Run("run", Trigger.MANUAL, RunResult.SUCCESS, true, time, time, 1),
                        new Certificate.Basis("test", null, null, JsonNodeFactory.instance.objectNode()),
                        List.of(new Certificate.Bucket(
                                "photos",
                                "",
                                new BucketOutcome(RunResult.SUCCESS, false, counts, List.of(), 0, null),
                                new Certificate.Listing(true, 1000, "utf8"),
                                tally,
                                summary,
                                null)),
                        List.of(),
                        null)
                .write(Layout.certificate(snapshot));
        Files.createDirectories(layout.presence().getParent());
        Files.writeString(layout.presence(), """
            {"format": 1, "buckets": {"photos": {"snapshot": "%s", "at": "%s", "millis": 60000}}}\
            """.formatted(
                        Layout.name(time), Instant.now().minusSeconds(60)));
    }

    private static ManifestEntry entry(SyntheticObject object) {
        return new ManifestEntry(
                object.key(),
                object.key(),
                new ManifestEntry.Content(object.size(), object.etag()),
                new ManifestEntry.Metadata(object.lastModified()),
                EntryState.DOWNLOADED);
    }
}

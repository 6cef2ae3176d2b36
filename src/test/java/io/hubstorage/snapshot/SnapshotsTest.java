package io.hubstorage.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.testkit.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SnapshotsTest {
    private static final Instant START = Instant.parse("2026-11-23T04:05:06.789Z");
    private static final Tally TEN = new Tally(10, 1_000);
    private static final Tally SIX = new Tally(6, 600);
    private static final Tally THREE = new Tally(3, 300);
    private static final Tally ONE = new Tally(1, 100);

    /** Ten listed: six linked, three downloaded, one failed and kept. */
    private static final BucketCounts COUNTS = new BucketCounts(Map.of(
            BucketCounts.Fate.LISTED,
            TEN,
            BucketCounts.Fate.LINKED,
            SIX,
            BucketCounts.Fate.DOWNLOADED,
            THREE,
            BucketCounts.Fate.FAILED,
            ONE,
            BucketCounts.Fate.KEPT,
            ONE));

    @TempDir
    Path folder;

    private Layout layout = new Layout(Path.of("unset"));

    @BeforeEach
    void lay() {
        layout = new Layout(folder);
    }

    @Test
    void aSnapshotIsNamedByItsStartInUtc() {
        assertThat(Layout.name(START)).isEqualTo("hublink_20261123040506");
        assertThat(layout.staging(Layout.time(START))).isEqualTo(folder.resolve(".hubstorage/staging/20261123040506"));
    }

    @Test
    void theyAreOrderedByTheirNamesWhateverACertificateSaysAndOldOnesCountAsOlder() throws IOException {
        snapshot("hublink_20261123040506", START.plusSeconds(2));
        snapshot("hublink_20261123040507", START.plusSeconds(1));
        snapshot("hublink_20991231235959", null);
        snapshot("hublink_20251231235959", null);
        assertThat(new Snapshots(layout).list())
                .extracting(SnapshotInfo::name)
                .containsExactly(
                        "hublink_20261123040507",
                        "hublink_20261123040506",
                        "hublink_20991231235959",
                        "hublink_20251231235959");
        assertThat(new Snapshots(layout).newest())
                .hasValueSatisfying(newest -> assertThat(newest.name()).isEqualTo("hublink_20261123040507"));
        assertThat(new Snapshots(layout).count()).isEqualTo(4);
    }

    @Test
    void aPageGoesOnAfterAnyNameAlsoWhereTheOldOnesBegin() throws IOException {
        snapshot("hublink_20261123040506", START);
        snapshot("hublink_20261123040507", START);
        snapshot("hublink_20991231235959", null);
        snapshot("hublink_20251231235959", null);
        Snapshots snapshots = new Snapshots(layout);
        assertThat(snapshots.newestFirst("hublink_20261123040507").map(SnapshotInfo::name))
                .containsExactly("hublink_20261123040506", "hublink_20991231235959", "hublink_20251231235959");
        assertThat(snapshots.newestFirst("hublink_20991231235959").map(SnapshotInfo::name))
                .containsExactly("hublink_20251231235959");
        assertThat(snapshots.newestFirst("hublink_20251231235959")).isEmpty();
        assertThat(snapshots.newestFirst("hublink_20261123040506/../x").map(SnapshotInfo::name))
                .as("a name that is none is compared and never looked up")
                .contains("hublink_20261123040506");
    }

    @Test
    void whoMadeASnapshotIsLookedForAmongThoseThatAreNotOlder() throws IOException {
        Files.writeString(snapshot("hublink_20261123040505", START).resolve("run.json"), "{");
        snapshot("hublink_20261123040506", START);
        snapshot("hublink_20261123040507", null);
        try (LogCapture log = LogCapture.of("io.hubstorage.snapshot")) {
            assertThat(new Snapshots(layout).madeBy("r1", START)).isPresent();
            assertThat(new Snapshots(layout).madeBy("r2", START)).isEmpty();
            assertThat(new Snapshots(layout).madeBy("r1", START.plusSeconds(1))).isEmpty();
            assertThat(log.lines("WARN")).isEmpty();
        }
    }

    @Test
    void whatIsNoSnapshotIsIgnored() throws IOException {
        Files.createDirectories(folder.resolve("hublink_empty"));
        Files.createDirectories(folder.resolve("other/s3"));
        Files.createDirectories(folder.resolve(".hubstorage"));
        Files.writeString(folder.resolve("hublink_file"), "x");
        Path good = snapshot("hublink_20261123040506", START);
        Files.createSymbolicLink(folder.resolve("hublink_latest"), good);
        Files.writeString(snapshot("hublink_20261123040507", null).resolve("run.json"), "{");
        assertThat(new Snapshots(layout).list())
                .extracting(SnapshotInfo::name)
                .containsExactly("hublink_20261123040506");
        assertThat(new Snapshots(new Layout(folder.resolve("absent"))).list()).isEmpty();
    }

    @Test
    void theyAreCountedByTheirNamesAndWhatHasNoUsualNameByWhatItHolds() throws IOException {
        snapshot("hublink_20261123040506", START);
        Files.createDirectories(folder.resolve("hublink_20261123040507"));
        Files.createDirectories(folder.resolve("hublink_before/s3"));
        Files.createDirectories(folder.resolve("hublink_notes"));
        Snapshots snapshots = new Snapshots(layout);

        assertThat(snapshots.count()).as("one is gone or not there yet").isEqualTo(3);
        assertThat(snapshots.list())
                .extracting(SnapshotInfo::name)
                .containsExactly("hublink_20261123040506", "hublink_before");
    }

    @Test
    void ofABucketTheNewestIsTheOneThatHasAFolderOfIt() throws IOException {
        Files.createDirectories(snapshot("hublink_20261123040505", START).resolve("s3/music"));
        Files.createDirectories(snapshot("hublink_20261123040506", START).resolve("s3/music"));
        Files.createDirectories(snapshot("hublink_20261123040507", START).resolve("s3/photos"));
        Snapshots snapshots = new Snapshots(layout);

        assertThat(snapshots.newestWith("music"))
                .hasValueSatisfying(newest -> assertThat(newest.name()).isEqualTo("hublink_20261123040506"));
        assertThat(snapshots.newestWith("films")).isEmpty();
    }

    @Test
    void oneIsFoundByNameAndNothingOutside() throws IOException {
        snapshot("hublink_20261123040506", START);
        Files.createDirectories(folder.resolve("hublink_x/../../s3"));
        Snapshots snapshots = new Snapshots(layout);
        assertThat(snapshots.find("hublink_20261123040506"))
                .hasValueSatisfying(found -> assertThat(found.legacy()).isFalse());
        assertThat(snapshots.find("hublink_20261123040507")).isEmpty();
        assertThat(snapshots.find("hublink_x/..")).isEmpty();
        assertThat(snapshots.find("..")).isEmpty();
    }

    @Test
    void itKnowsItsBuckets() throws IOException {
        Path snapshot = snapshot("hublink_20261123040506", null);
        Files.createDirectories(snapshot.resolve("s3/beta"));
        Files.createDirectories(snapshot.resolve("s3/alpha.one"));
        Files.writeString(snapshot.resolve("s3/file"), "x");
        assertThat(new Snapshots(layout).list().getFirst().buckets()).containsExactly("alpha.one", "beta");
    }

    @Test
    void aCertificateComesBackAsItWasWritten() throws IOException {
        Certificate written = certificate("hublink_1", START, List.of(bucket(COUNTS, TEN, true)));
        Path file = folder.resolve("run.json");
        written.write(file);
        assertThat(Certificate.read(file)).isEqualTo(written);
        assertThat(Files.readString(file))
                .contains("\"format\" : 1", "\"run_id\" : \"r1\"", "\"started_at\" : \"2026-11-23T04:05:06.789Z\"")
                .contains("\"failures_total\" : 1", "\"hubstorage_version\" : \"1.0.0\"");
    }

    @Test
    void aCertificateOfALaterFormatIsRefused() throws IOException {
        Path file = folder.resolve("run.json");
        certificate("hublink_1", START, List.of()).write(file);
        Files.writeString(file, Files.readString(file).replace("\"format\" : 1", "\"format\" : 3"));
        assertThatThrownBy(() -> Certificate.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("format 3");
    }

    @Test
    void onlyTheFirstFailuresAreNamed() {
        List<RunRecord.Failure> many = Collections.nCopies(250, new RunRecord.Failure("k", "permanent", "denied"));
        Certificate.Bucket bucket = new Certificate.Bucket(
                "b",
                "",
                new BucketOutcome(RunResult.PARTIAL, false, BucketCounts.ZERO, many, 250, null),
                new Certificate.Listing(true, 1, "utf8"),
                Tally.ZERO,
                null,
                "manifest/b.failures.jsonl");
        assertThat(bucket.outcome().failures()).hasSize(100);
        assertThat(bucket.outcome().failuresTotal()).isEqualTo(250);
        assertThat(bucket.problems()).isEmpty();
    }

    @Test
    void aCertificateBalancesToTheObjectAndTheByte() {
        assertThat(certificate("s", START, List.of(bucket(COUNTS, TEN, true))).balanced())
                .isTrue();
        assertThat(certificate("s", START, List.of(bucket(COUNTS, new Tally(10, 999), true)))
                        .problems())
                .hasSize(2)
                .allSatisfy(problem -> assertThat(problem).contains("alpha", "999"));
        BucketCounts lost = COUNTS.plus(new BucketCounts(Map.of(BucketCounts.Fate.LISTED, ONE)));
        assertThat(certificate("s", START, List.of(bucket(lost, TEN, true))).problems())
                .singleElement()
                .asString()
                .contains("were listed");
        assertThat(certificate("s", START, List.of(bucket(lost, TEN, false))).balanced())
                .as("an incomplete listing need not add up")
                .isTrue();
    }

    private static Certificate.Bucket bucket(BucketCounts counts, Tally files, boolean complete) {
        return new Certificate.Bucket(
                "alpha",
                "",
                new BucketOutcome(
                        RunResult.PARTIAL,
                        false,
                        counts,
                        List.of(new RunRecord.Failure("k", "permanent", "denied")),
                        1,
                        null),
                new Certificate.Listing(complete, 1, "utf8"),
                files,
                new ManifestSummary(10, 1_000, "00", Map.of()),
                "manifest/alpha.failures.jsonl");
    }

    private static Certificate certificate(String name, Instant start, List<Certificate.Bucket> buckets) {
        return new Certificate(
                Certificate.FORMAT,
                name,
                new Certificate.Run("r1", Trigger.SCHEDULE, RunResult.PARTIAL, true, start, start.plusSeconds(60), 2),
                new Certificate.Basis(
                        "1.0.0",
                        null,
                        "hublink_0",
                        JsonNodeFactory.instance.objectNode().put("delete", true)),
                buckets,
                List.of(),
                null);
    }

    private Path snapshot(String name, @Nullable Instant start) throws IOException {
        Path snapshot = Files.createDirectories(folder.resolve(name));
        Files.createDirectories(snapshot.resolve("s3"));
        if (start != null) {
            certificate(name, start, List.of()).write(Layout.certificate(snapshot));
        }
        return snapshot;
    }
}

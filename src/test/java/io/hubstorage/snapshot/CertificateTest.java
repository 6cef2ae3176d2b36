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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CertificateTest {
    private static final Instant START = Instant.parse("2026-11-23T04:05:06.789Z");
    private static final Tally TEN = new Tally(10, 1_000);
    private static final Tally SIX = new Tally(6, 600);

    @TempDir
    Path folder;

    @Test
    void howObjectsWereVerifiedIsAddedUpOverTheBuckets() {
        Certificate certificate = certificate(
                bucket("a", TEN, summary(TEN, Map.of("md5", TEN)), List.of(), 0),
                bucket("b", TEN, summary(TEN, Map.of("md5", SIX, "length", new Tally(4, 400))), List.of(), 0),
                bucket("c", Tally.ZERO, null, List.of(), 0));
        assertThat(certificate.problems()).isEmpty();
        assertThat(certificate.verified())
                .containsExactly(Map.entry("length", new Tally(4, 400)), Map.entry("md5", new Tally(16, 1_600)));
    }

    @Test
    void everyFileMustBeSaidHowItWasVerifiedIfAnyIs() {
        assertThat(certificate(bucket("a", TEN, summary(TEN, Map.of("md5", SIX)), List.of(), 0))
                        .problems())
                .containsExactly(
                        "a: the snapshot holds 10 objects (1,000 bytes), but of 6 objects (600 bytes) it says how"
                                + " they were verified");
        assertThat(certificate(bucket("a", TEN, summary(TEN, Map.of()), List.of(), 0))
                        .balanced())
                .as("older ones do not say")
                .isTrue();
    }

    @Test
    void theManifestMustHoldWhatTheSnapshotHolds() {
        assertThat(certificate(bucket("a", TEN, summary(SIX, Map.of()), List.of(), 0))
                        .balanced())
                .isFalse();
        assertThat(certificate(bucket("a", TEN, summary(SIX, Map.of()), List.of(), 0))
                        .problems())
                .containsExactly(
                        "a: the snapshot holds 10 objects (1,000 bytes), but its manifest 6 objects (600 bytes)");
        assertThat(certificate(bucket("a", TEN, null, List.of(), 0)).problems())
                .containsExactly(
                        "a: the snapshot holds 10 objects (1,000 bytes), but its manifest 0 objects (0 bytes)");
    }

    @Test
    void noMoreFailuresAreNamedThanCounted() {
        RunRecord.Failure failure = new RunRecord.Failure("k", "permanent", "denied");
        assertThat(certificate(bucket("a", TEN, summary(TEN, Map.of()), List.of(failure, failure), 1))
                        .problems())
                .containsExactly("a: 2 failures are named, but only 1 counted");
        assertThat(certificate(bucket("a", TEN, summary(TEN, Map.of()), List.of(failure, failure), 2))
                        .balanced())
                .isTrue();
    }

    @Test
    void theHistoryKeepsWhatTheCertificateSays() {
        Certificate certificate = certificate(bucket("a", TEN, summary(TEN, Map.of()), List.of(), 0));
        RunRecord record = certificate.record("All is well.");
        assertThat(record.runId()).isEqualTo("r1").isEqualTo(certificate.runId());
        assertThat(record.result()).isEqualTo(RunResult.PARTIAL).isEqualTo(certificate.result());
        assertThat(record.startedAt()).isEqualTo(START).isEqualTo(certificate.startedAt());
        assertThat(record.finishedAt()).isEqualTo(START.plusSeconds(60));
        assertThat(record.attempts()).isEqualTo(2);
        assertThat(record.message()).isEqualTo("All is well.");
        assertThat(record.start().trigger()).isEqualTo(Trigger.SCHEDULE);
        assertThat(record.start().dryRun()).isFalse();
        assertThat(record.snapshot()).isEqualTo("hublink_1");
        assertThat(record.newSnapshot()).isTrue();
        assertThat(record.buckets()).singleElement().satisfies(bucket -> {
            assertThat(bucket.bucket()).isEqualTo("a");
            assertThat(bucket.outcome().counts().listed()).isEqualTo(TEN);
        });
    }

    @Test
    void oneOfAnEarlierVersionHasNoAlarms() throws IOException {
        Path file = folder.resolve("run.json");
        certificate().write(file);
        Files.writeString(file, Files.readString(file).replaceAll(",\\s*\"alarms\" : \\[ ]", ""));
        assertThat(Files.readString(file)).doesNotContain("alarms");
        assertThat(Certificate.read(file).alarms()).isEmpty();
    }

    @Test
    void aDamagedOneIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("run.json"), "{");
        assertThatThrownBy(() -> Certificate.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("The certificate " + file + " is damaged: ");
    }

    @Test
    void oneOfASnapshotWithCompressedFilesIsRead() throws IOException {
        Path file = folder.resolve("run.json");
        certificate().write(file);
        Files.writeString(file, Files.readString(file).replace("\"format\" : 1", "\"format\" : 2"));
        assertThat(Certificate.read(file).format()).isEqualTo(Certificate.COMPRESSED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void oneOfAnotherFormatIsRefused(int format) throws IOException {
        Path file = folder.resolve("run.json");
        certificate().write(file);
        Files.writeString(file, Files.readString(file).replace("\"format\" : 1", "\"format\" : " + format));
        assertThatThrownBy(() -> Certificate.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has format " + format);
    }

    private static ManifestSummary summary(Tally files, Map<String, Tally> verified) {
        return new ManifestSummary(files.objects(), files.bytes(), "00", verified);
    }

    private static Certificate.Bucket bucket(
            String name,
            Tally files,
            @Nullable ManifestSummary manifest,
            List<RunRecord.Failure> failures,
            long failuresTotal) {
        BucketCounts counts =
                new BucketCounts(Map.of(BucketCounts.Fate.LISTED, files, BucketCounts.Fate.DOWNLOADED, files));
        return new Certificate.Bucket(
                name,
                "",
                new BucketOutcome(RunResult.PARTIAL, false, counts, failures, failuresTotal, null),
                new Certificate.Listing(true, 1, "utf8"),
                files,
                manifest,
                null);
    }

    private static Certificate certificate(Certificate.Bucket... buckets) {
        return new Certificate(
                Certificate.FORMAT,
                "hublink_1",
                new Certificate.Run("r1", Trigger.SCHEDULE, RunResult.PARTIAL, true, START, START.plusSeconds(60), 2),
                new Certificate.Basis("1.0.0", null, null, JsonNodeFactory.instance.objectNode()),
                List.of(buckets),
                List.of(),
                null);
    }
}

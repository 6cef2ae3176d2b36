package io.hubstorage.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How what failed in a run is grouped. */
final class FailureCauseTest {
    private static final Instant T0 = Instant.parse("2026-11-27T07:00:00Z");

    private static RunRecord run(RunEnd end, RunRecord.BucketRecord... buckets) {
        return new RunRecord(
                new RunStart("r", Trigger.MANUAL, false, true, T0),
                end,
                RunRecord.CurrentSnapshot.NONE,
                List.of(buckets),
                List.of());
    }

    private static RunRecord run(RunRecord.BucketRecord... buckets) {
        return run(new RunEnd(RunResult.PARTIAL, T0, 1, "as it went"), buckets);
    }

    private static RunRecord.BucketRecord bucket(
            String name,
            List<RunRecord.Failure> named,
            Map<String, Tally> byKind,
            @Nullable String error,
            @Nullable String errorKind) {
        long total = byKind.values().stream().mapToLong(Tally::objects).sum();
        RunResult result = error == null ? RunResult.PARTIAL : RunResult.FAILED;
        return new RunRecord.BucketRecord(
                name,
                new BucketOutcome(result, false, BucketCounts.ZERO, named, total, error, byKind, errorKind),
                error == null);
    }

    private static RunRecord.Failure failure(String key, String kind) {
        return new RunRecord.Failure(key, kind, "it says " + kind, 10L);
    }

    @Test
    void aRunInWhichNothingFailedHasNone() {
        assertThat(run(new RunEnd(RunResult.SUCCESS, T0, 1, null)).causes()).isEmpty();
    }

    @Test
    void halfAMillionFailuresForOneReasonAreOneCauseWithExactCountsAndFiveExamples() {
        List<RunRecord.Failure> named = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            named.add(failure("k" + i, "access-denied"));
        }
        RunRecord run = run(
                bucket("photos", named, Map.of("access-denied", new Tally(500_000, 5_000_000)), null, null),
                bucket("docs", named, Map.of("access-denied", new Tally(17, 170)), null, null));

        assertThat(run.causes()).singleElement().satisfies(cause -> {
            assertThat(cause.cause()).isEqualTo("access_denied");
            assertThat(cause.title()).isEqualTo("Access denied (403)");
            assertThat(cause.advice()).contains("s3:GetObject");
            assertThat(cause.objects()).isEqualTo(500_017);
            assertThat(cause.bytes()).isEqualTo(5_000_170);
            assertThat(cause.buckets()).containsExactly("photos", "docs");
            assertThat(cause.examples()).hasSize(5);
            assertThat(cause.examples().getFirst())
                    .isEqualTo(new FailureCause.Example("photos", "k0", "it says access-denied"));
        });
    }

    @Test
    void whatAsksForTheSameIsOneCauseAndWhatFailedAsAWholeComesFirst() {
        RunRecord run = run(
                bucket(
                        "photos",
                        List.of(failure("a", "corrupt"), failure("b", "cut-body"), failure("c", "changed")),
                        Map.of("corrupt", Tally.of(10), "cut-body", Tally.of(10), "changed", Tally.of(10)),
                        null,
                        null),
                bucket("docs", List.of(), Map.of(), "the endpoint cannot be reached", "unreachable"),
                bucket("logs", List.of(), Map.of(), "the endpoint cannot be reached", "unreachable"));

        assertThat(run.causes().stream().map(FailureCause::cause))
                .containsExactly("connection", "corrupt_body", "changed");
        FailureCause connection = run.causes().getFirst();
        assertThat(connection.objects()).isZero();
        assertThat(connection.buckets()).containsExactly("docs", "logs");
        assertThat(connection.examples())
                .contains(new FailureCause.Example("docs", null, "the endpoint cannot be reached"));
        assertThat(run.causes().get(1).objects()).isEqualTo(2);
    }

    @Test
    void aRunThatWasStoppedAsAWholeHasItsCause() {
        RunEnd end = new RunEnd(RunResult.FAILED, T0, 1, "not enough room").because(FailureCause.DISK_FULL);
        assertThat(run(end).causes()).singleElement().satisfies(cause -> {
            assertThat(cause.cause()).isEqualTo("disk_full");
            assertThat(cause.buckets()).isEmpty();
            assertThat(cause.examples()).containsExactly(new FailureCause.Example(null, null, "not enough room"));
        });
    }

    @Test
    void aBucketThatWasNoPartOfTheRunIsNone() {
        RunRecord.BucketRecord other =
                bucket("other", List.of(), Map.of(), "the endpoint cannot be reached", "unreachable");
        assertThat(run(new RunRecord.BucketRecord("other", other.outcome().asLeftOut(), false))
                        .causes())
                .isEmpty();
    }

    /** As versions before this wrote it: no kinds counted, no sizes, no causes. */
    @Test
    void anOldRecordIsGroupedByWhatItNamesAndTheRestIsOfUnknownCause() {
        JsonObject json = BusJson.encode(run(bucket(
                "photos",
                List.of(failure("a", "access-denied"), failure("b", "access-denied")),
                Map.of("access-denied", new Tally(2, 20)),
                null,
                null)));
        json.remove("causes");
        JsonObject bucket = json.getJsonArray("buckets").getJsonObject(0);
        bucket.remove("failures_by_kind");
        bucket.put("failures_total", 7);
        bucket.getJsonArray("failures").forEach(each -> ((JsonObject) each).remove("size"));

        RunRecord read = BusJson.decode(json, RunRecord.class);
        assertThat(read.causes()).extracting(FailureCause::cause).containsExactly("other", "access_denied");
        assertThat(read.causes()).extracting(FailureCause::objects).containsExactly(5L, 2L);
        assertThat(read.causes()).extracting(FailureCause::bytes).containsOnly(0L);
    }

    @Test
    void theRecordTellsThemAndIsReadBackAsItWas() {
        RunRecord run = run(
                bucket("photos", List.of(failure("a", "throttled")), Map.of("throttled", Tally.of(10)), null, null));
        JsonObject json = BusJson.encode(run);
        JsonArray causes = json.getJsonArray("causes");
        assertThat(causes.getJsonObject(0).getString("cause")).isEqualTo("throttled");
        assertThat(causes.getJsonObject(0)
                        .getJsonArray("examples")
                        .getJsonObject(0)
                        .getString("key"))
                .isEqualTo("a");
        assertThat(BusJson.decode(json, RunRecord.class)).isEqualTo(run);
    }

    @Test
    void aFewOfEachKindAreNamedAndNeverMoreThanThereIsRoomFor() {
        Stream<RunRecord.Failure> all =
                Stream.iterate(0, i -> i < 4000, i -> i + 1).map(i -> failure("k" + i, "kind-" + i / 100));
        List<RunRecord.Failure> some = RunRecord.Failure.some(all);
        assertThat(some).hasSize(BucketOutcome.MAX_FAILURES);
        assertThat(some.stream().map(RunRecord.Failure::kind).distinct()).hasSize(40);
    }
}

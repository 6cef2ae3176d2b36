package io.hubstorage.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.HubConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which schedules a configuration makes, and which runs do their work. */
final class ScheduleTest {
    private static final Instant T0 = Instant.parse("2026-11-01T10:00:00Z");

    private static JsonObject schedule(String name, String... buckets) {
        return JsonObject.of("name", name, "interval_hours", 168, "buckets", new JsonArray(List.of(buckets)));
    }

    private static HubConfig config(boolean dynamic, List<String> buckets, JsonObject... schedules) {
        return ConfigParser.parse(JsonObject.of(
                "s3_buckets",
                new JsonArray(buckets),
                "use_dynamic_buckets",
                dynamic,
                "automation",
                JsonObject.of("schedules", new JsonArray(List.of(schedules)))));
    }

    private static Map<String, List<String>> buckets(HubConfig config) {
        Map<String, List<String>> buckets = new LinkedHashMap<>();
        Schedule.of(config).forEach(each -> buckets.put(each.name(), each.buckets()));
        return buckets;
    }

    private static Schedule named(HubConfig config, String name) {
        return Schedule.of(config).stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void mainIsForWhateverNoOtherScheduleNames() {
        assertThat(buckets(config(false, List.of("aaa", "bbb")))).isEqualTo(Map.of("main", List.of()));
        assertThat(buckets(config(false, List.of("aaa", "bbb", "ccc"), schedule("weekly", "bbb"))))
                .containsExactly(Map.entry("main", List.of("aaa", "ccc")), Map.entry("weekly", List.of("bbb")));
        assertThat(buckets(config(false, List.of("aaa", "bbb"), schedule("x", "bbb"), schedule("y", "aaa"))))
                .as("nothing is left to it")
                .containsOnlyKeys("x", "y");
        assertThat(buckets(config(true, List.of("aaa"), schedule("x", "aaa"))))
                .as("whatever is found is left to it")
                .containsExactly(Map.entry("main", List.of()), Map.entry("x", List.of("aaa")));
    }

    @Test
    void whatTheCommandLineLeavesOutHasNoSchedule() {
        HubConfig config = config(false, List.of("aaa", "bbb"), schedule("x", "bbb"))
                .with(JsonObject.of("s3_buckets", JsonArray.of(JsonObject.of("name", "aaa", "prefix", ""))));
        assertThat(buckets(config)).isEqualTo(Map.of("main", List.of()));
    }

    @Test
    void allSchedulesGoByTheSameTimeZone() {
        HubConfig config = config(
                        false, List.of("aaa", "bbb"), schedule("x", "bbb").put("cron", "0 3 * * 0"))
                .with(JsonObject.of("automation", JsonObject.of("time_zone", "Asia/Kathmandu")));
        assertThat(named(config, "x").rule()).isEqualTo(new SchedulerMessage.Rule(168, "0 3 * * 0", "Asia/Kathmandu"));
        assertThat(named(config, "x").timetable().next(Instant.parse("2026-11-03T00:00:00Z")))
                .contains(Instant.parse("2026-11-07T21:15:00Z"));
    }

    private static RunRecord run(
            boolean all, @Nullable String schedule, RunResult result, Map<String, RunResult> tried) {
        List<RunRecord.BucketRecord> buckets = new ArrayList<>();
        tried.forEach((bucket, ended) -> buckets.add(new RunRecord.BucketRecord(
                bucket, new BucketOutcome(ended, false, BucketCounts.ZERO, List.of(), 0, null), true)));
        return new RunRecord(
                new RunStart("r", Trigger.SCHEDULE, false, all, T0, schedule),
                new RunEnd(result, T0, 1, null),
                RunRecord.CurrentSnapshot.NONE,
                buckets,
                List.of());
    }

    @Test
    void aRunServesAScheduleWhenItTriedAllOfItsBuckets() {
        Schedule weekly =
                named(config(false, List.of("aaa", "bbb", "ccc"), schedule("weekly", "aaa", "bbb")), "weekly");
        RunResult good = RunResult.SUCCESS;
        RunResult bad = RunResult.FAILED;
        assertThat(weekly.servedBy(run(false, null, good, Map.of("aaa", good, "bbb", good))))
                .isTrue();
        assertThat(weekly.servedBy(run(false, null, good, Map.of("aaa", good)))).isFalse();
        assertThat(weekly.servedBy(run(true, null, good, Map.of("aaa", good, "bbb", good, "ccc", good))))
                .isTrue();
        assertThat(weekly.servedBy(run(true, "main", good, Map.of("aaa", good))))
                .as("one that was for all buckets before one of these was configured")
                .isFalse();
        assertThat(weekly.servedBy(run(false, "weekly", good, Map.of("aaa", good))))
                .as("its own, before the other one joined")
                .isFalse();
        assertThat(weekly.servedBy(run(false, "weekly", bad, Map.of())))
                .as("came to no end")
                .isTrue();
        assertThat(weekly.servedBy(run(true, null, bad, Map.of()))).isTrue();
        assertThat(weekly.servedBy(run(false, null, bad, Map.of()))).isFalse();
        assertThat(weekly.servedBy(run(false, "main", good, Map.of("ccc", good))))
                .isFalse();
    }

    @Test
    void whatFailedInOtherBucketsIsNoFailureOfTheSchedule() {
        Schedule weekly = named(config(false, List.of("aaa", "bbb"), schedule("weekly", "aaa")), "weekly");
        RunRecord run = run(true, null, RunResult.PARTIAL, Map.of("aaa", RunResult.SUCCESS, "bbb", RunResult.FAILED));
        assertThat(weekly.resultIn(run)).isEqualTo(RunResult.SUCCESS);
        assertThat(named(config(false, List.of("aaa", "bbb"), schedule("weekly", "bbb")), "weekly")
                        .resultIn(run))
                .isEqualTo(RunResult.PARTIAL);
        assertThat(named(config(false, List.of("aaa", "bbb", "ccc"), schedule("weekly", "ccc")), "main")
                        .resultIn(run(true, null, RunResult.PARTIAL, Map.of("ccc", RunResult.PARTIAL))))
                .as("none of its own was tried")
                .isEqualTo(RunResult.PARTIAL);
        assertThat(weekly.resultIn(run(true, null, RunResult.FAILED, Map.of("aaa", RunResult.SUCCESS))))
                .as("nothing was committed")
                .isEqualTo(RunResult.FAILED);
    }

    /** A week around each change of the clocks, looked at every five minutes. */
    @ParameterizedTest
    @CsvSource({
        "Europe/Berlin, 2026-03-25, 30 2 * * *",
        "Europe/Berlin, 2026-10-21, 30 2 * * *",
        "America/New_York, 2026-03-04, 0 2 * * *",
        "America/New_York, 2026-10-28, 30 1 * * *",
        "America/Santiago, 2026-09-02, 0 0 * * *",
        "Australia/Lord_Howe, 2026-10-01, 15 2 * * *",
        "Asia/Kathmandu, 2026-10-01, 15 2 * * *"
    })
    void aScheduleByCronBeginsOnceEachLocalDayBesideAnother(String zone, LocalDate from, String cron) {
        HubConfig config = config(
                        false, List.of("aaa", "bbb"), schedule("daily", "aaa").put("cron", cron))
                .with(JsonObject.of("automation", JsonObject.of("time_zone", zone, "interval_hours", 1)));
        Planner planner = new Planner(config);
        Instant start = from.atTime(12, 0).atZone(ZoneId.of(zone)).toInstant();
        RunRecord before = record("all", start, true, null);
        planner.begin(config, Plan.Past.of(Schedule.of(config), List.of(before).iterator(), null), false, start);
        List<LocalDate> days = new ArrayList<>();
        int others = 0;
        for (Instant now = start; now.isBefore(start.plus(Duration.ofDays(7))); now = now.plus(Duration.ofMinutes(5))) {
            for (Optional<Schedule> due = planner.toStart(now); due.isPresent(); due = planner.toStart(now)) {
                planner.ask(due.get());
                planner.accepted("r" + now, now);
                planner.finished(record("r" + now, now, false, due.get().name()), now);
                if (due.get().isMain()) {
                    others++;
                } else {
                    days.add(now.atZone(ZoneId.of(zone)).toLocalDate());
                }
            }
        }
        assertThat(days)
                .containsExactlyElementsOf(
                        from.plusDays(1).datesUntil(from.plusDays(8)).toList());
        assertThat(others).as("every hour that passes").isEqualTo(7 * 24 - 1);
    }

    private static RunRecord record(String id, Instant start, boolean all, @Nullable String schedule) {
        List<RunRecord.BucketRecord> buckets = all
                ? run(true, null, RunResult.SUCCESS, Map.of("aaa", RunResult.SUCCESS, "bbb", RunResult.SUCCESS))
                        .buckets()
                : Collections.emptyList();
        return new RunRecord(
                new RunStart(id, Trigger.SCHEDULE, false, all, start, schedule),
                new RunEnd(RunResult.SUCCESS, start, 1, null),
                RunRecord.CurrentSnapshot.NONE,
                buckets,
                List.of());
    }
}

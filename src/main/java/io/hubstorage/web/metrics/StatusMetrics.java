package io.hubstorage.web.metrics;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.Tally;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How things stand, as the rooms that judge it say at each scrape: state, conditions, alarms, buckets, schedules. */
final class StatusMetrics {
    private final Asked<StatusMessage.Current> status;
    private final Asked<SchedulerMessage.Status> scheduler;

    StatusMetrics(Bus bus, Meters meters) {
        JsonObject nothing = new JsonObject();
        status = new Asked<>(meters, "status", bus, Addresses.STATUS, nothing, StatusMessage.Current.class);
        scheduler = new Asked<>(
                meters, "scheduler", bus, Addresses.SCHEDULER_STATUS, nothing, SchedulerMessage.Status.class);
        measureJudgement();
        measureBuckets();
        measureSchedules();
    }

    private void measureJudgement() {
        for (StatusMessage.State state : StatusMessage.State.values()) {
            status.state(
                    "state",
                    "1 for the word that says how things stand, 0 for the others",
                    now -> now.state() == state,
                    "state",
                    BusJson.word(state));
        }
        for (StatusMessage.Condition.Kind kind : StatusMessage.Condition.Kind.values()) {
            status.state(
                    "condition",
                    "1 while something of this kind is wrong; it goes back to 0 by itself when that is mended",
                    now -> now.conditions().stream().anyMatch(each -> each.kind() == kind),
                    "kind",
                    BusJson.word(kind));
        }
        for (Alarm.Kind kind : Alarm.Kind.values()) {
            status.number(
                    "alarms",
                    "Alarms that nobody has acknowledged, by kind",
                    now -> now.alarms().stream()
                            .filter(alarm -> alarm.kind() == kind)
                            .count(),
                    "kind",
                    BusJson.word(kind));
        }
        status.number(
                "data.free.bytes",
                "What the disk of the data folder has left",
                now -> now.freeBytes() == null ? Double.NaN : now.freeBytes());
    }

    private void measureBuckets() {
        byBucket(
                "last.success.timestamp.seconds",
                "When the last run began that backed the bucket up whole; 0 if none has",
                bucket -> seconds(bucket.lastSuccess()));
        byBucket(
                "objects",
                "Objects of the bucket in the newest snapshot",
                bucket -> held(bucket).objects());
        byBucket(
                "bytes",
                "Bytes of the objects of the bucket in the newest snapshot",
                bucket -> held(bucket).bytes());
        status.rows(
                "bucket.state",
                "1 with the word for how the bucket stands",
                now -> now.buckets().stream()
                        .map(bucket -> MultiGauge.Row.of(
                                Tags.of("bucket", bucket.bucket(), "state", BusJson.word(bucket.state())), 1)));
    }

    private void byBucket(String name, String help, ToDoubleFunction<StatusMessage.Bucket> value) {
        status.rows(
                "bucket." + name,
                help,
                now -> now.buckets().stream()
                        .map(bucket ->
                                MultiGauge.Row.of(Tags.of("bucket", bucket.bucket()), value.applyAsDouble(bucket))));
    }

    private static Tally held(StatusMessage.Bucket bucket) {
        return Objects.requireNonNullElse(bucket.held(), Tally.ZERO);
    }

    private void measureSchedules() {
        scheduler.state("schedule.paused", "1 while the schedule is paused", SchedulerMessage.Status::paused);
        scheduler.state(
                "schedule.overdue",
                "1 while a run should have begun already",
                now -> now.runs().overdue());
        scheduler.state(
                "waiting.for.data.folder",
                "1 while no backup can begin because the data folder cannot be written to",
                now -> now.waiting() != null && now.waiting().what().equals(RunState.Waiting.DATA_FOLDER));
        bySchedule(
                "last.success.timestamp.seconds",
                "When the last run began that did all of the schedule's work well; 0 if none has",
                SchedulerMessage.Times::lastSuccess);
        bySchedule(
                "next.timestamp.seconds",
                "When the schedule begins its next run; 0 if it does not",
                SchedulerMessage.Times::next);
    }

    private void bySchedule(String name, String help, Function<SchedulerMessage.Times, @Nullable Instant> time) {
        scheduler.rows(
                "schedule." + name,
                help,
                now -> now.schedules().stream()
                        .map(each -> MultiGauge.Row.of(
                                Tags.of("schedule", each.name(), "kind", each.kind()),
                                seconds(time.apply(each.times())))));
    }

    private static long seconds(@Nullable Instant time) {
        return time == null ? 0 : time.getEpochSecond();
    }

    /** When the oldest of the last successes of several schedules began; null unless there are several, or nothing is known. */
    @Nullable
    Long oldestOfSeveral() {
        SchedulerMessage.Status known = scheduler.answer();
        return known != null && known.ofBackups().count() > 1
                ? seconds(known.runs().lastBackup())
                : null;
    }

    Stream<Future<Void>> refresh() {
        return Stream.of(status.refresh(), scheduler.refresh());
    }

    /** See {@link Asked#show}. */
    void show() {
        status.show();
        scheduler.show();
    }
}

package io.hubstorage.schedule;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.jobs.HistoryStore;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The backup room's side of the bus contract, without the backup: runs begin when asked for and end when told to. */
final class BackupResponder {
    /** Asks for the status only to come behind what was asked before. */
    static final JsonObject BARRIER = new JsonObject().put("barrier", true);

    private final Vertx vertx;
    private final HistoryStore history;
    private final MutableClock clock;
    private final List<Trigger> starts = new CopyOnWriteArrayList<>();
    private final List<String> schedules = new CopyOnWriteArrayList<>();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private volatile int failWith;
    private volatile boolean several;
    private volatile @Nullable RunState current;
    private final AtomicInteger number = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();

    BackupResponder(Vertx vertx, HistoryStore history, MutableClock clock) {
        this.vertx = vertx;
        this.history = history;
        this.clock = clock;
        vertx.eventBus().<JsonObject>consumer(Addresses.BACKUP_START, this::start);
        vertx.eventBus().<JsonObject>consumer(Addresses.BACKUP_STATUS, this::status);
    }

    /** The triggers of the runs that were begun. */
    List<Trigger> starts() {
        return starts;
    }

    /** The schedules that began them. */
    List<String> schedules() {
        return schedules;
    }

    /** From now on the usual schedule is not for all buckets. */
    void haveSeveralSchedules() {
        several = true;
    }

    /** The requests that were answered with a failure. */
    List<String> refusals() {
        return refusals;
    }

    /** From now on every request fails with this code; 0 to begin runs again. */
    void failWith(int code) {
        failWith = code;
    }

    private void start(Message<JsonObject> message) {
        BackupMessage.Start start = BusJson.decode(message.body(), BackupMessage.Start.class);
        int code = failWith != 0 ? failWith : current != null ? 409 : 0;
        if (code != 0) {
            refusals.add(String.valueOf(start.trigger()));
            message.fail(code, "not now");
            return;
        }
        Trigger trigger = start.trigger() == null ? Trigger.MANUAL : start.trigger();
        String id = begin(trigger, start.dryRun(), !several, start.schedule());
        // Behind its begin: who has seen it here may move the clock, or end the run.
        schedules.add(String.valueOf(start.schedule()));
        starts.add(trigger);
        message.reply(BusJson.encode(new BackupMessage.Accepted(id)));
    }

    /** How often a scheduler asked whether a run goes on. */
    int asked() {
        return asked.get();
    }

    private void status(Message<JsonObject> message) {
        if (!BARRIER.equals(message.body())) {
            asked.incrementAndGet();
        }
        message.reply(BusJson.encode(new BackupMessage.Status(current != null, current, null, null)));
    }

    /** Begins a run without being asked over the bus, as a manual one. */
    String begin(Trigger trigger, boolean dryRun) {
        return begin(trigger, dryRun, true);
    }

    /** Likewise, over all buckets or only some. */
    String begin(Trigger trigger, boolean dryRun, boolean allBuckets) {
        return begin(trigger, dryRun, allBuckets, null);
    }

    private String begin(Trigger trigger, boolean dryRun, boolean allBuckets, @Nullable String schedule) {
        String id = "run-" + number.incrementAndGet();
        Instant now = clock.now();
        RunState state = new RunState(
                new RunStart(id, trigger, dryRun, allBuckets, now, schedule),
                now,
                new RunState.Stage(RunPhase.LISTING, 1, 1, null, null, null, null),
                List.of(),
                new RunState.Progress(BucketCounts.ZERO, Tally.ZERO, 0, 0, 0, null),
                List.of());
        current = state;
        history.append(record(state, RunResult.RUNNING, null));
        vertx.eventBus().publish(Addresses.BACKUP_STARTED, BusJson.encode(state));
        return id;
    }

    boolean isRunning() {
        return current != null;
    }

    /** Ends the run in progress. */
    void finish(RunResult result) {
        RunState state = current;
        if (state == null) {
            throw new IllegalStateException("nothing runs");
        }
        RunRecord record = record(state, result, clock.now());
        current = null;
        history.append(record);
        vertx.eventBus().publish(Addresses.BACKUP_FINISHED, BusJson.encode(record));
    }

    /** The run is gone and nobody hears of it. */
    void vanish() {
        current = null;
    }

    static RunRecord record(RunState state, RunResult result, @Nullable Instant end) {
        return new RunRecord(
                new RunStart(
                        state.runId(),
                        state.start().trigger(),
                        state.start().dryRun(),
                        state.start().allBuckets(),
                        state.start().startedAt(),
                        state.start().schedule()),
                new RunEnd(result, end, 1, null),
                RunRecord.CurrentSnapshot.NONE,
                List.of(),
                List.of());
    }

    /** A run of the past. */
    static RunRecord past(String id, Instant start, RunResult result) {
        return new RunRecord(
                new RunStart(id, Trigger.SCHEDULE, false, true, start),
                new RunEnd(result, start, 1, null),
                RunRecord.CurrentSnapshot.NONE,
                List.of(),
                List.of());
    }
}

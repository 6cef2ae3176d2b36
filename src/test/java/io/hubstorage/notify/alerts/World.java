package io.hubstorage.notify.alerts;

import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.LoginAttack;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.StatusMessage.Bucket;
import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.bus.StatusMessage.State;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.bus.WorkersMessage;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How things stand in a test, to be changed as the test goes on. All is well in the beginning. */
final class World {
    static final long GIB = 1L << 30;

    final Map<String, Standing> buckets = new LinkedHashMap<>(Map.of());
    final Map<Condition.Kind, String> conditions = new LinkedHashMap<>();
    final Map<String, Alarm> alarms = new LinkedHashMap<>();
    final Map<JobKind, JobRecord> last = new LinkedHashMap<>();
    final Map<String, WorkersMessage.Worker> workers = new LinkedHashMap<>();
    boolean paused;
    boolean overdue;
    boolean schedulerAnswers = true;
    RunState.@Nullable Waiting waiting;
    boolean running;
    long freeBytes = 500 * GIB;

    @Nullable
    LocalDate fullAbout;

    @Nullable
    LoginAttack attack;

    World(String... names) {
        for (String name : names) {
            buckets.put(name, Standing.SAFE);
        }
    }

    Situation at(Instant now) {
        LoginAttack told = attack;
        attack = null;
        return new Situation(
                now,
                status(now),
                schedulerAnswers ? scheduler() : null,
                jobs(now),
                space(now),
                new WorkersMessage.Listing(true, List.copyOf(workers.values())),
                told);
    }

    StatusMessage.Current status(Instant now) {
        State state = running ? State.RUNNING : State.SAFE;
        return new StatusMessage.Current(
                now,
                new StatusMessage.Verdict(state, "All buckets are safe.", "", "All buckets are safe."),
                buckets.entrySet().stream()
                        .map(each -> bucket(each.getKey(), each.getValue()))
                        .toList(),
                conditions.entrySet().stream()
                        .map(each -> new Condition(each.getKey(), each.getValue(), "Look at it."))
                        .toList(),
                List.copyOf(alarms.values()),
                freeBytes,
                null);
    }

    private static Bucket bucket(String name, Standing standing) {
        String problem = switch (standing) {
            case FAILING -> "access denied";
            case PARTIAL -> "3 objects could not be copied";
            default -> null;
        };
        return new Bucket(name, standing, null, null, null, null, problem);
    }

    private SchedulerMessage.Status scheduler() {
        SchedulerMessage.Rule rule = new SchedulerMessage.Rule(24, null, null);
        return new SchedulerMessage.Status(
                true,
                true,
                paused,
                new SchedulerMessage.Runs(overdue, null, null, null, null),
                rule,
                null,
                List.of(new SchedulerMessage.Schedule(
                        SchedulerMessage.MAIN,
                        JobKind.BACKUP.word(),
                        List.of(),
                        rule,
                        new SchedulerMessage.Times(overdue, null, null, null, null))));
    }

    private JobMessage.Status jobs(Instant now) {
        List<JobMessage.OfKind> kinds = new ArrayList<>();
        for (JobKind kind : JobKind.values()) {
            RunState current = kind == JobKind.BACKUP && running ? running(now) : null;
            kinds.add(new JobMessage.OfKind(kind, current, last.get(kind), null));
        }
        return new JobMessage.Status(kinds);
    }

    RunState running(Instant now) {
        return new RunState(
                start("r-" + now.getEpochSecond(), now),
                now,
                new RunState.Stage(RunPhase.LISTING, 1, 4, null, null, waiting, null),
                List.of(),
                RunState.Progress.NONE,
                List.of());
    }

    private SpaceMessage.Current space(Instant now) {
        return new SpaceMessage.Current(
                now,
                new SpaceMessage.Disk(1000 * GIB, freeBytes, 20 * GIB, null, null),
                GIB,
                fullAbout,
                null,
                400 * GIB,
                false,
                List.of(),
                List.of());
    }

    static RunStart start(String id, Instant at) {
        return new RunStart(id, Trigger.SCHEDULE, false, true, at);
    }

    /** A run that took 20 minutes and listed so many objects of a bucket. */
    static RunRecord run(String id, Instant ended, RunResult result, String bucket, long objects) {
        BucketCounts counts =
                BucketCounts.of(fate -> fate == BucketCounts.Fate.LISTED || fate == BucketCounts.Fate.LINKED
                        ? new Tally(objects, objects * 1000)
                        : Tally.ZERO);
        return new RunRecord(
                start(id, ended.minusSeconds(1200)),
                new RunEnd(result, ended, 1, "Said by the run."),
                RunRecord.CurrentSnapshot.NONE,
                List.of(new RunRecord.BucketRecord(
                        bucket, new BucketOutcome(result, false, counts, List.of(), 0, null), true)),
                List.of());
    }
}

package io.hubstorage.retain;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RetentionRecord;
import io.hubstorage.bus.RetentionRecord.Outcome;
import io.hubstorage.bus.RetentionStart;
import io.hubstorage.bus.RetentionState;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Trigger;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Work;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One retention: the plan is made when it is admitted, and what it names goes into the trash, the oldest first. Where somebody must
 * confirm the policy first, it only says what it would do.
 */
final class RetentionWork implements Work {
    private final String id;
    private final RetentionStart asked;
    private final Instant startedAt;
    private final Retention retention;
    private final @Nullable TrashEmptier emptier;
    private final Cancellation emptying = new Cancellation();
    private Retention.@Nullable Planned plan;
    /** Names of those that are to go, the oldest first. */
    private List<String> going = List.of();

    private @Nullable String suspended;
    /** Whether nobody has confirmed the policy, so that nothing is removed. */
    private boolean dry;

    /** Looks at files, and is to be interrupted when it is to stop. */
    private @Nullable Thread counting;

    private volatile Outcome outcome = Outcome.NONE;
    private volatile RunPhase phase = RunPhase.PREPARING;

    /** @param emptier deletes what is due afterwards; null where a service does that */
    RetentionWork(String id, RetentionStart asked, Retention retention, @Nullable TrashEmptier emptier) {
        this.id = id;
        this.asked = asked;
        this.startedAt = retention.clock().instant();
        this.retention = retention;
        this.emptier = emptier;
    }

    @Override
    public JobKind kind() {
        return JobKind.RETENTION;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public void admit() throws IOException {
        Layout layout = retention.layout();
        new Destination(layout, retention.config().settings().configFolder())
                .problem(false)
                .map(FolderAccess.Problem::sentence)
                .ifPresent(problem -> {
                    throw Bus.refusal(Bus.UNUSABLE, problem);
                });
        Retention.Planned made = retention.plan();
        if (asked.snapshot() != null) {
            going = List.of(byHand(made.plan(), asked.snapshot()));
        } else {
            if (asked.digest() != null && !asked.digest().equals(made.digest())) {
                throw Bus.refusal(
                        Bus.STALE,
                        "Snapshots, policy or alarms have changed since that preview was made: look at a new one.");
            }
            dry = asked.digest() == null && !retention.isConfirmed(made);
            going = made.plan().going().reversed();
            suspended = made.plan().suspended();
        }
        if (!dry && !going.isEmpty()) {
            requireNoBackup(layout);
        }
        plan = made;
        outcome = new Outcome(
                made.plan().verdicts().size() - going.size(), going.size(), 0, 0, null, dry ? first(going) : List.of());
    }

    private static String byHand(RetentionPlan plan, String snapshot) {
        Optional<Verdict> verdict = plan.verdict(snapshot);
        if (verdict.isEmpty()) {
            throw Bus.refusal(Bus.NOT_FOUND, "There is no snapshot of this name.");
        }
        if (!verdict.get().removable()) {
            throw Bus.refusal(
                    Bus.CONFLICT,
                    "%s stays: %s."
                            .formatted(
                                    snapshot,
                                    verdict.get().reasons().stream()
                                            .filter(reason -> reason.kind().holds())
                                            .map(Verdict.Reason::text)
                                            .collect(Collectors.joining("; "))));
        }
        return snapshot;
    }

    private static void requireNoBackup(Layout layout) throws IOException {
        DataLock.holder(layout)
                .filter(holder -> !Boolean.TRUE.equals(holder.moment()))
                .ifPresent(holder -> {
                    throw Bus.refusal(
                            Bus.LOCKED,
                            "A backup is under way (%s). Nothing is removed beside one: try again when it has ended."
                                    .formatted(holder));
                });
    }

    private static List<String> first(List<String> names) {
        return names.subList(0, Math.min(names.size(), RetentionRecord.NAMED));
    }

    @Override
    public RetentionRecord begun() {
        return record(new RunEnd(RunResult.RUNNING, null, 0, null));
    }

    @Override
    public RetentionRecord run(Job job) throws IOException {
        if (asked.digest() != null) {
            retention.confirm(planned());
        }
        if (!dry) {
            count();
        }
        job.check();
        List<String> left = dry ? List.of() : remove(job);
        if (emptier != null) {
            emptier.empty(emptying);
        }
        return record(end(left));
    }

    /** It may take minutes, and does not hinder anybody from being told that it has begun. */
    private void count() throws IOException {
        setCounting(Thread.currentThread());
        try {
            Outcome before = outcome;
            long freed = retention.freed(planned(), going);
            outcome = new Outcome(before.stay(), before.go(), 0, freed, null, before.names());
        } finally {
            setCounting(null);
            // What comes now must not be interrupted.
            Thread.interrupted();
        }
    }

    private Retention.Planned planned() {
        return Objects.requireNonNull(plan, "it was not admitted");
    }

    private synchronized void setCounting(@Nullable Thread thread) {
        counting = thread;
    }

    /** Returns why some could not be removed. */
    private List<String> remove(Job job) throws IOException {
        phase = RunPhase.COMMITTING;
        Trash trash = retention.trash();
        // To count may have taken long, and a pin, an alarm or a restore in another process holds from when it is
        // there.
        RetentionPlan now = retention.plan().plan();
        Instant removedAt = retention.clock().instant();
        Instant until = removedAt.plus(TrashEmptier.undo(planned().config()));
        Long freed = going.size() == 1 ? outcome.freedBytes() : null;
        List<String> left = new ArrayList<>();
        for (String snapshot : going) {
            job.check();
            if (asked.snapshot() == null && !retention.isConfirmed(planned())) {
                left.add("The rules have changed meanwhile, or somebody undid a removal: look at a new preview.");
                return left;
            }
            Optional<String> user = retention.user();
            if (user.isPresent()) {
                left.add("Nothing more goes now: %s.".formatted(user.get()));
                return left;
            }
            if (!mayGo(now, snapshot)) {
                left.add("%s stays after all.".formatted(snapshot));
                continue;
            }
            try {
                trash.remove(snapshot, new Trash.Note(asked.snapshot() != null, removedAt, until, freed, null));
                removed(snapshot, until);
            } catch (Trash.RefusedException e) {
                left.add(String.valueOf(e.getMessage()));
            } catch (DataLock.HeldException e) {
                left.add("A backup has begun meanwhile; the others go the next time.");
                return left;
            }
        }
        return left;
    }

    private boolean mayGo(RetentionPlan now, String snapshot) {
        return now.verdict(snapshot)
                .filter(verdict -> asked.snapshot() == null ? !verdict.stays() : verdict.removable())
                .isPresent();
    }

    private void removed(String snapshot, Instant until) {
        Outcome before = outcome;
        List<String> names = new ArrayList<>(before.names());
        names.add(snapshot);
        outcome =
                new Outcome(before.stay(), before.go(), before.removed() + 1, before.freedBytes(), until, first(names));
    }

    private RunEnd end(List<String> left) {
        List<String> words = new ArrayList<>();
        words.add(sentence());
        if (dry && !going.isEmpty()) {
            words.add("Nobody has confirmed this policy yet: look at the preview, and start it from there.");
        }
        if (suspended != null) {
            words.add(suspended);
        }
        words.addAll(left);
        boolean whole = left.isEmpty() && suspended == null;
        boolean none = !left.isEmpty() && outcome.removed() == 0;
        RunResult result = whole ? RunResult.SUCCESS : none ? RunResult.FAILED : RunResult.PARTIAL;
        return new RunEnd(result, retention.clock().instant(), 1, String.join(" ", words));
    }

    private String sentence() {
        Outcome now = outcome;
        if (now.go() == 0) {
            return "Every snapshot stays.";
        }
        if (dry) {
            return "%s would go.".formatted(Sizes.count(now.go(), "snapshot"));
        }
        if (now.undoUntil() == null) {
            return "Nothing was removed.";
        }
        return "%s removed; undo until %s, then %s get free."
                .formatted(
                        now.go() == now.removed()
                                ? Sizes.count(now.removed(), "snapshot")
                                : "%s of %s".formatted(Sizes.number(now.removed()), Sizes.count(now.go(), "snapshot")),
                        now.undoUntil().truncatedTo(ChronoUnit.SECONDS),
                        Sizes.bytes((double) now.freedBytes()));
    }

    @Override
    public RetentionRecord stopped(RunResult result, String why) {
        return record(new RunEnd(result, retention.clock().instant(), 1, why));
    }

    private RetentionRecord record(RunEnd end) {
        return new RetentionRecord(id, trigger(), startedAt, end, what(), outcome);
    }

    private RetentionRecord.What what() {
        return new RetentionRecord.What(dry, asked.snapshot());
    }

    private Trigger trigger() {
        return Objects.requireNonNullElse(asked.trigger(), Trigger.MANUAL);
    }

    @Override
    public String reason(Exception failure) {
        return "Snapshots could not be removed: " + failure.getMessage();
    }

    @Override
    public String remains() {
        return "what was removed can be had back";
    }

    @Override
    public RetentionState state() {
        return new RetentionState(id, trigger(), startedAt, retention.clock().instant(), phase, what(), outcome);
    }

    @Override
    public synchronized void stopping() {
        phase = RunPhase.CANCELLING;
        emptying.request();
        if (counting != null) {
            counting.interrupt();
        }
    }
}

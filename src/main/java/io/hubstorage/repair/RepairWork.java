package io.hubstorage.repair;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RepairMessage;
import io.hubstorage.bus.RepairPlan;
import io.hubstorage.bus.RepairRecord;
import io.hubstorage.bus.RepairState;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.jobs.Work;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.LockWatch;
import io.hubstorage.verify.scrub.DamageList;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One repair: what is on the list of damage is put right as far as that can be done. */
final class RepairWork implements Work {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final String id;
    private final Asked asked;
    private final Surroundings around;
    private final Layout layout;
    private final Instant startedAt;
    private @Nullable Staging staging;
    private volatile RunPhase phase = RunPhase.PREPARING;
    private volatile @Nullable Repairer repairer;
    /** At work, and to be interrupted when it is to stop. */
    private @Nullable Thread worker;

    /**
     * What was asked for.
     *
     * @param digest of the plan that somebody has agreed to; null where nobody had to
     */
    record Asked(
            RepairMessage.Request request,
            Trigger trigger,
            @Nullable String digest) {}

    /** @param sources opens what is asked when the data folder itself has not got it; closed by whoever opened it */
    record Surroundings(ConfigStore config, Jobs jobs, Supplier<List<Source>> sources, InstantSource clock) {
        Layout layout() {
            return new Layout(config.dataPath());
        }
    }

    RepairWork(String id, Asked asked, Surroundings around) {
        this.id = id;
        this.asked = asked;
        this.around = around;
        this.layout = around.layout();
        this.startedAt = around.clock().instant();
    }

    @Override
    public JobKind kind() {
        return JobKind.REPAIR;
    }

    @Override
    public String id() {
        return id;
    }

    /** Why nothing can be planned or repaired there now, in a sentence. */
    static Optional<String> problem(Surroundings around) {
        return unusable(around)
                .or(() -> FolderAccess.otherOwner(around.layout().hub())
                        .map("The data folder belongs to %s: run the repair as that user."::formatted));
    }

    private static Optional<String> unusable(Surroundings around) {
        return new Destination(around.layout(), around.config().settings().configFolder())
                .problem(false)
                .map(FolderAccess.Problem::sentence);
    }

    @Override
    public void admit() throws IOException {
        problem(around).ifPresent(problem -> {
            throw Bus.refusal(Bus.UNUSABLE, problem);
        });
        try {
            staging = Staging.open(layout, startedAt);
        } catch (DataLock.HeldException e) {
            throw Bus.refusal(Bus.LOCKED, "Another HubStorage repairs here (%s).".formatted(e.holder()));
        }
    }

    @Override
    public Optional<String> trouble() {
        return unusable(around);
    }

    @Override
    public RepairRecord begun() {
        return record(new RunEnd(RunResult.RUNNING, null, 0, null));
    }

    @Override
    public RepairRecord run(Job job) throws IOException, InterruptedException {
        setWorker(Thread.currentThread());
        try {
            repair(job);
        } finally {
            setWorker(null);
            // It would be in the way of what is to be written down.
            Thread.interrupted();
        }
        return record(end());
    }

    private synchronized void setWorker(@Nullable Thread thread) {
        worker = thread;
    }

    private void repair(Job job) throws IOException, InterruptedException {
        List<Source> sources = around.sources().get();
        try {
            Repairer.Around with =
                    new Repairer.Around(layout, new DamageList(layout), sources, around.clock(), job::check);
            if (asked.digest() != null) {
                RepairPlan now = new Repairer(with, asked.request()).plan();
                if (!now.digest().equals(asked.digest())) {
                    throw new IOException(
                            "What there is to repair, or where from, has changed since the plan was made: make"
                                    + " another.");
                }
            }
            Repairer begun = new Repairer(with, asked.request());
            repairer = begun;
            phase = RunPhase.TRANSFERRING;
            Instant now = around.clock().instant();
            begun.repair(id, Objects.requireNonNull(staging), Quarantine.open(layout, now), new OtherWork(job));
        } finally {
            sources.forEach(Source::close);
        }
    }

    /** Backups of this process, and whatever another one does to the data folder. */
    private final class OtherWork implements Repairer.Backups {
        private final Job job;
        private final LockWatch lock = new LockWatch(layout);

        OtherWork(Job job) {
            this.job = job;
        }

        @Override
        public boolean isUnderWay() throws IOException {
            return around.jobs().isUnderWay(JobKind.BACKUP) || lock.isHeld();
        }

        @Override
        public void pause() throws InterruptedException {
            job.pause(LOOK);
        }
    }

    private RunEnd end() {
        RepairRecord.Outcome now = outcome();
        Tally repaired = now.repairedInAll();
        RunResult result = now.lost().objects() == 0
                ? RunResult.SUCCESS
                : repaired.objects() + now.names() > 0 ? RunResult.PARTIAL : RunResult.FAILED;
        return new RunEnd(result, around.clock().instant(), 1, sentence(now));
    }

    /** One sentence for people. */
    private static String sentence(RepairRecord.Outcome now) {
        if (now.damaged().objects() == 0) {
            return "Nothing was on the list of damage.";
        }
        List<String> parts = new ArrayList<>();
        Tally repaired = now.repairedInAll();
        parts.add("%s repaired (%s) in %s of snapshots"
                .formatted(
                        Sizes.count(repaired.objects(), "file"),
                        Sizes.bytes((double) repaired.bytes()),
                        now.names() == 1 ? "1 name" : Sizes.number(now.names()) + " names"));
        if (now.sound().objects() > 0) {
            parts.add("%s turned out to be right"
                    .formatted(Sizes.number(now.sound().objects())));
        }
        if (now.lost().objects() > 0) {
            parts.add(
                    "%s could not be repaired".formatted(Sizes.number(now.lost().objects())));
        }
        return String.join(", ", parts) + ".";
    }

    @Override
    public RepairRecord stopped(RunResult result, String why) {
        return record(new RunEnd(result, around.clock().instant(), 1, why));
    }

    private RepairRecord record(RunEnd end) {
        return new RepairRecord(id, asked.trigger(), startedAt, end, asked.request(), outcome());
    }

    private RepairRecord.Outcome outcome() {
        Repairer now = repairer;
        return now == null ? RepairRecord.Outcome.NONE : now.outcome();
    }

    @Override
    public String reason(Exception failure) {
        return DiskFull.isCauseOf(failure)
                ? "The disk of the data folder is full: make room, and repair again. What was repaired stays."
                : String.valueOf(failure.getMessage());
    }

    @Override
    public String remains() {
        return "what was repaired stays, and the next repair goes on from there";
    }

    @Override
    public RepairState state() {
        Repairer now = repairer;
        RunPhase shown = phase == RunPhase.TRANSFERRING && now != null && now.isWaiting() ? RunPhase.WAITING : phase;
        return new RepairState(
                id, asked.trigger(), startedAt, around.clock().instant(), shown, asked.request(), outcome());
    }

    @Override
    public synchronized void stopping() {
        phase = RunPhase.CANCELLING;
        if (worker != null) {
            worker.interrupt();
        }
    }

    @Override
    public void close() {
        if (staging != null) {
            staging.close();
        }
    }
}

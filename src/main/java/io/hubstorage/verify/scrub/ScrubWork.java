package io.hubstorage.verify.scrub;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.bus.VerifyRecord;
import io.hubstorage.bus.VerifyState;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.jobs.Work;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.LockWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what is due of a cycle of proofs, until that is at its end, its hours are over, or it is paused. */
final class ScrubWork implements Work {
    private static final Logger LOG = LoggerFactory.getLogger(ScrubWork.class);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("d MMMM, HH:mm", Locale.ENGLISH);

    private final String id;
    private final Trigger trigger;
    private final Instant startedAt;
    private final Surroundings around;
    private final Layout layout;
    private final Cancellation cancellation = new Cancellation();
    private final Pace pace;
    private final LockWatch others;
    private final Scrub scrub;
    private final Integrity.Finder finder;
    private @Nullable DataLock lock;
    /** At the last look: when it began, and when it ended. */
    private volatile Integrity known = Integrity.UNKNOWN;

    private volatile boolean over;

    /**
     * What all of them work with.
     *
     * @param nanos a clock for what is read a second
     */
    record Surroundings(ConfigStore config, Jobs jobs, InstantSource clock, LongSupplier nanos) {
        Layout layout() {
            return new Layout(config.dataPath());
        }

        /** Why nothing on the disk can be trusted now, if that is so. */
        Optional<String> trouble() {
            return new Destination(layout(), config.settings().configFolder())
                    .problem(false)
                    .map(FolderAccess.Problem::sentence);
        }
    }

    /** @param trigger by hand it goes on at any hour */
    ScrubWork(String id, Trigger trigger, Surroundings around) {
        this.id = id;
        this.trigger = trigger;
        this.around = around;
        this.startedAt = around.clock().instant();
        this.layout = around.layout();
        boolean anyHour = trigger == Trigger.MANUAL || trigger == Trigger.CLI;
        this.pace = new Pace(
                () -> around.jobs().isUnderWay(JobKind.BACKUP) || isBackedUpElsewhere(),
                () -> anyHour
                        || around.config().config().mayVerify(around.clock().instant()),
                () -> around.config().config().verify().bytesPerSecond(),
                new RateLimiter(around.nanos()),
                cancellation);
        this.others = new LockWatch(layout);
        this.scrub = new Scrub(layout, around.clock(), pace, around::trouble);
        this.finder = new Integrity.Finder(layout);
    }

    /** As by the command, beside this service. */
    private boolean isBackedUpElsewhere() {
        try {
            return others.isHeld();
        } catch (IOException e) {
            // Whether the disk is well, others ask.
            LOG.debug("nobody can tell who is at work", e);
            return false;
        }
    }

    @Override
    public JobKind kind() {
        return JobKind.VERIFY;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String noun() {
        return "verification";
    }

    @Override
    public void admit() throws IOException {
        around.trouble().ifPresent(problem -> {
            throw Bus.refusal(Bus.UNUSABLE, problem);
        });
        if (FileProof.snapshots(layout).isEmpty()) {
            throw Bus.refusal(Bus.NOT_FOUND, "There is no snapshot yet whose files could be proven.");
        }
        Files.createDirectories(layout.scrub());
        try {
            lock = DataLock.take(new Ledger(layout).lock(), startedAt);
        } catch (DataLock.HeldException e) {
            throw Bus.refusal(Bus.LOCKED, "Another HubStorage proves these files already (%s).".formatted(e.holder()));
        }
        // Before the history says that it has begun: what an end without more would say is known from then on.
        known = finder.find();
    }

    @Override
    public VerifyRecord begun() {
        return record(new RunEnd(RunResult.RUNNING, null, 0, null));
    }

    @Override
    public VerifyRecord run(Job job) throws IOException, InterruptedException {
        job.check();
        try {
            scrub.run();
        } catch (Pace.OverException e) {
            over = true;
        }
        Integrity now = finder.find();
        known = now;
        long unreadable = unreadable();
        boolean well = now.damage().damages() == 0 && unreadable == 0;
        String message =
                now.sentence(around.clock().instant(), around.config().config().zone())
                        + (unreadable == 0
                                ? ""
                                : " %s could not be read: give HubStorage's user the right to, and let nothing change them."
                                        .formatted(Sizes.count(unreadable, "file")))
                        + (over ? " It goes on " + next() + "." : "");
        return record(new RunEnd(
                well ? RunResult.SUCCESS : RunResult.PARTIAL, around.clock().instant(), 1, message));
    }

    private long unreadable() {
        Scrub.Progress progress = scrub.progress();
        Tally names = progress.cycle() == null
                ? Tally.ZERO
                : progress.cycle().totals().unreadable();
        return names.objects()
                + (progress.done() == null ? 0 : progress.done().unreadable().objects());
    }

    private String next() {
        return around.config()
                .config()
                .nextVerify(around.clock().instant())
                .map(at -> TIME.format(at.atZone(around.config().config().zone())))
                .orElse("soon");
    }

    @Override
    public VerifyRecord stopped(RunResult result, String why) {
        return record(new RunEnd(result, around.clock().instant(), 1, why));
    }

    private VerifyRecord record(RunEnd end) {
        return new VerifyRecord(id, trigger, startedAt, end, cycle(), outcome());
    }

    private VerifyRecord.Cycle cycle() {
        Scrub.Progress now = scrub.progress();
        return now.cycle() == null || now.done() == null
                ? known.cycle()
                : Integrity.of(Objects.requireNonNull(now.cycle()), Objects.requireNonNull(now.done()), known.damage());
    }

    private VerifyRecord.Outcome outcome() {
        Scrub.Progress now = scrub.progress();
        DamageList.Summary damage = known.damage();
        return new VerifyRecord.Outcome(now.read(), now.damaged(), damage.files(), damage.snapshots());
    }

    @Override
    public String reason(Exception failure) {
        String why = String.valueOf(failure.getMessage());
        return DiskFull.isCauseOf(failure)
                ? DiskFull.sentence(layout.scrub(), why) + ". Make room there; what is proven already stays known."
                : "The files could not be proven: " + why;
    }

    @Override
    public String remains() {
        return "what is proven stays known, and the next time goes on from there";
    }

    @Override
    public VerifyState state() {
        Scrub.Progress now = scrub.progress();
        RunPhase phase = cancellation.isRequested()
                ? RunPhase.CANCELLING
                : pace.isWaiting()
                        ? RunPhase.WAITING
                        : now.cycle() == null || now.looking() ? RunPhase.PREPARING : RunPhase.TRANSFERRING;
        return new VerifyState(id, trigger, startedAt, around.clock().instant(), phase, cycle(), outcome());
    }

    /** A disk that goes away while it reads is neither damage nor proof. */
    @Override
    public Optional<String> trouble() {
        return around.trouble();
    }

    @Override
    public void stopping() {
        boolean _ = cancellation.request();
    }

    @Override
    public void close() {
        if (lock != null) {
            lock.close();
        }
    }
}

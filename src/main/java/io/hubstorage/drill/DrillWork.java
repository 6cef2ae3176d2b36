package io.hubstorage.drill;

import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.DrillRecord;
import io.hubstorage.bus.DrillRecord.Difference;
import io.hubstorage.bus.DrillRecord.Outcome;
import io.hubstorage.bus.DrillStart;
import io.hubstorage.bus.DrillState;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.bus.RestoreRequest.Overwrite;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Work;
import io.hubstorage.restore.Surroundings;
import io.hubstorage.restore.TrialRestores;
import io.hubstorage.restore.targets.Target;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One drill: a few files, chosen by chance, are restored bucket by bucket as anybody would restore them, by a plan and
 * its run, to a place of the drill's own; what is there then is compared with the snapshot; and all of it is removed.
 */
final class DrillWork implements Work {
    private static final Logger LOG = LoggerFactory.getLogger(DrillWork.class);

    private final String id;
    private final DrillStart asked;
    private final Instant startedAt;
    private final Surroundings around;
    private final Drills drills;
    private final long seed;
    /** The address in S3, below which it works; null for a folder. */
    private final @Nullable String to;

    private @Nullable DataLock lock;
    private volatile @Nullable String snapshot;
    private volatile Outcome outcome = Outcome.NONE;
    private volatile RunPhase phase = RunPhase.PREPARING;
    /** At work, and to be interrupted when it is to stop. */
    private @Nullable Thread worker;

    /** The restore that is under way for it; it commits for itself, and the drill goes on and can still be stopped. */
    private @Nullable Job restoring;

    /** @param around with the targets of {@link io.hubstorage.restore.Targets#ofTrials} */
    DrillWork(String id, DrillStart asked, Surroundings around) {
        this.id = id;
        this.asked = asked;
        this.startedAt = around.clock().instant();
        this.around = around;
        this.drills = new Drills(around);
        this.seed = asked.seed() == null ? ThreadLocalRandom.current().nextLong(1L << 53) : asked.seed();
        String place = asked.to() == null ? around.config().config().verify().drillTo() : asked.to();
        this.to = place == null || place.isBlank()
                ? null
                : place.strip().replaceFirst("/+$", "") + "/" + Drills.prefix(id);
    }

    @Override
    public JobKind kind() {
        return JobKind.DRILL;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public void admit() throws IOException {
        drills.restores(id).problem().ifPresent(problem -> {
            throw Bus.refusal(Bus.UNUSABLE, problem);
        });
        if (to != null) {
            try {
                drills.restores(id).requirePlace(id, request("photos", List.of(), 0));
            } catch (IllegalArgumentException e) {
                throw Bus.refusal(Bus.BAD_REQUEST, String.valueOf(e.getMessage()));
            }
        }
        if (newest().isEmpty()) {
            throw Bus.refusal(
                    Bus.NOT_FOUND,
                    asked.buckets().isEmpty()
                            ? "There is no snapshot yet that a drill could try."
                            : "No snapshot holds anything of %s.".formatted(String.join(", ", asked.buckets())));
        }
        try {
            lock = drills.lock(id, startedAt);
        } catch (DataLock.HeldException e) {
            throw Bus.refusal(Bus.LOCKED, "Another HubStorage is at work on this drill (%s).".formatted(e.holder()));
        }
    }

    /** The newest snapshot that has all the buckets. */
    private Optional<SnapshotInfo> newest() throws IOException {
        Snapshots snapshots = new Snapshots(new Layout(around.config().dataPath()));
        if (asked.buckets().isEmpty()) {
            return snapshots.newest();
        }
        try (Stream<SnapshotInfo> newestFirst = snapshots.newestFirst(null)) {
            for (SnapshotInfo each : (Iterable<SnapshotInfo>) newestFirst::iterator) {
                if (each.buckets().containsAll(asked.buckets())) {
                    return Optional.of(each);
                }
            }
            return Optional.empty();
        }
    }

    @Override
    public DrillRecord begun() {
        return record(new RunEnd(RunResult.RUNNING, null, 0, null));
    }

    @Override
    public DrillRecord run(Job job) throws Target.TargetException, IOException, InterruptedException {
        setWorker(Thread.currentThread());
        try {
            drills.clearLeft(startedAt);
            SnapshotInfo found = newest().orElseThrow(() -> new IOException("There is no snapshot any more."));
            snapshot = found.name();
            tryOut(found, job);
        } finally {
            setWorker(null);
            // To clear away is the one thing that is done even then.
            Thread.interrupted();
            clear();
        }
        return record(end());
    }

    private synchronized void setWorker(@Nullable Thread thread) {
        worker = thread;
    }

    private void clear() {
        phase = RunPhase.COMMITTING;
        try {
            drills.clear(id);
        } catch (Target.TargetException | IOException | InterruptedException e) {
            LOG.warn("What the drill {} brought back cannot be removed yet, and will be later: {}", id, e.getMessage());
        }
    }

    private void tryOut(SnapshotInfo found, Job job) throws Target.TargetException, IOException, InterruptedException {
        SnapshotReader reader = new SnapshotReader(found);
        List<String> buckets = asked.buckets().isEmpty()
                ? found.buckets()
                : asked.buckets().stream().distinct().toList();
        Sample sample = Sample.of(
                reader,
                buckets.stream().sorted().toList(),
                Objects.requireNonNullElse(asked.sample(), DrillStart.USUAL),
                seed,
                job);
        outcome = new Outcome(sample.total(), Tally.ZERO, Tally.ZERO, List.of());
        phase = RunPhase.TRANSFERRING;
        int number = 0;
        for (Map.Entry<String, List<String>> each : sample.keys().entrySet()) {
            job.check();
            tryOut(request(each.getKey(), each.getValue(), ++number), number, job);
        }
    }

    /** As a person would: with a plan, and by it. */
    private void tryOut(RestoreRequest request, int number, Job job)
            throws Target.TargetException, IOException, InterruptedException {
        TrialRestores restores = drills.restores(id);
        // Each has the id of a restore, since they are made as restores are; the same seed is for the same files only.
        String restoreId = Job.id(startedAt, new Random((id + number).hashCode()));
        Job inner = new Job();
        setRestoring(inner);
        try {
            job.check();
            restores.restore(restoreId, request, trigger(), inner);
        } finally {
            setRestoring(null);
        }
        job.check();
        restores.compare(restoreId, job, this::count);
    }

    private synchronized void setRestoring(@Nullable Job job) {
        restoring = job;
    }

    private RestoreRequest request(String bucket, List<String> keys, int number) {
        return new RestoreRequest(
                snapshot,
                null,
                List.of(bucket),
                List.of(),
                keys,
                List.of(),
                List.of(),
                null,
                to == null ? null : to + number + "/",
                to == null ? drills.files(id).resolve(Integer.toString(number)).toString() : null,
                null,
                Overwrite.NEVER,
                false,
                false,
                false,
                null,
                null);
    }

    private void count(String bucket, String key, long size, @Nullable String why) {
        Outcome before = outcome;
        Tally one = Tally.of(size);
        if (why == null) {
            outcome = new Outcome(before.sampled(), before.same().plus(one), before.different(), before.differences());
            return;
        }
        LOG.warn("{}/{} did not come back: {}", bucket, key, why);
        List<Difference> differences = new ArrayList<>(before.differences());
        if (differences.size() < DrillRecord.NAMED) {
            differences.add(new Difference(bucket, key, why));
        }
        outcome =
                new Outcome(before.sampled(), before.same(), before.different().plus(one), differences);
    }

    private RunEnd end() {
        Outcome now = outcome;
        long sampled = now.sampled().objects();
        RunResult result = now.same().objects() == sampled
                ? RunResult.SUCCESS
                : now.same().objects() == 0 ? RunResult.FAILED : RunResult.PARTIAL;
        String message = sampled == 0
                ? "There is no file in %s that could be tried.".formatted(snapshot)
                : "%s of %s came back as they were (%s)%s"
                        .formatted(
                                Sizes.number(now.same().objects()),
                                Sizes.number(sampled),
                                Sizes.bytes((double) now.same().bytes()),
                                result == RunResult.SUCCESS
                                        ? "."
                                        : ", %s did not. Verify %s; what is damaged in it may be whole in an older one."
                                                .formatted(
                                                        Sizes.number(sampled
                                                                - now.same().objects()),
                                                        snapshot));
        return new RunEnd(result, around.clock().instant(), 1, message);
    }

    @Override
    public DrillRecord stopped(RunResult result, String why) {
        return record(new RunEnd(result, around.clock().instant(), 1, why));
    }

    private DrillRecord record(RunEnd end) {
        return new DrillRecord(id, trigger(), startedAt, end, what(), outcome);
    }

    private DrillRecord.What what() {
        return new DrillRecord.What(snapshot, to, seed);
    }

    private Trigger trigger() {
        return asked.trigger() == null ? Trigger.MANUAL : asked.trigger();
    }

    @Override
    public String reason(Exception failure) {
        return "The drill could not be held: " + failure.getMessage();
    }

    @Override
    public String remains() {
        return "what it had brought back is removed";
    }

    @Override
    public DrillState state() {
        return new DrillState(id, trigger(), startedAt, around.clock().instant(), phase, what(), outcome);
    }

    @Override
    public synchronized void stopping() {
        phase = RunPhase.CANCELLING;
        if (restoring != null) {
            restoring.stop(RunResult.CANCELLED, "the drill was stopped");
        }
        if (worker != null) {
            worker.interrupt();
        }
    }

    @Override
    public void close() {
        if (lock != null) {
            lock.close();
        }
    }
}

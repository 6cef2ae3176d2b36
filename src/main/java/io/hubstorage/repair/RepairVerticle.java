package io.hubstorage.repair;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RepairMessage;
import io.hubstorage.bus.RepairPlan;
import io.hubstorage.bus.RepairRecord;
import io.hubstorage.bus.RepairStart;
import io.hubstorage.bus.RepairState;
import io.hubstorage.bus.RestoreMessage;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Trigger;
import io.hubstorage.bus.VerifyRecord;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.jobs.Work;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.verify.scrub.DamageList;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans repairs and starts them: when somebody has looked at the plan, or, where {@code verify.repair} is {@code auto}, by itself when
 * a verification has ended. One plan is made at a time, and the last one is kept in memory.
 */
public final class RepairVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(RepairVerticle.class);
    /** After something else was in the way. */
    private static final Duration AGAIN = Duration.ofMinutes(10);
    /** A disk that loses a few files a day is no better than one that loses them at once. */
    private static final Duration LOOK_BACK = Duration.ofDays(30);

    private static final Duration PRUNE = Duration.ofHours(6);

    private final RepairWork.Surroundings around;
    private final Jobs jobs;
    private final boolean alone;
    private @Nullable Cancellation planning;
    private @Nullable RepairPlan plan;
    private @Nullable String problem;
    /** Whether something is to be repaired by itself when the backup that is under way has ended. */
    private boolean due;

    private long again = -1;

    /**
     * @param version of the program
     * @param alone whether only the command that started the program can ask; nothing is then repaired by itself, and what an earlier
     *     process left is for the service to tell
     */
    public RepairVerticle(ConfigStore config, Jobs jobs, InstantSource clock, String version, boolean alone) {
        this(
                new RepairWork.Surroundings(
                        config, jobs, () -> List.of(new S3Source(config, version, clock, RetryPolicy.USUAL)), clock),
                alone);
    }

    RepairVerticle(RepairWork.Surroundings around, boolean alone) {
        this.around = around;
        this.jobs = around.jobs();
        this.alone = alone;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx);
        return Future.all(
                        bus.answer(Addresses.REPAIR_PLAN, this::plan),
                        bus.answer(Addresses.REPAIR_STATUS, _ -> Future.succeededFuture(view())),
                        bus.answer(Addresses.REPAIR_START, this::start))
                .compose(_ -> alone ? Future.succeededFuture() : serve(bus));
    }

    private Future<?> serve(Bus bus) {
        vertx.setPeriodic(PRUNE.toMillis(), _ -> prune());
        return Future.all(
                bus.listen(JobKind.VERIFY.finished(), VerifyRecord.class, this::verified),
                bus.listen(JobKind.BACKUP.finished(), this::backedUp),
                bus.listen(JobKind.REPAIR.finished(), RepairRecord.class, this::tellLost),
                jobs.settle(RepairRecord.class, this::leave));
    }

    /** What was in quarantine long enough goes also when nothing is damaged any more. */
    private void prune() {
        if (jobs.current(RepairWork.class).isEmpty()) {
            vertx.executeBlocking(
                            () -> {
                                if (RepairWork.problem(around).isEmpty()) {
                                    Quarantine.open(
                                            around.layout(), around.clock().instant());
                                }
                                return null;
                            },
                            false)
                    .onFailure(e -> LOG.warn("The quarantine cannot be looked through: {}", e.toString()));
        }
    }

    /** One that was cut off is at its end: the next goes on from there. Only one that another process is at is left to that. */
    private Optional<Work> leave(RepairRecord left) throws IOException {
        if (Staging.isTaken(around.layout(), around.clock().instant())) {
            throw new IOException("another HubStorage is at it");
        }
        return Optional.empty();
    }

    @Override
    public Future<?> stop() {
        if (planning != null) {
            planning.request("the service was stopped");
        }
        return Future.succeededFuture();
    }

    private HubConfig.Verify settings() {
        return around.config().config().verify();
    }

    private RepairMessage.View view() {
        RepairState progress =
                jobs.current(RepairWork.class).map(RepairWork::state).orElse(null);
        return new RepairMessage.View(BusJson.word(settings().repair()), planning != null, plan, problem, progress);
    }

    private Future<RepairMessage.View> plan(JsonObject body) {
        RepairMessage.Request request = BusJson.request(body, RepairMessage.Request.class);
        if (planning != null) {
            throw Bus.refusal(Bus.CONFLICT, "A repair is being planned already.");
        }
        if (jobs.current(RepairWork.class).isPresent()) {
            throw Bus.refusal(Bus.CONFLICT, "A repair is under way: what is damaged changes with it.");
        }
        Cancellation cancellation = new Cancellation();
        planning = cancellation;
        plan = null;
        problem = null;
        // Not a worker's thread, as on many snapshots it takes minutes; nor a virtual one, as a disk may not answer.
        Thread.ofPlatform().daemon().name("repair-plan").start(() -> makePlan(request, cancellation));
        return Future.succeededFuture(view());
    }

    private void makePlan(RepairMessage.Request request, Cancellation cancellation) {
        RepairPlan made = null;
        String why = "The plan could not be made; the log names the cause.";
        try {
            made = planned(request, cancellation);
            why = null;
        } catch (IOException | InterruptedException | RuntimeException e) {
            LOG.error("The repair could not be planned", e);
            why = "The plan could not be made: " + e.getMessage();
        } finally {
            RepairPlan done = made;
            String wrong = why;
            context.runOnContext(_ -> {
                planning = null;
                plan = done;
                problem = wrong;
            });
        }
    }

    private RepairPlan planned(RepairMessage.Request request, Cancellation cancellation)
            throws IOException, InterruptedException {
        Optional<String> unusable = RepairWork.problem(around);
        if (unusable.isPresent()) {
            throw new IOException(unusable.get());
        }
        List<Source> sources = around.sources().get();
        try {
            return new Repairer(
                            new Repairer.Around(
                                    around.layout(),
                                    new DamageList(around.layout()),
                                    sources,
                                    around.clock(),
                                    cancellation::check),
                            request)
                    .plan();
        } finally {
            sources.forEach(Source::close);
        }
    }

    private Future<RestoreMessage.Started> start(JsonObject body) {
        RepairStart start = BusJson.request(body, RepairStart.class);
        if (settings().repair() == HubConfig.Repair.OFF) {
            throw Bus.refusal(Bus.UNUSABLE, "Repairs are switched off: set verify.repair to ask or auto.");
        }
        RepairPlan agreed = plan;
        if (agreed == null || !agreed.digest().equals(start.digest())) {
            throw Bus.refusal(
                    Bus.STALE, "This is not the digest of the last plan: make a plan, look at it, and start it.");
        }
        Trigger trigger = start.trigger() == null ? Trigger.MANUAL : start.trigger();
        return start(new RepairWork.Asked(agreed.request(), trigger, agreed.digest()));
    }

    private Future<RestoreMessage.Started> start(RepairWork.Asked asked) {
        String id = Job.id(around.clock().instant(), ThreadLocalRandom.current());
        return jobs.start(new RepairWork(id, asked, around))
                .onSuccess(_ -> plan = null)
                .map(RestoreMessage.Started::new);
    }

    /** A verification has come to its end, and whatever it found is on the list. */
    private void verified(VerifyRecord ended) {
        if (ended.result() == RunResult.SUCCESS || ended.result() == RunResult.PARTIAL) {
            repairByItself();
        }
    }

    private void backedUp() {
        if (due) {
            repairByItself();
        }
    }

    /**
     * What counts against the limit.
     *
     * @param repaired without being asked, not long ago
     */
    private record Found(long damaged, long repaired) {}

    private Found found() throws IOException {
        Instant since = around.clock().instant().minus(LOOK_BACK);
        long repaired = jobs.recorded(JobKind.REPAIR).stream()
                .filter(RepairRecord.class::isInstance)
                .map(RepairRecord.class::cast)
                .filter(each ->
                        each.trigger() == Trigger.SCHEDULE && each.startedAt().isAfter(since))
                .mapToLong(each -> each.outcome().repairedInAll().objects())
                .sum();
        return new Found(new DamageList(around.layout()).summary().files(), repaired);
    }

    private void repairByItself() {
        due = false;
        if (settings().repair() != HubConfig.Repair.AUTO) {
            return;
        }
        if (jobs.isUnderWay(JobKind.BACKUP)) {
            // It would only wait, and have others wait for it.
            due = true;
            return;
        }
        vertx.executeBlocking(this::found, false)
                .onFailure(e -> LOG.error("What is damaged cannot be told, so nothing is repaired", e))
                .onSuccess(found -> {
                    if (found.damaged > 0
                            && found.damaged + found.repaired > settings().repairLimit()) {
                        raise(found);
                    } else if (found.damaged > 0) {
                        start(new RepairWork.Asked(RepairMessage.Request.ALL, Trigger.SCHEDULE, null))
                                .onFailure(this::refused);
                    }
                });
    }

    private void refused(Throwable why) {
        LOG.warn("Damaged files are not repaired now: {}", why.getMessage());
        if (why instanceof ReplyException refusal
                && (refusal.failureCode() == Bus.CONFLICT || refusal.failureCode() == Bus.LOCKED)) {
            vertx.cancelTimer(again);
            again = vertx.setTimer(AGAIN.toMillis(), _ -> repairByItself());
        }
    }

    private void raise(Found found) {
        raise(
                "%s damaged%s, more than verify.repair_limit (%s) allows to repair without asking."
                        .formatted(
                                found.damaged == 1 ? "1 file is" : Sizes.number(found.damaged) + " files are",
                                found.repaired == 0
                                        ? ""
                                        : " and %s repaired in the last %d days"
                                                .formatted(Sizes.number(found.repaired), LOOK_BACK.toDays()),
                                Sizes.number(settings().repairLimit())),
                "Look whether the disk is sound. Then look at what a repair would do ('repair --dry-run'), and start"
                        + " it.");
    }

    /** Nobody has asked for it, so nobody looks how it ended. */
    private void tellLost(RepairRecord ended) {
        long lost = ended.outcome().lost().objects();
        if (ended.trigger() == Trigger.SCHEDULE && lost > 0) {
            raise(
                    "%s damaged and could not be repaired."
                            .formatted(lost == 1 ? "1 file is" : Sizes.number(lost) + " files are"),
                    "'repair --dry-run' names each, and what would help.");
        }
    }

    private void raise(String message, String remedy) {
        LOG.error("{}", message);
        new Bus(vertx)
                .publish(
                        Addresses.ALARM_RAISE,
                        Alarm.of(
                                Alarm.Kind.DAMAGE,
                                JobKind.REPAIR.word(),
                                around.clock().instant(),
                                message,
                                remedy));
    }
}

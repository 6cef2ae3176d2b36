package io.hubstorage.web;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RestoreState;
import io.hubstorage.bus.Restoring;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.bus.VerifyMessage;
import io.hubstorage.bus.Verifying;
import io.hubstorage.bus.WorkersMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rooms behind the web, as far as the bus shows them: real addresses, real message records, settable answers. */
final class BusRooms {
    static final Instant BEGAN = Instant.parse("2026-11-20T06:00:00Z");
    static final Instant ENDED = Instant.parse("2026-11-20T06:05:00Z");
    static final SpaceMessage.Current SPACE = new SpaceMessage.Current(
            ENDED,
            new SpaceMessage.Disk(
                    10_000,
                    4_000,
                    500,
                    new SpaceMessage.Compression("btrfs", "on", "Btrfs compresses new files (zstd:1).", null),
                    List.of("hard_links", "reflinks")),
            100L,
            LocalDate.parse("2026-12-30"),
            new SpaceMessage.Change(100, 40),
            5_000,
            false,
            List.of(new SpaceMessage.Bucket("photos", 4_500, 90)),
            List.of(
                    new SpaceMessage.Day(LocalDate.parse("2026-11-19"), 4_900L, null),
                    new SpaceMessage.Day(LocalDate.parse("2026-11-20"), 5_000L, 4_000L)));

    final List<BackupMessage.Start> starts = new CopyOnWriteArrayList<>();
    final List<BackupMessage.HistoryQuery> queries = new CopyOnWriteArrayList<>();
    final AtomicInteger diagnoses = new AtomicInteger();
    volatile boolean running;
    volatile @Nullable RunRecord last = run("r1", RunResult.SUCCESS, false);
    volatile @Nullable RunRecord lastSuccess = last;
    /** Runs before the last one, the newest first. */
    volatile List<RunRecord> history = List.of();

    final MessageConsumer<JsonObject> verify;
    volatile SchedulerMessage.Status scheduler = schedule(false, false);
    volatile boolean s3Works = true;
    volatile StatusMessage.Current status = judged(StatusMessage.State.SAFE, List.of(), List.of());
    volatile List<Alarm> alarms = List.of();
    volatile SpaceMessage.Current space = SPACE;
    volatile WorkersMessage.Listing workers = new WorkersMessage.Listing(
            true,
            List.of(
                    new WorkersMessage.Worker(Addresses.LOCAL_WORKER, true, BEGAN, ENDED, 3, 50_000_000),
                    new WorkersMessage.Worker("rack-2", false, BEGAN, ENDED, 2, 40_000_000),
                    missing("rack-3", null)));

    /** The buckets of the account. */
    volatile List<S3Message.Bucket> discovered = List.of(new S3Message.Bucket("photos", BEGAN, "eu-west-1"));

    /** Jobs of other kinds, the newest first; older than all runs. */
    volatile List<JobRecord> others =
            List.of(Restoring.record("j1", BEGAN, new RunEnd(RunResult.FAILED, ENDED, 1, "No such bucket.")));

    private final Vertx vertx;
    private final MessageConsumer<?> statusConsumer;
    private final List<MessageConsumer<?>> schedulerConsumers = new ArrayList<>();

    /** @param problem why it is not let in; null for one that is lost */
    static WorkersMessage.Worker missing(String name, @Nullable String problem) {
        WorkersMessage.State state = problem == null ? WorkersMessage.State.LOST : WorkersMessage.State.REFUSED;
        return new WorkersMessage.Worker(name, state, false, BEGAN, BEGAN, BEGAN, problem, 0, 0);
    }

    BusRooms(Vertx vertx) {
        this.vertx = vertx;
        vertx.eventBus().<JsonObject>consumer(Addresses.BACKUP_START, this::start);
        vertx.eventBus().<JsonObject>consumer(Addresses.BACKUP_CANCEL, this::cancel);
        answer(
                Addresses.BACKUP_STATUS,
                () -> new BackupMessage.Status(running, running ? state(1) : null, last, lastSuccess));
        vertx.eventBus().<JsonObject>consumer(Addresses.BACKUP_HISTORY, message -> {
            BackupMessage.HistoryQuery query = BusJson.decode(message.body(), BackupMessage.HistoryQuery.class);
            queries.add(query);
            List<RunRecord> runs = Stream.concat(Stream.ofNullable(last), history.stream())
                    .filter(run -> query.runId() == null || query.runId().equals(run.runId()))
                    .limit(Objects.requireNonNullElse(query.limit(), 50))
                    .toList();
            message.reply(BusJson.encode(new BackupMessage.History(runs)));
        });
        Bus bus = new Bus(vertx);
        bus.answer(Addresses.JOBS_LIST, body -> Future.succeededFuture(page(body)));
        bus.answer(Addresses.JOBS_GET, body -> {
            String id = BusJson.request(body, JobMessage.Get.class).runId();
            return jobs().filter(job -> job.runId().equals(id))
                    .findFirst()
                    .map(job -> Future.succeededFuture(
                            new JobMessage.Found(job, running && id.equals("r2") ? state(1) : null, null, null)))
                    .orElseThrow(() -> Bus.refusal(Bus.NOT_FOUND, "the history knows no job of the id " + id));
        });
        bus.answer(Addresses.JOBS_CANCEL, body -> {
            JobMessage.Cancel asked = BusJson.request(body, JobMessage.Cancel.class);
            if (!running || !asked.runId().equals("r2")) {
                throw Bus.refusal(Bus.NOT_FOUND, "no job is running under the id " + asked.runId());
            }
            finish(RunResult.CANCELLED);
            return Future.succeededFuture(asked);
        });
        answer(
                Addresses.JOBS_STATUS,
                () -> new JobMessage.Status(List.of(
                        new JobMessage.OfKind(JobKind.BACKUP, running ? state(1) : null, last, lastSuccess),
                        new JobMessage.OfKind(
                                JobKind.RESTORE, null, others.isEmpty() ? null : others.getFirst(), null))));
        statusConsumer = answer(Addresses.STATUS, () -> status);
        answer(Addresses.SPACE, () -> space);
        answer(Addresses.WORKERS_LIST, () -> workers);
        bus.answer(Addresses.WORKERS_FORGET, this::forget);
        answer(Addresses.ALARMS_LIST, () -> new Alarm.Listing(alarms, List.of()));
        vertx.eventBus().<JsonObject>consumer(Addresses.ALARMS_ACKNOWLEDGE, this::acknowledge);
        schedulerConsumers.add(answer(Addresses.SCHEDULER_STATUS, () -> scheduler));
        answer(Addresses.SCHEDULER_RESTART, () -> scheduler);
        verify = answer(
                Addresses.VERIFY_STATUS,
                () -> new VerifyMessage.Status(
                        "37 % of this cycle.",
                        running ? Verifying.state("v1", BEGAN, ENDED) : null,
                        Verifying.CYCLE,
                        null,
                        Verifying.DUE,
                        new VerifyMessage.DamageSummary(1, 1, List.of("hublink_20261120060000"), ENDED),
                        List.of(new VerifyMessage.DamagedFile(
                                "hublink_20261120060000", "photos", "a.jpg", "a.jpg", "bytes", ENDED)),
                        null));
        vertx.eventBus().<JsonObject>consumer(Addresses.SCHEDULER_PAUSE, message -> {
            boolean paused = message.body().getBoolean("paused", true);
            scheduler = schedule(paused, false);
            message.reply(BusJson.encode(scheduler));
            vertx.eventBus().publish(Addresses.SCHEDULER_CHANGED, BusJson.encode(scheduler));
        });
        answer(Addresses.S3_DISCOVER, () -> new S3Message.Buckets(discovered));
        answer(Addresses.S3_DIAGNOSE, this::diagnose);
        vertx.eventBus()
                .<JsonObject>consumer(
                        Addresses.S3_FILTER_PREVIEW,
                        message -> message.reply(
                                BusJson.encode(tried(BusJson.decode(message.body(), S3Message.FilterTrial.class)))));
    }

    private Stream<JobRecord> jobs() {
        Stream<RunRecord> now = running ? Stream.of(run("r2", RunResult.RUNNING, false)) : Stream.empty();
        return Stream.of(now, Stream.ofNullable(last), history.stream(), others.stream())
                .flatMap(each -> each);
    }

    private JobMessage.Page page(JsonObject body) {
        JobMessage.Query query = BusJson.request(body, JobMessage.Query.class);
        List<JobRecord> found = jobs().dropWhile(
                        job -> query.before() != null && !job.runId().equals(query.before()))
                .skip(query.before() == null ? 0 : 1)
                .filter(job -> query.kind().isEmpty() || query.kind().contains(job.kind()))
                .filter(job -> query.result().isEmpty() || query.result().contains(job.result()))
                .filter(job -> query.bucket() == null || job.concerns(query.bucket()))
                .toList();
        int limit = Math.min(found.size(), Objects.requireNonNullElse(query.limit(), 50));
        return new JobMessage.Page(
                found.subList(0, limit),
                found.size() > limit ? found.get(limit - 1).runId() : null,
                null);
    }

    private static S3Message.FilterOutcome tried(S3Message.FilterTrial trial) {
        S3Message.Caught none = new S3Message.Caught(0, 0, List.of());
        return new S3Message.FilterOutcome(
                null,
                true,
                Tally.of(10),
                new S3Message.Caught(1, 10, List.of(trial.bucket() + "/a.jpg")),
                none,
                none,
                List.of(),
                List.of());
    }

    void silenceScheduler() {
        schedulerConsumers.forEach(MessageConsumer::unregister);
    }

    void silenceStatus() {
        statusConsumer.unregister();
    }

    private S3Message.Diagnosis diagnose() {
        diagnoses.incrementAndGet();
        return new S3Message.Diagnosis(
                s3Works,
                "http://127.0.0.1:9000",
                "us-east-1",
                new S3Message.Credentials(true, true, true, "environment", null),
                new S3Message.Identity("123", "arn:aws:iam::123:user/hub", "AID"),
                List.of(new S3Message.Step(
                        "list photos",
                        s3Works ? S3Message.Outcome.OK : S3Message.Outcome.FAILED,
                        s3Works ? "3 objects seen" : "access denied",
                        s3Works ? null : "allow s3:ListBucket")));
    }

    private MessageConsumer<JsonObject> answer(String address, Supplier<Record> reply) {
        return vertx.eventBus().consumer(address, message -> message.reply(BusJson.encode(reply.get())));
    }

    private void start(Message<JsonObject> message) {
        if (running) {
            message.fail(409, "A backup is running already; wait for it or cancel it.");
            return;
        }
        BackupMessage.Start start = BusJson.decode(message.body(), BackupMessage.Start.class);
        starts.add(start);
        running = true;
        // In this order: a test that has the answer may publish what comes after the start.
        vertx.eventBus().publish(Addresses.BACKUP_STARTED, BusJson.encode(state(0)));
        message.reply(BusJson.encode(new BackupMessage.Accepted("r2")));
    }

    private void cancel(Message<JsonObject> message) {
        if (!running) {
            message.fail(404, "No backup is running.");
            return;
        }
        message.reply(message.body());
        finish(RunResult.CANCELLED);
    }

    void progress(long objects) {
        vertx.eventBus().publish(Addresses.BACKUP_PROGRESS, BusJson.encode(state(objects)));
    }

    void finish(RunResult result) {
        running = false;
        RunRecord record = run("r2", result, false);
        last = record;
        lastSuccess = result == RunResult.SUCCESS ? record : lastSuccess;
        vertx.eventBus().publish(Addresses.BACKUP_FINISHED, BusJson.encode(record));
    }

    /** A restore from its begin to its end. */
    void restore(RunResult result) {
        RestoreState state = Restoring.state("j2", BEGAN, BEGAN.plusSeconds(1));
        RestoreRecord record = Restoring.record("j2", BEGAN, new RunEnd(result, ENDED, 1, "As told."));
        Bus bus = new Bus(vertx);
        bus.publish(JobKind.RESTORE.started(), state);
        bus.publish(JobKind.RESTORE.progress(), state);
        bus.publish(JobKind.RESTORE.finished(), record);
    }

    private Future<WorkersMessage.Listing> forget(JsonObject body) {
        String name = BusJson.request(body, WorkersMessage.Forget.class).name();
        List<WorkersMessage.Worker> others = workers.workers().stream()
                .filter(worker -> !worker.name().equals(name))
                .toList();
        if (others.size() == workers.workers().size()) {
            throw Bus.refusal(Bus.NOT_FOUND, "no worker is called " + name);
        }
        workers = new WorkersMessage.Listing(true, others);
        return Future.succeededFuture(workers);
    }

    private void acknowledge(Message<JsonObject> message) {
        Alarm.Acknowledge asked = BusJson.decode(message.body(), Alarm.Acknowledge.class);
        if (asked.id() != null && alarms.stream().noneMatch(alarm -> alarm.id().equals(asked.id()))) {
            message.fail(404, "no open alarm has the id " + asked.id());
            return;
        }
        alarms = alarms.stream()
                .filter(alarm -> asked.id() != null && !alarm.id().equals(asked.id()))
                .toList();
        message.reply(BusJson.encode(new Alarm.Listing(alarms, List.of())));
    }

    /** Says how things stand, to those that ask and those that listen. */
    void judge(StatusMessage.Current judgement) {
        status = judgement;
        alarms = judgement.alarms();
        vertx.eventBus().publish(Addresses.STATUS_CHANGED, BusJson.encode(judgement));
    }

    /** One bucket, photos, and this state. */
    static StatusMessage.Current judged(
            StatusMessage.State state, List<StatusMessage.Condition> conditions, List<Alarm> alarms) {
        boolean safe = state == StatusMessage.State.SAFE;
        String title = safe ? "Bucket photos is safe." : "Something needs a look.";
        return new StatusMessage.Current(
                BEGAN,
                new StatusMessage.Verdict(
                        state, title, "Last backup {ago:%s}.".formatted(ENDED), title + " Last backup 2 h ago."),
                List.of(new StatusMessage.Bucket(
                        "photos",
                        StatusMessage.Standing.SAFE,
                        BEGAN,
                        ENDED,
                        "hublink_20261120060000",
                        new Tally(3, 30),
                        null)),
                conditions,
                alarms,
                1L << 30,
                null);
    }

    static SchedulerMessage.Status schedule(boolean paused, boolean overdue) {
        Instant next = Instant.parse("2026-11-20T12:00:00Z");
        SchedulerMessage.Rule rule = new SchedulerMessage.Rule(6, null, null);
        return new SchedulerMessage.Status(
                true,
                true,
                paused,
                new SchedulerMessage.Runs(overdue, next, BEGAN, BEGAN, RunResult.SUCCESS),
                rule,
                null,
                List.of(new SchedulerMessage.Schedule(
                        SchedulerMessage.MAIN,
                        "backup",
                        List.of(),
                        rule,
                        new SchedulerMessage.Times(overdue, next, BEGAN, RunResult.SUCCESS, BEGAN))));
    }

    static BucketCounts counts(long objects) {
        Tally tally = new Tally(objects, objects * 10);
        return new BucketCounts(Map.of(BucketCounts.Fate.LISTED, tally, BucketCounts.Fate.DOWNLOADED, tally));
    }

    static RunState state(long objects) {
        return new RunState(
                new RunStart("r2", Trigger.MANUAL, false, true, BEGAN),
                BEGAN.plusSeconds(objects),
                new RunState.Stage(RunPhase.TRANSFERRING, 1, 4, null, null, null, null),
                List.of(new RunState.BucketState(
                        "photos",
                        RunPhase.TRANSFERRING,
                        new TransferMessage.Progress(counts(objects), Tally.ZERO, 0, false),
                        null,
                        null)),
                new RunState.Progress(counts(objects), Tally.ZERO, objects * 10, 1.5, 0.5, null),
                List.of(new RunState.Transfer("photos", "a.jpg", 10, 4)));
    }

    static RunRecord run(String id, RunResult result, boolean dryRun) {
        return new RunRecord(
                new RunStart(id, Trigger.SCHEDULE, dryRun, true, BEGAN),
                new RunEnd(result, ENDED, 1, null),
                new RunRecord.CurrentSnapshot("hublink_20261120060000", true, null),
                List.of(new RunRecord.BucketRecord(
                        "photos", new BucketOutcome(result, false, counts(3), List.of(), 0, null), true)),
                List.of());
    }
}

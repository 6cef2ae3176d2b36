package io.hubstorage.notify.alerts;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.AlertMessage;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.JobState;
import io.hubstorage.bus.LoginAttack;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.WorkersMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.hubstorage.notify.alerts.AlertState.Alert;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks how things stand whenever something has happened, and every {@code tick} because time alone may make something late; decides
 * what is told, and hands it to {@link Deliveries}. Without any channel it looks at nothing and writes nothing. Deploy it behind
 * the others, so that it hears of all of them.
 */
public final class NotifyVerticle extends VerticleBase {
    /** Of the running program. */
    public static final Duration TICK = Duration.ofSeconds(15);

    private static final Logger LOG = LoggerFactory.getLogger(NotifyVerticle.class);
    /** What ended longer ago is no news. */
    private static final Duration NEWS = Duration.ofDays(1);
    /** After so many failures what happened is left out: it may be what makes them. */
    private static final int MOST_FAILURES = 3;
    /** For the look that is under way at the end. */
    private static final long STOP_SECONDS = 2;

    private final ConfigStore config;
    private final Function<HubConfig, Audience> audiences;
    private final InstantSource clock;
    private final Duration tick;
    private final DeliveryLog log;

    private @Nullable Outbox outbox;
    private @Nullable Deliveries deliveries;
    private Audience audience = Audience.NONE;
    private final List<JobState> began = new ArrayList<>();
    private final List<JobRecord> ended = new ArrayList<>();
    private @Nullable LoginAttack attack;
    private int failures;
    private boolean missedAsked;
    /** Before the first audience is there, nobody is known whom nothing is told. */
    private boolean configured;

    private boolean looking;
    private boolean again;
    private boolean stopped;
    private Future<Void> look = Future.succeededFuture();

    /**
     * Tells the audience of the configuration in force.
     *
     * @param audiences called for each configuration, one after the other; may block and throw
     */
    public NotifyVerticle(
            ConfigStore config, Function<HubConfig, Audience> audiences, InstantSource clock, Duration tick) {
        this.config = config;
        this.audiences = audiences;
        this.clock = clock;
        this.tick = tick;
        this.log = new DeliveryLog(folder());
    }

    @Override
    public Future<?> start() {
        List<Future<Void>> ready = new ArrayList<>(List.of(
                bus().listen(Addresses.STATUS_CHANGED, this::look),
                bus().listen(Addresses.SCHEDULER_CHANGED, this::look),
                bus().listen(Addresses.ALARMS_CHANGED, this::look),
                bus().listen(Addresses.CONFIG_CHANGED, this::configure),
                bus().listen(Addresses.LOGIN_ATTACKED, LoginAttack.class, this::attacked),
                bus().answer(Addresses.NOTIFY_ALERTS, _ -> vertx.executeBlocking(this::raised)),
                bus().answer(Addresses.NOTIFY_DELIVERIES, this::page)));
        for (JobKind kind : JobKind.values()) {
            ready.add(bus().listen(kind.started(), JobState.class, this::began));
            ready.add(bus().listen(kind.finished(), JobRecord.class, this::ended));
        }
        vertx.setPeriodic(tick.toMillis(), _ -> look());
        return Future.all(ready).onSuccess(_ -> configure());
    }

    /** Completes when what has been decided is written down and no attempt to deliver it is under way, or soon after all the same. */
    @Override
    public Future<?> stop() {
        stopped = true;
        Future<?> looked = look.timeout(STOP_SECONDS, TimeUnit.SECONDS).otherwiseEmpty();
        Future<?> delivered = deliveries == null ? Future.succeededFuture() : deliveries.stop();
        return Future.join(looked, delivered)
                .eventually(() -> vertx.executeBlocking(() -> {
                    if (outbox != null) {
                        outbox.close();
                    }
                    return null;
                }));
    }

    private Bus bus() {
        return new Bus(vertx);
    }

    private Path folder() {
        return config.settings().configFolder();
    }

    private void configure() {
        HubConfig current = config.config();
        vertx.executeBlocking(() -> audiences.apply(current))
                .onSuccess(made -> audience = made)
                .onFailure(e -> LOG.error("The channels of notifications cannot be made; those before stay", e))
                .onComplete(_ -> {
                    configured = true;
                    look();
                });
    }

    private void began(JobState job) {
        began.add(job);
        look();
    }

    private void ended(JobRecord job) {
        ended.add(job);
        look();
    }

    private void attacked(LoginAttack told) {
        attack = told;
        look();
    }

    /** One look at a time; what happens meanwhile is seen by the next. */
    private void look() {
        if (looking || stopped || !configured) {
            again = true;
            return;
        }
        looking = true;
        look = open().compose(_ -> isNeeded() ? gather() : Future.succeededFuture());
        look.onFailure(NotifyVerticle::undecided).onComplete(_ -> {
            looking = false;
            if (deliveries != null && !stopped) {
                deliveries.deliver(audience);
            }
            if (again) {
                again = false;
                look();
            }
        });
    }

    /** Of what nobody expected, the whole stack. */
    private static void undecided(Throwable e) {
        if (e instanceof IOException) {
            LOG.warn("What is to be told cannot be decided now: {}", e.toString());
        } else {
            LOG.warn("What is to be told cannot be decided now", e);
        }
    }

    private boolean isNeeded() {
        boolean needed = !audience.policy().subscribers().isEmpty();
        if (!needed) {
            // Nobody is to hear of it later either.
            began.clear();
            ended.clear();
            attack = null;
        }
        return needed;
    }

    /** Only where somebody is to be told: nothing is written into a folder for nobody. */
    private Future<Void> open() {
        if (outbox != null || audience.policy().subscribers().isEmpty()) {
            return Future.succeededFuture();
        }
        return vertx.executeBlocking(() -> Outbox.open(folder()))
                .onSuccess(opened -> {
                    outbox = opened;
                    deliveries = new Deliveries(vertx, opened, log, clock);
                })
                .mapEmpty();
    }

    private Future<Void> gather() {
        Outbox box = Objects.requireNonNull(outbox);
        Instant begin = clock.instant();
        AlertState before = AlertState.at(begin, box.state());
        Policy policy = audience.policy();
        PastJobs past = new PastJobs(bus());
        Future<StatusMessage.Current> status = ask(Addresses.STATUS, StatusMessage.Current.class);
        Future<SchedulerMessage.Status> scheduler = ask(Addresses.SCHEDULER_STATUS, SchedulerMessage.Status.class);
        Future<JobMessage.Status> jobs = ask(Addresses.JOBS_STATUS, JobMessage.Status.class);
        Future<SpaceMessage.Current> space = ask(Addresses.SPACE, SpaceMessage.Current.class);
        Future<WorkersMessage.Listing> workers = ask(Addresses.WORKERS_LIST, WorkersMessage.Listing.class);
        Instant news = before.since().isBefore(begin.minus(NEWS)) ? begin.minus(NEWS) : before.since();
        Future<List<JobRecord>> missed = missedAsked ? Future.succeededFuture(List.of()) : past.endedSince(news);
        Future<Optional<List<JobRecord>>> week = policy.dueDigest(before, begin)
                .map(due -> past.between(policy.weekBefore(due), due).map(Optional::of))
                .orElseGet(() -> Future.succeededFuture(Optional.empty()));
        return Future.join(List.of(status, scheduler, jobs, space, workers, missed, week))
                .transform(_ -> {
                    Situation situation = new Situation(
                            clock.instant(),
                            status.result(),
                            scheduler.result(),
                            jobs.result(),
                            space.result(),
                            workers.result(),
                            attack);
                    List<JobRecord> all = new ArrayList<>(missed.succeeded() ? missed.result() : List.of());
                    all.addAll(ended);
                    Decider.News happened = new Decider.News(
                            List.copyOf(began), distinct(all), week.succeeded() ? week.result() : Optional.empty());
                    int beginnings = began.size();
                    int endings = ended.size();
                    return vertx.<Void>executeBlocking(() -> {
                                box.decided(new Decider(policy, before).decide(situation, happened));
                                return null;
                            })
                            .onComplete(decided -> {
                                failures = decided.succeeded() ? 0 : failures + 1;
                                if (decided.succeeded() || failures >= MOST_FAILURES) {
                                    missedAsked |= missed.succeeded();
                                    forget(beginnings, endings, situation.attack());
                                }
                            });
                });
    }

    /** What was decided about: not what has happened since. */
    private void forget(int beginnings, int endings, @Nullable LoginAttack told) {
        began.subList(0, beginnings).clear();
        ended.subList(0, endings).clear();
        if (Objects.equals(attack, told)) {
            attack = null;
        }
    }

    private static List<JobRecord> distinct(List<JobRecord> jobs) {
        List<String> ids = new ArrayList<>();
        return jobs.stream()
                .filter(job -> !ids.contains(job.runId()) && ids.add(job.runId()))
                .toList();
    }

    /** Null where nobody answers, or not in time. */
    private <T extends Record> Future<T> ask(String address, Class<T> type) {
        return bus().ask(address, type);
    }

    private AlertMessage.Listing raised() {
        Outbox box = outbox;
        Stream<Alert> alerts =
                box == null ? Stream.empty() : box.state().stream().flatMap(state -> state.alerts().values().stream());
        return new AlertMessage.Listing(
                alerts.filter(Alert::isRaised)
                        .sorted(Comparator.comparing(Alert::since).reversed())
                        .map(alert -> new AlertMessage.Raised(
                                alert.problem().event().word(),
                                alert.problem().severity().word(),
                                alert.problem().subject(),
                                alert.problem().words().title(),
                                alert.since(),
                                Objects.requireNonNull(alert.told()),
                                alert.channels().stream().sorted().toList()))
                        .toList(),
                box == null ? 0 : box.waiting());
    }

    private Future<AlertMessage.Deliveries> page(JsonObject body) {
        AlertMessage.Query query = BusJson.request(body, AlertMessage.Query.class);
        return vertx.executeBlocking(() -> log.page(query.limit(), query.before()));
    }
}

package io.hubstorage.notify.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.AlertMessage;
import io.hubstorage.bus.AlertMessage.Outcome;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.LoginAttack;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Severity;
import io.hubstorage.notify.alerts.Policy.Subscriber;
import io.hubstorage.notify.channels.Channel;
import io.hubstorage.notify.channels.Receipt;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The verticle on a real bus, before rooms that answer as the test says; channels take down what they are given. */
@ExtendWith(VertxExtension.class)
final class NotifyVerticleTest {
    private static final Instant T0 = Instant.parse("2026-11-10T12:00:00Z");
    /** It looks when it is told to, never by itself. */
    private static final Duration NEVER = Duration.ofDays(1);

    private static final String CHECK = "check";
    private static final String MAIL = "mail";

    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(T0);
    private final AtomicReference<World> world = new AtomicReference<>(new World("photos", "docs"));
    private final List<JobRecord> history = new CopyOnWriteArrayList<>();
    private final Map<String, Recorder> channels = new HashMap<>();
    private Vertx vertx;
    private ConfigStore config;
    private String deployment = "";

    /** Keeps what it is given; answers as it is told. */
    private static final class Recorder implements Channel {
        private final List<Message> taken = new CopyOnWriteArrayList<>();
        private volatile boolean hanging;
        private final AtomicReference<Receipt> receipt = new AtomicReference<>(new Receipt.Delivered(200, "ok"));

        @Override
        public Future<Receipt> deliver(Message message) {
            taken.add(message);
            if (hanging) {
                return Promise.<Receipt>promise().future();
            }
            return Future.succeededFuture(receipt.get());
        }

        List<String> told() {
            return taken.stream().map(each -> each.state() + " " + each.event()).toList();
        }
    }

    @BeforeEach
    void begin(Vertx given) throws Exception {
        vertx = given;
        Map<String, String> environment = Map.of(
                "HUBSTORAGE_CONFIG_PATH", folder.resolve("config/config.json").toString(),
                "HUBSTORAGE_DATA_PATH", folder.resolve("data").toString());
        config = get(ConfigStore.open(
                vertx, Environment.load(environment, folder.resolve(".env")), UnaryOperator.identity(), now::get));
        Bus bus = new Bus(vertx);
        get(bus.answer(Addresses.STATUS, _ -> Future.succeededFuture(at().status())));
        get(bus.answer(Addresses.SCHEDULER_STATUS, _ -> Future.succeededFuture(at().scheduler())));
        get(bus.answer(Addresses.JOBS_STATUS, _ -> Future.succeededFuture(at().jobs())));
        get(bus.answer(Addresses.SPACE, _ -> Future.succeededFuture(at().space())));
        get(bus.answer(
                Addresses.JOBS_LIST,
                _ -> Future.succeededFuture(
                        new JobMessage.Page(List.copyOf(history).reversed(), null, null))));
        channels.put(MAIL, new Recorder());
        channels.put(CHECK, new Recorder());
        deploy();
    }

    private Instant now() {
        return Objects.requireNonNull(now.get());
    }

    private Situation at() {
        return Objects.requireNonNull(world.get()).at(now());
    }

    private void deploy() {
        Audience audience = audience();
        deployment = get(vertx.deployVerticle(new NotifyVerticle(config, _ -> audience, now::get, NEVER)));
    }

    private Audience audience() {
        Policy policy = new Policy(
                List.of(
                        new Subscriber(MAIL, Subscriber.USUAL, Severity.INFO, true, Set.of()),
                        new Subscriber(
                                CHECK,
                                Set.of(Event.BACKUP_STARTED, Event.BACKUP_SUCCEEDED, Event.BACKUP_FAILED),
                                Severity.INFO,
                                true,
                                Set.of(JobKind.BACKUP))),
                new Policy.Rhythm(Duration.ofHours(24), 20, null, null),
                ZoneOffset.UTC,
                "");
        return new Audience(policy, new HashMap<>(channels), Map.of());
    }

    private void restart() {
        get(vertx.undeploy(deployment));
        deploy();
    }

    private void look() {
        new Bus(vertx).publish(Addresses.STATUS_CHANGED, Objects.requireNonNull(at().status()));
    }

    private void set(String bucket, Standing standing) {
        World next = new World("photos", "docs");
        next.buckets.putAll(Objects.requireNonNull(world.get()).buckets);
        next.buckets.put(bucket, standing);
        world.set(next);
        look();
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.await(60, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** A machine that has much else to do is no fault of the verticle's. */
    private static ConditionFactory patiently() {
        return await().atMost(Duration.ofSeconds(60));
    }

    private void awaitTold(String channel, String... expected) {
        patiently()
                .untilAsserted(() -> assertThat(
                                Objects.requireNonNull(channels.get(channel)).told())
                        .containsExactly(expected));
    }

    /** Everything that was decided is delivered, and that is written down. */
    private void awaitQuiet() {
        patiently()
                .until(() -> get(new Bus(vertx).ask(Addresses.NOTIFY_ALERTS, AlertMessage.Listing.class))
                                .waiting()
                        == 0);
    }

    private AlertMessage.Listing raised() {
        return get(new Bus(vertx).ask(Addresses.NOTIFY_ALERTS, AlertMessage.Listing.class));
    }

    private List<AlertMessage.Delivery> deliveries() {
        return get(new Bus(vertx).ask(Addresses.NOTIFY_DELIVERIES, AlertMessage.Deliveries.class))
                .deliveries();
    }

    @Test
    void aProblemIsToldRaisedAndResolvedAndARestartRepeatsNothing() {
        set("photos", Standing.FAILING);
        awaitTold(MAIL, "RAISED BACKUP_FAILED");
        awaitQuiet();
        assertThat(raised().raised())
                .singleElement()
                .satisfies(alert -> assertThat(alert.subject()).isEqualTo("photos"))
                .satisfies(alert -> assertThat(alert.channels()).containsExactly(MAIL));
        restart();
        look();
        now.set(T0.plusSeconds(60));
        set("photos", Standing.SAFE);
        awaitTold(MAIL, "RAISED BACKUP_FAILED", "RESOLVED BACKUP_FAILED");
        awaitQuiet();
        assertThat(raised().raised()).isEmpty();
    }

    @Test
    void aChannelOutOfReachIsTriedAgainLaterAndHoldsUpNoOther() {
        Objects.requireNonNull(channels.get(MAIL))
                .receipt
                .set(new Receipt.TryAgain("503 busy", Duration.ofMinutes(10)));
        set("photos", Standing.FAILING);
        awaitTold(MAIL, "RAISED BACKUP_FAILED");
        finish("r1", RunResult.SUCCESS);
        awaitTold(CHECK, "INFO BACKUP_SUCCEEDED");
        patiently()
                .untilAsserted(() -> assertThat(deliveries())
                        .filteredOn(each -> each.channel().equals(MAIL))
                        .singleElement()
                        .satisfies(each -> assertThat(each.outcome()).isEqualTo(Outcome.FAILED))
                        .satisfies(each -> assertThat(each.answer()).isEqualTo("503 busy"))
                        .satisfies(each -> assertThat(each.retryAt()).isEqualTo(T0.plusSeconds(600))));
        Objects.requireNonNull(channels.get(MAIL)).receipt.set(new Receipt.Delivered(200, "ok"));
        now.set(T0.plusSeconds(601));
        look();
        awaitTold(MAIL, "RAISED BACKUP_FAILED", "RAISED BACKUP_FAILED");
        awaitQuiet();
        assertThat(Objects.requireNonNull(channels.get(MAIL)).taken.stream()
                        .map(Message::id)
                        .distinct())
                .hasSize(1);
        assertThat(deliveries().getFirst().attempt()).isEqualTo(2);
    }

    @Test
    void whatIsRefusedThreeTimesIsGivenUpAndTold() {
        Objects.requireNonNull(channels.get(MAIL)).receipt.set(new Receipt.Refused("401 wrong token"));
        set("photos", Standing.FAILING);
        awaitRefusals(Outcome.FAILED);
        now.set(T0.plusSeconds(30));
        look();
        awaitRefusals(Outcome.FAILED, Outcome.FAILED);
        now.set(T0.plusSeconds(330));
        look();
        awaitRefusals(Outcome.GIVEN_UP, Outcome.FAILED, Outcome.FAILED);
        awaitQuiet();
    }

    /** The newest first. */
    private void awaitRefusals(Outcome... outcomes) {
        patiently()
                .untilAsserted(() -> assertThat(deliveries())
                        .allSatisfy(each -> assertThat(each.answer()).isEqualTo("401 wrong token"))
                        .extracting(AlertMessage.Delivery::outcome)
                        .containsExactly(outcomes));
    }

    @Test
    void aReceiverThatHangsHoldsUpNoStopAndIsSentTheSameMessageAgain() {
        Recorder mail = Objects.requireNonNull(channels.get(MAIL));
        mail.hanging = true;
        set("photos", Standing.FAILING);
        awaitTold(MAIL, "RAISED BACKUP_FAILED");
        get(vertx.undeploy(deployment));
        mail.hanging = false;
        deploy();
        awaitTold(MAIL, "RAISED BACKUP_FAILED", "RAISED BACKUP_FAILED");
        awaitQuiet();
        assertThat(mail.taken)
                .extracting(Message::id)
                .containsOnly(mail.taken.getFirst().id());
    }

    @Test
    void channelsThatCannotBeMadeKeepNobodyFromStartingAndAreMadeWhenTheConfigurationHasChanged() {
        get(vertx.undeploy(deployment));
        AtomicBoolean broken = new AtomicBoolean(true);
        AtomicBoolean thrown = new AtomicBoolean();
        Audience audience = audience();
        deployment = get(vertx.deployVerticle(new NotifyVerticle(
                config,
                _ -> {
                    if (broken.get()) {
                        thrown.set(true);
                        throw new IllegalStateException("a class is missing");
                    }
                    return audience;
                },
                now::get,
                NEVER)));
        set("photos", Standing.FAILING);
        patiently().untilTrue(thrown);
        broken.set(false);
        new Bus(vertx).publish(Addresses.CONFIG_CHANGED, new LoginAttack(now(), "any message", 1));
        awaitTold(MAIL, "RAISED BACKUP_FAILED");
        awaitQuiet();
    }

    @Test
    void aRunThatEndedWhileNobodyWasThereIsReportedAtTheNextStartAndOnce() {
        finish("r1", RunResult.SUCCESS);
        awaitTold(CHECK, "INFO BACKUP_SUCCEEDED");
        awaitQuiet();
        get(vertx.undeploy(deployment));
        history.add(World.run("r2", now(), RunResult.FAILED, "photos", 10));
        deploy();
        awaitTold(CHECK, "INFO BACKUP_SUCCEEDED", "INFO BACKUP_FAILED");
        awaitQuiet();
        restart();
        finish("r3", RunResult.SUCCESS);
        awaitTold(CHECK, "INFO BACKUP_SUCCEEDED", "INFO BACKUP_FAILED", "INFO BACKUP_SUCCEEDED");
    }

    private void finish(String id, RunResult result) {
        JobRecord run = World.run(id, now(), result, "photos", 10);
        history.add(run);
        new Bus(vertx).publish(JobKind.BACKUP.finished(), run);
    }

    @Test
    void anAttackOnTheLoginIsTold() {
        new Bus(vertx).publish(Addresses.LOGIN_ATTACKED, new LoginAttack(now(), "203.0.113.9", 40));
        awaitTold(MAIL, "RAISED LOGIN_ATTACK");
    }

    @Test
    void withoutAChannelNothingIsWritten() throws Exception {
        get(vertx.undeploy(deployment));
        Path config2 = folder.resolve("config");
        List<String> before = names(config2);
        deployment = get(vertx.deployVerticle(new NotifyVerticle(config, _ -> Audience.NONE, now::get, NEVER)));
        set("photos", Standing.FAILING);
        assertThat(raised().raised()).isEmpty();
        assertThat(names(config2)).isEqualTo(before);
    }

    private static List<String> names(Path folder) throws Exception {
        List<String> names = new ArrayList<>();
        try (var files = Files.list(folder)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        return names.stream().sorted().toList();
    }
}

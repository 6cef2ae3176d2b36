package io.hubstorage.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.ConfigVerticle;
import io.hubstorage.config.Environment;
import io.hubstorage.jobs.HistoryStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A scheduler on a clock that a test moves, before a backup room that answers as it is told. */
@ExtendWith(VertxExtension.class)
abstract class SchedulerKit {
    static final Instant T0 = Instant.parse("2026-11-01T10:00:00Z");
    static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    Path folder;

    Vertx vertx;
    final MutableClock clock = new MutableClock(T0);
    HistoryStore history;
    BackupResponder backup;
    ConfigStore config;

    @Nullable
    Instant snapshot;

    volatile @Nullable String destinationProblem;
    final AtomicInteger looksAtDestination = new AtomicInteger();
    String deployment = "";

    @BeforeEach
    void begin(Vertx given) {
        vertx = given;
        history = HistoryStore.open(folder);
        backup = new BackupResponder(vertx, history, clock);
        config = open();
        get(vertx.deployVerticle(new ConfigVerticle(config)));
        configure(6, null);
    }

    void deploy() {
        deployment = get(vertx.deployVerticle(new SchedulerVerticle(
                config,
                history,
                () -> Optional.ofNullable(snapshot),
                () -> {
                    looksAtDestination.incrementAndGet();
                    return Optional.ofNullable(destinationProblem);
                },
                clock,
                Duration.ofMillis(2))));
    }

    void undeploy() {
        get(vertx.undeploy(deployment));
    }

    ConfigStore open() {
        Environment environment = Environment.load(
                Map.of(
                        "HUBSTORAGE_CONFIG_PATH", folder.toString(),
                        "HUBSTORAGE_DATA_PATH", folder.resolve("data").toString(),
                        "HUBSTORAGE_LOG_PATH", folder.resolve("logs").toString(),
                        "HUBSTORAGE_REPLICATION_PATH", "/mnt/usb"),
                folder.resolve("no.env"));
        return get(ConfigStore.open(vertx, environment, UnaryOperator.identity(), clock));
    }

    void configure(double hours, @Nullable String cron) {
        update(json -> json.put("s3_buckets", new JsonArray().add("photos"))
                .getJsonObject("automation")
                .put("enabled", true)
                .put("interval_hours", hours)
                .put("cron", cron)
                .put("time_zone", "Europe/Berlin"));
    }

    void update(Consumer<JsonObject> change) {
        JsonObject json = config.current().config().copy();
        change.accept(json);
        get(config.update(json, null));
    }

    /** Until the scheduler has looked at the clock several times, and all it asked for then has arrived. */
    void nothingMoreHappens() {
        long looks = clock.looks();
        await().until(() -> clock.looks() > looks + 10);
        get(vertx.eventBus().request(Addresses.BACKUP_STATUS, BackupResponder.BARRIER));
    }

    void awaitStarts(Trigger... triggers) {
        await().untilAsserted(() -> assertThat(backup.starts()).containsExactly(triggers));
    }

    void awaitStatus(Consumer<SchedulerMessage.Status> expectation) {
        await().untilAsserted(() -> expectation.accept(status()));
    }

    SchedulerMessage.Status status() {
        return ask(Addresses.SCHEDULER_STATUS, new JsonObject());
    }

    SchedulerMessage.Status pause(boolean paused) {
        return ask(Addresses.SCHEDULER_PAUSE, BusJson.encode(new SchedulerMessage.Pause(paused)));
    }

    SchedulerMessage.Status ask(String address, JsonObject body) {
        return BusJson.decode(
                get(vertx.eventBus().<JsonObject>request(address, body)).body(), SchedulerMessage.Status.class);
    }

    static <T> T get(Future<T> future) {
        try {
            return future.await(1, TimeUnit.MINUTES);
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}

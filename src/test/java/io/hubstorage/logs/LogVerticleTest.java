package io.hubstorage.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.hubstorage.bus.Addresses;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.ConfigVerticle;
import io.hubstorage.config.Environment;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
final class LogVerticleTest {
    @TempDir
    Path folder;

    private Vertx vertx;
    private final LogContext logs = new LogContext();
    private final Logger ours = logs.logger("io.hubstorage.test.Room");
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private ConfigStore config;

    @AutoClose
    private Logging logging;

    private String deployment;

    @BeforeEach
    void deploy(Vertx given) {
        vertx = given;
        Environment environment = Environment.load(
                Map.of(
                        "HUBSTORAGE_CONFIG_PATH", folder.toString(),
                        "HUBSTORAGE_DATA_PATH", folder.resolve("data").toString(),
                        "HUBSTORAGE_LOG_PATH", folder.resolve("logs").toString()),
                folder.resolve("no.env"));
        config = get(ConfigStore.open(
                vertx,
                environment,
                UnaryOperator.identity(),
                InstantSource.fixed(Instant.parse("2026-11-01T10:00:00Z"))));
        get(vertx.deployVerticle(new ConfigVerticle(config)));
        logging = logs.start(config.config().logging(), config.logFile(), config.dataPath());
        get(vertx.eventBus()
                .<JsonObject>consumer(
                        Addresses.LOG, message -> heard.add(message.body().getString("text")))
                .completion());
        deployment = get(vertx.deployVerticle(new LogVerticle(logging, config)));
    }

    @Test
    void aSavedLevelAndFileNameCountAtOnce() {
        JsonObject json = config.current().config().copy();
        json.getJsonObject("logging").put("level", "WARN").put("file", "elsewhere.log");
        get(config.update(json, null));
        await().until(() -> logs.logger("io.hubstorage").getLevel() == Level.WARN);
        await().until(() -> Files.exists(folder.resolve("logs/elsewhere.log")));
    }

    @Test
    void linesAreOnTheBusWhileItIsDeployed() {
        ours.info("one");
        await().until(() -> heard.contains("one"));
        get(vertx.undeploy(deployment));
        ours.info("two");
        logging.publishTo(vertx);
        ours.info("three");
        await().until(() -> heard.contains("three"));
        assertThat(heard).containsExactly("one", "three");
    }

    @Test
    void theLogBesideTheDataBeginsWithTheFirstRun() throws Exception {
        assertThat(folder.resolve("data")).doesNotExist();
        Files.createDirectory(folder.resolve("data"));
        vertx.eventBus().publish(Addresses.BACKUP_STARTED, new JsonObject());
        await().until(() -> Files.exists(folder.resolve("data/logs/status.log")));
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.await(20, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}

package io.hubstorage.logs;

import static io.hubstorage.logs.LogContext.config;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.LogLine;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

@ExtendWith(VertxExtension.class)
final class BusAppenderTest {
    private static final Pattern NOTICE = Pattern.compile("… (\\d+) lines not shown live.*");

    @TempDir
    Path folder;

    private Vertx vertx;
    private final LogContext logs = new LogContext();
    private final Logger ours = logs.logger("io.hubstorage.test.Room");
    private final List<LogLine> heard = new CopyOnWriteArrayList<>();

    @AutoClose
    private Logging logging;

    @BeforeEach
    void listen(Vertx given) throws Exception {
        vertx = given;
        logging = logs.start(config("INFO", 1), folder.resolve("status.log"), null);
        logging.publishTo(vertx);
        vertx.eventBus()
                .<JsonObject>consumer(
                        Addresses.LOG, message -> heard.add(BusJson.decode(message.body(), LogLine.class)))
                .completion()
                .await(10, TimeUnit.SECONDS);
    }

    @Test
    void linesArriveAsTheyAreInTheFile() throws Exception {
        MDC.put("run", "run-1");
        ours.warn("careful\nnow", new IllegalStateException("x"));
        MDC.clear();
        ours.info("fine");
        await().until(() -> heard.size() == 2);
        assertThat(heard.getFirst().run()).isEqualTo("run-1");
        assertThat(heard.getFirst().text()).startsWith("careful\nnow\njava.lang.IllegalStateException: x\n\tat ");
        assertThat(heard.get(1).run()).isNull();
        await().untilAsserted(() -> assertThat(logs.newest(9)).isEqualTo(heard.reversed()));
    }

    @Test
    void aBurstIsCappedAndEveryLineIsAccountedFor() {
        int lines = 20_000;
        for (int i = 0; i < lines; i++) {
            ours.info("line {}", i);
        }
        await().untilAsserted(() -> assertThat(shown() + notShown()).isEqualTo(lines));
        assertThat(notShown()).isPositive();
        assertThat(heard.getFirst().text()).isEqualTo("line 0");
    }

    @Test
    void whatWasLeftOutIsToldThoughTheVerticleThatLoggedItIsGone() throws Exception {
        String verticle = vertx.deployVerticle(new VerticleBase() {
                    @Override
                    public Future<?> start() {
                        for (int i = 0; i < 1_000; i++) {
                            ours.info("line {}", i);
                        }
                        return Future.succeededFuture();
                    }
                })
                .await(10, TimeUnit.SECONDS);
        vertx.undeploy(verticle).await(10, TimeUnit.SECONDS);
        await().untilAsserted(() -> {
            ours.info("another");
            assertThat(shown() + notShown()).isGreaterThanOrEqualTo(1_000);
        });
    }

    @Test
    void aListenerThatLogsEveryLineDoesNotStartAnAvalanche() {
        vertx.eventBus().<JsonObject>consumer(Addresses.LOG, message -> ours.info("heard one"));
        ours.info("first");
        await().until(() -> notShown() > 0);
        assertThat(heard.size()).isLessThanOrEqualTo(10 * BusAppender.PER_SECOND);
    }

    @Test
    void aVeryLongLineIsCut() {
        ours.info("{}", "x".repeat(1 << 20));
        await().until(() -> heard.size() == 1);
        assertThat(heard.getFirst().text()).hasSizeLessThan(20_000).endsWith("the log file has the rest)");
    }

    @Test
    void stoppingPublishesWhatIsQueuedAndNoMore() {
        for (int i = 0; i < 50; i++) {
            ours.info("line {}", i);
        }
        logging.stopPublishing();
        ours.info("after");
        await().until(() -> heard.size() == 50);
        logging.publishTo(vertx);
        ours.info("again");
        await().until(() -> heard.size() == 51);
        assertThat(heard.getLast().text()).isEqualTo("again");
    }

    private long shown() {
        return heard.stream().filter(line -> line.text().startsWith("line ")).count();
    }

    private long notShown() {
        return heard.stream()
                .map(line -> NOTICE.matcher(line.text()))
                .filter(Matcher::matches)
                .mapToLong(matcher -> Long.parseLong(matcher.group(1)))
                .sum();
    }
}

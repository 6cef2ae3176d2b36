package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.Trigger;
import io.hubstorage.testkit.ChromiumExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a browser that was never here before gets for a page, heads and all, counted on the way to it: scripts, styles, icons,
 * what the shared worker loads, and the data of a service that has run for weeks; but for the event stream itself.
 */
final class PageWeightIT {
    private static final long MOST_BYTES = 200 * 1024;
    private static final long LEAST_BYTES = 20 * 1024;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration QUIET = Duration.ofSeconds(1);
    private static final int RUNS = 200;
    private static final int BUCKETS = 8;
    private static final int LOG_LINES = 5_000;

    @TempDir
    private static Path folder = Path.of("");

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    private static @Nullable WebServer server;

    @BeforeAll
    static void prepare() throws IOException {
        WebServer started = WebServer.start(folder);
        server = started;
        started.rooms.history =
                IntStream.range(0, RUNS).mapToObj(PageWeightIT::run).toList();
        Files.writeString(
                started.store.logFile(),
                IntStream.range(0, LOG_LINES)
                        .mapToObj(i ->
                                "2026-11-01T%02d:%02d:%02d.%03dZ INFO  [20261101-%06d] io.hubstorage.backup.Run: %s %d\n"
                                        .formatted(
                                                i / 3600,
                                                i / 60 % 60,
                                                i % 60,
                                                i * 37 % 1000,
                                                i / 50,
                                                "photos: pass",
                                                i * 7919))
                        .collect(Collectors.joining()));
    }

    /** No two runs alike, as in life: what is the same over and over weighs nothing once it is packed. */
    private static RunRecord run(int ago) {
        List<RunRecord.BucketRecord> buckets = IntStream.range(0, BUCKETS)
                .mapToObj(i -> new RunRecord.BucketRecord(
                        "bucket-" + i,
                        new BucketOutcome(
                                RunResult.SUCCESS,
                                false,
                                BusRooms.counts(ago * 7_919L % 100_003 + i * 31L),
                                List.of(),
                                0,
                                null),
                        true))
                .toList();
        return new RunRecord(
                new RunStart(
                        "run-" + (RUNS - ago),
                        Trigger.SCHEDULE,
                        false,
                        true,
                        BusRooms.BEGAN.minusSeconds(21_600L * ago)),
                new RunEnd(RunResult.SUCCESS, BusRooms.ENDED.minusSeconds(21_600L * ago - ago * 13L % 97), 1, null),
                new RunRecord.CurrentSnapshot("hublink_run" + ago, true, null),
                buckets,
                List.of());
    }

    @AfterAll
    static void tidyUp() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/config",
                "/logs",
                "/files",
                "/setup",
                "/runs/run-7",
                "/activity",
                "/runs/run-7/certificate",
                "/restore",
                "/restores/r1",
                "/jobs/j1",
                "/buckets",
                "/buckets/photos",
                "/storage",
                "/nowhere"
            })
    void aPageIsLight(String path) {
        assertThat(weight(path, () -> {})).as(path).isBetween(path.equals("/nowhere") ? 1L : LEAST_BYTES, MOST_BYTES);
    }

    @Test
    void aPageIsLightAlsoWhileABackupRuns() {
        for (String path :
                List.of("/", "/config", "/logs", "/files", "/setup", "/runs/r2", "/activity", "/buckets", "/storage")) {
            server().rooms.running = true;
            try {
                long weight = weight(path, () -> {
                    for (int i = 1; i <= 20; i++) {
                        server().rooms.progress(i);
                    }
                });
                assertThat(weight).as(path).isBetween(LEAST_BYTES, MOST_BYTES);
            } finally {
                server().rooms.running = false;
            }
        }
    }

    private static long weight(String path, Runnable meanwhile) {
        try (Relay relay = Relay.to(server().vertx, server().port());
                WatchedPage page = new WatchedPage(BROWSER.chromium(), relay.address())) {
            if (path.equals("/nowhere")) {
                page.page().navigate(relay.address().resolve(path).toString());
            } else {
                page.open(path);
            }
            meanwhile.run();
            if (path.equals("/") && server().rooms.running) {
                page.isShown("#run-panel[data-running=true] .chart canvas");
            }
            AtomicLong last = new AtomicLong();
            Awaitility.await("all has come")
                    .atMost(PATIENCE)
                    .during(QUIET)
                    .until(() -> last.getAndSet(relay.received()) == last.get());
            return relay.received();
        }
    }

    private static WebServer server() {
        return Objects.requireNonNull(server, "not started");
    }
}

package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.NodeProject;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The standard npm client of the event-bus bridge, in Node, starts a backup and follows it. Needs node and npm. */
final class BridgeClientIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Map<String, String> LOGIN =
            Map.of("HUBSTORAGE_WEB_TOKEN", "token-of-twenty-characters", "HUBSTORAGE_WEB_PASSWORD", "correct-horse");

    private static NodeProject node;

    @BeforeAll
    static void install() throws Exception {
        node = NodeProject.install("bridge");
    }

    @Test
    void theStandardClientStartsABackupAndFollowsIt(@TempDir Path folder) throws Exception {
        try (WebServer server = WebServer.start(folder)) {
            server.vertx.eventBus().consumer(Addresses.BACKUP_STARTED, message -> {
                server.rooms.progress(1);
                server.rooms.progress(2);
                server.rooms.finish(RunResult.SUCCESS);
            });
            List<JsonObject> told = follow("http://127.0.0.1:%d/eventbus".formatted(server.port()));
            assertThat(told)
                    .extracting(line -> line.getString("what"))
                    .contains("started", "progress", "accepted", "finished", "error")
                    .doesNotContain("failed");
            assertThat(told)
                    .filteredOn(line -> line.getString("what").equals("finished"))
                    .singleElement()
                    .satisfies(line -> assertThat(line.getString("result")).isEqualTo("success"));
            assertThat(told)
                    .filteredOn(line -> line.getString("what").equals("error"))
                    .as("internal addresses are refused")
                    .singleElement()
                    .satisfies(line -> assertThat(line.getString("body")).isEqualTo("access_denied"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer token-of-twenty-characters",
                "bearer token-of-twenty-characters",
                "BEARER token-of-twenty-characters",
                "Basic eDpjb3JyZWN0LWhvcnNl" // x:correct-horse
            })
    void theStandardClientLogsInWithTokenAndWithPassword(String authorization, @TempDir Path folder) throws Exception {
        try (WebServer server = WebServer.start(folder, LOGIN, EventHub.Limits.DEFAULT)) {
            server.vertx
                    .eventBus()
                    .consumer(Addresses.BACKUP_STARTED, message -> server.rooms.finish(RunResult.SUCCESS));
            List<JsonObject> told = follow("http://127.0.0.1:%d/eventbus".formatted(server.port()), authorization);
            assertThat(told)
                    .extracting(line -> line.getString("what"))
                    .contains("accepted", "finished")
                    .doesNotContain("failed");
        }
    }

    @Test
    void withAWrongTokenItStaysOutside(@TempDir Path folder) throws Exception {
        try (WebServer server = WebServer.start(folder, LOGIN, EventHub.Limits.DEFAULT)) {
            List<JsonObject> told = follow(
                    "http://127.0.0.1:%d/eventbus".formatted(server.port()), "Bearer another-token-of-that-length");
            assertThat(told).as("closed before it was open").isEmpty();
        }
    }

    @Test
    void theStandardClientStartsARealBackupAndFollowsItToItsEnd(@TempDir Path home) throws Exception {
        HubProcess.configure(home, new JsonObject().put("s3_buckets", new JsonArray(List.of("photos"))));
        try (EmbeddedS3 s3 = EmbeddedS3.start()) {
            s3.createBucket("photos");
            s3.put("photos", "first.raw", new byte[10]);
            try (HubProcess hub = HubProcess.start(home, HubProcess.environment(home, s3.settings()), "serve")) {
                URI address = hub.awaitUp();
                // The first run begins by itself.
                Awaitility.await().atMost(PATIENCE).until(() -> {
                    JsonObject last = lastRun(hub);
                    return last != null && last.getString("finished_at") != null;
                });
                for (int i = 0; i < 50; i++) {
                    s3.put("photos", "2026/IMG_%02d.raw".formatted(i), new byte[100_000]);
                }
                s3.throttle(3_000_000);

                List<JsonObject> told = follow(address.resolve("/eventbus").toString());

                assertThat(told)
                        .extracting(line -> line.getString("what"))
                        .contains("started", "progress", "accepted", "finished")
                        .doesNotContain("failed");
                JsonObject last = Objects.requireNonNull(lastRun(hub));
                assertThat(told)
                        .filteredOn(line -> line.containsKey("run_id"))
                        .allSatisfy(line -> assertThat(line.getString("run_id")).isEqualTo(last.getString("run_id")));
                assertThat(told)
                        .filteredOn(line -> line.getString("what").equals("progress"))
                        .extracting(line -> line.getInteger("objects"))
                        .isSorted()
                        .last()
                        .isEqualTo(50);
                assertThat(last.getString("result")).isEqualTo("success");
                assertThat(last.getJsonObject("totals").getJsonObject("linked").getInteger("objects"))
                        .isEqualTo(1);
            }
        }
    }

    private static @Nullable JsonObject lastRun(HubProcess hub) {
        return hub.json("/api/backup/last").getJsonObject("last");
    }

    /** Runs the client script against that bridge, and gives what it told, in order. */
    private static List<JsonObject> follow(String... arguments) throws IOException, InterruptedException {
        String[] command =
                Stream.concat(Stream.of("follow.js"), Stream.of(arguments)).toArray(String[]::new);
        NodeProject.Outcome told = node.node(command);
        assertThat(told.exitCode()).as(told.lines().toString()).isZero();
        return told.lines().stream().map(JsonObject::new).toList();
    }
}

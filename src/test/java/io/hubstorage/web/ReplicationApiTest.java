package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.replicate.ReplicationVerticle;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.MadeSnapshots;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /api/replications} before the real room: what it answers is what the contract says. */
final class ReplicationApiTest {
    private static final String OPERATION = "POST /api/replications";

    @TempDir
    Path folder;

    @AutoClose
    private WebServer server;

    private HistoryStore history;

    @BeforeEach
    void start() throws IOException {
        folder = folder.toRealPath();
        server = WebServer.start(
                folder,
                Map.of("HUBSTORAGE_REPLICATION_PATH", folder.resolve("copies").toString()),
                EventHub.Limits.DEFAULT);
        history = HistoryStore.open(folder.resolve("config"));
        Files.createDirectories(folder.resolve("copies"));
        WebServer.await(server.vertx.deployVerticle(new ReplicationVerticle(
                server.store, new Jobs(server.vertx, history, server.clock), server.clock, false)));
    }

    private WebServer.Answer checked(JsonObject request) throws IOException {
        WebServer.Answer answer = server.post("/api/replications", request);
        assertThat(new Contract().complaints(OPERATION, answer)).as(OPERATION).isEmpty();
        return answer;
    }

    @Test
    void aReplicationIsAskedForAsTheContractSays() throws IOException {
        JsonObject copy =
                new JsonObject().put("to", folder.resolve("copies/one").toString());
        assertThat(checked(copy).status()).as("no snapshot yet").isEqualTo(404);
        Path data = Files.createDirectories(folder.resolve("data"));
        new Destination(new Layout(data), folder.resolve("config")).claim();
        Instant time = Instant.parse("2026-11-20T08:00:00Z");
        String name = new MadeSnapshots(data).put("photos", "a", "1", time).snapshot(time);
        assertThat(checked(new JsonObject()).status()).isEqualTo(400);
        assertThat(checked(new JsonObject().put("to", folder.resolve("other").toString()))
                        .status())
                .isEqualTo(400);
        assertThat(checked(copy.copy().put("snapshots", new JsonArray().add("hublink_20200101000000")))
                        .status())
                .isEqualTo(404);

        WebServer.Answer accepted = checked(copy.copy().put("snapshots", new JsonArray().add("latest")));

        assertThat(accepted.status()).isEqualTo(202);
        String id = accepted.json().getString("run_id");
        assertThat(accepted.header("Location")).isEqualTo("/api/jobs/" + id);
        await().untilAsserted(() -> assertThat(history.find(id))
                .hasValueSatisfying(record -> assertThat(record.succeeded()).isTrue()));
        assertThat(folder.resolve("copies/one").resolve(name).resolve("s3/photos/a"))
                .hasContent("1");
    }
}

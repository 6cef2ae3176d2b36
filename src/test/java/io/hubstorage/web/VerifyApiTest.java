package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.RunResult;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.testkit.Shelf;
import io.hubstorage.verify.scrub.VerifyVerticle;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /api/verify} before the real room: what it answers is what the contract says. */
final class VerifyApiTest {
    private static final String STATUS = "GET /api/verify";

    @TempDir
    Path folder;

    @AutoClose
    private WebServer server;

    private Contract contract;
    private HistoryStore history;

    @BeforeEach
    void start() throws IOException {
        folder = folder.toRealPath();
        contract = new Contract();
        server = WebServer.start(folder);
        WebServer.await(server.rooms.verify.unregister());
        history = HistoryStore.open(folder.resolve("config"));
        Jobs jobs = new Jobs(server.vertx, history, server.clock);
        WebServer.await(server.vertx.deployVerticle(new VerifyVerticle(server.store, jobs, history, server.clock)));
    }

    private WebServer.Answer checked(String operation, WebServer.Answer answer) {
        assertThat(contract.complaints(operation, answer)).as(operation).isEmpty();
        return answer;
    }

    @Test
    void proofsAreStartedPausedAndToldAsTheContractSays() throws IOException {
        JsonObject before = checked(STATUS, server.get("/api/verify")).json();
        assertThat(before.getJsonObject("cycle").getInteger("cycle_number")).isZero();
        assertThat(checked("POST /api/verify/start", server.post("/api/verify/start", null))
                        .status())
                .as("no snapshot")
                .isEqualTo(404);
        assertThat(checked("POST /api/verify/pause", server.post("/api/verify/pause", null))
                        .status())
                .isEqualTo(404);
        // Its files are not there.
        new Shelf(folder.resolve("data")).snapshot("photos", Map.of("a", "1", "b", "2", "c", "3"));

        WebServer.Answer accepted = checked("POST /api/verify/start", server.post("/api/verify/start", null));

        assertThat(accepted.status()).isEqualTo(202);
        String id = accepted.json().getString("run_id");
        assertThat(accepted.header("Location")).isEqualTo("/api/jobs/" + id);
        await().untilAsserted(() -> assertThat(history.find(id))
                .hasValueSatisfying(record -> assertThat(record.result()).isEqualTo(RunResult.PARTIAL)));
        JsonObject first = checked(STATUS, server.get("/api/verify?limit=2")).json();
        assertThat(first.getJsonObject("damage").getInteger("files")).isEqualTo(3);
        assertThat(first.getJsonArray("damaged")).hasSize(2);
        assertThat(first.getInteger("next")).isEqualTo(2);
        JsonObject last =
                checked(STATUS, server.get("/api/verify?limit=2&after=2")).json();
        assertThat(last.getJsonArray("damaged").getJsonObject(0).getString("key"))
                .isEqualTo("c");
        assertThat(last.getJsonArray("damaged").getJsonObject(0).getString("kind"))
                .isEqualTo("missing");
        assertThat(last.getValue("next")).isNull();
        assertThat(checked(STATUS, server.get("/api/verify?limit=1001")).status())
                .isEqualTo(400);
    }
}

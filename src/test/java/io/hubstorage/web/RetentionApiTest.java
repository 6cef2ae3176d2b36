package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.retain.RetentionVerticle;
import io.hubstorage.retain.TrashKit;
import io.hubstorage.snapshot.Layout;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /api/retention} before the real room: what it answers is what the contract says. */
final class RetentionApiTest {
    @TempDir
    Path folder;

    @AutoClose
    private WebServer server;

    private Contract contract;
    private Layout layout;
    private List<String> names;

    @BeforeEach
    void start() throws IOException {
        folder = folder.toRealPath();
        contract = new Contract();
        Files.createDirectories(folder.resolve("config"));
        Files.writeString(
                folder.resolve("config/config.json"),
                "{\"s3_buckets\": [\"photos\"], \"retention\": {\"enabled\": true, \"keep_last\": 1}}");
        server = WebServer.start(folder);
        layout = new Layout(folder.resolve("data"));
        names = Stream.of(3, 2, 1)
                .map(days -> TrashKit.write(
                        layout, server.clock.instant().minus(Duration.ofDays(days)), "photos", "a", "of day " + days))
                .toList()
                .reversed();
        HistoryStore history = HistoryStore.open(folder.resolve("config"));
        Jobs jobs = new Jobs(server.vertx, history, server.clock);
        WebServer.await(
                server.vertx.deployVerticle(new RetentionVerticle(server.store, jobs, history, server.clock, false)));
    }

    private WebServer.Answer checked(String operation, WebServer.Answer answer) {
        assertThat(contract.complaints(operation, answer)).as(operation).isEmpty();
        return answer;
    }

    private JsonObject status() {
        return checked("GET /api/retention", server.get("/api/retention")).json();
    }

    private JsonObject preview() {
        return await().until(
                        () -> checked("POST /api/retention/preview", server.post("/api/retention/preview", null))
                                .json(),
                        // Null as long as it is being counted.
                        preview -> preview.getValue("freed_bytes") != null);
    }

    private WebServer.Answer start(String digest) {
        return checked(
                "POST /api/retention/start",
                server.post("/api/retention/start", new JsonObject().put("digest", digest)));
    }

    private WebServer.Answer delete(String name, String confirm) {
        return checked(
                "DELETE /api/snapshots/{id}",
                server.send(HttpMethod.DELETE, "/api/snapshots/" + name + "?confirm=" + confirm, Map.of(), null));
    }

    private JsonArray trash() {
        return status().getJsonArray("trash");
    }

    @Test
    void fromThePreviewToTheUndoItIsAsTheContractSays() {
        JsonObject preview = preview();
        assertThat(preview.getJsonArray("verdicts")).hasSize(3);
        assertThat(preview.getLong("freed_bytes")).isPositive();
        assertThat(status().getBoolean("confirmed")).isFalse();
        assertThat(start("0").status()).isEqualTo(412);

        WebServer.Answer started = start(preview.getString("digest"));
        assertThat(started.status()).isEqualTo(202);
        assertThat(started.header("Location"))
                .isEqualTo("/api/jobs/" + started.json().getString("run_id"));
        await().until(() -> trash().size() == 2);
        await().until(() -> status().getJsonObject("last") != null);
        assertThat(status().getBoolean("confirmed")).isTrue();
        assertThat(server.get("/api/snapshots").json().getJsonArray("snapshots"))
                .hasSize(1);
        assertThat(server.get("/api/snapshots/" + names.getLast()).status()).isEqualTo(404);

        String undo = "POST /api/retention/undo";
        JsonObject one = new JsonObject().put("snapshot", names.getLast());
        assertThat(checked(undo, server.post("/api/retention/undo", one)).json().getJsonArray("restored"))
                .containsExactly(names.getLast());
        assertThat(checked(undo, server.post("/api/retention/undo", one)).status())
                .isEqualTo(404);
        assertThat(checked(undo, server.post("/api/retention/undo", new JsonObject()))
                        .status())
                .isEqualTo(200);
        assertThat(server.get("/api/snapshots").json().getJsonArray("snapshots"))
                .hasSize(3);
    }

    @Test
    void oneSnapshotIsRemovedByItsNameSaidTwice() {
        String old = names.getLast();
        assertThat(delete(old, "").status()).isEqualTo(400);
        assertThat(delete(old, names.getFirst()).status()).isEqualTo(400);
        assertThat(delete("hublink_20200101000000", "hublink_20200101000000").status())
                .isEqualTo(404);
        assertThat(delete(names.getFirst(), names.getFirst()).status()).isEqualTo(409);
        server.post("/api/snapshots/" + old + "/pin", new JsonObject().put("pinned", true));
        assertThat(delete(old, old).status()).isEqualTo(409);
        server.post("/api/snapshots/" + old + "/pin", new JsonObject().put("pinned", false));

        assertThat(delete(old, old).status()).isEqualTo(202);

        await().until(() -> !Files.exists(layout.snapshot(old)));
        assertThat(layout.removed(old)).exists();
        assertThat(trash().getJsonObject(0).getBoolean("by_hand")).isTrue();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThat(server.post("/api/retention/start", new JsonObject()).status())
                .isEqualTo(400);
        assertThat(server.post(
                                "/api/retention/start",
                                new JsonObject().put("digest", "x").put("snapshot", names.getLast()))
                        .status())
                .isEqualTo(400);
        assertThat(server.post("/api/retention/undo", new JsonObject().put("snapshot", "../../config"))
                        .status())
                .isEqualTo(404);
        assertThat(layout.snapshot(names.getLast())).exists();
    }
}

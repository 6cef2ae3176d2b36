package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.drill.DrillVerticle;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.restore.RestoreVerticle;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /api/restores} before the real room: what it answers is what the contract says. */
final class RestoreApiTest {
    private static final String ONE = "/api/restores/{id}";

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
        server = WebServer.start(
                folder, Map.of("HUBSTORAGE_RESTORE_PATH", folder.resolve("back").toString()), EventHub.Limits.DEFAULT);
        history = HistoryStore.open(folder.resolve("config"));
        Jobs jobs = new Jobs(server.vertx, history, server.clock);
        WebServer.await(server.vertx.deployVerticle(
                new RestoreVerticle(server.store, jobs, server.clock, "1.2.3-test", false)));
        WebServer.await(
                server.vertx.deployVerticle(new DrillVerticle(server.store, jobs, server.clock, "1.2.3-test", false)));
        Path tree = Files.createDirectories(folder.resolve("data/hublink_20240101000000/s3/photos"));
        Files.writeString(tree.resolve("a.txt"), "a");
        Files.writeString(tree.resolve("b.txt"), "b");
    }

    private WebServer.Answer checked(String operation, WebServer.Answer answer) {
        assertThat(contract.complaints(operation, answer)).as(operation).isEmpty();
        return answer;
    }

    private JsonObject until(String path, String state) {
        return await().until(
                        () -> checked("GET " + ONE, server.get(path)).json(),
                        view -> view.getString("state").equals(state));
    }

    @Test
    void aDrillIsAskedForAsTheContractSays() {
        String operation = "POST /api/drills";
        assertThat(checked(operation, server.post("/api/drills", new JsonObject().put("sample", 0)))
                        .status())
                .isEqualTo(400);
        assertThat(checked(operation, server.post("/api/drills", new JsonObject().put("to", "/mnt/disk")))
                        .status())
                .isEqualTo(400);
        WebServer.Answer accepted = checked(
                operation,
                server.post("/api/drills", new JsonObject().put("sample", 5).put("seed", 1)));
        assertThat(accepted.status()).isEqualTo(202);
        String id = accepted.json().getString("run_id");
        assertThat(accepted.header("Location")).isEqualTo("/api/jobs/" + id);
        await().untilAsserted(() -> assertThat(history.find(id))
                .hasValueSatisfying(record -> assertThat(record.succeeded()).isTrue()));
    }

    @Test
    void aRestoreGoesFromItsPlanToItsEndAsTheContractSays() throws IOException {
        JsonObject request = new JsonObject()
                .put("buckets", new JsonArray().add("photos"))
                .put("to_dir", folder.resolve("back/photos").toString());
        WebServer.Answer accepted = checked("POST /api/restores", server.post("/api/restores", request));
        assertThat(accepted.status()).isEqualTo(202);
        String path = accepted.header("Location");
        assertThat(path).isEqualTo("/api/restores/" + accepted.json().getString("id"));

        JsonObject plan = until(path, "planned").getJsonObject("plan");
        assertThat(plan.getJsonObject("write").getInteger("objects")).isEqualTo(2);
        JsonObject page = checked("GET " + ONE + "/objects", server.get(path + "/objects?action=write&limit=1"))
                .json();
        assertThat(page.getJsonArray("objects").getJsonObject(0).getString("key"))
                .isEqualTo("a.txt");
        assertThat(page.getInteger("next")).isEqualTo(1);

        WebServer.Answer wrong = server.post(path + "/start", new JsonObject().put("digest", "0"));
        assertThat(checked("POST " + ONE + "/start", wrong).status()).isEqualTo(412);
        JsonObject digest = new JsonObject().put("digest", plan.getString("digest"));
        WebServer.Answer started = server.post(path + "/start", digest);
        assertThat(checked("POST " + ONE + "/start", started).status()).isEqualTo(202);
        JsonObject record = until(path, "ended").getJsonObject("record");
        assertThat(record.getString("result")).isEqualTo("success");
        assertThat(folder.resolve("back/photos/a.txt")).hasContent("a");

        JsonObject list =
                checked("GET /api/restores", server.get("/api/restores")).json();
        assertThat(list.getJsonArray("restores")).hasSize(1);
        assertThat(list.getString("folder")).isEqualTo(folder.resolve("back").toString());
        WebServer.Answer again = server.post(path + "/start", digest);
        assertThat(checked("POST " + ONE + "/start", again).status()).isEqualTo(409);
        WebServer.Answer removed = server.send(HttpMethod.DELETE, path, Map.of(), null);
        assertThat(checked("DELETE " + ONE, removed).status()).isEqualTo(200);
        // Its record stays.
        assertThat(checked("GET " + ONE, server.get(path)).json().getString("state"))
                .isEqualTo("ended");
    }

    @Test
    void whatCannotBeIsRefusedAsTheContractSays() {
        for (JsonObject request : List.of(
                new JsonObject().put("nonsense", 1),
                new JsonObject().put("overwrite", "maybe"),
                new JsonObject()
                        .put("buckets", new JsonArray().add("photos"))
                        .put("to_dir", folder.resolve("elsewhere").toString()),
                new JsonObject().put("buckets", new JsonArray().add("photos")).put("in_place", "photos"))) {
            WebServer.Answer answer = checked("POST /api/restores", server.post("/api/restores", request));
            assertThat(answer.status()).as(request.encode()).isEqualTo(400);
        }
        for (String id : List.of("20261127-061500-none", "nonsense", "..%2F..%2Fconfig")) {
            assertThat(server.get("/api/restores/" + id).status()).as(id).isIn(400, 404);
        }
        assertThat(checked("GET " + ONE, server.get("/api/restores/nonsense")).status())
                .isEqualTo(404);
        assertThat(folder.resolve("elsewhere")).doesNotExist();
    }
}

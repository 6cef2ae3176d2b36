package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds {@code openapi.yaml} against what the server does. */
final class OpenApiTest {
    @AutoClose
    private WebServer server;

    private Contract contract;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        contract = new Contract();
        server = WebServer.start(folder);
    }

    @Test
    void everyRouteIsInTheContractAndTheOtherWayRound() {
        Set<String> routes = new TreeSet<>();
        for (Route route : server.verticle.router().getRoutes()) {
            if (route.getPath() != null && route.methods() != null) {
                String path = route.getPath().replaceAll(":(\\w+)", "{$1}");
                // Whatever has GET has HEAD too; the contract says so once.
                route.methods().stream()
                        .filter(method -> !method.equals(HttpMethod.HEAD))
                        .forEach(method -> routes.add(method.name() + " " + path));
            }
        }
        // The bridge's own routes are the client library's matter; assets are any file.
        routes.add("GET /eventbus/*");
        routes.remove("GET /assets/");
        routes.add("GET /assets/*");
        assertThat(contract.operations()).containsExactlyElementsOf(routes);
    }

    @Test
    void everyOperationHasANameOfItsOwnAndSaysWhatItAnswers() {
        Set<String> names = new HashSet<>();
        for (String operation : contract.operations()) {
            JsonObject described = contract.operation(operation);
            assertThat(names.add(described.getString("operationId")))
                    .as(operation)
                    .isTrue();
            assertThat(described.getString("summary")).as(operation).isNotBlank();
            assertThat(described.getJsonObject("responses")).as(operation).isNotEmpty();
        }
    }

    @Test
    void everyExampleFitsItsSchema() {
        int examples = 0;
        for (String operation : contract.operations()) {
            JsonObject described = contract.operation(operation);
            JsonArray contents = new JsonArray();
            if (described.containsKey("requestBody")) {
                contents.add(described.getJsonObject("requestBody").getJsonObject("content"));
            }
            described.getJsonObject("responses").forEach(response -> {
                if (((JsonObject) response.getValue()).containsKey("content")) {
                    contents.add(((JsonObject) response.getValue()).getJsonObject("content"));
                }
            });
            for (Object content : contents) {
                JsonObject json = ((JsonObject) content).getJsonObject("application/json");
                if (json != null && json.getValue("example") instanceof JsonObject example) {
                    assertThat(contract.complaints(json.getJsonObject("schema"), example))
                            .as(operation)
                            .isEmpty();
                    examples++;
                }
            }
        }
        assertThat(examples).isGreaterThan(18);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/backup/status",
                "/api/backup/last",
                "/api/backup/history",
                "/api/jobs",
                "/api/scheduler/status",
                "/api/status",
                "/api/config",
                "/api/discover_buckets",
                "/api/aws_diagnostics",
                "/api/snapshots",
                "/api/logs",
                "/api/logs/files",
                "/health/live",
                "/health/ready",
                "/metrics",
                "/openapi.yaml",
                "/service-worker.js",
                "/",
                "/config",
                "/logs",
                "/setup",
                "/snapshots",
                "/integrity",
                "/buckets",
                "/files",
                "/activity",
                "/restore",
                "/alerts",
                "/api/verify",
                "/storage"
            })
    void anAnswerIsAsPromised(String path) throws IOException {
        Files.createDirectories(server.folder.resolve("data/hublink_20240101000000/s3/photos"));
        Files.writeString(server.store.logFile(), "2026-11-01T10:00:00.000Z INFO  io.hubstorage.backup: it began\n");
        assertThat(contract.complaints("GET " + path, server.get(path))).isEmpty();
        server.rooms.running = true;
        assertThat(contract.complaints("GET " + path, server.get(path))).isEmpty();
    }

    @Test
    void oneRunIsAnsweredAsPromisedAlsoWhenThereIsNone() {
        for (String id : List.of("r1", "unknown")) {
            assertThat(contract.complaints("GET /api/backup/runs/{run_id}", server.get("/api/backup/runs/" + id)))
                    .as(id)
                    .isEmpty();
        }
        assertThat(contract.complaints("GET /runs/{run_id}", server.get("/runs/r1")))
                .isEmpty();
        assertThat(contract.complaints("GET /restores/{id}", server.get("/restores/r1")))
                .isEmpty();
    }

    @Test
    void oneJobIsAnsweredAsPromisedOfWhateverKindAndAlsoWhenThereIsNone() {
        server.rooms.running = true;
        for (String id : List.of("r1", "r2", "j1", "unknown")) {
            assertThat(contract.complaints("GET /api/jobs/{id}", server.get("/api/jobs/" + id)))
                    .as(id)
                    .isEmpty();
            assertThat(contract.complaints(
                            "POST /api/jobs/{id}/cancel", server.post("/api/jobs/" + id + "/cancel", null)))
                    .as("cancel " + id)
                    .isEmpty();
        }
    }

    @Test
    void aValidationAnswersAsPromisedAlsoWhenSomethingIsWrong() {
        String operation = "POST /api/config/validate";
        for (JsonObject body : List.of(new JsonObject(), new JsonObject().put("s3_buckets", 7))) {
            assertThat(contract.complaints(operation, server.post("/api/config/validate", body)))
                    .as(body.encode())
                    .isEmpty();
        }
    }

    @Test
    void aFilterPreviewAnswersAsPromisedAlsoWhenItRefuses() {
        String operation = "POST /api/config/filter-preview";
        for (JsonObject body : List.of(
                new JsonObject().put("bucket", "photos").put("exclude", new JsonArray().add("*.tmp")),
                new JsonObject().put("bucket", "photos").put("exclude", 7),
                new JsonObject().put("nonsense", 1),
                new JsonObject())) {
            assertThat(contract.complaints(operation, server.post("/api/config/filter-preview", body)))
                    .as(body.encode())
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/backup/run",
                "/api/backup/cancel",
                "/api/scheduler/restart",
                "/api/scheduler/pause",
                "/api/test"
            })
    void aCommandAnswersAsPromisedAlsoWhenItRefuses(String path) {
        JsonObject body = path.endsWith("pause") ? new JsonObject().put("paused", true) : null;
        for (int i = 0; i < 2; i++) {
            assertThat(contract.complaints("POST " + path, server.post(path, body)))
                    .isEmpty();
        }
        WebServer.Answer wrong = server.post(path, new JsonObject().put("nonsense", 1));
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(contract.complaints("POST " + path, wrong)).isEmpty();
        WebServer.Answer foreign = server.send(HttpMethod.POST, path, Map.of("Origin", "http://evil.example"), null);
        assertThat(contract.complaints("POST " + path, foreign)).isEmpty();
    }

    @Test
    void aSaveAnswersAsPromisedAlsoWhenItRefuses() {
        for (String body : List.of("{\"s3_buckets\": [\"photos\"]}", "{\"s3_buckets\": 7}", "{")) {
            for (String etag : List.of("*", "\"stale\"")) {
                WebServer.Answer answer = server.send(
                        HttpMethod.PUT,
                        "/api/config",
                        Map.of("Content-Type", "application/json", "If-Match", etag),
                        Buffer.buffer(body));
                assertThat(contract.complaints("PUT /api/config", answer)).isEmpty();
            }
        }
    }
}

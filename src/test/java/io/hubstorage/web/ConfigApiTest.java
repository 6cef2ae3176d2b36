package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigApiTest {
    @AutoClose
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(folder);
    }

    private WebServer.Answer put(JsonObject config, @Nullable String ifMatch) {
        Map<String, String> headers = new HashMap<>(Map.of("Content-Type", "application/json"));
        if (ifMatch != null) {
            headers.put("If-Match", ifMatch);
        }
        return server.send(HttpMethod.PUT, "/api/config", headers, Buffer.buffer(config.encode()));
    }

    private static JsonObject buckets(String... names) {
        return new JsonObject().put("s3_buckets", new JsonArray(List.of(names)));
    }

    @Test
    void theConfigurationComesWithItsTag() {
        WebServer.Answer answer = server.get("/api/config");
        assertThat(answer.json().getJsonObject("config").getJsonArray("s3_buckets"))
                .containsExactly("photos");
        assertThat(answer.header("ETag")).isEqualTo('"' + answer.json().getString("hash") + '"');
        assertThat(answer.json().getJsonObject("locked")).isNotEmpty();
        assertThat(answer.body().toString()).doesNotContain("AKIAEXAMPLE");
        assertThat(server.get("/api/config", Map.of("If-None-Match", answer.header("ETag")))
                        .status())
                .isEqualTo(304);
    }

    @Test
    void aSaveReplacesWhatItWasBasedOn() {
        String etag = server.get("/api/config").header("ETag");
        WebServer.Answer saved = put(buckets("other-bucket"), etag);
        assertThat(saved.status()).isEqualTo(200);
        assertThat(saved.header("ETag")).isNotEqualTo(etag);
        assertThat(server.store.config().selection().buckets())
                .singleElement()
                .satisfies(bucket -> assertThat(bucket.name()).isEqualTo("other-bucket"));
        ApiTest.assertProblem(put(buckets("third-bucket"), etag), 412, "changed");
        assertThat(put(buckets("third-bucket"), saved.header("ETag")).status()).isEqualTo(200);
    }

    @Test
    void everyProblemIsNamedWithItsPlace() {
        WebServer.Answer answer = put(
                new JsonObject()
                        .put("s3_buckets", new JsonArray().add("a").add("good-bucket"))
                        .put(
                                "automation",
                                new JsonObject().put("interval_hours", "soon").put("max_retries", -1)),
                null);
        ApiTest.assertProblem(answer, 400, "s3_buckets[0]");
        assertThat(answer.json().getJsonArray("problems"))
                .extracting(problem -> ((JsonObject) problem).getString("path"))
                .containsExactlyInAnyOrder("s3_buckets[0]", "automation.interval_hours", "automation.max_retries");
        assertThat(server.store.config().selection().buckets()).hasSize(1);
    }

    @Test
    void aDraftIsJudgedAsASaveWouldBeAndNotSaved() {
        JsonObject wrong = buckets("Bad Bucket!")
                .put("automation", new JsonObject().put("cron", "sometimes"))
                .put("local_base_path", "/etc");
        WebServer.Answer answer = server.post("/api/config/validate", wrong);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().getJsonArray("problems"))
                .extracting(problem -> ((JsonObject) problem).getString("path"))
                .containsExactlyInAnyOrder("s3_buckets[0]", "automation.cron");
        assertThat(server.post("/api/config/validate", buckets("photos").put("local_base_path", "/etc"))
                        .json()
                        .getJsonArray("problems"))
                .extracting(problem -> ((JsonObject) problem).getString("path"))
                .containsExactly("local_base_path");
        String before = server.store.current().hash();
        assertThat(server.post("/api/config/validate", buckets("good-bucket"))
                        .json()
                        .getJsonArray("problems"))
                .isEmpty();
        assertThat(server.store.current().hash()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"a\", \"b\""})
    void anIfMatchThatIsNoTagIsNamed(String header) {
        ApiTest.assertProblem(put(buckets("other-bucket"), header), 400, "If-Match");
    }

    @Test
    void aSaveNeedsABody() {
        ApiTest.assertProblem(
                server.send(HttpMethod.PUT, "/api/config", Map.of("Content-Type", "application/json"), null),
                400,
                "body");
    }

    @Test
    void aBrokenHandEditIsShownWhereverSomebodyLooks() throws IOException {
        Path file = server.folder.resolve("config/config.json");
        Files.writeString(file, "{\"s3_buckets\": [\"photos\"], \"automation\": {\"interval_hours\": -1}}");
        await().until(() -> !server.store.current().broken().isEmpty());

        JsonObject broken =
                server.get("/api/config").json().getJsonArray("broken").getJsonObject(0);
        assertThat(broken.getString("file")).isEqualTo(file.toString());
        assertThat(broken.getJsonArray("problems").getJsonObject(0).getString("path"))
                .isEqualTo("automation.interval_hours");
        assertThat(server.get("/api/status").json().getJsonObject("config").getJsonArray("broken"))
                .hasSize(1);
        WebServer.Answer ready = server.get("/health/ready");
        assertThat(ready.json().getBoolean("degraded")).isTrue();
        assertThat(ready.body().toString()).contains(file.toString(), "automation.interval_hours", "stays in force");
        WebServer.Answer test = server.post("/api/test", null);
        assertThat(test.json().getBoolean("ok")).isFalse();
        assertThat(test.body().toString()).contains("automation.interval_hours").doesNotContain("Valid;");
        assertThat(server.get("/metrics").body().toString()).contains("hubstorage_config_broken 1.0");

        Files.writeString(file, "{\"s3_buckets\": [\"photos\"]}");
        await().until(() -> server.get("/metrics").body().toString().contains("hubstorage_config_broken 0.0"));
        assertThat(server.get("/api/config").json().getJsonArray("broken")).isEmpty();
    }

    @Test
    void nobodyReadsAFileOrWritesOneByCallingItTheLog(@TempDir Path elsewhere) throws IOException {
        Path secret = Files.writeString(elsewhere.resolve("secret.log"), "nobody-may-read-this");
        for (String file : List.of(secret.toString(), "../../" + secret.getFileName(), "/etc/passwd", "~/.bashrc")) {
            JsonObject config = buckets("photos").put("logging", new JsonObject().put("file", file));
            WebServer.Answer answer = put(config, null);
            ApiTest.assertProblem(answer, 400, "HUBSTORAGE_LOG_PATH");
            assertThat(server.get("/api/logs/download").body().toString()).doesNotContain("nobody-may-read-this");
        }
        Path log = server.store.logFile();
        Files.createSymbolicLink(log, secret);
        Files.createSymbolicLink(log.resolveSibling(log.getFileName() + ".1"), secret);
        assertThat(server.get("/api/logs/download").status()).isEqualTo(404);
        assertThat(server.get("/api/logs?q=nobody").json().getJsonArray("lines"))
                .isEmpty();
        assertThat(server.get("/api/logs/files").json().getJsonArray("files")).isEmpty();
    }

    @Test
    void snapshotsStayWhereTheyAre() {
        WebServer.Answer answer = put(buckets("photos").put("local_base_path", "/etc"), null);
        ApiTest.assertProblem(answer, 400, "HUBSTORAGE_DATA_PATH");
        assertThat(answer.json().getJsonArray("problems")).hasSize(1);
    }
}

package io.hubstorage.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.testkit.LogCapture;
import io.hubstorage.web.auth.Role;
import io.hubstorage.web.auth.TokenStore;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in {@code api-tokens.json}, or cannot be written there, decides who comes in, and stops nothing else. */
final class ApiTokenFileTest {
    private static final String PASSWORD = "a long password";
    private static final String ENV_TOKEN = "token-of-twenty-characters";
    private static final EventHub.Limits QUICK = new EventHub.Limits(100, 200, 1 << 20, 64, 64 << 10, 50);

    @TempDir
    private Path folder;

    @AutoClose
    private WebServer server;

    private Path file;

    @BeforeEach
    void start() throws IOException {
        server = WebServer.start(
                folder, Map.of("HUBSTORAGE_WEB_PASSWORD", PASSWORD, "HUBSTORAGE_WEB_TOKEN", ENV_TOKEN), QUICK);
        file = folder.resolve("config/api-tokens.json");
    }

    private static Map<String, String> bearer(String token) {
        return Map.of("Authorization", "Bearer " + token);
    }

    private int status(String token) {
        return server.get("/api/status", bearer(token)).status();
    }

    private void write(JsonObject content) throws IOException {
        Path next = Files.writeString(file.resolveSibling("next"), content.encode(), UTF_8);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private JsonObject content() throws IOException {
        return new JsonObject(Files.readString(file, UTF_8));
    }

    private static JsonArray tokens(JsonObject content) {
        return content.getJsonArray("tokens");
    }

    @Test
    void aFileThatIsDamagedWhileItRunsLetsNobodyInByATokenAndARepairedOneDoes() throws IOException {
        String token = server.token(Role.VIEWER).text();
        JsonObject whole = content();
        JsonObject twice = whole.copy();
        tokens(twice).add(tokens(whole).getJsonObject(0).copy().put("id", "00000000"));
        JsonObject lacking = whole.copy();
        tokens(lacking).getJsonObject(0).remove("digest");
        for (JsonObject damaged : List.of(twice, lacking)) {
            assertThat(status(token)).isEqualTo(200);
            // When it was used is written down now, and not over what comes next.
            server.get("/api/tokens", bearer(ENV_TOKEN));
            try (LogCapture log = LogCapture.of("io.hubstorage.web.auth")) {
                write(damaged);
                await().until(() -> status(token) == 401);
                assertThat(log.lines("WARN"))
                        .filteredOn(line -> line.contains("No API token is let in"))
                        .singleElement()
                        .asString()
                        .contains("api-tokens.json", "token no. ", "IOException");
            }
            assertThat(status(ENV_TOKEN)).isEqualTo(200);
            write(whole);
            // Not asked for with the token: ten that are wrong in a row are not looked at for a while.
            await().until(() -> server.get("/api/tokens", bearer(ENV_TOKEN)).status() == 200);
        }
        assertThat(status(token)).isEqualTo(200);
    }

    @Test
    void oneOfARoleThatThisVersionDoesNotKnowPutsNoOtherOut() throws IOException {
        String viewer = server.token(Role.VIEWER).text();
        TokenStore.Made later = server.token(Role.ADMIN);
        JsonObject content = content();
        tokens(content).getJsonObject(1).put("role", "auditor");
        try (LogCapture log = LogCapture.of("io.hubstorage.web.auth")) {
            write(content);
            await().until(() -> status(later.text()) == 401);
            assertThat(log.lines("WARN"))
                    .filteredOn(line -> line.contains("auditor"))
                    .singleElement()
                    .asString()
                    .contains(later.token().id());
        }
        assertThat(status(viewer)).isEqualTo(200);
        assertThat(tokens(content()))
                .as("it is kept for the version that knows it")
                .hasSize(2);
    }

    @Test
    void oneThatIsRevokedIsOutAtOnceThoughTheDiskTakesNothing() throws IOException {
        TokenStore.Made made = server.token(Role.ADMIN);
        Path inTheWay = Files.createDirectories(folder.resolve("config/.api-tokens.json.%d.tmp/in-the-way"
                .formatted(ProcessHandle.current().pid())));
        try (EventStream stream = EventStream.open(server, "/api/events", bearer(made.text()))) {
            stream.first("state");
            WebServer.Answer answer = revoke(made);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.json().getString("detail"))
                    .contains("out until HubStorage is restarted", "not yet removed");
            await().until(() -> stream.ended);
        }
        // Looks at the file, where it still stands.
        assertThat(tokens(server.get("/api/tokens", bearer(ENV_TOKEN)).json())).hasSize(1);
        assertThat(status(made.text())).isEqualTo(401);

        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        assertThat(revoke(made).status()).isEqualTo(200);
        assertThat(tokens(content())).isEmpty();
    }

    private WebServer.Answer revoke(TokenStore.Made made) {
        return server.send(
                HttpMethod.DELETE,
                "/api/tokens/" + made.token().id(),
                Map.of("Authorization", "Bearer " + ENV_TOKEN, "Content-Type", "application/json"),
                null);
    }

    @Test
    void aDiskOfTheConfigurationThatHangsHoldsUpNoScrapeNoLoginAndNoLogout() throws Exception {
        Visitor visitor = new Visitor(server);
        visitor.logIn(PASSWORD);
        visitor.open("/");
        Path config = folder.resolve("config");
        // What was done so far is written down.
        await().until(() -> Files.exists(config.resolve("web-sessions.json"))
                && server.get("/api/audit", bearer(ENV_TOKEN)).status() == 200);
        // Whoever opens one of these waits until somebody opens its other side.
        Path audit = config.resolve("audit.jsonl");
        Path logins = config.resolve(
                ".web-sessions.json.%d.tmp".formatted(ProcessHandle.current().pid()));
        Files.deleteIfExists(audit);
        Files.deleteIfExists(file);
        for (Path each : List.of(audit, logins, file)) {
            assertThat(new ProcessBuilder("mkfifo", each.toString()).start().waitFor())
                    .isZero();
        }
        try {
            assertThat(new Visitor(server).logIn(PASSWORD).status()).isEqualTo(303);
            assertThat(server.get("/metrics", bearer(ENV_TOKEN)).status()).isEqualTo(200);
            assertThat(new Visitor(server).logIn("a wrong password").status()).isEqualTo(401);
            assertThat(visitor.logOut().status()).isEqualTo(303);
            assertThat(visitor.get("/api/status").status()).isEqualTo(401);
        } finally {
            for (Path each : List.of(audit, logins, file)) {
                // Both sides at once: it waits for nobody, and nobody waits for it any more.
                FileChannel.open(each, StandardOpenOption.READ, StandardOpenOption.WRITE)
                        .close();
                Files.deleteIfExists(each);
            }
        }
    }

    @Test
    void nobodySpeaksOnTheBusAsSomebodyElseWhoseSessionHeKnows() {
        Map<String, String> admin = bearer(server.token(Role.ADMIN).text());
        Map<String, String> viewer = bearer(server.token(Role.VIEWER).text());
        String order = new JsonObject()
                .put("type", "send")
                .put("address", "hubstorage.backup.start")
                .put("body", new JsonObject())
                .encode();
        Buffer frame = new JsonArray().add(order).toBuffer();
        for (String way : List.of("xhr", "xhr_streaming")) {
            assertThat(server.send(HttpMethod.POST, "/eventbus/000/known/" + way, admin, null)
                            .status())
                    .isEqualTo(404);
        }
        for (String path : List.of("/eventbus/000/known/xhr_send", "/eventbus/000/mine/xhr_send?param0=known")) {
            assertThat(server.send(HttpMethod.POST, path, viewer, frame).status())
                    .as(path)
                    .isEqualTo(404);
        }
        assertThat(server.rooms.starts).isEmpty();
    }

    @Test
    void whoHangsUpBeforeTheAnswerIsNotToldToHaveBeenAnswered() throws IOException {
        CompletableFuture<JsonObject> heard = new CompletableFuture<>();
        server.vertx.eventBus().<JsonObject>consumer("hubstorage.verify.start", asked -> heard.complete(asked.body()));
        try (RawClient client = new RawClient(server.port())) {
            client.send(
                    "POST /api/verify/start HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 0\r\nAuthorization: Bearer %s\r\n\r\n"
                            .formatted(server.port(), ENV_TOKEN));
            await().until(heard::isDone);
        }
        await().until(() -> server.get("/api/audit", bearer(ENV_TOKEN)).json().getJsonArray("entries").stream()
                .map(JsonObject.class::cast)
                .anyMatch(entry ->
                        entry.getString("action").equals("verify.start") && entry.getInteger("status") == 499));
    }
}

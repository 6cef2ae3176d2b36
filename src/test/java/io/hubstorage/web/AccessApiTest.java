package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.web.auth.AuditFile;
import io.hubstorage.web.auth.Role;
import io.hubstorage.web.auth.TokenStore;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens as they are made, used and revoked; logins over a restart; and what the audit log says of it all. */
final class AccessApiTest {
    private static final String PASSWORD = "a long password";
    private static final String ENV_TOKEN = "token-of-twenty-characters";
    private static final Map<String, String> ENV =
            Map.of("HUBSTORAGE_WEB_PASSWORD", PASSWORD, "HUBSTORAGE_WEB_TOKEN", ENV_TOKEN);
    /** A look at the files comes with each heartbeat. */
    private static final EventHub.Limits QUICK = new EventHub.Limits(100, 200, 1 << 20, 64, 64 << 10, 50);

    @TempDir
    private Path folder;

    @AutoClose
    private WebServer server;

    private Contract contract;

    @BeforeEach
    void start() throws IOException {
        contract = new Contract();
        server = WebServer.start(folder, ENV, QUICK);
    }

    private static Map<String, String> bearer(String token) {
        return Map.of("Authorization", "Bearer " + token);
    }

    private WebServer.Answer send(HttpMethod method, String path, String token, @Nullable JsonObject body) {
        Map<String, String> headers = new HashMap<>(bearer(token));
        headers.put("Content-Type", "application/json");
        return server.send(method, path, headers, body == null ? null : body.toBuffer());
    }

    private WebServer.Answer make(String name, String role, @Nullable Integer days) {
        return send(
                HttpMethod.POST,
                "/api/tokens",
                ENV_TOKEN,
                new JsonObject().put("name", name).put("role", role).put("expires_days", days));
    }

    private List<JsonObject> audit() {
        JsonArray entries = send(HttpMethod.GET, "/api/audit?limit=1000", ENV_TOKEN, null)
                .json()
                .getJsonArray("entries");
        return entries.stream().map(JsonObject.class::cast).toList();
    }

    private Optional<JsonObject> audited(String action) {
        return audit().stream()
                .filter(entry -> action.equals(entry.getString("action")))
                .findFirst();
    }

    private String everyFile() throws IOException {
        StringBuilder all = new StringBuilder();
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }

    @Test
    void aTokenIsShownOnceComesInByItsRoleAndIsListedWithItsLastUse() throws IOException {
        WebServer.Answer made = make("grafana", "viewer", 90);
        String token = made.json().getString("token");

        assertThat(made.status()).isEqualTo(201);
        assertThat(contract.complaints("POST /api/tokens", made)).isEmpty();
        assertThat(send(HttpMethod.GET, "/metrics", token, null).status()).isEqualTo(200);
        assertThat(send(HttpMethod.POST, "/api/backup/run", token, null).status())
                .isEqualTo(403);
        WebServer.Answer listed = send(HttpMethod.GET, "/api/tokens", ENV_TOKEN, null);
        assertThat(contract.complaints("GET /api/tokens", listed)).isEmpty();
        JsonObject one = listed.json().getJsonArray("tokens").getJsonObject(0);
        assertThat(one.getString("last_used_at")).isEqualTo("2026-11-20T08:00:00Z");
        assertThat(one.getString("expires_at")).isEqualTo("2027-02-18T08:00:00Z");
        assertThat(listed.body().toString()).doesNotContain(token);
        assertThat(everyFile()).doesNotContain(token).doesNotContain(PASSWORD).doesNotContain(ENV_TOKEN);
        assertThat(send(HttpMethod.GET, "/api/status?token=" + token, "x", null).status())
                .as("never in an address")
                .isEqualTo(401);
    }

    @Test
    void revokingOneEndsWhatGoesOnWithItAndNothingElse() {
        TokenStore.Made one = server.token(Role.VIEWER);
        TokenStore.Made other = server.token(Role.VIEWER);
        try (EventStream stream = EventStream.open(server, "/api/events", bearer(one.text()));
                EventStream stays = EventStream.open(server, "/api/events", bearer(other.text()))) {
            stream.first("state");
            stays.first("state");
            WebServer.Answer revoked =
                    send(HttpMethod.DELETE, "/api/tokens/" + one.token().id(), ENV_TOKEN, null);
            assertThat(revoked.status()).isEqualTo(200);
            await().until(() -> stream.ended);
            assertThat(stays.ended).isFalse();
        }
        assertThat(send(HttpMethod.GET, "/api/status", one.text(), null).status())
                .isEqualTo(401);
        assertThat(send(HttpMethod.GET, "/api/status", other.text(), null).status())
                .isEqualTo(200);
        assertThat(send(HttpMethod.DELETE, "/api/tokens/" + one.token().id(), ENV_TOKEN, null)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void oneThatExpiresIsOutWithItsStreams() {
        String token = make("for a day", "operator", 1).json().getString("token");
        try (EventStream stream = EventStream.open(server, "/api/events", bearer(token))) {
            stream.first("state");
            server.now.updateAndGet(now -> now.plus(Duration.ofDays(1)));
            await().until(() -> stream.ended);
        }
        assertThat(send(HttpMethod.GET, "/api/status", token, null).status()).isEqualTo(401);
    }

    @Test
    void whatACommandRevokesIsOutToo() throws IOException {
        TokenStore.Made made = server.token(Role.ADMIN);
        try (EventStream stream = EventStream.open(server, "/api/events", bearer(made.text()))) {
            stream.first("state");
            new TokenStore(folder.resolve("config"), server.clock)
                    .revoke(made.token().id());
            await().until(() -> stream.ended);
        }
        assertThat(send(HttpMethod.GET, "/api/status", made.text(), null).status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"name\":\"x\"}",
                "{\"name\":\"x\",\"role\":\"root\"}",
                "{\"name\":\" x\",\"role\":\"viewer\"}",
                "{\"name\":\"a\\nb\",\"role\":\"viewer\"}",
                "{\"name\":\"x\",\"role\":\"viewer\",\"expires_days\":0}",
                "{\"name\":\"x\",\"role\":\"viewer\",\"expires_days\":3651}",
                "{\"name\":\"x\",\"role\":\"viewer\",\"more\":1}"
            })
    void badInputIsNamedAndMakesNothing(String body) {
        assertThat(send(HttpMethod.POST, "/api/tokens", ENV_TOKEN, new JsonObject(body))
                        .status())
                .isEqualTo(400);
        assertThat(send(HttpMethod.GET, "/api/tokens", ENV_TOKEN, null).json().getJsonArray("tokens"))
                .isEmpty();
    }

    @Test
    void noTwoHaveTheSameName() {
        assertThat(make("ci", "viewer", null).status()).isEqualTo(201);
        assertThat(make("ci", "admin", null).status()).isEqualTo(409);
    }

    @Test
    void aLoginSurvivesARestartAndALogoutDoesNotComeBack() throws IOException {
        Visitor stays = new Visitor(server);
        stays.logIn(PASSWORD);
        Visitor leaves = new Visitor(server);
        leaves.logIn(PASSWORD);
        leaves.open("/");
        String left = leaves.cookie();
        stays.open("/");
        String pageToken = stays.pageToken();
        leaves.logOut();
        restart(ENV);

        // Cookies of a browser are the host's and the port's; the port is another here.
        Visitor back = visitor(stays.cookie());
        assertThat(back.get("/api/status").status()).isEqualTo(200);
        back.open("/");
        assertThat(back.pageToken()).as("a page that was open goes on").isEqualTo(pageToken);
        assertThat(visitor(left).get("/api/status").status()).isEqualTo(401);
        assertThat(everyFile())
                .doesNotContain(stays.cookie().replaceFirst(".*=", ""))
                .doesNotContain(pageToken);

        server.now.updateAndGet(now -> now.plus(Duration.ofHours(25)));
        assertThat(back.get("/api/status").status()).as("as long as ever").isEqualTo(401);
    }

    @Test
    void anotherPasswordWhileItWasStoppedEndsAllLogins() throws IOException {
        Visitor visitor = new Visitor(server);
        visitor.logIn(PASSWORD);
        restart(Map.of("HUBSTORAGE_WEB_PASSWORD", "another password", "HUBSTORAGE_WEB_TOKEN", ENV_TOKEN));
        assertThat(visitor(visitor.cookie()).get("/api/status").status()).isEqualTo(401);
    }

    private void restart(Map<String, String> environment) throws IOException {
        server.undeploy();
        server.close();
        server = WebServer.start(folder, environment, QUICK);
    }

    private Visitor visitor(String cookie) {
        Visitor visitor = new Visitor(server);
        visitor.headers.put("Cookie", cookie.replaceFirst("_\\d+=", "_" + server.port() + "="));
        return visitor;
    }

    @Test
    void theAuditLogSaysWhoDidWhatAndNoSecret() throws IOException {
        new Visitor(server).logIn(PASSWORD);
        new Visitor(server).logIn("a wrong password");
        JsonObject body = new JsonObject().put("buckets", new JsonArray().add("photos"));
        String operator = server.token(Role.OPERATOR).text();
        assertThat(send(HttpMethod.POST, "/api/backup/run", operator, body).status())
                .isEqualTo(202);
        send(HttpMethod.DELETE, "/api/snapshots/hublink_20261120060000", operator, null);
        make("<script>", "admin", null);

        JsonObject started = audited("backup.start").orElseThrow();
        assertThat(started.getString("subject")).isEqualTo("buckets [\"photos\"]");
        assertThat(started.getInteger("status")).isEqualTo(202);
        assertThat(started.getJsonObject("by"))
                .isEqualTo(new JsonObject()
                        .put("name", "operator token 1")
                        .put("role", "operator")
                        .put("via", "token")
                        .put("address", "127.0.0.1"));
        assertThat(audited("refused").orElseThrow().getString("subject"))
                .isEqualTo("DELETE /api/snapshots/hublink_20261120060000");
        assertThat(audited("login").orElseThrow().getJsonObject("by").getString("via"))
                .isEqualTo("password");
        assertThat(audited("login.failed").orElseThrow().getJsonObject("by").getString("name"))
                .isNull();
        assertThat(audited("tokens.create").orElseThrow().getString("subject")).isEqualTo("name <script>, role admin");
        WebServer.Answer page = send(HttpMethod.GET, "/api/audit?limit=2", ENV_TOKEN, null);
        assertThat(contract.complaints("GET /api/audit", page)).isEmpty();
        String next = page.json().getString("next");
        assertThat(send(HttpMethod.GET, "/api/audit?limit=1&before=" + next, ENV_TOKEN, null)
                        .json()
                        .getJsonArray("entries")
                        .getJsonObject(0)
                        .getString("id"))
                .isEqualTo(audit().get(2).getString("id"));
        assertThat(everyFile()).doesNotContain("a wrong password").doesNotContain(operator);
    }

    @Test
    void aFloodOfWrongPasswordsWashesNothingOut() {
        Visitor visitor = new Visitor(server);
        for (int i = 0; i < 5; i++) {
            visitor.logIn("wrong");
        }
        assertThat(audit())
                .filteredOn(entry -> "login.failed".equals(entry.getString("action")))
                .hasSize(1);
        server.now.updateAndGet(now -> now.plus(Duration.ofMinutes(2)));
        await().until(() -> audit().stream()
                .filter(entry -> "login.failed".equals(entry.getString("action")))
                .anyMatch(entry -> entry.getLong("more") == 3));
    }

    @Test
    void anAuditLogThatCannotBeWrittenStopsNobody() throws IOException {
        Files.createDirectories(folder.resolve("config/audit.jsonl/in-the-way"));
        assertThat(new Visitor(server).logIn(PASSWORD).status()).isEqualTo(303);
        assertThat(send(HttpMethod.POST, "/api/backup/run", ENV_TOKEN, null).status())
                .isEqualTo(202);
    }

    @Test
    void aSaveOfTheSettingsIsToldByTheSectionsThatChanged() throws IOException {
        JsonObject config =
                send(HttpMethod.GET, "/api/config", ENV_TOKEN, null).json().getJsonObject("config");
        config.put("s3_buckets", new JsonArray().add("photos").add("documents"));
        assertThat(send(HttpMethod.PUT, "/api/config", ENV_TOKEN, config).status())
                .isEqualTo(200);
        assertThat(audited("config.update").orElseThrow().getString("subject")).isEqualTo("s3_buckets");
        assertThat(new AuditFile(folder.resolve("config"), server.clock)
                        .read(1, null)
                        .entries())
                .hasSize(1);
    }

    @Test
    void aDiskThatTakesNothingKeepsNoTokenOut() throws IOException {
        String token = server.token(Role.VIEWER).text();
        // Where the next version of the file would be written.
        Files.createDirectories(folder.resolve("config/.api-tokens.json.%d.tmp/in-the-way"
                .formatted(ProcessHandle.current().pid())));
        try (EventStream stream = EventStream.open(server, "/api/events", bearer(token))) {
            stream.first("state");
            // Looks at the file, and would write down that it was used.
            assertThat(send(HttpMethod.GET, "/api/tokens", ENV_TOKEN, null).status())
                    .isEqualTo(200);
            assertThat(stream.ended).isFalse();
        }
        assertThat(send(HttpMethod.GET, "/api/status", token, null).status()).isEqualTo(200);
        assertThat(send(
                                HttpMethod.POST,
                                "/api/tokens",
                                ENV_TOKEN,
                                new JsonObject("{\"name\":\"x\",\"role\":\"viewer\"}"))
                        .status())
                .as("one that could not be kept is not made")
                .isEqualTo(500);
    }
}

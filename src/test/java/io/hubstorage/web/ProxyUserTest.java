package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.web.auth.AuthHandler;
import io.hubstorage.web.auth.Identity;
import io.hubstorage.web.auth.Role;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom a reverse proxy names; the one who asks is always 127.0.0.1, whether that is a proxy or not. */
final class ProxyUserTest {
    private static final String PASSWORD = "correct horse battery";
    private static final String USER = "Remote-User";

    private static final EventHub.Limits QUICK = new EventHub.Limits(100, 100, 1 << 20, 100, 256 << 10, 100);

    private static WebServer server;

    private Visitor ann;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        server = trusting(folder, "127.0.0.1");
    }

    private static WebServer trusting(Path folder, String proxy) throws IOException {
        // In a file, where it can be changed while the server runs.
        Files.writeString(folder.resolve(".env"), "HUBSTORAGE_PROXY_VIEWERS=ann, @example.org, group:staff, Jörg\n");
        return WebServer.start(
                folder,
                Map.of(
                        "HUBSTORAGE_WEB_PASSWORD",
                        PASSWORD,
                        "HUBSTORAGE_TRUSTED_PROXIES",
                        proxy,
                        "HUBSTORAGE_PROXY_USER_HEADER",
                        USER,
                        "HUBSTORAGE_PROXY_GROUPS_HEADER",
                        "Remote-Groups",
                        "HUBSTORAGE_PROXY_OPERATORS",
                        "group:backup",
                        "HUBSTORAGE_PROXY_ADMINS",
                        "boss"),
                QUICK);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void visitor() {
        ann = visitor(Map.of(USER, "ann"));
    }

    private static Visitor visitor(Map<String, String> headers) {
        Visitor visitor = new Visitor(server);
        visitor.headers.putAll(headers);
        return visitor;
    }

    private static String role(String user, @Nullable String groups) {
        Map<String, String> headers = new HashMap<>(Map.of(USER, user));
        if (groups != null) {
            headers.put("Remote-Groups", groups);
        }
        if (visitor(headers).get("/api/tokens").status() == 200) {
            return "admin";
        }
        if (visitor(headers).get("/api/logs").status() == 200) {
            return "operator";
        }
        return visitor(headers).get("/api/status").status() == 200 ? "viewer" : "none";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "ann;;viewer",
                "Ann;;none",
                "eve@example.org;;viewer",
                "eve@EXAMPLE.org;;viewer",
                "eve@elsewhere.example;;none",
                "eve;staff;viewer",
                "eve;x,staff , backup;operator",
                "eve;x|backup|y;operator",
                "eve;backups;none",
                "boss;staff;admin",
                "group:backup;;none"
            })
    void whatTheProxySaysDecidesTheRole(String user, @Nullable String groups, String role) {
        assertThat(role(user, groups)).isEqualTo(role);
    }

    @Test
    void namesMayBeInAnyScript() {
        // As bytes of UTF-8, which is how proxies send them.
        String sent = new String("Jörg".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        assertThat(status(sent)).startsWith("HTTP/1.1 200");
    }

    private static String status(String sent) {
        try {
            return RawClient.exchange(
                            server.port(),
                            "GET /api/status HTTP/1.1\r\nHost: x\r\n%s: %s\r\nConnection: close\r\n\r\n"
                                    .formatted(USER, sent))
                    .text();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void otherBlanksThanThoseOfHeadersBelongToAName() {
        String wide = new String("ann\u2003".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        assertThat(status(wide)).startsWith("HTTP/1.1 403");
        assertThat(status(" ann\t")).startsWith("HTTP/1.1 200");
    }

    @Test
    void aPageOpensAtOnceAndLeavesNoCookieAndNothingToLogOutOf() {
        WebServer.Answer page = ann.open("/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body().toString()).contains("data-role=\"viewer\"").doesNotContain("id=\"logout\"");
        assertThat(page.headers().contains("Set-Cookie")).isFalse();
        assertThat(ann.open("/login?next=/alerts").header("Location")).isEqualTo("/alerts");
    }

    @Test
    void whatChangesSomethingComesFromAPageOfTheirOwn() {
        Visitor operator = visitor(Map.of(USER, "eve", "Remote-Groups", "backup"));
        ApiTest.assertProblem(operator.post("/api/backup/run", null, Map.of()), 403, "X-CSRF-Token");
        ann.open("/");
        ApiTest.assertProblem(
                operator.post("/api/backup/run", null, Map.of(AuthHandler.PAGE_TOKEN, ann.pageToken())),
                403,
                "X-CSRF-Token");
        operator.open("/");
        assertThat(operator.post(
                                "/api/backup/run",
                                null,
                                Map.of(AuthHandler.PAGE_TOKEN, operator.pageToken(), "Origin", "http://evil.example"))
                        .status())
                .isEqualTo(403);
        assertThat(server.rooms.starts).isEmpty();
        assertThat(operator.post("/api/backup/run", null).status()).isEqualTo(202);
        server.rooms.running = false;
        server.rooms.starts.clear();
        ApiTest.assertProblem(ann.post("/api/backup/run", null), 403, "needs the role operator");
        JsonObject entry = server
                .get(
                        "/api/audit?limit=5",
                        Map.of(
                                "Authorization",
                                "Bearer " + server.token(Role.ADMIN).text()))
                .json()
                .getJsonArray("entries")
                .stream()
                .map(JsonObject.class::cast)
                .filter(each -> each.getString("action").equals("backup.start"))
                .findFirst()
                .orElseThrow();
        assertThat(entry.getJsonObject("by"))
                .isEqualTo(new JsonObject()
                        .put("name", "eve")
                        .put("role", "operator")
                        .put("via", "proxy")
                        .put("address", "127.0.0.1"));
    }

    @Test
    void whomTheProxyLetsInAndNobodyHereKnowsIsToldSo() {
        Visitor eve = visitor(Map.of(USER, "<eve>"));
        ApiTest.assertProblem(
                eve.get("/api/status"), 403, "The proxy knows you as <eve>, but that account has no role");
        String led = eve.open("/logs").header("Location");
        WebServer.Answer page = eve.open(led);
        assertThat(page.status()).isEqualTo(403);
        assertThat(page.body().toString()).contains("The proxy knows you as &lt;eve&gt;", "name=\"password\"");
        assertThat(eve.logIn(PASSWORD, "/logs").header("Location"))
                .as("the way in when everything else fails")
                .isEqualTo("/logs");
        assertThat(eve.get("/api/tokens").status()).isEqualTo(200);
    }

    @Test
    void aLoginOfOursComesBeforeWhatTheProxySays() {
        ann.headers.put(
                "Cookie",
                server.session(new Identity("local", Role.ADMIN, Identity.Via.PASSWORD))
                        .cookie());
        assertThat(ann.get("/api/tokens").status()).isEqualTo(200);
    }

    @Test
    void whatTheProxyItselfWasShownIsNoPasswordOfOurs() {
        ann.headers.put("Authorization", "Basic YW5uOm15cGFzc3dvcmQ=");
        for (int i = 0; i < 12; i++) {
            assertThat(ann.get("/api/status").status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Remote-User: boss\r\nRemote-User: ann\r\n",
                "remote-user: ann\r\nREMOTE-USER: boss\r\n",
                "Remote-User: boss, ann\r\n",
                "Remote-User: ann\r\nRemote-Groups: backup\r\nRemote-Groups: staff\r\n"
            })
    void whoIsNamedTwiceWasNamedBySomebodyElseToo(String headers) throws IOException {
        String answer = RawClient.exchange(
                        server.port(),
                        "GET /api/status HTTP/1.1\r\nHost: x\r\n%sConnection: close\r\n\r\n".formatted(headers))
                .text();
        assertThat(answer).startsWith("HTTP/1.1 400").contains("names more than one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t"})
    void anEmptyNameIsNobodys(String name) {
        assertThat(visitor(Map.of(USER, name)).get("/api/status").status()).isEqualTo(401);
    }

    @Test
    void whoeverIsNoProxyNamesNobody(@TempDir Path other) throws IOException {
        try (WebServer wary = trusting(other, "127.0.0.9")) {
            Map<String, String> claims = Map.of(USER, "boss", "X-Forwarded-For", "127.0.0.9");
            assertThat(wary.get("/api/status", claims).status()).isEqualTo(401);
            assertThatThrownBy(() -> socket(wary, claims)).isInstanceOf(UpgradeRejectedException.class);
            assertThat(wary.get("/api/events", claims).status()).isEqualTo(401);
            Visitor visitor = new Visitor(wary);
            visitor.headers.putAll(claims);
            assertThat(visitor.open("/").header("Location")).isEqualTo("/login");
            assertThat(visitor.open("/login").status()).isEqualTo(200);
        }
    }

    @Test
    void aHeaderThatWasSetForOtherProxiesDoesNotCountFromThoseOfTheStart(@TempDir Path other) throws IOException {
        Path file = other.resolve(".env");
        Files.writeString(file, "HUBSTORAGE_TRUSTED_PROXIES=127.0.0.0/8\n");
        try (WebServer changing = WebServer.start(other, Map.of("HUBSTORAGE_WEB_PASSWORD", PASSWORD), QUICK)) {
            String header = "HUBSTORAGE_PROXY_USER_HEADER=%s\nHUBSTORAGE_PROXY_ADMINS=boss\n".formatted(USER);
            Files.writeString(file, "HUBSTORAGE_TRUSTED_PROXIES=127.0.0.9\n" + header);
            WebServer.await(changing.store.reload());
            assertThat(changing.get("/api/status", Map.of(USER, "boss")).status())
                    .isEqualTo(401);
            Files.writeString(file, "HUBSTORAGE_TRUSTED_PROXIES=127.0.0.0/8\n" + header);
            WebServer.await(changing.store.reload());
            assertThat(changing.get("/api/status", Map.of(USER, "boss")).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void whomTheProxyNamedIsOutWhenItIsTakenAway(@TempDir Path other) throws IOException {
        Path file = other.resolve(".env");
        Files.writeString(file, "HUBSTORAGE_PROXY_USER_HEADER=%s\nHUBSTORAGE_PROXY_ADMINS=boss\n".formatted(USER));
        try (WebServer changing = WebServer.start(other, Map.of("HUBSTORAGE_TRUSTED_PROXIES", "127.0.0.1"), QUICK);
                EventStream stream = EventStream.open(changing, "/api/events", Map.of(USER, "boss"))) {
            stream.first("state");
            Files.writeString(file, "");
            WebServer.await(changing.store.reload());
            await().until(() -> stream.ended);
            assertThat(changing.get("/api/status", Map.of(USER, "boss")).status())
                    .isEqualTo(401);
        }
    }

    private static WebSocket socket(WebServer to, Map<String, String> headers) {
        WebSocketClient client = to.vertx.createWebSocketClient();
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(to.port())
                .setURI("/eventbus/websocket");
        headers.forEach(options::addHeader);
        return WebServer.await(client.connect(options));
    }

    @Test
    void theEventBusIsTheSamePersons() {
        assertThatThrownBy(() -> socket(server, Map.of())).isInstanceOf(UpgradeRejectedException.class);
        assertThatThrownBy(() -> socket(server, Map.of(USER, "eve"))).isInstanceOf(UpgradeRejectedException.class);
        List<JsonObject> received = new CopyOnWriteArrayList<>();
        WebSocket socket = socket(server, Map.of(USER, "ann"));
        socket.binaryMessageHandler(body -> received.add(body.toJsonObject()));
        for (String address : List.of(Addresses.BACKUP_START, Addresses.JOBS_LIST)) {
            socket.writeTextMessage(new JsonObject()
                    .put("type", "send")
                    .put("address", address)
                    .put("body", new JsonObject())
                    .put("replyAddress", "of " + address)
                    .encode());
        }
        await().until(() -> received.stream()
                .anyMatch(message -> ("of " + Addresses.BACKUP_START).equals(message.getString("address"))
                        && Integer.valueOf(403).equals(message.getInteger("failureCode"))));
        assertThat(server.rooms.starts).isEmpty();
    }

    @Test
    void theProxyIsAskedAgainAfterAnHour() {
        try (EventStream stream = EventStream.open(server, "/api/events", Map.of(USER, "ann"))) {
            stream.first("state");
            server.now.updateAndGet(now -> now.plus(Duration.ofMinutes(59)));
            int before = stream.heartbeats.size();
            await().until(() -> stream.heartbeats.size() > before + 2);
            assertThat(stream.ended).isFalse();
            server.now.updateAndGet(now -> now.plus(Duration.ofMinutes(1)));
            await().until(() -> stream.ended);
        }
    }

    @Test
    void theEventStreamEndsWhenOthersMayComeIn(@TempDir Path other) throws IOException {
        try (WebServer changing = trusting(other, "127.0.0.1");
                EventStream stream = EventStream.open(changing, "/api/events", Map.of(USER, "ann"))) {
            stream.first("state");
            Files.writeString(other.resolve(".env"), "HUBSTORAGE_PROXY_VIEWERS=bob\n");
            WebServer.await(changing.store.reload());
            await().until(() -> stream.ended);
            assertThat(changing.get("/api/status", Map.of(USER, "ann")).status())
                    .isEqualTo(403);
            assertThat(changing.get("/api/status", Map.of(USER, "bob")).status())
                    .isEqualTo(200);
        }
    }
}

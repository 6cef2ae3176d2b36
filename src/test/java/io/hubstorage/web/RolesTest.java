package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.web.auth.AuthHandler;
import io.hubstorage.web.auth.Identity;
import io.hubstorage.web.auth.Permits;
import io.hubstorage.web.auth.Role;
import io.hubstorage.web.auth.TestLogins;
import io.hubstorage.web.bridge.PublicAddresses;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every route, bus address and event, asked by everybody. */
final class RolesTest {
    private static final EventHub.Limits QUICK = new EventHub.Limits(100, 200, 1 << 20, 64, 64 << 10, 50);
    /** What a viewer must never do, whatever the table says: a line that says so by mistake fails here. */
    private static final List<String> NOT_FOR_VIEWERS = List.of(
            "POST /api/backup/run",
            "POST /api/backup/cancel",
            "POST /api/jobs/:id/cancel",
            "POST /api/restores",
            "POST /api/restores/:id/start",
            "DELETE /api/restores/:id",
            "DELETE /api/workers/:name",
            "POST /api/drills",
            "POST /api/verify/start",
            "POST /api/repair/start",
            "POST /api/replications",
            "POST /api/snapshots/:id/pin",
            "GET /api/snapshots/:id/file",
            "GET /api/snapshots/:id/zip",
            "GET /api/logs",
            "GET /restore",
            "GET /api/config",
            "GET /config");

    private static final List<String> FOR_ADMINS_ALONE = List.of(
            "PUT /api/config",
            "GET /setup",
            "DELETE /api/snapshots/:id",
            "POST /api/retention/start",
            "GET /api/tokens",
            "POST /api/tokens",
            "DELETE /api/tokens/:id",
            "GET /api/audit");

    private static final Set<String> OPEN = Set.of(
            "/health/live",
            "/health/ready",
            "/login",
            "/login/oidc",
            "/login/oidc/callback",
            "/logout",
            "/service-worker.js",
            "/status",
            "/status.json",
            "/status/badge.svg");

    @TempDir
    private Path folder;

    @AutoClose
    private WebServer server;
    /** Held on to: a client that nobody refers to is closed. */
    private WebSocketClient sockets;

    @BeforeEach
    void start() throws IOException {
        server = WebServer.start(
                folder,
                Map.of(
                        "HUBSTORAGE_WEB_PASSWORD",
                        "a long password",
                        "HUBSTORAGE_TRUSTED_PROXIES",
                        "127.0.0.1",
                        "HUBSTORAGE_PROXY_USER_HEADER",
                        "Remote-User",
                        "HUBSTORAGE_PROXY_VIEWERS",
                        "viewer",
                        "HUBSTORAGE_PROXY_OPERATORS",
                        "operator",
                        "HUBSTORAGE_PROXY_ADMINS",
                        "admin"),
                QUICK);
        sockets = server.vertx.createWebSocketClient();
    }

    private Map<String, String> token(Role role) {
        return Map.of("Authorization", "Bearer " + server.token(role).text());
    }

    private Map<String, String> session(Role role) {
        TestLogins.Browser browser = server.session(new Identity("somebody", role, Identity.Via.OIDC));
        return Map.of("Cookie", browser.cookie(), AuthHandler.PAGE_TOKEN, browser.pageToken());
    }

    /** Somebody whom a proxy names after the role. */
    private Map<String, String> proxied(Role role) {
        Visitor visitor = new Visitor(server);
        visitor.headers.put("Remote-User", role.word());
        visitor.open("/");
        return Map.of("Remote-User", role.word(), AuthHandler.PAGE_TOKEN, visitor.pageToken());
    }

    /** As the router really has them: a method, or a star for all, and a path. */
    private Set<String> routes() {
        Set<String> routes = new TreeSet<>();
        for (Route route : server.verticle.router().getRoutes()) {
            if (route.getPath() != null) {
                String path = route.getPath() + (route.isExactPath() ? "" : "*");
                Stream<String> methods = route.methods() == null
                        ? Stream.of("*")
                        : route.methods().stream().map(HttpMethod::name);
                methods.forEach(method -> routes.add(method + ' ' + path));
            }
        }
        return routes;
    }

    private int status(String route, Map<String, String> who) {
        String[] parts = route.split(" ", -1);
        HttpMethod method = parts[0].equals("*") ? HttpMethod.GET : HttpMethod.valueOf(parts[0]);
        String path = parts[1].replaceAll(":\\w+", "x1")
                .replace("/assets/*", "/assets/js/dom.js")
                .replace("*", "000/x1/xhr");
        Map<String, String> headers = new HashMap<>(who);
        headers.put("Content-Type", "application/json");
        return WebServer.await(server.exchange(method, path, headers, null, answer -> {
            int status = answer.statusCode();
            if ("text/event-stream".equals(answer.getHeader("Content-Type"))) {
                answer.exceptionHandler(ended -> {});
                answer.request().reset();
            }
            return Future.succeededFuture(status);
        }));
    }

    private static Role least(String route) {
        String known = route.replace("HEAD ", "GET ");
        return Objects.requireNonNull(Permits.routes().get(known), route).least();
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void everyRouteIsOpenToItsRolesAndToNobodyElse(Role role) {
        List<Map<String, String>> ways = List.of(token(role), session(role), proxied(role));
        SoftAssertions all = new SoftAssertions();
        for (String route : routes()) {
            if (OPEN.contains(route.substring(route.indexOf(' ') + 1))) {
                continue;
            }
            for (Map<String, String> way : ways) {
                int status = status(route, way);
                String asked = "%s by %s".formatted(route, way.keySet());
                if (role.covers(least(route))) {
                    all.assertThat(status).as(asked).isNotIn(401, 403);
                } else {
                    all.assertThat(status).as(asked).isEqualTo(403);
                }
            }
        }
        all.assertAll();
    }

    @Test
    void nobodyComesInWithoutALogin() {
        SoftAssertions all = new SoftAssertions();
        for (String route : routes()) {
            // One that brings no password is a wrong one.
            if (route.equals("POST /login")) {
                continue;
            }
            boolean open = OPEN.contains(route.substring(route.indexOf(' ') + 1));
            all.assertThat(status(route, Map.of()) == 401).as(route).isNotEqualTo(open);
        }
        all.assertAll();
    }

    @Test
    void whatAViewerAndAnOperatorMustNotDoStandsHereOnceMore() {
        assertThat(NOT_FOR_VIEWERS).allMatch(route -> !Role.VIEWER.covers(least(route)));
        assertThat(FOR_ADMINS_ALONE).allMatch(route -> least(route) == Role.ADMIN);
        // Of what is more than a look, a viewer may do this alone: it computes, and changes nothing.
        assertThat(Permits.routes().entrySet().stream()
                        .filter(line -> line.getValue().least() == Role.VIEWER)
                        .map(Map.Entry::getKey)
                        .filter(route -> !route.startsWith("GET ") && !route.startsWith("* ")))
                .containsExactly("POST /api/retention/preview");
        assertThat(Permits.requests().entrySet().stream()
                        .filter(line -> line.getValue().least() == Role.VIEWER)
                        .map(Map.Entry::getKey))
                .allMatch(address -> address.matches(".*\\.(status|list|get|history|objects|preview|space|alerts)"));
    }

    @Test
    void theContractSaysWhereARoleIsAskedFor() throws IOException {
        Contract contract = new Contract();
        for (String operation : contract.operations()) {
            Permits.Permit line = Permits.routes().get(operation.replaceAll("\\{(\\w+)}", ":$1"));
            if (line != null && line.least() != Role.VIEWER) {
                assertThat(contract.operation(operation)
                                .getJsonObject("responses")
                                .fieldNames())
                        .as(operation)
                        .contains("401", "403");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/config/",
                "//api/config",
                "/api/%63onfig",
                "/api/./config",
                "/api/x/../config",
                "/api/config%2f",
                "/api/config;x",
                "/assets/../api/config",
                "/assets/css/base.css/../../../api/config",
                "/health/live/../../api/config"
            })
    void noOtherSpellingOfAnAddressGetsByItsRole(String spelled) {
        assertThat(server.get(spelled, token(Role.VIEWER)).status()).isIn(400, 401, 403, 404);
        assertThat(server.get(spelled).status()).isIn(400, 401, 404);
    }

    @Test
    void aRefusalSaysWhichRoleItTakes() {
        WebServer.Answer refused = server.send(HttpMethod.POST, "/api/backup/run", token(Role.VIEWER), null);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.json().getString("detail"))
                .isEqualTo("This needs the role operator; you came in as viewer.");
        assertThat(server.rooms.starts).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void everyAddressOfTheBridgeIsOpenToItsRolesAndToNobodyElse(Role role) {
        SoftAssertions all = new SoftAssertions();
        Conversation conversation = new Conversation(token(role));
        for (String address : Permits.requests().keySet()) {
            JsonObject reply = conversation.ask(address, new JsonObject());
            boolean refused = Integer.valueOf(403).equals(reply.getInteger("failureCode"));
            all.assertThat(refused).as(address).isNotEqualTo(role.covers(Permits.least(address, new JsonObject())));
        }
        for (String address : Permits.published().keySet()) {
            all.assertThat(conversation.mayRegister(address))
                    .as(address)
                    .isEqualTo(role.covers(Permits.listener(address)));
        }
        all.assertAll();
        assertThat(PublicAddresses.all())
                .hasSize(Permits.requests().size() + Permits.published().size());
    }

    @Test
    void onlyAnAdminPlansARestoreThatDeletes() {
        JsonObject plan = new JsonObject().put("to", "s3://other/prefix").put("delete_extra", true);
        for (Role role : Role.values()) {
            boolean refused = server.send(
                                    HttpMethod.POST,
                                    "/api/restores",
                                    with(token(role), "Content-Type", "application/json"),
                                    plan.toBuffer())
                            .status()
                    == 403;
            Integer code = new Conversation(token(role))
                    .ask(Addresses.RESTORE_PLAN, plan)
                    .getInteger("failureCode");
            assertThat(refused).as(role.word()).isEqualTo(role != Role.ADMIN);
            assertThat(Integer.valueOf(403).equals(code)).as(role.word()).isEqualTo(role != Role.ADMIN);
        }
        for (Object yes : List.of("true", 1, new JsonObject())) {
            assertThat(Permits.least(Addresses.RESTORE_PLAN, plan.copy().put("delete_extra", yes)))
                    .isEqualTo(Role.ADMIN);
        }
    }

    private static Map<String, String> with(Map<String, String> headers, String name, String value) {
        Map<String, String> all = new HashMap<>(headers);
        all.put(name, value);
        return all;
    }

    @Test
    void aViewerIsToldNothingOfTheLogAndTheSettings() {
        try (EventStream viewer = EventStream.open(server, "/api/events", token(Role.VIEWER));
                EventStream operator = EventStream.open(server, "/api/events", session(Role.OPERATOR))) {
            viewer.first("state");
            operator.first("state");
            server.vertx.eventBus().publish(Addresses.LOG, new JsonObject().put("message", "a line"));
            server.vertx.eventBus().publish(Addresses.CONFIG_CHANGED, new JsonObject().put("hash", "h"));
            server.vertx.eventBus().publish(Addresses.STATUS_CHANGED, new JsonObject().put("at", "now"));
            viewer.first("status");
            operator.first("status");
            await().untilAsserted(() -> assertThat(operator.names()).contains("log", "config.changed"));
            assertThat(viewer.names()).doesNotContain("log", "config.changed");

            // Nor when it comes back and is told what it missed.
            Map<String, String> again = with(
                    token(Role.VIEWER),
                    "Last-Event-ID",
                    String.valueOf(viewer.first("state").id()));
            try (EventStream replayed = EventStream.open(server, "/api/events", again)) {
                replayed.first("status");
                assertThat(replayed.names()).doesNotContain("log", "config.changed");
            }
        }
    }

    @Test
    void aPageShowsWhoeverLooksWhatTheyMayDo() {
        assertThat(page("/", Role.VIEWER)).contains("data-role=\"viewer\"").contains("/assets/css/roles.css");
        assertThat(page("/", Role.ADMIN)).contains("data-role=\"admin\"").doesNotContain("roles.css");
        assertThat(page("/setup", Role.OPERATOR))
                .contains("This needs the role admin; you came in as operator.")
                .contains("data-role=\"operator\"");
    }

    private String page(String path, Role role) {
        return server.get(path, with(session(role), "Accept", "text/html"))
                .body()
                .toString();
    }

    /** One client of the bridge. */
    private final class Conversation {
        private final List<JsonObject> received = new CopyOnWriteArrayList<>();
        private final WebSocket socket;
        private int asked;

        Conversation(Map<String, String> headers) {
            WebSocketConnectOptions options = new WebSocketConnectOptions()
                    .setHost("127.0.0.1")
                    .setPort(server.port())
                    .setURI("/eventbus/websocket");
            headers.forEach(options::addHeader);
            socket = WebServer.await(sockets.connect(options));
            socket.binaryMessageHandler(body -> received.add(body.toJsonObject()));
        }

        JsonObject ask(String address, JsonObject body) {
            String reply = "reply-" + ++asked;
            send(new JsonObject()
                    .put("type", "send")
                    .put("address", address)
                    .put("body", body)
                    .put("replyAddress", reply));
            return await().until(
                            () -> received.stream()
                                    .filter(message -> reply.equals(message.getString("address")))
                                    .findFirst()
                                    .orElse(null),
                            message -> message != null);
        }

        /** What was sent before a ping has been looked at when its answer comes. */
        boolean mayRegister(String address) {
            received.clear();
            send(new JsonObject().put("type", "register").put("address", address));
            ask(Addresses.STATUS, new JsonObject());
            return received.stream()
                    .noneMatch(message -> "err".equals(message.getString("type"))
                            && Set.of("rejected", "access_denied").contains(message.getString("body", "")));
        }

        private void send(JsonObject message) {
            WebServer.await(socket.writeTextMessage(message.encode()));
        }
    }
}

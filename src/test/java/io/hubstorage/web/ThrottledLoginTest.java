package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.testkit.LogCapture;
import io.hubstorage.web.auth.PasswordHash;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.hashing.HashingStrategy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody guesses. The password is known by its hash alone, so that each look at one takes its time. */
final class ThrottledLoginTest {
    private static final String PASSWORD = "correct horse battery";
    /** As the program makes it: for tests of what goes on beside a slow look. */
    private static final String SLOW_HASH = PasswordHash.of(PASSWORD);
    /** A tenth of the work, for tests that count looks. */
    private static final String HASH = HashingStrategy.load()
            .hash("pbkdf2", Map.of("it", "21000"), "c2FsdHNhbHRzYWx0c2FsdA", PASSWORD)
            .substring(1)
            .replace('$', ':');

    private static final String BASIC =
            "Basic " + Base64.getEncoder().encodeToString(("x:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    private static final int MANY = 1_000;

    @AutoClose
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = start(folder, HASH);
    }

    private void startWithSlowLooks() throws IOException {
        Path folder = server.folder;
        server.close();
        server = start(folder, SLOW_HASH);
    }

    private static WebServer start(Path folder, String hash) throws IOException {
        return WebServer.start(
                folder,
                Map.of("HUBSTORAGE_WEB_PASSWORD_HASH", hash, "HUBSTORAGE_TRUSTED_PROXIES", "127.0.0.1, ::1"),
                EventHub.Limits.DEFAULT);
    }

    @Test
    void aThousandWrongPasswordsAtOnceOpenNothingLeakNothingAndStopNothing() throws IOException {
        startWithSlowLooks();
        List<Future<WebServer.Answer>> tries = new ArrayList<>();
        try (LogCapture log = LogCapture.of("io.hubstorage");
                EventStream stream = EventStream.open(
                        server,
                        "/api/events",
                        Map.of("Cookie", loggedIn("192.0.2.1").cookie()))) {
            for (int i = 0; i < MANY; i++) {
                tries.add(Visitor.from(server, "203.0.113.7").tryToLogIn("guess number " + i, "/"));
            }
            server.assertServesOthers("/health/ready", Map.of());
            server.assertServesOthers(
                    "/api/status", Map.of("Cookie", loggedIn("192.0.2.1").cookie()));
            List<Integer> statuses = tries.stream()
                    .map(WebServer::await)
                    .map(WebServer.Answer::status)
                    .toList();
            assertThat(statuses).containsOnly(401, 429);
            assertThat(statuses.stream().filter(status -> status == 401)).hasSizeLessThanOrEqualTo(10);
            assertThat(server.get("/health/live").status()).isEqualTo(200);

            assertThat(log.lines("WARN"))
                    .singleElement()
                    .asString()
                    .contains("203.0.113.7")
                    .doesNotContain("guess");
            for (String text : List.of(
                    String.join("\n", log.lines()),
                    stream.events.toString(),
                    seen("/api/config"),
                    seen("/api/status"),
                    seen("/api/aws_diagnostics"),
                    seen("/config"),
                    seen("/metrics"))) {
                assertThat(text).doesNotContain("guess number", PASSWORD, SLOW_HASH, SLOW_HASH.substring(40));
            }
        }
    }

    private Visitor loggedIn(String address) {
        Visitor visitor = Visitor.from(server, address);
        assertThat(visitor.logIn(PASSWORD).status()).isEqualTo(303);
        return visitor;
    }

    private String seen(String path) {
        WebServer.Answer answer = loggedIn("192.0.2.1").open(path);
        assertThat(answer.status()).as(path).isEqualTo(200);
        return answer.body().toString();
    }

    private WebServer.Answer exhaust(String address) {
        WebServer.Answer last = Visitor.from(server, address).logIn("wrong password");
        for (int i = 0; i < 10; i++) {
            last = Visitor.from(server, address).logIn("wrong password");
        }
        assertThat(last.status()).isEqualTo(429);
        return last;
    }

    @Test
    void anAttackIsToldToTheOtherRoomsOnceInTenMinutesAndNeverWithAPassword() {
        List<JsonObject> attacks = new CopyOnWriteArrayList<>();
        server.vertx.eventBus().<JsonObject>consumer(Addresses.LOGIN_ATTACKED, message -> attacks.add(message.body()));
        exhaust("203.0.113.7");
        exhaust("203.0.113.8");
        await().until(() -> attacks.size() == 1);
        server.now.updateAndGet(now -> now.plus(Duration.ofMinutes(10)));
        exhaust("203.0.113.9");
        await().until(() -> attacks.size() == 2);
        assertThat(attacks)
                .extracting(attack -> attack.getString("client"))
                .containsExactly("203.0.113.7", "203.0.113.9");
        assertThat(attacks).extracting(attack -> attack.getLong("tries")).containsExactly(10L, 20L);
        assertThat(attacks.toString()).doesNotContain("wrong password");
    }

    @Test
    void theRightOneIsTakenFromElsewhereAtOnceAndFromThereAfterTheWait() {
        WebServer.Answer refused = exhaust("203.0.113.7");
        int wait = Integer.parseInt(refused.header("Retry-After"));
        assertThat(wait).isBetween(1, 30);
        assertThat(refused.body().toString()).contains("Wait %d s".formatted(wait));

        assertThat(Visitor.from(server, "203.0.113.7").logIn(PASSWORD).status())
                .as("too early, so it is not even looked at")
                .isEqualTo(429);
        loggedIn("203.0.113.8");
        server.now.updateAndGet(now -> now.plus(Duration.ofSeconds(wait)));
        loggedIn("203.0.113.7");
    }

    @Test
    void whoIsInStaysInWhileSomebodyAtTheSameAddressGuesses() {
        Visitor visitor = loggedIn("203.0.113.7");
        exhaust("203.0.113.7");
        assertThat(visitor.get("/api/status").status()).isEqualTo(200);
    }

    @Test
    void aScriptWithAnOldPasswordDoesNotLockTheFormOfItsOwner() {
        Map<String, String> old = Map.of("X-Forwarded-For", "203.0.113.7", "Authorization", "Basic Ondyb25nIG9uZQ==");
        WebServer.Answer last = server.get("/api/status", old);
        for (int i = 0; i < 15; i++) {
            last = server.get("/api/status", old);
        }
        ApiTest.assertProblem(last, 429, "Try again in");
        assertThat(Integer.parseInt(last.header("Retry-After"))).isBetween(1, 30);
        loggedIn("203.0.113.7");
    }

    @Test
    void oneCustomersIpv6AddressesCountAsOne() {
        exhaust("2001:db8:1:2::1");
        for (String neighbour : List.of("2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "2001:db8:1:ffff::1")) {
            assertThat(Visitor.from(server, neighbour).logIn(PASSWORD).status())
                    .as(neighbour)
                    .isEqualTo(429);
        }
        loggedIn("2001:db8:2:2::1");
    }

    @Test
    void whatAClientItselfClaimsToBeDoesNotCount() {
        for (int i = 0; i < 11; i++) {
            Visitor.from(server, "198.51.100.%d, 203.0.113.7".formatted(i)).logIn("wrong password");
        }
        assertThat(Visitor.from(server, "203.0.113.7").logIn(PASSWORD).status()).isEqualTo(429);
    }

    @Test
    void manyGuessersTogetherDoNotGetMoreLooksThanThereAre() {
        List<Future<WebServer.Answer>> tries = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            tries.add(Visitor.from(server, "198.51.100." + i).tryToLogIn("wrong password", "/"));
        }
        List<Integer> statuses = tries.stream()
                .map(WebServer::await)
                .map(WebServer.Answer::status)
                .toList();
        assertThat(statuses).containsOnly(401, 429);
        assertThat(statuses.stream().filter(status -> status == 429)).hasSizeGreaterThan(20);
        loggedIn("192.0.2.9");
    }

    @Test
    void aFirstLoginIsNotKeptOutByStrangersWhoKeepTheQueueFull() {
        List<Future<WebServer.Answer>> tries = new ArrayList<>();
        List<Future<WebServer.Answer>> first = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 6 * 12; i++) {
                tries.add(Visitor.from(server, "198.51.100." + i % 12).tryToLogIn("wrong password", "/"));
            }
            first.add(Visitor.from(server, "192.0.2." + round).tryToLogIn(PASSWORD, "/"));
        }
        assertThat(first.stream().map(WebServer::await).map(WebServer.Answer::status))
                .as("each from an address that never logged in")
                .containsOnly(303);
        List<Integer> statuses = tries.stream()
                .map(WebServer::await)
                .map(WebServer.Answer::status)
                .toList();
        assertThat(statuses).containsOnly(401, 429).contains(429);
    }

    @Test
    void manyAddressesAreNoWayAroundTheThrottle() {
        loggedIn("192.0.2.1");
        int looked = 0;
        for (int i = 0; i < 320; i++) {
            // Too long to be looked at slowly; it counts all the same.
            Visitor guesser = Visitor.from(server, "198.51.%d.%d".formatted(i / 200, 1 + i % 200));
            looked += guesser.logIn("x".repeat(1_100)).status() == 401 ? 1 : 0;
        }
        assertThat(looked).isEqualTo(300);
        assertThat(Visitor.from(server, "203.0.113.99").logIn(PASSWORD).status())
                .isEqualTo(429);
        loggedIn("192.0.2.1");
        server.now.updateAndGet(now -> now.plus(Duration.ofSeconds(3)));
        loggedIn("203.0.113.99");
    }

    @Test
    void nobodyLocksABrowserOutThatHasLoggedInBefore() {
        Visitor owner = loggedIn("203.0.113.7");
        owner.open("/");
        String cookies = owner.cookie() + "; " + owner.recognition();
        owner.logOut();
        exhaust("203.0.113.7");

        Visitor again = Visitor.from(server, "203.0.113.7");
        again.headers.put("Cookie", cookies);
        assertThat(again.logIn(PASSWORD).status())
                .as("from the attacked address")
                .isEqualTo(303);

        Visitor forger = Visitor.from(server, "203.0.113.7");
        forger.headers.put("Cookie", cookies.replaceFirst("_known=.", "_known=!"));
        assertThat(forger.logIn(PASSWORD).status()).isEqualTo(429);
    }

    @Test
    void aBrowserIsKnownAfterARestartToo() throws IOException {
        String before = loggedIn("203.0.113.7").recognition();
        String port = Integer.toString(server.port());
        Path folder = server.folder;
        server.close();
        server = start(folder, HASH);
        // A cookie is for one port, which is another one now.
        String known = before.replaceFirst(port, Integer.toString(server.port()));
        exhaust("203.0.113.7");

        Visitor again = Visitor.from(server, "203.0.113.7");
        again.headers.put("Cookie", known);
        assertThat(again.logIn(PASSWORD).status()).isEqualTo(303);

        Path key = folder.resolve("config/known-browsers.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        server.close();
        Files.writeString(key, "nonsense");
        server = start(folder, HASH);
        loggedIn("203.0.113.7");
        assertThat(Files.readString(key)).isNotEqualTo("nonsense");
    }

    @Test
    void aKnownBrowserHasSoManyTriesItself() {
        Visitor owner = loggedIn("203.0.113.7");
        String known = owner.recognition();
        int last = 0;
        for (int i = 0; i < 11; i++) {
            Visitor thief = Visitor.from(server, "198.51.100." + i);
            thief.headers.put("Cookie", known);
            last = thief.logIn("wrong password").status();
        }
        assertThat(last).isEqualTo(429);
    }

    @Test
    void anUploadAndASocketWaitForTheSlowLook() throws IOException {
        startWithSlowLooks();
        JsonObject config = new JsonObject()
                .put("s3_buckets", new JsonArray().add("photos"))
                .put("note", "x".repeat(300_000));
        WebServer.Answer saved = server.send(
                HttpMethod.PUT,
                "/api/config",
                Map.of("Content-Type", "application/json", "Authorization", BASIC),
                config.toBuffer());
        assertThat(saved.status()).isEqualTo(200);
        // The password that was right is remembered; a wrong one takes the slow look again.
        WebSocketClient sockets = server.vertx.createWebSocketClient();
        assertThatThrownBy(() -> WebServer.await(sockets.connect(socket("Basic eDp3cm9uZyBvbmU="))))
                .hasMessageContaining("401");
        assertThat(WebServer.await(sockets.connect(socket(BASIC))).isClosed()).isFalse();
    }

    @Test
    void aSocketIsOpenedAfterTheSlowLook() throws IOException {
        startWithSlowLooks();
        WebSocketClient sockets = server.vertx.createWebSocketClient();
        assertThat(WebServer.await(sockets.connect(socket(BASIC))).isClosed()).isFalse();
    }

    private WebSocketConnectOptions socket(String authorization) {
        return new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(server.port())
                .setURI("/eventbus/websocket")
                .addHeader("Authorization", authorization);
    }
}

package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.web.auth.AuthHandler;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The login as it shows on the wire; {@code LoginIT} has it in a browser. */
final class LoginTest {
    private static final String PASSWORD = "correct horse: battery";
    private static final String TOKEN = "a-token-of-more-than-20-characters";

    @AutoClose
    private WebServer server;

    private Visitor visitor;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(
                folder,
                Map.of("HUBSTORAGE_WEB_PASSWORD", PASSWORD, "HUBSTORAGE_WEB_TOKEN", TOKEN),
                EventHub.Limits.DEFAULT);
        visitor = new Visitor(server);
    }

    private static String basic(String password) {
        byte[] bytes = ("anybody:" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(bytes);
    }

    private static Map<String, String> authorization(String text) {
        return Map.of("Authorization", text);
    }

    @Test
    void everyRouteIsBehindTheLoginButWhatEverybodyMaySee() {
        Set<String> open = new TreeSet<>();
        Set<String> closed = new TreeSet<>(Set.of(
                "GET /eventbus/info",
                "GET /eventbus/websocket",
                "POST /eventbus/1/a/xhr",
                "GET /assets/js/api.js",
                "GET /nowhere",
                "GET /health/live/",
                "GET /health",
                "GET //health/live/../../api/status"));
        for (Route route : server.verticle.router().getRoutes()) {
            if (route.getPath() != null && route.methods() != null) {
                route.methods()
                        .forEach(method ->
                                closed.add(method + " " + route.getPath().replace(":", "")));
            }
        }
        for (String operation : Set.copyOf(closed)) {
            String[] parts = operation.split(" ", 2);
            int status = server.send(HttpMethod.valueOf(parts[0]), parts[1], Map.of(), null)
                    .status();
            if (status != 401) {
                open.add(operation);
                closed.remove(operation);
            }
        }
        assertThat(open)
                .containsExactlyInAnyOrder(
                        "GET /eventbus/info",
                        "GET /health/live",
                        "GET /health/ready",
                        "GET /login",
                        "GET /login/oidc",
                        "GET /login/oidc/callback",
                        // Each is 404 unless it is configured to be public.
                        "GET /service-worker.js",
                        "GET /status",
                        "GET /status.json",
                        "GET /status/badge.svg",
                        "HEAD /health/live",
                        "HEAD /health/ready",
                        "HEAD /login",
                        "HEAD /login/oidc",
                        "HEAD /login/oidc/callback",
                        "HEAD /service-worker.js",
                        "HEAD /status",
                        "HEAD /status.json",
                        "HEAD /status/badge.svg",
                        "POST /logout");
        assertThat(closed).hasSizeGreaterThan(40).contains("POST /login", "GET /api/events", "GET /metrics");
        for (String asset : Set.of("css/base.css", "css/login.css", "icons/favicon-idle.svg", "icons/icons.svg")) {
            assertThat(server.get("/assets/" + asset).status()).as(asset).isEqualTo(200);
        }
    }

    @Test
    void aStrangerLearnsOnlyWhetherItIsReady() {
        assertThat(server.get("/health/ready").json()).isEqualTo(new JsonObject().put("status", "UP"));
        assertThat(server.get("/health/live").json()).isEqualTo(new JsonObject().put("status", "UP"));
        WebServer.Answer whole = server.get("/health/ready", authorization("Bearer " + TOKEN));
        assertThat(whole.json().getJsonArray("checks")).isNotEmpty();
        assertThat(server.get("/health/ready", authorization("Bearer wrong")).status())
                .isEqualTo(401);
        visitor.logIn(PASSWORD);
        assertThat(visitor.get("/health/ready").json().getJsonArray("checks")).isNotEmpty();
    }

    @Test
    void aPersonIsLedToTheLoginAndBack() {
        WebServer.Answer led = visitor.open("/snapshots?bucket=a%2Fb&q=x");
        assertThat(led.status()).isEqualTo(303);
        assertThat(led.header("Location")).isEqualTo("/login?next=%2Fsnapshots%3Fbucket%3Da%252Fb%26q%3Dx");
        WebServer.Answer form = visitor.open(led.header("Location"));
        assertThat(form.status()).isEqualTo(200);
        assertThat(form.body().toString())
                .contains("name=\"next\" value=\"/snapshots?bucket=a%2Fb&amp;q=x\"")
                .contains("autocomplete=\"current-password\"", "autocomplete=\"username\"")
                .doesNotContain("<script", "1.2.3-test", "initial-state");
        WebServer.Answer in = visitor.logIn(PASSWORD, "/snapshots?bucket=a%2Fb&q=x");
        assertThat(in.status()).isEqualTo(303);
        assertThat(in.header("Location")).isEqualTo("/snapshots?bucket=a%2Fb&q=x");
        assertThat(visitor.open("/files").status()).isEqualTo(200);
        assertThat(visitor.open("/login?next=/logs").header("Location")).isEqualTo("/logs");
        assertThat(visitor.open("/").header("Cache-Control")).isEqualTo("no-store");
    }

    @ParameterizedTest
    @ValueSource(strings = {"//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "evil"})
    void nobodyIsLedToAnotherSite(String next) {
        assertThat(visitor.logIn(PASSWORD, next).header("Location")).isEqualTo("/");
        String asked = URLEncoder.encode(next, StandardCharsets.UTF_8);
        assertThat(visitor.open("/login?next=" + asked).header("Location")).isEqualTo("/");
        assertThat(new Visitor(server).open("/login?next=" + asked).body().toString())
                .contains("name=\"next\" value=\"/\"");
    }

    @Test
    void theCookieIsForThisServerAloneAndNoScriptReadsIt() {
        WebServer.Answer in = visitor.logIn(PASSWORD);
        assertThat(in.header("Set-Cookie"))
                .startsWith("hubstorage_%d=".formatted(server.port()))
                .contains("; Path=/", "; HTTPOnly", "; SameSite=Lax")
                .doesNotContain("Secure", "Domain", "Max-Age");
        assertThat(visitor.open("/").body().toString())
                .doesNotContain(visitor.cookie().replaceFirst(".*=", ""));
    }

    @Test
    void aCookieThatSomebodyPlantedIsNeverTakenOver() {
        visitor.headers.put("Cookie", "hubstorage_%d=%s".formatted(server.port(), "x".repeat(43)));
        visitor.logIn(PASSWORD);
        assertThat(visitor.cookie()).doesNotContain("xxx");
        String first = visitor.cookie();
        Visitor again = new Visitor(server);
        again.headers.put("Cookie", first);
        again.logIn(PASSWORD);
        assertThat(again.cookie()).isNotEqualTo(first);
        assertThat(visitor.get("/api/status").status())
                .as("the login before has ended")
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "wrong", "correct horse: battery ", "Correct horse: battery", TOKEN})
    void aWrongPasswordOpensNothing(String wrong) {
        WebServer.Answer answer = visitor.logIn(wrong, "/logs");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.headers().contains("Set-Cookie")).isFalse();
        assertThat(answer.body().toString()).contains("Wrong password.", "role=\"alert\"", "value=\"/logs\"");
        assertThat(visitor.get("/api/status").status()).isEqualTo(401);
    }

    @Test
    void aFormThatIsNoneOpensNothing() {
        for (String type : Set.of("application/json", "multipart/form-data; boundary=x", "text/plain")) {
            WebServer.Answer answer = server.send(
                    HttpMethod.POST,
                    "/login",
                    Map.of("Content-Type", type),
                    Buffer.buffer("{\"password\":\"%s\"}".formatted(PASSWORD)));
            assertThat(answer.status()).as(type).isIn(400, 401);
        }
        WebServer.Answer large = server.send(
                HttpMethod.POST,
                "/login",
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                Buffer.buffer("password=" + "x".repeat(100_000)));
        assertThat(large.status()).isEqualTo(413);
    }

    @Test
    void programsBringThePasswordOrTheTokenWithEachRequest() {
        for (String header : Set.of(basic(PASSWORD), "Bearer " + TOKEN)) {
            assertThat(server.get("/api/status", authorization(header)).status())
                    .as(header)
                    .isEqualTo(200);
            assertThat(server.send(HttpMethod.POST, "/api/backup/run", authorization(header), null)
                            .status())
                    .as("without a page's token")
                    .isEqualTo(202);
            server.rooms.running = false;
        }
        for (String header : Set.of(basic("wrong"), basic(TOKEN), "Bearer " + PASSWORD, "Bearer wrong", "Basic %")) {
            WebServer.Answer refused = server.get("/api/status", authorization(header));
            ApiTest.assertProblem(refused, 401, "");
            // "Basic" would make browsers open a window of their own.
            assertThat(refused.header("WWW-Authenticate")).startsWith("Bearer");
        }
    }

    @Test
    void anUploadWaitsForTheLookAtThePassword() {
        JsonObject config = new JsonObject().put("s3_buckets", new JsonArray().add("photos"));
        WebServer.Answer saved = server.send(
                HttpMethod.PUT,
                "/api/config",
                Map.of("Content-Type", "application/json", "Authorization", basic(PASSWORD)),
                config.toBuffer());
        assertThat(saved.status()).isEqualTo(200);
    }

    @Test
    void whatABrowserChangesMustComeFromAPageOfItsLogin() {
        visitor.logIn(PASSWORD);
        ApiTest.assertProblem(visitor.post("/api/backup/run", null, Map.of()), 403, "X-CSRF-Token");
        ApiTest.assertProblem(
                visitor.post("/api/backup/run", null, Map.of(AuthHandler.PAGE_TOKEN, "x".repeat(43))),
                403,
                "X-CSRF-Token");
        Visitor other = new Visitor(server);
        other.logIn(PASSWORD);
        other.open("/");
        ApiTest.assertProblem(
                visitor.post("/api/backup/run", null, Map.of(AuthHandler.PAGE_TOKEN, other.pageToken())),
                403,
                "Load the page");
        assertThat(server.rooms.starts).isEmpty();
        visitor.open("/");
        assertThat(visitor.post("/api/backup/run", null).status()).isEqualTo(202);
        assertThat(visitor.post("/api/backup/run", null, Map.of("Origin", "http://evil.example"))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void noOtherSiteLogsAnybodyIn() {
        visitor.headers.put("Origin", "http://evil.example");
        assertThat(visitor.logIn(PASSWORD).status()).isEqualTo(403);
        visitor.headers.put("Origin", "null");
        assertThat(visitor.logIn(PASSWORD).status()).isEqualTo(403);
        visitor.headers.put("Origin", "http://127.0.0.1:" + server.port());
        assertThat(visitor.logIn(PASSWORD).status()).isEqualTo(303);
    }

    @Test
    void aNameThatAStrangerPointedHereIsOfNoUseWithoutACookie() {
        assertThat(server.get("/api/status", Map.of("Host", "evil.example")).status())
                .isEqualTo(401);
        visitor.headers.put("Host", "nas.example:8443");
        visitor.logIn(PASSWORD);
        assertThat(visitor.cookie()).startsWith("hubstorage_8443=");
        visitor.open("/");
        assertThat(visitor.post("/api/backup/run", null).status())
                .as("no name has to be allowed where a login protects")
                .isEqualTo(202);
    }

    @ParameterizedTest
    @CsvSource({"/api/status,401", "/health/live,200"})
    void theHeadersOfSecurityAreThereForStrangersToo(String path, int status) {
        WebServer.Answer answer = server.get(path);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Security-Policy")).startsWith("default-src 'none'; script-src 'self'");
        assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
        assertThat(server.get("/login").header("Content-Security-Policy")).contains("form-action 'self'");
    }
}

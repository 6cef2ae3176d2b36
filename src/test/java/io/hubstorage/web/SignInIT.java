package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.testkit.OpenIdProvider;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Signing in by a real browser, behind a real nginx that buffers as it does by default. Needs nginx (Debian: nginx-light). */
final class SignInIT {
    private static final String PATH = "/backups";
    private static final Instant NOW = Instant.parse("2026-11-20T08:00:00Z");
    private static final Pattern BLOCK = Pattern.compile("(?s)```nginx\n(.+?)```");
    private static final String PLAIN = """
        location /backups/ {
            proxy_pass http://127.0.0.1:5002;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
        }
        """;

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @TempDir
    private Path folder;

    @AutoClose
    private final OpenIdProvider provider = OpenIdProvider.start(() -> NOW).asksPeople();

    @AutoClose
    private @Nullable WebServer server;

    @AutoClose
    private @Nullable Nginx nginx;

    private void startWithProvider() throws IOException {
        server = WebServer.start(
                folder,
                Map.of(
                        "HUBSTORAGE_WEB_PASSWORD", "correct horse battery",
                        "HUBSTORAGE_BASE_PATH", PATH,
                        "HUBSTORAGE_TRUSTED_PROXIES", "127.0.0.1",
                        "HUBSTORAGE_OIDC_ISSUER", provider.issuer().toString(),
                        "HUBSTORAGE_OIDC_CLIENT_ID", OpenIdProvider.CLIENT,
                        "HUBSTORAGE_OIDC_CLIENT_SECRET", OpenIdProvider.SECRET,
                        "HUBSTORAGE_OIDC_NAME", "Keycloak",
                        "HUBSTORAGE_OIDC_VIEWERS", "@example.org",
                        "HUBSTORAGE_OIDC_OPERATORS", "group:backup"),
                EventHub.Limits.DEFAULT);
        nginx = Nginx.start(folder, PLAIN.replace("127.0.0.1:5002", "127.0.0.1:" + server().port()));
    }

    private WebServer server() {
        return Objects.requireNonNull(server);
    }

    private Nginx nginx() {
        return Objects.requireNonNull(nginx);
    }

    /** Another site than the provider's, as it will be. */
    private URI address() {
        return URI.create("http://localhost:%d".formatted(nginx().port()));
    }

    private WatchedPage page() {
        return new WatchedPage(BROWSER.chromium(), address());
    }

    private static JsonObject ann() {
        return new JsonObject().put("sub", "a1").put("email", "ann@example.org").put("email_verified", true);
    }

    @Test
    void aViewerSignsInAndSeesTheDashboardLiveButNoSettings() throws IOException {
        startWithProvider();
        provider.signsIn(ann());
        try (WatchedPage page = page()) {
            page.page().navigate(address() + PATH + "/files?bucket=photos");
            page.page().waitForURL("**" + PATH + "/login?next=*");
            page.that("a.provider").hasText("Sign in with Keycloak");
            page.click("a.provider");
            page.page().waitForURL(provider.issuer() + "/authorize*");
            page.click("#yes");
            page.page().waitForURL("**" + PATH + "/files?bucket=photos");

            page.open(PATH + "/");
            page.that("html").hasAttribute("data-role", "viewer");
            page.that("#run-now").isHidden();
            page.that("nav a[href$='/config']").isHidden();
            server().rooms.judge(BusRooms.judged(StatusMessage.State.RUNNING, List.of(), List.of()));
            page.isShown("#hero[data-state=running]");
            page.wasNotReloaded();

            page.forgives("status of 403");
            assertThat(page.page().evaluate("""
                () => fetch('/backups/api/backup/run', {
                  method: 'POST',
                  headers: { 'X-CSRF-Token': document.querySelector('meta[name=page-token]').content },
                }).then((answer) => answer.status)\
                """)).isEqualTo(403);
            assertThat(server().rooms.starts).isEmpty();
            assertThat(page.page().navigate(address() + PATH + "/config").status())
                    .isEqualTo(403);

            page.open(PATH + "/");
            page.click("#logout button");
            page.page().waitForURL("**" + PATH + "/login");
            page.isWithoutComplaint();
        }
    }

    @Test
    void anOperatorStartsWhatTheyMayAndWhoHasNoRoleIsToldSo() throws IOException {
        startWithProvider();
        provider.signsIn(ann().put("groups", new JsonArray().add("backup")));
        try (WatchedPage page = page()) {
            page.page().navigate(address() + PATH + "/login");
            page.click("a.provider");
            page.click("#yes");
            page.isShown("#connection[data-connection=live]");
            page.click("#run-now");
            page.isShown("#stop");
            assertThat(server().rooms.starts).hasSize(1);
            page.isWithoutComplaint();
        }
        provider.signsIn(ann().put("email", "eve@elsewhere.example"));
        try (WatchedPage page = page()) {
            page.forgives("status of 403");
            page.page().navigate(address() + PATH + "/login");
            page.click("a.provider");
            page.click("#yes");
            page.that("#login-problem").containsText("Keycloak knows you as eve@elsewhere.example");
            page.find("#password").fill("correct horse battery");
            page.page().keyboard().press("Enter");
            page.isShown("#connection[data-connection=live]");
            page.that("html").hasAttribute("data-role", "admin");
            page.isWithoutComplaint();
        }
    }

    @Test
    void theLoginWithAProviderFitsEveryScreenAndKeepsNobodyOut() throws IOException {
        startWithProvider();
        provider.signsIn(ann().put("email", "eve@elsewhere.example"));
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : new int[] {390, 1440}) {
                try (WatchedPage page = new WatchedPage(BROWSER.chromium(), address(), width, colours)) {
                    page.forgives("status of 403");
                    page.page().navigate(address() + PATH + "/login");
                    page.looks("%s-%d-%s".formatted("login", width, colours));
                    page.isFit();
                    page.click("a.provider");
                    page.click("#yes");
                    page.isShown("#login-problem");
                    page.looks("%s-%d-%s".formatted("login-refused", width, colours));
                    page.isFit();
                }
            }
        }
    }

    /** With the second block for nginx of docs/login.md, word for word but for the ports, and what stands in for Authelia. */
    @Test
    void whomNginxHasAskedAutheliaAboutIsIn() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            HttpServer authelia = WebServer.await(vertx.createHttpServer()
                    .requestHandler(request -> {
                        boolean in = String.valueOf(request.getHeader("Cookie")).contains("authelia_session=ann");
                        request.response()
                                .setStatusCode(in ? 200 : 401)
                                .putHeader(
                                        in ? "Remote-User" : "Location",
                                        in ? "ann" : "http://127.0.0.1/where-to-log-in")
                                .end();
                    })
                    .listen(0, "127.0.0.1"));
            server = WebServer.start(
                    folder,
                    Map.of(
                            "HUBSTORAGE_TRUSTED_PROXIES", "127.0.0.1",
                            "HUBSTORAGE_PROXY_USER_HEADER", "Remote-User",
                            "HUBSTORAGE_PROXY_GROUPS_HEADER", "Remote-Groups",
                            "HUBSTORAGE_PROXY_VIEWERS", "ann",
                            "HUBSTORAGE_PROXY_ADMINS", "boss,group:admins"),
                    EventHub.Limits.DEFAULT);
            List<String> blocks = BLOCK.matcher(Files.readString(Path.of("docs/login.md")))
                    .results()
                    .map(block -> block.group(1))
                    .toList();
            nginx = Nginx.start(
                    folder,
                    blocks.get(1)
                            .replace("127.0.0.1:5002", "127.0.0.1:" + server().port())
                            .replace("127.0.0.1:9091", "127.0.0.1:" + authelia.actualPort()));
            server().goBy(nginx().port(), "");
            assertThat(server().get("/", Map.of("Remote-User", "boss")).header("Location"))
                    .endsWith("/where-to-log-in");
            Map<String, String> claims =
                    Map.of("Cookie", "authelia_session=ann", "Remote-User", "boss", "Remote-Groups", "admins");
            assertThat(server().get("/api/status", claims).status()).isEqualTo(200);
            assertThat(server().get("/api/tokens", claims).status())
                    .as("not whom the client claims to be")
                    .isEqualTo(403);

            try (WatchedPage page = page()) {
                page.page()
                        .context()
                        .addCookies(List.of(new Cookie("authelia_session", "ann")
                                .setUrl(address().toString())));
                page.open("/");
                page.that("html").hasAttribute("data-role", "viewer");
                page.hasCount("#logout", 0);
                server().rooms.judge(BusRooms.judged(StatusMessage.State.RUNNING, List.of(), List.of()));
                page.isShown("#hero[data-state=running]");
                page.isWithoutComplaint();
            }
        } finally {
            WebServer.await(vertx.close());
        }
    }
}

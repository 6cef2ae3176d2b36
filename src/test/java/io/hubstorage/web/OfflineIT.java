package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.web.sse.EventHub;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a browser that was here before shows while the server is away, and what it has kept for that. Below a path of a proxy. */
final class OfflineIT {
    private static final EventHub.Limits QUICK = new EventHub.Limits(100, 100, 1 << 20, 100, 256 << 10, 200);
    private static final String PASSWORD = "correct horse battery";
    private static final String HOME = "/hub/";
    /** All names of all caches, once a worker is at work. */
    private static final String KEPT = """
        async () => {
          await navigator.serviceWorker.ready;
          const names = await caches.keys();
          const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
          return requests.flat().map(({ url }) => new URL(url).pathname).sort();
        }\
        """;

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @TempDir
    private Path folder;

    private WebServer server;
    private WatchedPage page;

    @BeforeEach
    void start() throws IOException {
        server = serve(0);
        page = new WatchedPage(BROWSER.chromium(), server.address());
        page.page().navigate(address("login"));
        page.find("#password").fill(PASSWORD);
        page.page().keyboard().press("Enter");
        page.isShown("#connection[data-connection=live]");
        page.page().evaluate("async () => { await navigator.serviceWorker.ready; }");
    }

    private WebServer serve(int port) throws IOException {
        return WebServer.start(
                folder,
                Map.of(
                        "HUBSTORAGE_WEB_PASSWORD",
                        PASSWORD,
                        "HUBSTORAGE_BASE_PATH",
                        "/hub",
                        "HUBSTORAGE_WEB_PORT",
                        Integer.toString(port)),
                QUICK);
    }

    @AfterEach
    void stop() {
        page.close();
        server.close();
    }

    private String address(String path) {
        return "http://127.0.0.1:" + server.port() + HOME + path;
    }

    @Test
    void aPageSaysThatTheServerIsAwayAndOpensWhenItIsBack() throws IOException {
        page.forgives("net::ERR_");
        int port = server.port();
        server.close();
        page.page().navigate(address("logs?level=WARN"));
        page.that("h1").hasText("HubStorage does not answer");
        page.that("#host").hasText("127.0.0.1:" + port);
        page.that("#since").hasText(Pattern.compile("(today|yesterday) \\d\\d:\\d\\d \\((just now|.+ ago)\\)"));
        page.that("#next").containsText("Next try in");
        assertIsForEverybody();
        assertThat(page.page().url()).as("what was asked for").endsWith("/hub/logs?level=WARN");
        assertThat(page.page().evaluate("() => fetch('/hub/api/status').then(() => 'an answer', () => 'none')"))
                .as("from where no server is")
                .isEqualTo("none");

        server = serve(port);
        page.isShown("#connection[data-connection=live]");
        assertThat(page.page().url()).endsWith("/hub/logs?level=WARN");
        page.isWithoutComplaint();
    }

    /** Wide and light, and on a phone in the dark. */
    private void assertIsForEverybody() throws IOException {
        AccessibilityCheck check = new AccessibilityCheck();
        assertThat(check.violations(page)).isEmpty();
        page.page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        page.page().setViewportSize(390, 844);
        assertThat(check.violations(page)).isEmpty();
        page.isInItsWindow();
    }

    @Test
    void nothingIsKeptButThatPage() throws IOException {
        for (String path : List.of("", "logs", "config")) {
            page.open(HOME + path);
        }
        Object kept = page.page().evaluate(KEPT);
        assertThat((List<?>) kept)
                .isEqualTo(List.of(
                        "/hub/offline/css/base.css",
                        "/hub/offline/css/offline.css",
                        "/hub/offline/js/clock.js",
                        "/hub/offline/js/dom.js",
                        "/hub/offline/js/format.js",
                        "/hub/offline/js/last-heard.js",
                        "/hub/offline/js/offline.js",
                        "/hub/offline/js/theme.js",
                        "/hub/offline/offline.html"));

        page.click("#logout button");
        page.page().waitForURL("**/hub/login");
        assertThat(page.page().evaluate(KEPT)).isEqualTo(kept);
        page.page().navigate(address("logs"));
        page.isShown("#password");
        page.isWithoutComplaint();
    }

    @Test
    void anUpdateReplacesWhatWasKept() {
        page.page().evaluate("""
            async () => {
              await caches.open('HubStorage / of another below the root');
              await navigator.serviceWorker.register('/hub/service-worker.js?v=2.0.0', { scope: '/hub/' });
            }\
            """);
        page.page().waitForFunction("""
            async () => (await caches.keys()).sort().join() === 'HubStorage / of another below the root,HubStorage /hub/ 2.0.0'\
            """);
        page.isWithoutComplaint();
    }
}

package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.web.sse.EventHub;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The login in a browser, below a path of a proxy: there every link that forgets the path shows. */
final class LoginIT {
    private static final String PASSWORD = "correct horse battery";
    private static final EventHub.Limits QUICK = new EventHub.Limits(100, 100, 1 << 20, 100, 256 << 10, 200);

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @TempDir
    Path folder;

    private WebServer server;
    private URI address;
    private WatchedPage page;

    @BeforeEach
    void start() throws IOException {
        server = WebServer.start(
                folder, Map.of("HUBSTORAGE_WEB_PASSWORD", PASSWORD, "HUBSTORAGE_BASE_PATH", "/hub"), QUICK);
        address = URI.create("http://127.0.0.1:%d/".formatted(server.port()));
        page = new WatchedPage(BROWSER.chromium(), address);
        // The browser itself names every answer that is no success.
        page.forgives("status of 401");
    }

    @AfterEach
    void stop() {
        page.close();
        server.close();
    }

    private void visit(String path) {
        page.page().navigate(address.resolve(path).toString());
    }

    private void logIn(String password) {
        page.find("#password").fill(password);
        page.page().keyboard().press("Enter");
    }

    @Test
    void thePasswordLeadsToWhereOneWanted() {
        visit("/hub/logs?level=WARN");
        page.page().waitForURL("**/hub/login?next=*");
        page.that("#password").isFocused();
        assertThat(page.find("nav").count()).as("it leads nowhere else").isZero();

        logIn(PASSWORD);

        page.page().waitForURL("**/hub/logs?level=WARN");
        page.isShown("#connection[data-connection=live]");
        page.isShown("#logout button");
        assertThat(page.page().evaluate("() => document.cookie"))
                .as("no script reads it")
                .isEqualTo("");
        page.isWithoutComplaint();
    }

    @Test
    void aWrongPasswordIsSaidAndTheNextTryStillLeadsThere() throws IOException {
        visit("/hub/config");
        logIn("wrong password");

        page.that("#login-problem").hasText("Wrong password.");
        page.that("#password").hasAttribute("aria-invalid", "true");
        page.that("#password").hasAttribute("aria-describedby", "login-problem");
        assertThat(page.find("#password").inputValue()).isEmpty();
        assertThat(new AccessibilityCheck().violations(page)).isEmpty();

        logIn(PASSWORD);
        page.page().waitForURL("**/hub/config");
        page.isShown("#connection[data-connection=live]");
        page.isWithoutComplaint();
    }

    @Test
    void afterTooManyItSaysHowLongToWait() {
        page.forgives("status of 429");
        visit("/hub/");
        for (int i = 0; i < 11; i++) {
            logIn("wrong password");
            page.isShown("#login-problem");
        }
        page.that("#login-problem").containsText("Too many tries. Wait 30 s");
        server.now.updateAndGet(now -> now.plus(Duration.ofSeconds(30)));
        logIn(PASSWORD);
        page.isShown("#connection[data-connection=live]");
        page.isWithoutComplaint();
    }

    @Test
    void aPressedButtonWorksAndALogoutEndsIt() {
        visit("/hub/");
        logIn(PASSWORD);
        page.isShown("#connection[data-connection=live]");
        page.click("#run-now");
        page.isShown("#run-panel[data-running=true]");
        page.isShown("#stop");
        assertThat(server.rooms.starts).hasSize(1);
        server.rooms.judge(BusRooms.judged(StatusMessage.State.RUNNING, List.of(), List.of()));
        page.isShown("#hero[data-state=running]");

        page.click("#logout button");
        page.page().waitForURL("**/hub/login");
        page.page().goBack();
        page.page().waitForURL("**/hub/login*");
        page.isShown("#password");
        page.isWithoutComplaint();
    }

    @Test
    void anOpenPageWhoseLoginEndsLeadsToTheLoginAndBack() {
        visit("/hub/logs?level=WARN");
        logIn(PASSWORD);
        page.isShown("#connection[data-connection=live]");

        server.now.updateAndGet(now -> now.plus(Duration.ofDays(31)));

        page.page().waitForURL("**/hub/login?next=%2Flogs%3Flevel%3DWARN");
        logIn(PASSWORD);
        page.page().waitForURL("**/hub/logs?level=WARN");
        page.isShown("#connection[data-connection=live]");
        page.isWithoutComplaint();
    }

    @Test
    void noOtherSiteStartsAnythingInTheNameOfWhoIsLoggedIn() {
        page.forgives("status of 403");
        visit("/hub/");
        logIn(PASSWORD);
        page.isShown("#connection[data-connection=live]");
        assertThat(page.page()
                        .evaluate("() => fetch('/hub/api/backup/run', { method: 'POST' }).then((answer) =>"
                                + " answer.status)"))
                .as("not even our own page without its token")
                .isEqualTo(403);

        Page evil = page.page().context().newPage();
        evil.route(
                "http://evil.test/**",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setContentType("text/html")
                        .setBody("<form method=post action='%shub/api/backup/run'><button>Win</button></form>"
                                .formatted(address))));
        evil.navigate("http://evil.test/");
        Response refused = evil.waitForResponse("**/api/backup/run", () -> evil.click("button"));

        assertThat(refused.status()).isEqualTo(403);
        assertThat(server.rooms.starts).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {390, 1440, 2560})
    void theLoginKeepsNobodyOutAndFitsEveryScreen(int width) throws IOException {
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            try (WatchedPage sized = new WatchedPage(BROWSER.chromium(), address, width, colours)) {
                sized.page().navigate(address.resolve("/hub/login").toString());
                sized.click("summary");
                sized.isFit();
            }
        }
    }

    @Test
    void theNavigationFitsWithItsLogoutOnANarrowScreen() throws IOException {
        try (WatchedPage narrow = new WatchedPage(BROWSER.chromium(), address, 390, ColorScheme.DARK)) {
            narrow.page().navigate(address.resolve("/hub/").toString());
            narrow.find("#password").fill(PASSWORD);
            narrow.click("button[type=submit]");
            narrow.isShown("#connection[data-connection=live]");
            narrow.isShown("#logout button");
            narrow.isFit();
        }
    }
}

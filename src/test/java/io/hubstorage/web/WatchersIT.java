package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.LogLine;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Many open pages of one browser, and what may happen to their connection. The server's heartbeats come every second. */
final class WatchersIT {
    private static final EventHub.Limits LIMITS = new EventHub.Limits(50, 2_000, 2 << 20, 256, 256 << 10, 1_000);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<String> TABS =
            List.of("/", "/", "/", "/logs", "/logs", "/config", "/buckets", "/runs/r1");
    private static final String PAUSED = "#pause[data-paused=true]";

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @TempDir
    private Path folder = Path.of("");

    private @Nullable WebServer server;
    private @Nullable WatchedPage first;

    @BeforeEach
    void start() throws IOException {
        server = WebServer.start(folder, Map.of(), LIMITS);
        first = new WatchedPage(BROWSER.chromium(), address());
    }

    @AfterEach
    void stop() {
        first().close();
        server().close();
        first().isWithoutComplaint();
    }

    @Test
    void eightTabsShareOneConnectionAndAllOfThemLive() {
        List<WatchedPage> tabs = open(TABS);
        assertThat(connections()).isEqualTo(1);

        pause(true);
        log("written for all that read logs");
        for (int i = 0; i < TABS.size(); i++) {
            if (TABS.get(i).equals("/")) {
                tabs.get(i).isShown(PAUSED);
            }
            if (TABS.get(i).equals("/logs")) {
                tabs.get(i).isShown(".line:has-text('written for all that read logs')");
            }
            tabs.get(i).isShown("#connection[data-connection=live]");
            tabs.get(i).wasNotReloaded();
        }
        tabs.subList(1, TABS.size()).forEach(WatchedPage::closeTab);
        pause(false);
        first().isShown("#pause[data-paused=false]");
        assertThat(connections()).isEqualTo(1);
        first().closeTab();
        Awaitility.await().atMost(PATIENCE).until(() -> connections() == 0);
    }

    @Test
    void aTabThatComesLaterBeginsWithTheStateOfThatMoment() {
        first().open("/");
        pause(true);
        first().isShown(PAUSED);
        server().post("/api/backup/run", null);
        server().rooms.progress(7);
        first().isShown("#run-panel[data-running=true]");
        WatchedPage later = first().tab().open("/");
        later.isShown(PAUSED);
        later.isShown("#run-panel[data-running=true]");
        server().rooms.finish(RunResult.SUCCESS);
        later.isShown("#run-panel[data-running=false]");
        assertThat(connections()).isEqualTo(1);
        later.isWithoutComplaint();
    }

    @Test
    void whoGoesFromPageToPageLeavesNoConnectionBehind() {
        WatchedPage other = first().tab().open("/");
        // The snapshot of that run is not there.
        first().forgives("404");
        for (String path : TABS) {
            first().open(path);
        }
        first().page().goBack();
        first().isShown("#connection[data-connection=live]");
        Awaitility.await().atMost(PATIENCE).until(() -> connections() == 1);
        pause(true);
        other.isShown(PAUSED);
        other.isWithoutComplaint();
    }

    @Test
    void openTabsOutliveARestartOfTheServer() throws IOException {
        List<WatchedPage> tabs = open(List.of("/", "/", "/"));
        tabs.forEach(tab -> tab.forgives("net::ERR_"));
        int port = server().port();
        server().close();
        tabs.forEach(tab -> tab.isShown("#connection[data-connection=reconnecting]"));
        tabs.forEach(tab -> tab.isShown("#stale"));

        server = WebServer.start(folder, Map.of("HUBSTORAGE_WEB_PORT", Integer.toString(port)), LIMITS);
        tabs.forEach(tab -> tab.isShown("#connection[data-connection=live]"));
        pause(true);
        for (WatchedPage tab : tabs) {
            tab.isShown(PAUSED);
            tab.that("#stale").isHidden();
            tab.wasNotReloaded();
        }
        assertThat(connections()).isEqualTo(1);
    }

    @Test
    void aStreamThatSilentlyWentStaleIsMadeAnew() {
        try (Relay relay = Relay.to(server().vertx, server().port())) {
            WatchedPage page = new WatchedPage(BROWSER.chromium(), relay.address()).open("/");
            WatchedPage other = page.tab().open("/");
            relay.swallowStreams();
            pause(true);
            page.isShown(PAUSED);
            other.isShown(PAUSED);
            page.isShown("#connection[data-connection=live]");
            page.wasNotReloaded();
            page.close();
            page.isWithoutComplaint();
        }
    }

    @Test
    void aPageWhoseSharedConnectionDiedJoinsAnother() {
        first().page().clock().install();
        first().beginningWith("""
            const Shared = SharedWorker;
            window.ports = [];
            window.SharedWorker = class extends Shared {
              constructor(...all) {
                super(...all);
                window.ports.push(this.port);
              }
            };
            """);
        first().open("/");
        first().page().evaluate("() => { window.ports[0].onmessage = null; }");
        pause(true);
        first().page().clock().fastForward(60_000);
        first().isShown(PAUSED);
        assertThat(first().page().evaluate("() => window.ports.length")).isEqualTo(2);
        assertThat(connections()).isEqualTo(1);
        first().wasNotReloaded();
    }

    @Test
    void withoutSharedWorkersEachTabHasAConnectionOfItsOwn() {
        first().beginningWith("delete window.SharedWorker;");
        List<WatchedPage> tabs = open(List.of("/", "/logs"));
        assertThat(connections()).isEqualTo(2);
        pause(true);
        log("written for all that read logs");
        tabs.getFirst().isShown(PAUSED);
        tabs.getLast().isShown("#log .line:has-text('written for all that read logs')");
        tabs.getLast().closeTab();
        Awaitility.await().atMost(PATIENCE).until(() -> connections() == 1);
    }

    @Test
    void whereTheSharedWorkerCannotStartThePageDoesWithout() {
        first().forgives("404");
        first().beginningWith("""
            const Shared = SharedWorker;
            window.SharedWorker = class extends Shared {
              constructor(address, options) {
                super('/assets/js/nothing.js', options);
              }
            };
            """);
        first().open("/");
        assertThat(connections()).isEqualTo(1);
        pause(true);
        first().isShown(PAUSED);
    }

    private List<WatchedPage> open(List<String> paths) {
        List<WatchedPage> tabs = new ArrayList<>();
        for (String path : paths) {
            tabs.add((tabs.isEmpty() ? first() : first().tab()).open(path));
        }
        return tabs;
    }

    private void pause(boolean paused) {
        assertThat(server().post("/api/scheduler/pause", new JsonObject().put("paused", paused))
                        .status())
                .isEqualTo(200);
    }

    private void log(String text) {
        server().vertx
                .eventBus()
                .publish(Addresses.LOG, BusJson.encode(new LogLine(BusRooms.BEGAN, "INFO", "test", null, text)));
    }

    private double connections() {
        return server().registry.get("hubstorage.sse.connections").gauge().value();
    }

    private URI address() {
        return URI.create("http://127.0.0.1:" + server().port());
    }

    private WebServer server() {
        return Objects.requireNonNull(server, "not started");
    }

    private WatchedPage first() {
        return Objects.requireNonNull(first, "not opened");
    }
}

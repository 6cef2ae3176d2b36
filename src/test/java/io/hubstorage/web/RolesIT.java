package io.hubstorage.web;

import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.AlertMessage;
import io.hubstorage.bus.Bus;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.testkit.Shelf;
import io.hubstorage.web.auth.Role;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a role finds on the pages about who is told and who comes in. */
final class RolesIT {
    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    private static final Instant NOW = Instant.parse("2026-11-20T07:40:00Z");
    private static final String LONG = "Backup of documents-of-the-whole-company-and-its-subsidiaries is 9 h late";

    @AutoClose
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(
                folder, Map.of("HUBSTORAGE_WEB_PASSWORD", "correct-horse-battery"), EventHub.Limits.DEFAULT);
        Bus bus = new Bus(server.vertx);
        bus.answer(Addresses.NOTIFY_ALERTS, _ -> Future.succeededFuture(new AlertMessage.Listing(raised(), 2)));
        bus.answer(Addresses.NOTIFY_DELIVERIES, _ -> Future.succeededFuture(new AlertMessage.Deliveries(sent(), null)));
    }

    private static List<AlertMessage.Raised> raised() {
        return List.of(
                new AlertMessage.Raised(
                        "damage",
                        "critical",
                        "photos",
                        "3 stored files are damaged",
                        NOW,
                        NOW,
                        List.of("team", "phone")),
                new AlertMessage.Raised(
                        "backup_late", "warning", "all", LONG, NOW.minus(Duration.ofHours(9)), NOW, List.of()));
    }

    private static List<AlertMessage.Delivery> sent() {
        AlertMessage.Told damage =
                new AlertMessage.Told("1", "damage", "critical", "raised", "3 stored files are damaged");
        AlertMessage.Told late = new AlertMessage.Told("2", "backup_late", "warning", "raised", LONG);
        return List.of(
                new AlertMessage.Delivery(4, NOW, "team", damage, AlertMessage.Outcome.DELIVERED, 2, "200 ok", null),
                new AlertMessage.Delivery(
                        3,
                        NOW.minusSeconds(60),
                        "phone",
                        damage,
                        AlertMessage.Outcome.FAILED,
                        1,
                        "No answer from https://push.example.org/hooks/c2VydmljZS1hY2NvdW50LWZvci1iYWNrdXBz within 10"
                                + " s",
                        NOW.plusSeconds(600)),
                new AlertMessage.Delivery(
                        2, NOW.minusSeconds(120), "team", late, AlertMessage.Outcome.FOLDED, 0, "", null),
                new AlertMessage.Delivery(
                        1,
                        NOW.minusSeconds(180),
                        "mail",
                        late,
                        AlertMessage.Outcome.GIVEN_UP,
                        5,
                        "550 5.1.1 no such mailbox here",
                        null));
    }

    private WatchedPage open(String path, Role role, int width, ColorScheme colours) {
        return new WatchedPage(BROWSER.chromium(), server, role, width, colours).open(path);
    }

    @ParameterizedTest
    @EnumSource
    void theAlertsAreForAllAndWhatWasSentIsForThoseWhoMaySeeIt(Role role) throws IOException {
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : WatchedPage.widths(colours)) {
                try (WatchedPage page = open("/alerts", role, width, colours)) {
                    page.that("#raised").containsText("3 stored files are damaged");
                    page.hasCount("#deliveries .what", role == Role.VIEWER ? 0 : 4);
                    page.hasCount("main a[href*='/config']", role == Role.ADMIN ? 1 : 0);
                    page.hasCount(".note.failed", 0);
                    page.looks("%s-%d-%s".formatted("alerts-" + role, width, colours));
                    page.isFit();
                }
            }
        }
    }

    @Test
    void aViewerSeesWhatFilesThereWereAndTakesNone() throws IOException {
        Shelf shelf = new Shelf(server.folder.resolve("data"));
        shelf.snapshot("photos", Map.of("a.jpg", "1", "gone.jpg", "1"));
        shelf.snapshot("photos", Map.of("a.jpg", "2"));
        try (WatchedPage page = open("/files?bucket=photos&key=a.jpg", Role.VIEWER, 1440, ColorScheme.LIGHT)) {
            page.isShown("#canvas .row[data-key='gone.jpg'][data-state=removed]");
            page.hasCount("#panel .file-versions li", 2);
            page.that("#panel").containsText("An operator can.");
            for (String kept : List.of("#pin", "#zip", "#restore", "#download", "#copy-path")) {
                page.that(kept + ":visible").hasCount(0);
            }
            page.that("#files :is(.restore-now, .bring-back, .tick, a.compare):visible")
                    .hasCount(0);
            page.find("#rows").focus();
            page.page().keyboard().press("Space");
            page.that("#ticked").isHidden();
            page.isFit();
        }
    }

    @Test
    void anAdminSeesWhoComesInAndWhoDidWhat() throws IOException {
        server.token(Role.VIEWER);
        server.token(Role.OPERATOR);
        server.send(
                HttpMethod.POST,
                "/login",
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                Buffer.buffer("password=wrong"));
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : WatchedPage.widths(colours)) {
                try (WatchedPage page = open("/config#access", Role.ADMIN, width, colours)) {
                    page.find("#token-name").fill("grafana");
                    page.click("#token-form .button");
                    page.isShown("#token-made");
                    page.that("#audit-list li >> nth=0").containsText("grafana");
                    page.looks("%s-%d-%s".formatted("config-admin", width, colours));
                    page.isFit();
                    page.find("#token-list li:has-text('grafana') button").click();
                    page.find("#token-list li:has-text('grafana') button").click();
                    page.hasCount("#token-list li:has-text('grafana')", 0);
                }
            }
        }
    }
}

package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.StatusMessage.Bucket;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.bus.StatusMessage.State;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.web.sse.EventHub;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The public status in a browser that has not logged in; and how it is switched on. */
final class PublicStatusIT {
    /** Where somebody wants to look at the pages: a folder for pictures. */
    private static final String PICTURES = System.getProperty("hubstorage.pictures", "");

    private static final Instant CHECKED = Instant.parse("2026-11-20T06:05:00Z");

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @AutoClose
    private WebServer server;

    private URI address;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("config"));
        Files.writeString(folder.resolve("config/config.json"), """
            {"s3_buckets": ["photos"], "automation": {"time_zone": "Europe/Berlin"},
             "public_status": {"enabled": true, "title": "Backups of the photo club", "buckets": "names",
                               "last_success": true, "next_run": true}}
            """);
        server = WebServer.start(
                folder,
                Map.of("HUBSTORAGE_WEB_PASSWORD", "a long password", "HUBSTORAGE_BASE_PATH", "/hub"),
                EventHub.Limits.DEFAULT);
        address = URI.create("http://127.0.0.1:%d/hub/".formatted(server.port()));
    }

    private static StatusMessage.Current judged(State state) {
        Standing worst = switch (state) {
            case FAILING -> Standing.FAILING;
            case LATE -> Standing.LATE;
            default -> Standing.SAFE;
        };
        return new StatusMessage.Current(
                CHECKED,
                new StatusMessage.Verdict(state, "", "", ""),
                List.of(
                        bucket("photos", Standing.SAFE),
                        bucket("a-bucket-with-quite-a-long-name-as-they-are-where-accounts-have-prefixes", worst),
                        bucket("documents", Standing.SAFE)),
                List.of(),
                List.of(),
                null,
                null);
    }

    private static Bucket bucket(String name, Standing standing) {
        return new Bucket(name, standing, CHECKED, CHECKED, null, null, null);
    }

    @ParameterizedTest
    @EnumSource
    void inEveryStateThePageFitsEveryScreenAndKeepsNobodyOut(State state) throws IOException {
        server.rooms.status = judged(state);
        AccessibilityCheck check = new AccessibilityCheck();
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : new int[] {1440, 390}) {
                try (WatchedPage page = new WatchedPage(BROWSER.chromium(), address, width, colours)) {
                    page.page().navigate(address.resolve("status").toString());
                    page.isShown(".verdict .icon");
                    assertThat(page.page().evaluate("() => document.body.scrollWidth"))
                            .isEqualTo(page.page().evaluate("() => document.body.clientWidth"));
                    assertThat(check.violations(page)).isEmpty();
                    assertThat(page.page().context().cookies()).isEmpty();
                    if (!PICTURES.isEmpty()) {
                        page.page()
                                .screenshot(new Page.ScreenshotOptions()
                                        .setPath(Path.of(
                                                PICTURES,
                                                "%s-%d-%s.png"
                                                        .formatted(state, width, colours)
                                                        .toLowerCase(Locale.ROOT))));
                    }
                }
            }
        }
    }

    @Test
    void theBadgeIsAPicture() {
        server.rooms.status = judged(State.LATE);
        try (WatchedPage page = new WatchedPage(BROWSER.chromium(), address)) {
            page.page().navigate(address.resolve("status/badge.svg").toString());
            assertThat(page.page().title()).isEqualTo("backups: late");
            assertThat(page.page().evaluate("() => document.documentElement.getBoundingClientRect().height"))
                    .isEqualTo(20);
            if (!PICTURES.isEmpty()) {
                page.page()
                        .screenshot(new Page.ScreenshotOptions()
                                .setClip(0, 0, 200, 40)
                                .setPath(Path.of(PICTURES, "badge.png")));
            }
        }
    }

    @Test
    void theFormSwitchesItOff() {
        try (WatchedPage page = new WatchedPage(BROWSER.chromium(), address)) {
            page.page().navigate(address.resolve("login?next=/config").toString());
            page.find("#password").fill("a long password");
            page.page().keyboard().press("Enter");
            // Until its script has run, a tab does nothing.
            page.isShown("[role=tab][aria-selected=true]");
            page.click("#tab-access");
            page.isShown("#section-public");
            page.that("#field-public_status-title").hasValue("Backups of the photo club");
            page.that("#field-public_status-buckets").hasValue("names");
            if (!PICTURES.isEmpty()) {
                page.find("#section-public")
                        .screenshot(new com.microsoft.playwright.Locator.ScreenshotOptions()
                                .setPath(Path.of(PICTURES, "form.png")));
            }
            page.find("#field-public_status-enabled").uncheck();
            page.find("#save").click();
            page.page()
                    .waitForCondition(
                            () -> !server.store.config().publicStatus().enabled());
            assertThat(server.get("/hub/status").status()).isEqualTo(404);
        }
    }
}

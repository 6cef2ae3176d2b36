package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.testkit.Shelf;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The timeline with more snapshots than a page of it shows. */
final class LongTimelineIT {
    private static final int MANY = 70;

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @Test
    void olderSnapshotsComeWhenAskedForAndALinkLeadsToOneThatIsNotShownYet(@TempDir Path home) throws IOException {
        Shelf shelf = new Shelf(home.resolve("data"));
        List<String> oldestFirst = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            oldestFirst.add(shelf.snapshot("photos", Map.of("a", "v" + i)).name());
        }
        try (WebServer server = WebServer.start(home);
                BrowserContext window = BROWSER.chromium().window(1440, 900, ColorScheme.LIGHT)) {
            Page page = window.newPage();
            String address = "http://127.0.0.1:%d/snapshots".formatted(server.port());

            page.navigate(address + "?snapshot=" + oldestFirst.getFirst());
            page.waitForSelector("#certificate:not([hidden])");
            assertThat(page.locator("#lost").isVisible()).isFalse();
            assertThat(page.locator(".moment").count()).isEqualTo(60);
            assertThat(page.locator("#timeline-count").textContent()).isEqualTo("60 of 70");
            page.locator("#older").scrollIntoViewIfNeeded();
            screenshot(page, "before");

            page.locator("#older").click();
            page.waitForCondition(() -> page.locator(".moment").count() == MANY);
            assertThat(page.locator("#older").count()).isZero();
            assertThat(page.locator("[aria-current=true].moment").getAttribute("data-snapshot"))
                    .isEqualTo(oldestFirst.getFirst());
            screenshot(page, "after");

            page.navigate(address + "?snapshot=hublink_19990101000000");
            page.waitForSelector("#lost:not([hidden])");
        }
    }

    private static void screenshot(Page page, String name) {
        String folder = System.getProperty("hubstorage.screenshots");
        if (folder != null) {
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of(folder, name + ".png")));
        }
    }
}

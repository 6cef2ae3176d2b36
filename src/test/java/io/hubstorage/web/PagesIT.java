package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.HubProcessExtension;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every page: for whoever reads it, on whatever screen. One server and one browser for all of it. */
final class PagesIT {
    private static final int NARROW = 390;
    private static final int USUAL = 1440;
    private static final int VERY_WIDE = 2560;
    /** Texts beyond the edge of the window, but for those that one can scroll to where they are, or that are hidden. */
    private static final String CUT_OFF = """
        () => {
          const beyond = (element) => {
            const { left, right, width } = element.getBoundingClientRect();
            return width > 1 && (right > innerWidth + 1 || left < -1);
          };
          const scrolls = (element) => element && (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
          const texts = [...document.querySelectorAll('body *')].filter((element) =>
            [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== ''));
          return texts.filter((element) => element.checkVisibility() && !element.closest('.skip, [hidden]') && beyond(element) && !scrolls(element))
            .map((element) => element.outerHTML.slice(0, 200));
        }\
        """;

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @RegisterExtension
    static final HubProcessExtension HUB = new HubProcessExtension();

    private static String run = "";

    @BeforeAll
    static void prepare() {
        HUB.s3().createBucket("documents");
        for (int i = 0; i < 20; i++) {
            HUB.s3().put("documents", "minutes/%03d.%s".formatted(i, i % 2 == 0 ? "txt" : "tmp"), new byte[2_000 + i]);
        }
        // One bucket that is not there: the pages have a failure to show.
        HubProcess process = HUB.serve(new JsonObject()
                .put("s3_buckets", new JsonArray().add("documents").add("not-there"))
                .put("automation", new JsonObject().put("interval_hours", 6).put("max_retries", 0)));
        Awaitility.await().until(() -> ended(process), Objects::nonNull);
        run = Objects.requireNonNull(ended(process));
    }

    private static @Nullable String ended(HubProcess process) {
        JsonObject last = process.json("/api/backup/last").getJsonObject("last");
        return last == null || last.getString("finished_at") == null ? null : last.getString("run_id");
    }

    private static WatchedPage open(String path, int width, ColorScheme colours) {
        WatchedPage page =
                new WatchedPage(BROWSER.chromium(), HUB.address(), width, colours).open(path.replace("{run}", run));
        page.settle();
        return page;
    }

    private static Stream<String> pages() {
        return Stream.of(
                "/",
                "/buckets",
                "/buckets/documents",
                "/files",
                "/files?bucket=documents&path=minutes/&key=minutes/000.txt",
                "/files?q=minutes",
                "/restore",
                "/activity",
                "/runs/{run}",
                "/runs/{run}/certificate",
                "/logs",
                "/alerts",
                "/storage",
                "/config",
                "/setup",
                "/nowhere");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void nobodyIsKeptOutOfAPageOnAnyScreen(String path) throws IOException {
        AccessibilityCheck check = new AccessibilityCheck();
        try (WatchedPage page = new WatchedPage(BROWSER.chromium(), HUB.address(), USUAL, ColorScheme.LIGHT)) {
            if (path.equals("/nowhere")) {
                page.forgives("status of 404");
                page.page().navigate(HUB.address().resolve(path).toString());
            } else {
                page.open(path.replace("{run}", run)).settle();
            }
            assertThat(check.violations(page)).as("%s, light", path).isEmpty();
            assertFits(page);
            assertThat(brightness(page, "backgroundColor")).isGreaterThan(220);
            page.page().setViewportSize(VERY_WIDE, 900);
            assertFits(page);

            page.page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
            page.page().setViewportSize(USUAL / 2, 450);
            assertFits(page);
            page.page().setViewportSize(NARROW, 844);
            page.settle();
            assertFits(page);
            assertThat(check.violations(page)).as("%s, dark and narrow", path).isEmpty();
            assertThat(brightness(page, "backgroundColor")).isLessThan(40);
            assertThat(brightness(page, "color")).isGreaterThan(180);
            page.isWithoutComplaint();
        }
    }

    /** Nothing has to be scrolled to the side, and no text is cut off by the edge. A window of half the width is one at 200 % zoom. */
    private static void assertFits(WatchedPage page) {
        // What is drawn for a width hears of another one with the next frame.
        page.page().evaluate("() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))");
        Object width = page.page().evaluate("() => window.innerWidth");
        page.isInItsWindow();
        assertThat((List<?>) page.page().evaluate(CUT_OFF))
                .as("%s at %s pixels", page.page().url(), width)
                .isEmpty();
    }

    private static double brightness(WatchedPage page, String property) {
        return ((Number) page.page().evaluate("""
            (property) => {
              const [r, g, b] = getComputedStyle(document.body)[property].match(/[0-9.]+/g).map(Number);
              return 0.3 * r + 0.6 * g + 0.1 * b;
            }\
            """, property)).doubleValue();
    }

    @Test
    void withReducedMotionNothingMoves() {
        try (WatchedPage page = open("/", USUAL, ColorScheme.LIGHT)) {
            page.page()
                    .emulateMedia(new Page.EmulateMediaOptions()
                            .setReducedMotion(com.microsoft.playwright.options.ReducedMotion.REDUCE));
            assertThat(page.page().evaluate("""
                () => [...document.querySelectorAll('*')]
                  .filter((element) => getComputedStyle(element).animationName !== 'none').length\
                """)).isEqualTo(0);
        }
    }

    @Test
    void theKeyboardLeadsFromTheHeartbeatToTheRun() {
        try (WatchedPage page = open("/", USUAL, ColorScheme.LIGHT)) {
            page.find(".bucket[data-bucket=not-there] .beat[data-run-id]")
                    .last()
                    .focus();
            page.that("#tip").containsText("Failed");
            page.page().keyboard().press("Enter");
            page.page().waitForURL("**/runs/" + run);
            page.that("#no_such_bucket").containsText("not-there");
            page.that("#run-heading").containsText("Backup of");
        }
    }

    @Test
    void anAccountIsAddedGivenABucketAndTakenAwayAgain() throws IOException {
        try (WatchedPage page = open("/config", USUAL, ColorScheme.LIGHT)) {
            page.click("#field-accounts-add");
            page.find("#field-accounts-0-name").fill("my-nas");
            page.that("#field-accounts .locked >> nth=0").containsText("Changed by MY_NAS_AWS_ENDPOINT_URL in .env");
            page.find("#field-accounts-0-region").fill("a b");
            page.that("[data-path=accounts] .problem")
                    .containsText("my-nas: \"a b\" isn't a valid region: use a region");
            page.find("#field-accounts-0-region").fill("eu-1");
            page.that("[data-path=accounts] .problem").hasCount(0);
            page.find("#add-account").selectOption("my-nas");
            page.find("#add-name").fill("documents");
            page.click("#add-bucket");
            page.isShown("[data-bucket='documents@my-nas'] input:checked");
            assertThat(new AccessibilityCheck().violations(page)).isEmpty();
            save(page);
            assertThat(config().getJsonArray("s3_buckets").getJsonObject(2))
                    .isEqualTo(JsonObject.of("name", "documents", "account", "my-nas"));
            page.that("#diagnosis").containsText("Account my-nas");
            page.that("#diagnosis").containsText("set both MY_NAS_AWS_ACCESS_KEY_ID and MY_NAS_AWS_SECRET_ACCESS_KEY");

            page.click("#field-accounts button[aria-label='Remove account 1']");
            page.that("[data-path=s3_buckets] .problem").containsText("documents: \"my-nas\" isn't a valid account");
            page.find("[data-bucket='documents@my-nas'] > label input").uncheck();
            save(page);
            assertThat(config().getJsonObject("accounts")).isEqualTo(new JsonObject());
            page.isWithoutComplaint();
        }
    }

    private static void save(WatchedPage page) {
        page.click("#save");
        page.that("#savebar").isHidden();
    }

    private static JsonObject config() {
        return HUB.hub().json("/api/config").getJsonObject("config");
    }

    @Test
    void patternsAreTriedOnRealKeysBeforeTheyAreSaved() throws IOException {
        try (WatchedPage page = open("/config#filters", USUAL, ColorScheme.LIGHT)) {
            page.click("[data-path='sync_options.exclude_patterns'] button:has-text('Add pattern')");
            page.find("#field-sync_options-exclude_patterns input").fill("*.tmp");
            page.click("#tester-run");
            page.that("#tester-result").containsText("matches 10 keys");
            page.that("#tester-result .keys >> nth=0").containsText("minutes/001.tmp");
            page.click("#show-changes");
            page.isShown("#drawer[open]");
            assertThat(new AccessibilityCheck().violations(page)).isEmpty();
            page.page().keyboard().press("Escape");
            page.find("#field-sync_options-exclude_patterns input").fill("*.gif");
            page.that("#tester-result").containsText("doesn't match any file");
            page.isWithoutComplaint();
        }
    }
}

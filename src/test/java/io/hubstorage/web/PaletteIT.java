package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.StatusMessage.State;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.testkit.Shelf;
import io.hubstorage.web.auth.Role;
import io.hubstorage.web.sse.EventHub;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The header of every page: the palette and the theme. One server, below a path, for all of it. */
final class PaletteIT {
    private static final String BASE = "/backups";
    private static final String HOSTILE =
            "\"><img src=x onerror=window.owned=1>'<script>window.owned=1</script>${7*7}\u202egnp";

    /** Whether the chart has pixels of about that colour. */
    private static final String IS_DRAWN_IN = """
        (colour) => {
          const canvas = document.querySelector('.chart canvas');
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3] > 20 && colour.every((part, k) => Math.abs(data[i + k] - part) < 8)) return true;
          }
          return false;
        }\
        """;

    @TempDir
    private static Path folder = Path.of("");

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    private static @Nullable WebServer server;

    @BeforeAll
    static void prepare() throws IOException {
        Shelf shelf = new Shelf(folder.resolve("data"));
        for (int i = 0; i < 5; i++) {
            shelf.snapshot("photos", Map.of("a", "v" + i));
        }
        WebServer started = WebServer.start(
                folder,
                Map.of("HUBSTORAGE_WEB_PASSWORD", "correct-horse-battery", "HUBSTORAGE_BASE_PATH", BASE),
                EventHub.Limits.DEFAULT);
        server = started;
        StatusMessage.Current judged = BusRooms.judged(State.SAFE, List.of(), List.of());
        StatusMessage.Bucket safe = judged.buckets().getFirst();
        started.rooms.status = new StatusMessage.Current(
                judged.at(),
                judged.verdict(),
                Stream.of("photos", HOSTILE)
                        .map(name -> new StatusMessage.Bucket(
                                name,
                                safe.state(),
                                safe.lastSuccess(),
                                safe.checked(),
                                safe.snapshot(),
                                safe.held(),
                                null))
                        .toList(),
                List.of(),
                List.of(),
                judged.freeBytes(),
                null);
    }

    @AfterAll
    static void tidyUp() {
        if (server != null) {
            server.close();
        }
    }

    private static WatchedPage window(Role role, int width, ColorScheme colours) {
        return new WatchedPage(BROWSER.chromium(), server(), role, width, colours);
    }

    private static WatchedPage open(String path, Role role) {
        return window(role, 1440, ColorScheme.LIGHT).open(BASE + path);
    }

    private static void press(WatchedPage page, String... keys) {
        for (String key : keys) {
            page.page().keyboard().press(key);
        }
    }

    /** Opens it by the keyboard and waits for what the server knows. */
    private static void palette(WatchedPage page, String typed) {
        press(page, "Control+k");
        page.that("#palette input").isFocused();
        page.find("#palette input").fill("hublink_");
        page.hasCount("#palette .kind:text-is('Snapshot')", 5);
        page.find("#palette input").fill(typed);
    }

    @Test
    void theKeyboardAloneLeadsToWhateverHasAName() {
        try (WatchedPage page = open("/buckets", Role.ADMIN)) {
            palette(page, "");
            press(page, "ArrowUp", "ArrowDown");
            page.that("#palette [aria-selected=true]").containsText("Run now");
            page.that("#palette input").hasAttribute("aria-activedescendant", "palette-0");
            page.find("#palette input").fill("files");
            page.that("#palette [aria-selected=true]").containsText("Files");
            press(page, "Enter");
            page.page().waitForURL("**" + BASE + "/files**");

            page.isShown("#rows:not([aria-busy])");
            palette(page, "1 nov 2026 02");
            press(page, "Enter");
            page.page().waitForURL("**/files?at=hublink_20261101020000*");
            page.isShown("#rows:not([aria-busy])");

            palette(page, "phot");
            page.that("#palette [aria-selected=true]").containsText("Bucket");
            press(page, "Enter");
            page.page().waitForURL("**" + BASE + "/buckets/photos");
            page.that("h1").containsText("photos");

            palette(page, "invoice 7");
            page.that("#palette [aria-selected=true]").containsText("Find “invoice 7” in the files of all snapshots");
            press(page, "Enter");
            page.page().waitForURL("**" + BASE + "/files?q=invoice+7");
            page.that("#found-title").containsText("invoice 7");
            page.isWithoutComplaint();

            // Its snapshot is not there, which the browser notes down.
            palette(page, "run 20 nov");
            press(page, "Enter");
            page.page().waitForURL("**" + BASE + "/runs/r1");
            page.isShown("#run-result");
        }
    }

    @Test
    void anActionLeadsToItsButtonAndDoesNothingByItself() {
        try (WatchedPage page = open("/buckets", Role.OPERATOR)) {
            palette(page, "run now");
            press(page, "Enter");
            page.page().waitForURL("**" + BASE + "/**");
            page.that("#run-now").isFocused();
            palette(page, "pause");
            press(page, "Enter");
            page.that("#pause").isFocused();
            page.that("#palette").isHidden();
            page.addressHasNo("#");
            // Two of the rooms that the page asks are not there.
            page.forgives("503");
            palette(page, "verify");
            press(page, "Enter");
            page.page().waitForURL("**" + BASE + "/storage");
            page.that("#prove").isFocused();
            palette(page, "restore");
            page.that("#palette [aria-selected=true]").hasAttribute("href", BASE + "/restore");
            assertThat(server().rooms.starts).isEmpty();
            page.isWithoutComplaint();
        }
    }

    @Test
    void theFocusStaysInsideWhileItIsOpenAndIsGivenBack() {
        try (WatchedPage page = open("/", Role.ADMIN)) {
            page.find("#dry-run").focus();
            palette(page, "");
            press(page, "Tab");
            page.that("#palette button").isFocused();
            press(page, "Tab");
            page.that("#palette input").isFocused();
            press(page, "Shift+Tab", "Shift+Tab");
            page.that("#palette input").isFocused();
            press(page, "Escape");
            page.that("#palette").isHidden();
            page.that("#dry-run").isFocused();
            press(page, "Control+k");
            page.isShown("#palette");
            press(page, "Control+k");
            page.that("#palette").isHidden();
            page.that("#dry-run").isFocused();
            page.click("#palette-button");
            page.isShown("#palette");
            page.page().mouse().click(20, 800);
            page.that("#palette").isHidden();
            page.page().evaluate("() => document.getElementById('stop-dialog').showModal()");
            press(page, "Control+k");
            page.that("#palette").isHidden();
            page.isWithoutComplaint();
        }
    }

    @Test
    void whoOnlyLooksIsOfferedNothingThatHeMayNotDo() {
        try (WatchedPage page = open("/", Role.VIEWER)) {
            palette(page, "");
            page.hasCount("#palette .kind:text-is('Action')", 0);
            page.hasCount("#palette .kind:text-is('Page')", 8);
            for (String word :
                    List.of("run now", "pause", "logs", "configuration", "set-up", "restore", "verify files")) {
                page.find("#palette input").fill(word);
                page.hasCount(
                        "#palette a[href*='#'], #palette a[href$='/restore'], #palette a[href$='/logs'],"
                                + " #palette a[href$='/config'], #palette a[href$='/setup']",
                        0);
                page.hasCount("#palette a[role=option]:not(:visible)", 0);
            }
            page.isWithoutComplaint();
        }
        try (WatchedPage page = open("/", Role.OPERATOR)) {
            palette(page, "");
            page.hasCount("#palette .kind:text-is('Action')", 6);
            page.hasCount("#palette a[href$='/logs']", 1);
            page.hasCount("#palette a[href$='/config']", 1);
            page.hasCount("#palette a[href$='/setup']", 0);
        }
    }

    @Test
    void aNameIsShownAsTextWhateverItIs() {
        try (WatchedPage page = open("/", Role.ADMIN)) {
            palette(page, "<script>window");
            page.that("#palette [aria-selected=true] .name").hasText(HOSTILE.replace("\u202e", "\\u202e"));
            press(page, "Enter");
            page.page().waitForURL("**" + BASE + "/buckets/**");
            page.that("h1").containsText("<script>window");
            palette(page, "<img src=x onerror=window.owned=1>");
            page.that("#palette [role=option] >> nth=-1").containsText("“<img src=x onerror=window.owned=1>”");
            page.hasCount("#palette img, #palette script", 0);
            assertThat(page.page().evaluate("() => window.owned === undefined")).isEqualTo(true);
        }
    }

    @Test
    void anErrorPageHasItToo() {
        try (WatchedPage page = window(Role.ADMIN, 1440, ColorScheme.LIGHT)) {
            page.forgives("404");
            page.page().navigate(server().address() + BASE + "/nowhere");
            palette(page, "r1");
            page.that("#palette [aria-selected=true]").hasAttribute("href", BASE + "/runs/r1");
            page.isWithoutComplaint();
        }
    }

    @Test
    void aThemeIsChosenStaysAndHoldsBeforeAnythingIsDrawn() {
        try (WatchedPage page = open("/", Role.VIEWER)) {
            page.that("#theme").hasAttribute("aria-label", "Theme: System. Switch to Light");
            page.page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
            assertThat(background(page)).isEqualTo("rgb(13, 16, 19)");
            page.find("#theme").focus();
            press(page, "Enter");
            assertThat(background(page)).isEqualTo("rgb(246, 247, 249)");
            page.that("#theme").hasAttribute("aria-label", "Theme: Light. Switch to Dark");
            page.page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
            press(page, "Enter");
            page.that("#theme").hasAttribute("aria-label", "Theme: Dark. Switch to System");
            WatchedPage other = page.tab().beginningWith("""
                addEventListener('DOMContentLoaded', () => {
                  window.atFirst = getComputedStyle(document.body).backgroundColor;
                });\
                """).open(BASE + "/buckets");
            assertThat(other.page().evaluate("() => window.atFirst")).isEqualTo("rgb(13, 16, 19)");
            assertThat(other.find("meta[name=theme-color]").first().getAttribute("content"))
                    .isEqualTo("#14181d");
            // Other tabs follow.
            press(page, "Enter");
            other.that("html:not([data-theme])").hasCount(1);
            assertThat(background(other)).isEqualTo("rgb(246, 247, 249)");
            other.isWithoutComplaint();
            page.isWithoutComplaint();
        }
    }

    private static Object background(WatchedPage page) {
        return page.page().evaluate("() => getComputedStyle(document.body).backgroundColor");
    }

    @Test
    void theChartOfARunFollowsTheTheme() {
        server().rooms.running = true;
        try (WatchedPage page = open("/", Role.VIEWER)) {
            // Of how this test looks at it.
            page.forgives("willReadFrequently");
            for (int i = 1; i <= 5; i++) {
                server().rooms.progress(i);
            }
            page.isShown("#run-panel[data-running=true] .chart canvas");
            page.page().waitForFunction(IS_DRAWN_IN, List.of(28, 95, 209));
            page.page().waitForFunction(IS_DRAWN_IN, List.of(225, 229, 234));
            page.click("#theme");
            page.click("#theme");
            page.page().waitForFunction(IS_DRAWN_IN, List.of(122, 174, 255));
            page.page().waitForFunction(IS_DRAWN_IN, List.of(37, 43, 51));
            page.isWithoutComplaint();
        } finally {
            server().rooms.running = false;
        }
    }

    @Test
    void nobodyIsKeptOutOfIt() throws IOException {
        AccessibilityCheck check = new AccessibilityCheck();
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : new int[] {390, 1440}) {
                // Against the system's, so that it is the choice that is looked at.
                ColorScheme other = colours == ColorScheme.LIGHT ? ColorScheme.DARK : ColorScheme.LIGHT;
                String theme = colours == ColorScheme.LIGHT ? "Light" : "Dark";
                try (WatchedPage page = window(Role.ADMIN, width, other)
                        .beginningWith("localStorage.setItem('hubstorage.theme', '" + theme + "')")
                        .open(BASE + "/")) {
                    page.page().waitForCondition(() -> !page.find("#run-now").isDisabled());
                    page.looks("header-" + width + "-" + theme);
                    palette(page, "");
                    page.looks("palette-" + width + "-" + theme);
                    assertThat(check.violations(page)).isEmpty();
                    page.find("#palette input").fill("a");
                    page.looks("palette-a-" + width + "-" + theme);
                    page.isInItsWindow();
                    if (width == 390) {
                        assertThat(page.find("#palette").boundingBox().width)
                                .isEqualTo(((Number) page.page().evaluate("() => document.body.clientWidth"))
                                        .doubleValue());
                    }
                    page.isWithoutComplaint();
                }
            }
        }
    }

    private static WebServer server() {
        return Objects.requireNonNull(server, "not started");
    }
}

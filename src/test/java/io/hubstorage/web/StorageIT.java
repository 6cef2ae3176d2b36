package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RetentionMessage;
import io.hubstorage.bus.WorkersMessage;
import io.hubstorage.config.HubConfig.Keep;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.testkit.Shelf;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page Storage in all states: what the real rules say of a thousand snapshots, before rooms that answer on the bus. */
final class StorageIT {
    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @TempDir
    Path home;

    @AutoClose
    private WebServer server;

    private StorageRooms rooms;

    @BeforeEach
    void start() throws IOException {
        server = WebServer.start(home);
        rooms = new StorageRooms(server);
    }

    private WatchedPage open(String path, int width, ColorScheme colours) {
        return new WatchedPage(BROWSER.chromium(), server.address(), width, colours).open(path);
    }

    @ParameterizedTest
    @EnumSource
    void inEveryStateThePageFitsEveryScreenAndKeepsNobodyOut(StorageRooms.Standing standing) throws IOException {
        rooms.stand(standing);
        AccessibilityCheck check = new AccessibilityCheck();
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : WatchedPage.widths(colours)) {
                try (WatchedPage page = open("/storage", width, colours)) {
                    page.isShown("#kept > :first-child");
                    page.isShown("#frees");
                    page.isShown("#damaged > :first-child");
                    page.isShown(".disk-free");
                    if (standing == StorageRooms.Standing.BUSY) {
                        isShownWhileItIsTold(page);
                    }
                    page.isInItsWindow();
                    page.looks("storage-%s-%d-%s".formatted(standing, width, colours));
                    if (standing == StorageRooms.Standing.IDLE || standing == StorageRooms.Standing.FAILING) {
                        assertThat(check.violations(page)).isEmpty();
                    }
                    page.isWithoutComplaint();
                }
            }
        }
    }

    /** Again and again, as a job does: what is told before the page listens it never hears. */
    private void isShownWhileItIsTold(WatchedPage page) {
        JsonObject progress = BusJson.encode(StorageRooms.removing());
        long timer = server.vertx.setPeriodic(
                0, 100, _ -> server.vertx.eventBus().publish(JobKind.RETENTION.progress(), progress));
        try {
            page.isShown(".removing progress");
        } finally {
            server.vertx.cancelTimer(timer);
        }
    }

    @Test
    void aThousandSnapshotsAreACalendarThatSaysOfEachDayWhatStaysAndWhy() {
        rooms.preview(StorageRooms.RULES, StorageRooms.MANY, null);
        try (WatchedPage page = open("/storage", 1440, ColorScheme.LIGHT)) {
            page.isShown("#kept .months");
            int staying = (int) rooms.preview().verdicts().stream()
                    .filter(RetentionMessage.Verdict::stays)
                    .count();
            int going = StorageRooms.MANY - staying;
            page.that("#frees").containsText("Keeps %d snapshots, frees".formatted(staying));
            page.hasCount("#kept .month", 9);
            page.hasCount("#kept .dots .mark", StorageRooms.MANY);
            page.hasCount("#kept .dots .mark[data-kind=goes]", going);
            page.that("[data-day='2026-11-20']")
                    .hasAttribute(
                            "aria-label",
                            Pattern.compile(
                                    "Friday,? 20 November 2026, 2 snapshots: 1 stays, 1 goes\\. 00:00 goes; 06:00"
                                            + " .*daily 1 of 14.*"));

            Locator pinned = page.find("[data-day='2026-8-12']");
            pinned.hover();
            page.that("#tip").containsText("pinned");
            pinned.click();
            page.that(".opened .day-list li").hasCount(4);
            page.that("[data-snapshot=%s] .chip".formatted(StorageRooms.PINNED)).containsText("Pinned");

            page.looks("storage-day");

            // One stop of the Tab key, and from there by the arrows.
            page.hasCount("#kept .day[tabindex='0']", 1);
            page.find(".day[tabindex='0']").focus();
            page.page().keyboard().press("End");
            page.page().keyboard().press("ArrowLeft");
            page.that("[data-day='2026-11-19']").isFocused();
            page.that("#tip").containsText("19 November 2026");
            page.page().keyboard().press("Escape");
            page.that("#tip").isHidden();
            page.page().keyboard().press("ArrowDown");
            page.that("[data-day='2026-10-19']").isFocused();
            page.page().keyboard().press("Enter");
            page.that(".opened h4").containsText("19 October 2026");
            page.that("#tip").isHidden();
            page.isWithoutComplaint();
        }
    }

    private static WorkersMessage.Listing missingWorkers() {
        return new WorkersMessage.Listing(
                true,
                List.of(
                        new WorkersMessage.Worker(
                                Addresses.LOCAL_WORKER, true, BusRooms.BEGAN, BusRooms.ENDED, 3, 50_000_000),
                        new WorkersMessage.Worker("rack-2", false, BusRooms.BEGAN, BusRooms.ENDED, 2, 40_000_000),
                        BusRooms.missing("rack-3", null),
                        BusRooms.missing(
                                "rack-4",
                                "it is HubStorage 1.2.2, and the service is 1.2.3. Run the same version everywhere.")));
    }

    @Test
    void whoCopiesIsShownWhereOthersCouldJoin() {
        rooms.preview(StorageRooms.RULES, 20, null);
        try (WatchedPage page = open("/storage", 1440, ColorScheme.LIGHT)) {
            page.hasCount("#workers li", 3);
            page.that("#workers header").containsText("1 worker and the service");
            page.that("#workers li:nth-child(1) .chip").hasText("Lost");
            page.that("#workers li:nth-child(2)").containsText("This service");
            page.that("#workers li:nth-child(3)").containsText("2 parts of buckets");
            page.looks("storage-workers");
        }
        server.rooms.workers = missingWorkers();
        try (WatchedPage page = open("/storage#workers", 390, ColorScheme.DARK)) {
            page.that("#workers").isInViewport();
            page.that("#workers header").containsText("1 worker and the service");
            page.that("#workers [data-state=refused]").containsText("It is HubStorage 1.2.2");
            page.that("#workers [data-state=refused] .forget").isHidden();
            page.looks("storage-workers-missing");
            page.click("#workers [data-state=lost] .forget");
            page.that(".toast").containsText("Forgotten");
            page.hasCount("#workers [data-state=lost]", 0);
            page.hasCount("#workers li", 3);
            page.isWithoutComplaint();
        }
        server.rooms.workers =
                new WorkersMessage.Listing(false, server.rooms.workers.workers().subList(0, 1));
        try (WatchedPage page = open("/storage", 390, ColorScheme.DARK)) {
            page.isShown("#kept .months");
            page.that("#workers").isHidden();
        }
    }

    @Test
    void asAListEachSnapshotCanBePinnedAndRemovedAndTheAddressSaysSo() throws IOException {
        Shelf shelf = new Shelf(server.store.dataPath());
        String removable = shelf.snapshot("photos", Map.of("a", "1")).name();
        String kept = shelf.snapshot("photos", Map.of("a", "1")).name();
        try (WatchedPage page = open("/storage?show=list", 1440, ColorScheme.LIGHT)) {
            page.hasCount("#all > li[data-snapshot]", 2);
            page.that("#kept").isHidden();
            page.looks("storage-list");
            page.click("[data-snapshot=%s] .pin".formatted(kept));
            page.that("[data-snapshot=%s] .pin".formatted(kept)).hasAttribute("aria-pressed", "true");
            page.click("[data-snapshot=%s] .remove".formatted(removable));
            page.that("#sure-words").containsText("which frees 1.00 GiB");
            page.click("#sure-yes");
            page.isShown(".toast");
            assertThat(rooms.started)
                    .singleElement()
                    .satisfies(start -> assertThat(start.snapshot()).isEqualTo(removable));
            page.click("#as-calendar");
            page.isShown("#kept .months");
            page.addressHasNo("show");
            page.isWithoutComplaint();
        }
    }

    @Test
    void whatIsConfirmedIsWhatWasAskedAboutThoughMoreGoesMeanwhile() {
        rooms.preview(StorageRooms.RULES, 200, null);
        String asked = rooms.preview().digest();
        try (WatchedPage page = open("/storage", 1440, ColorScheme.LIGHT)) {
            page.isShown("#kept .months");
            page.click("#start");
            page.that("#sure-title").containsText("Remove ");
            rooms.preview(new Keep(0, 0, 2, 0, 0, 0, null), 200, null);
            String words = String.valueOf(page.find("#frees").textContent());
            server.vertx.eventBus().publish(JobKind.RETENTION.finished(), BusJson.encode(StorageRooms.removed()));
            page.that("#frees").not().hasText(words);

            page.click("#sure-yes");
            page.isShown(".toast");

            assertThat(rooms.started).singleElement().isNotNull();
            assertThat(rooms.started.getFirst().digest())
                    .isEqualTo(asked)
                    .isNotEqualTo(rooms.preview().digest());
        }
    }

    @Test
    void whileItIsCountedWhatWouldBeFreedNobodyLosesTheirPlace() {
        rooms.preview(StorageRooms.RULES, 200, null);
        rooms.counting(true);
        try (WatchedPage page = open("/storage", 1440, ColorScheme.LIGHT)) {
            page.that("#frees").containsText("counting what it frees");
            page.find("#start").focus();
            page.page().evaluate("() => { window.placed = document.activeElement; }");
            rooms.counting(false);
            page.that("#frees").containsText("frees ");

            page.that("#start").isFocused();
            assertThat(page.page().evaluate("() => window.placed === document.activeElement"))
                    .isEqualTo(true);
            page.isWithoutComplaint();
        }
    }

    @Test
    void whatCannotBeLookedAtIsSaidAndCanBeTriedAgain() {
        rooms.broken = "The disk is not there.";
        rooms.preview(StorageRooms.RULES, 10, null);
        try (WatchedPage page = open("/storage", 1440, ColorScheme.LIGHT)) {
            page.forgives("409");
            page.that("#notices").containsText("The disk is not there.");
            rooms.broken = null;
            page.click("#notices button");
            page.isShown("#kept .months");
            page.hasCount("#notices > *", 0);
        }
    }

    @Test
    void eachPositionOfTheSliderIsTriedAndOneIsSaved() {
        server.rooms.space = StorageRooms.roomy();
        try (WatchedPage page = open("/storage", 1440, ColorScheme.LIGHT)) {
            page.that("#frees").containsText("full about ");
            page.hasCount("#kept .dots .mark[data-kind=goes]", 200 - staying(StorageRooms.RULES));
            page.that("#policy-slider").hasValue("2");
            page.find("#policy-slider").focus();
            page.page().keyboard().press("ArrowLeft");
            Keep shorter = new Keep(0, 0, 7, 4, 0, 0, null);
            page.that("#frees").containsText("Keeps %d snapshots".formatted(staying(shorter)));
            page.hasCount("#kept .dots .mark[data-kind=goes]", 200 - staying(shorter));
            page.that("#policy-slider")
                    .hasAttribute("aria-valuetext", Pattern.compile("A month: 7 daily and 4 weekly"));
            page.page().keyboard().press("End");
            page.that("#frees").containsText("Keeps all 200 snapshots");
            page.click("#custom");
            page.forgives("400");
            page.find("#rule-daily").fill("-3");
            page.that("#policy [role=alert]").containsText("retention.daily");
            page.find("#rule-daily").fill("10");
            page.that("#frees")
                    .containsText("Keeps %d snapshots".formatted(staying(new Keep(0, 0, 10, 0, 0, 0, null))));
            page.that("#policy [role=alert]").isHidden();

            page.looks("storage-custom");
            page.click("#policy-save");
            page.isShown(".toast");
            assertThat(server.store.config().retention().enabled()).isTrue();
            assertThat(server.store.config().retention().keep()).isEqualTo(new Keep(0, 0, 10, 0, 0, 0, null));
            page.isWithoutComplaint();
        }
    }

    private static int staying(Keep keep) {
        return (int) StorageRooms.rules(keep, 200, null).verdicts().stream()
                .filter(RetentionMessage.Verdict::stays)
                .count();
    }

    @Test
    void whatIsDamagedIsRepairedAfterALookAtWhatCanBe() {
        rooms.stand(StorageRooms.Standing.FAILING);
        try (WatchedPage page = open("/storage#repairs", 1440, ColorScheme.LIGHT)) {
            page.hasCount("#damaged > li", 10);
            page.that("#damaged > li:first-child").containsText("in 3 snapshots, newest");
            page.that("#notices").containsText("verify.repair_limit");
            page.click("#repair-plan");
            page.that("#repair").containsText("28 of 30 files can be repaired");
            page.that("#repair").containsText("2 files cannot be repaired");
            page.looks("storage-repair");
            page.click("#repair-start");
            page.click("#sure-yes");
            page.isShown(".toast");
            assertThat(rooms.repaired)
                    .singleElement()
                    .satisfies(start -> assertThat(start.digest()).isEqualTo("plan-digest"));
            page.isWithoutComplaint();
        }
    }
}

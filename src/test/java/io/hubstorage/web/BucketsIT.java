package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.S3Message;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.web.auth.Role;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The list of buckets and the page of one: how they stand, what they held over time, what can be done with them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BucketsIT {
    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    private static final String CONFIG = """
        {
          "s3_buckets": ["photos", {"name": "photos", "account": "archive"}, {"name": "%s", "account": "archive"}, "new-bucket"],
          "accounts": {"archive": {"endpoint": "https://minio.example:9000", "region": "eu-central-1"}},
          "sync_options": {"exclude_patterns": ["*.tmp"], "include_patterns": ["keep/*.tmp"]}
        }
        """.formatted(BucketRooms.AWKWARD.replace("@archive", ""));

    private WebServer server;
    private BucketRooms rooms;

    @BeforeAll
    void start(@TempDir Path home) throws IOException {
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/config.json"), CONFIG);
        server = WebServer.start(
                home, Map.of("HUBSTORAGE_WEB_PASSWORD", "correct-horse-battery"), EventHub.Limits.DEFAULT);
        rooms = new BucketRooms(server);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @BeforeEach
    void allIsWell() {
        server.rooms.running = false;
        server.rooms.starts.clear();
        rooms.safe();
    }

    private WatchedPage open(String path) {
        return open(path, Role.ADMIN, 1440, ColorScheme.LIGHT);
    }

    private WatchedPage open(String path, Role role, int width, ColorScheme colours) {
        return new WatchedPage(BROWSER.chromium(), server, role, width, colours).open(path);
    }

    private static String bucket(String name) {
        return "/buckets/" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    private JsonObject config() {
        return WebServer.await(server.vertx.eventBus().<JsonObject>request(Addresses.CONFIG_GET, new JsonObject()))
                .body()
                .getJsonObject("config");
    }

    @Test
    void inGoodTimesAndBadThePagesFitEveryScreenAndKeepNobodyOut() throws IOException {
        for (boolean failing : new boolean[] {false, true}) {
            if (failing) {
                rooms.failing();
            }
            for (String path : List.of("/buckets", bucket(BucketRooms.PHOTOS), bucket(BucketRooms.AWKWARD))) {
                ColorScheme colours = failing ? ColorScheme.DARK : ColorScheme.LIGHT;
                for (int width : List.of(390, 1440)) {
                    try (WatchedPage page = open(path, Role.ADMIN, width, colours)) {
                        page.isShown(path.equals("/buckets") ? ".bucket-row:first-child" : "#facts dd:last-child");
                        if (!path.equals("/buckets")) {
                            page.isShown("[data-chart=change] canvas");
                            page.isShown("#folders li:first-child");
                            page.isShown(".run-list tr:first-child");
                        }
                        page.looks("%s-%s-%d".formatted(path.replace('/', '-'), failing, width));
                        page.isFit();
                    }
                }
            }
        }
    }

    @Test
    void hundredsOfBucketsAreFoundByNameAndOrderedByAnyColumnAndTheAddressSaysHow() {
        rooms.many(300);
        try (WatchedPage page = open("/buckets")) {
            page.that("#buckets-sum").containsText("304 buckets");
            // Which needs somebody, comes first; what nobody has scrolled to is not made yet.
            page.that(".bucket-row >> nth=0").containsText("new-bucket");
            page.hasCount(".bucket-row", 60);
            page.page().keyboard().press("End");
            page.that(".bucket-row >> nth=100").isAttached();

            page.click("th.col-size button");
            page.that(".bucket-row >> nth=0").containsText("photos");
            page.that("th.col-size").hasAttribute("aria-sort", "descending");
            page.find("#find-bucket").fill("team 29");
            page.hasCount(".bucket-row", 13);
            page.that(".bucket-row >> nth=0").containsText("team-299");
            page.page().waitForURL("**/buckets?q=team+29&sort=size");
            page.page().reload();
            page.hasCount(".bucket-row", 13);

            page.find("#find-bucket").fill("nobody");
            page.that("#bucket-empty").containsText("No bucket matches");
            page.click("#bucket-empty button");
            page.that(".bucket-row >> nth=0").containsText("photos");
            page.click("#show button:has-text('Need attention')");
            page.hasCount(".bucket-row", 1);
            page.isWithoutComplaint();
        }
    }

    @Test
    void aBucketIsAddedAndBackedUpByFourClicksFromTheOverview() {
        server.rooms.discovered = List.of(
                new S3Message.Bucket("photos", BusRooms.BEGAN, "eu-west-1"),
                new S3Message.Bucket("videos", BusRooms.BEGAN, "eu-west-1"));
        try (WatchedPage page = open("/")) {
            page.click(".nav a:has-text('Buckets')");
            page.click("#add-bucket");
            page.that("#add-list label:has-text('photos')").containsText("backed up already");
            page.click("#add-list label:has-text('videos')");
            page.click("#add-and-run");
            page.page().waitForURL("**/buckets/videos");
            page.isShown("#stand-title");
            assertThat(server.rooms.starts)
                    .extracting(BackupMessage.Start::buckets)
                    .containsExactly(List.of("videos"));
            assertThat(config().getJsonArray("s3_buckets")).hasSize(5).contains("videos");
            server.rooms.running = false;

            // And out of it again, which says what that means; what it knows of others stays.
            page.page().reload();
            page.click("#remove");
            page.that("#remove-words").containsText("the next snapshot is made without it");
            page.click("#remove-yes");
            page.that("#remove").isHidden();
            assertThat(config()).isEqualTo(new JsonObject(CONFIG));
            page.isWithoutComplaint();
        }
    }

    @Test
    void aNameThatNoBucketCanHaveIsNotAddedAndTheReasonStandsBesideIt() {
        try (WatchedPage page = open("/buckets")) {
            page.click("#add-bucket");
            page.find("#add-search").fill("Not A Bucket");
            page.page().keyboard().press("Enter");
            page.forgives("400 (Bad Request)");
            page.click("#add-only");
            page.that("#add-dialog .problem").containsText("Not A Bucket");
            assertThat(config()).isEqualTo(new JsonObject(CONFIG));
            page.isWithoutComplaint();
        }
    }

    @Test
    void thePageOfABucketShowsItsPastItsFoldersAndWhatDecidesWhatIsCopied() {
        try (WatchedPage page = open(bucket(BucketRooms.PHOTOS))) {
            page.that("#stand-title").hasText("Safe");
            page.that("#stand-detail").containsText("S3 listed 2 h ago");
            page.hasCount(".over-time canvas", 3);
            page.that("[data-chart=size]").hasAttribute("aria-label", Pattern.compile("Size: 5\\.\\d\\d GiB"));
            page.that("[data-chart=change] h3").hasText("Change per week");
            page.click("#ranges button:has-text('30 days')");
            page.that("[data-chart=change] h3").hasText("Change per day");

            page.that("#folders li >> nth=0").containsText("2024/");
            page.that("#folders li >> nth=0 >> a")
                    .hasAttribute(
                            "href", Pattern.compile("/files\\?bucket=photos&path=2024%2F&at=hublink_20261120060000"));
            page.click("#folder-tabs button:has-text('growing')");
            page.that("#folders li >> nth=0").containsText("exports/");
            page.find("#folders-since").selectOption("before");
            page.that("#folders li >> nth=0 >> b").hasText("+60.0 MiB");

            page.hasCount(".run-list tr", 12);
            page.click("#runs .more button");
            page.hasCount(".run-list tr", 24);
            page.that("#facts").containsText("*.tmp");
            page.that("#facts").containsText("Left out in the last run: 12 objects (40.0 MiB) by these filters.");
            page.that("#browse").hasAttribute("href", "/files?bucket=photos");
            page.that("#restore-bucket").hasAttribute("href", "/restore?bucket=photos");
            page.isWithoutComplaint();
        }
    }

    @Test
    void whileARunGoesOnItsBucketsTellHowFarTheyAreAndNothingMoves() {
        try (WatchedPage list = open("/buckets");
                WatchedPage page = open(bucket(BucketRooms.PHOTOS))) {
            list.isShown(".bucket-row:last-child time");
            page.isShown("#folders li:first-child");
            page.isShown(".run-list tr:first-child");
            page.isShown("#facts dd:last-child");
            LayoutShifts still = new LayoutShifts(page.page());
            server.rooms.running = true;
            for (long objects : new long[] {100, 200, 450}) {
                server.vertx.eventBus().publish(Addresses.BACKUP_PROGRESS, BusJson.encode(rooms.running(objects)));
            }
            page.that("#stand-title").hasText("Being backed up");
            page.that("#run-objects").hasText("450 of 900 objects");
            page.that("#run-bar").hasAttribute("aria-valuenow", Pattern.compile("4\\d"));
            page.that("#back-up").isDisabled();
            page.that("#run-link").hasAttribute("href", "/runs/r2");
            list.that("[data-bucket=photos] .objects").hasText("450 of 900");
            list.that("[data-bucket='photos@archive'] .sub").containsText("Still listing");
            list.click("#show button:has-text('Running')");
            list.hasCount(".bucket-row", 2);

            server.rooms.finish(RunResult.SUCCESS);
            page.that("#stand-title").hasText("Safe");
            page.that("#back-up").isEnabled();
            assertThat(still.score()).isLessThan(0.02);
            page.wasNotReloaded();
            page.isWithoutComplaint();
        }
    }

    @Test
    void aBucketInTroubleSaysWhyOnceAndAnAlarmIsAcknowledgedThere() {
        rooms.failing();
        try (WatchedPage page = open(bucket(BucketRooms.PHOTOS))) {
            page.that("#stand-title").containsText("56 objects could not be copied");
            page.hasCount("#notes .cause", 1);
            page.that("#notes .cause").containsText("Access denied (403)");
            page.that("#notes .note-card").containsText("61 % fewer objects");
            page.click("#notes [data-action=acknowledge]");
            page.that("#toasts").containsText("Acknowledged");
            assertThat(server.rooms.alarms).isEmpty();
            page.click("#back-up");
            page.that("#toasts").containsText("Backing up");
            assertThat(server.rooms.starts)
                    .extracting(BackupMessage.Start::buckets)
                    .containsExactly(List.of(BucketRooms.PHOTOS));
            page.isWithoutComplaint();
        }
    }

    @Test
    void aBucketThatIsNewOneThatIsGoneAndOneThatNobodyKnowsEachSayWhatIsNext() {
        try (WatchedPage page = open("/buckets/new-bucket")) {
            page.that("#stand-title").hasText("Not backed up yet");
            page.that("#charts").containsText("The first backup begins the chart.");
            page.that("#browse").isHidden();
            page.open(bucket(BucketRooms.LEFT_OUT));
            page.that("#stand-title").hasText("Not backed up any more");
            page.that("#stand-detail").containsText("stays in 31 snapshots");
            page.that("#back-up").hasText("Back up again");
            page.that("#browse").isVisible();
            page.hasCount(".over-time canvas", 3);
            page.open(bucket("no such bucket, but <b>"));
            page.that("#unknown").containsText("No bucket of this name");
            page.that("#unknown").containsText("<b>");
            page.click("#unknown a.primary");
            page.isShown(".bucket-row:first-child");
            page.isWithoutComplaint();
        }
    }

    @Test
    void aViewerSeesAllOfItAndNothingToPress() {
        rooms.failing();
        try (WatchedPage page = open(bucket(BucketRooms.PHOTOS), Role.VIEWER, 1440, ColorScheme.LIGHT)) {
            page.isShown("#folders li:first-child");
            page.isShown("#notes .cause:last-child");
            for (String action : List.of(
                    "#back-up",
                    "#verify",
                    "#restore-bucket",
                    "#remove",
                    "[data-action=acknowledge]",
                    ".retry",
                    "#settings")) {
                page.that(action).isHidden();
            }
            page.that("#browse").isVisible();
            page.open("/buckets");
            page.isShown(".bucket-row:first-child");
            page.that("#add-bucket").isHidden();
            page.isWithoutComplaint();
        }
    }
}

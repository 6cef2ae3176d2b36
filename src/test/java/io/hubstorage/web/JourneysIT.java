package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.testkit.HubProcessExtension;
import io.hubstorage.testkit.MadeSnapshots;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What people come to the dashboard for, and with how many clicks they have it; each begins on the overview. Clicks are counted by
 * the pages as the browser tells of them. Those that make snapshots come last: what was deleted before them is shown beside the newest.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class JourneysIT {
    private static final String DOCUMENTS = "documents";
    private static final int LAST = Integer.MAX_VALUE;
    private static final int DAYS = 10;
    private static final JsonObject CONFIG = new JsonObject()
            .put("s3_buckets", new JsonArray().add(DOCUMENTS))
            .put("automation", new JsonObject().put("interval_hours", 24).put("max_retries", 0));

    private static final String COUNT = """
        addEventListener('pointerdown', (event) => {
          if (event.isTrusted) sessionStorage.setItem('clicks', Number(sessionStorage.getItem('clicks')) + 1);
        }, true);
        """;

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @RegisterExtension
    static final HubProcessExtension HUB = new HubProcessExtension();

    private WatchedPage page;

    /** Some days before today, of which yesterday had another plan, and a folder that is gone. */
    @BeforeAll
    static void live() {
        Instant now = InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS);
        MadeSnapshots made = new MadeSnapshots(HUB.home().resolve("data"));
        for (int i = DAYS; i >= 1; i--) {
            Instant day = now.minus(Duration.ofDays(i));
            made.put(DOCUMENTS, "days/" + i + ".bin", new byte[200_000], day);
            made.put(DOCUMENTS, "letters/to-anna.txt", "Dear Anna", now.minus(Duration.ofDays(DAYS)));
            made.put(DOCUMENTS, "letters/to-ben.txt", "Dear Ben", now.minus(Duration.ofDays(DAYS)));
            made.put(DOCUMENTS, "plan.txt", "The plan of " + i + " days ago", day);
            made.snapshot(day);
        }
        HUB.s3().createBucket(DOCUMENTS);
        HUB.s3().createBucket("photos");
        HUB.s3().put("photos", "sea.txt", "The sea".getBytes(StandardCharsets.UTF_8));
        for (int i = DAYS; i >= 1; i--) {
            HUB.s3().put(DOCUMENTS, "days/" + i + ".bin", new byte[200_000]);
        }
        HUB.s3().put(DOCUMENTS, "plan.txt", "The plan of today".getBytes(StandardCharsets.UTF_8));
        HUB.serve(CONFIG);
        HUB.awaitSnapshots(DAYS + 1);
        // Nobody had written down the days that were made here.
        assertThat(HUB.hub()
                        .post("/api/alarms/history_lost/acknowledge", new JsonObject())
                        .statusCode())
                .isEqualTo(200);
    }

    @BeforeEach
    void begin() {
        page = new WatchedPage(BROWSER.chromium(), HUB.address()).beginningWith(COUNT);
        page.open("/");
    }

    @AfterEach
    void end() {
        page.close();
        page.isWithoutComplaint();
    }

    private int clicks() {
        return ((Number) page.page().evaluate("() => Number(sessionStorage.getItem('clicks'))")).intValue();
    }

    private void open(String link) {
        page.click(".nav a:has-text('" + link + "')");
        page.isShown("#connection[data-connection=live]");
    }

    @Test
    void isAllWell() {
        page.that("#headline").containsText("safe");
        page.that("#standing").hasText("Safe");
        page.that("#issues").isHidden();
        assertThat(clicks()).isZero();
    }

    @Test
    void whenIsTheDiskFull() {
        page.that("#tile-disk").containsText(Pattern.compile("Full about .+ at this pace|Not full within ten years"));
        page.that("#tile-disk").containsText(Pattern.compile("free of .+iB"));
        assertThat(clicks()).isZero();
    }

    @Test
    void yesterdaysVersionOfAFile() {
        open("Files");
        page.click("#older");
        page.click("#rows [data-key='plan.txt'] a.entry");
        page.that("#panel pre").hasText("The plan of 1 days ago");
        assertThat(clicks()).isEqualTo(3);
    }

    @Test
    void aDeletedFolderComesBack() {
        open("Files");
        page.click("#rows [data-key='letters/'][data-state=removed] .restore-now");
        page.page().waitForURL("**/restores/*");
        page.that("#asked").containsText("letters");
        page.click("#start");
        page.that("#heading").containsText(Pattern.compile("Restored|restored"));
        assertThat(clicks()).isEqualTo(3);
        JsonObject restore =
                HUB.hub().json("/api/restores").getJsonArray("restores").getJsonObject(0);
        String prefix = restore.getJsonObject("request").getString("to").replace("s3://" + DOCUMENTS + "/", "");
        assertThat(HUB.s3().get(DOCUMENTS, prefix + "letters/to-anna.txt"))
                .asString()
                .isEqualTo("Dear Anna");
        assertThat(HUB.s3().get(DOCUMENTS, prefix + "letters/to-ben.txt"))
                .asString()
                .isEqualTo("Dear Ben");
        HUB.s3().delete(DOCUMENTS, prefix + "letters/to-anna.txt");
        HUB.s3().delete(DOCUMENTS, prefix + "letters/to-ben.txt");
    }

    @Test
    @Order(LAST)
    void aBucketIsAddedAndBackedUp() {
        open("Buckets");
        page.click("#add-bucket");
        page.click("#add-list label:has-text('photos')");
        page.click("#add-and-run");
        page.page().waitForURL("**/buckets/photos");
        page.that("#stand-title").hasText("Safe");
        assertThat(clicks()).isEqualTo(4);
        assertThat(newest("photos")).containsExactly("sea.txt");
        save(CONFIG);
    }

    @Test
    @Order(LAST)
    void whyDidLastNightFail() {
        save(CONFIG.copy().put("s3_buckets", new JsonArray().add(DOCUMENTS).add("not-there")));
        HUB.backUp();
        page.that("#issue-list").containsText("not-there");
        page.click("#issue-list .issue:has-text('not-there') a:has-text('Show')");
        page.page().waitForURL("**/runs/*");
        page.that("#main").containsText("not-there");
        page.that("#main").containsText("The bucket doesn't exist");
        page.that("#main").containsText("Check its name");
        assertThat(clicks()).isEqualTo(1);
        save(CONFIG);
        HUB.backUp();
        Awaitility.await().until(() -> "safe".equals(state()));
    }

    private static String state() {
        return HUB.hub().json("/api/status").getJsonObject("health").getString("state");
    }

    private static List<String> newest(String bucket) {
        String snapshot = HUB.hub()
                .json("/api/snapshots")
                .getJsonArray("snapshots")
                .getJsonObject(0)
                .getString("name");
        return HUB
                .hub()
                .json("/api/snapshots/%s/browse?bucket=%s".formatted(snapshot, bucket))
                .getJsonArray("items")
                .stream()
                .map(entry -> ((JsonObject) entry).getString("key"))
                .toList();
    }

    private static void save(JsonObject config) {
        assertThat(HUB.hub().put("/api/config", config).statusCode()).isEqualTo(200);
    }

    /** The same by the keyboard alone. */
    @Test
    void theKeyboardLeadsToYesterdaysVersionAndBack() {
        press("Control+k");
        page.that("#palette input").isFocused();
        page.page().keyboard().type("Files");
        press("Enter");
        page.page().waitForURL("**/files*");
        page.isShown("#rows [data-key='plan.txt']");
        press("/");
        page.that("#filter").isFocused();
        page.page().keyboard().type("plan");
        press("Enter");
        page.that("#rows").isFocused();
        page.hasCount("#rows .row:visible", 1);
        press("ArrowLeft");
        press("Enter");
        page.that("#panel pre").hasText("The plan of 1 days ago");
        press("Escape");
        page.that("#panel").isHidden();
        assertThat(clicks()).isZero();
    }

    @Test
    @Order(LAST)
    void theKeyboardStartsABackup() {
        int before = HUB.hub()
                .json("/api/backup/history?limit=100")
                .getJsonArray("runs")
                .size();
        press("Control+k");
        page.that("#palette input").isFocused();
        page.page().keyboard().type("Run now");
        press("Enter");
        page.that("#run-now").isFocused();
        press("Enter");
        Awaitility.await()
                .until(() -> HUB.hub()
                                .json("/api/backup/history?limit=100")
                                .getJsonArray("runs")
                                .size()
                        > before);
        page.isShown("#run-now:enabled");
        assertThat(clicks()).isZero();
    }

    private void press(String key) {
        page.page().keyboard().press(key);
    }
}

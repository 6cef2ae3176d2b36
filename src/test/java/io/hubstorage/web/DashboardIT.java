package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.HubProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The pages of the real program, as a browser sees them while it backs up from a real S3 server. */
final class DashboardIT {
    private static final int PHOTOS = 60;
    /** In which they are let through where a run is watched; some are left then. */
    private static final int STEPS = 5;

    private static final int EACH_STEP = PHOTOS / (STEPS + 1);
    private static final int PHOTO_BYTES = 200_000;
    private static final int DOCUMENTS = 40;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** Jobs that have ended. */
    private static final String ENDED = "#recent li:not([hidden])";

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @AutoClose
    private static final EmbeddedS3 S3 = EmbeddedS3.start();

    @TempDir
    private Path home = Path.of("");

    private @Nullable HubProcess hub;
    private @Nullable WatchedPage page;
    private URI address = URI.create("http://127.0.0.1");

    @BeforeAll
    static void prepare() {
        Random random = new Random(11);
        S3.createBucket("photos");
        S3.createBucket("documents");
        for (int i = 0; i < PHOTOS; i++) {
            byte[] body = new byte[PHOTO_BYTES];
            random.nextBytes(body);
            S3.put("photos", "2026/IMG_%04d.raw".formatted(i), body);
        }
        for (int i = 0; i < DOCUMENTS; i++) {
            S3.put("documents", "minutes/%03d.txt".formatted(i), new byte[2_000 + i]);
        }
    }

    @BeforeEach
    void start() {
        S3.throttle(0);
        S3.letAllThrough();
        configure("documents");
        HubProcess started = startHub(0);
        hub = started;
        address = started.awaitUp();
        // The first run begins by itself. Only then there is something new, for the runs that the tests press for.
        Awaitility.await().atMost(PATIENCE).until(() -> "success".equals(lastResult()));
        configure("photos", "documents");
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> started.json("/api/config")
                        .getJsonObject("config")
                        .getJsonArray("s3_buckets")
                        .contains("photos"));
        page = new WatchedPage(BROWSER.chromium(), address);
    }

    @AfterEach
    void stop() {
        if (page != null) {
            page.close();
        }
        hub().close();
        if (page != null) {
            page.isWithoutComplaint();
        }
    }

    @Test
    void aPressedRunIsSeenToMoveAndToFinishWithoutAReload() {
        page().open("/");
        page().isShown("#hero[data-state=never_run]");
        page().hasCount(ENDED, 1);
        ShownProgress photos = new ShownProgress(page().page(), "photos");
        S3.hold();
        LayoutShifts shifts = new LayoutShifts(page().page());
        page().click("#run-now");
        page().isShown("#run-panel[data-running=true] #run-phase");
        page().isShown("#stop");
        page().isShown(".bucket[data-bucket=photos][data-phase=transferring]");
        // However fast the machine is: the next ones come only when the eye has seen these.
        for (int step = 1; step <= STEPS; step++) {
            S3.letThrough(EACH_STEP);
            photos.awaitObjects(step * EACH_STEP);
        }
        page().isShown("#run-panel .chart canvas");
        page().that("#in-flight li:first-child .size").containsText(" of ");
        S3.letAllThrough();
        page().isShown("#hero[data-state=safe]");

        page().hasCount(ENDED + "[data-result=success]", 2);
        page().hasCount(".bucket[data-bucket=photos] .beat[data-result=changed]", 1);
        page().hasCount(".bucket[data-bucket=photos] .beat[data-result=absent]", 1);
        page().isShown("#run-panel[data-running=false]");
        page().isShown("#run-now:enabled");
        page().that("#headline").hasText("All 2 buckets are safe.");
        for (String what : List.of("objects", "bytes", "percent")) {
            assertThat(photos.of(what))
                    .as(what)
                    .hasSizeGreaterThanOrEqualTo(STEPS)
                    .isSorted();
        }
        assertThat(photos.of("objects").getLast()).isLessThanOrEqualTo(PHOTOS);
        page().that(".bucket[data-bucket=photos] .objects").hasText(PHOTOS + " objects");
        assertThat(shifts.score()).as("how far things have moved under the eye").isLessThan(0.02);
        page().wasNotReloaded();
    }

    @Test
    void aRunIsStoppedOnlyAfterTheQuestionIsAnswered() throws IOException {
        S3.throttle(400_000);
        page().open("/");
        page().click("#run-now");
        page().isShown(".bucket[data-bucket=photos][data-phase=transferring]");
        page().click("#stop");
        page().isShown("#stop-dialog[open]");
        assertThat(new AccessibilityCheck().violations(page())).isEmpty();
        page().page()
                .getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Keep running"))
                .click();
        page().that("#stop-dialog").isHidden();
        page().isShown("#run-panel[data-running=true]");

        page().click("#stop");
        page().click("#stop-confirm");
        page().hasCount(ENDED + "[data-result=cancelled]", 1);
        page().isShown("#run-panel[data-running=false]");
        page().isShown("#run-now:enabled");
        assertThat(lastResult()).isEqualTo("cancelled");

        S3.throttle(0);
        page().click("#run-now");
        page().hasCount(ENDED + "[data-result=success]", 2);
        page().wasNotReloaded();
    }

    @Test
    void aDryRunWritesNothingAndSaysSo() {
        page().open("/");
        page().click("#dry-run");
        page().hasCount(ENDED, 2);
        page().that("#run-foot span").hasText("Nothing was written: this was a dry run.");
        page().hasCount(".bucket[data-bucket=documents] .beat[data-run-id]", 1);
        assertThat(hub().json("/api/snapshots").getInteger("total")).isEqualTo(1);
    }

    @Test
    void aPausedScheduleIsSeenByEveryOpenPage() {
        try (WatchedPage other = new WatchedPage(BROWSER.chromium(), address)) {
            page().open("/");
            other.open("/");
            page().click("#pause");
            other.isShown("#pause[data-paused=true]");
            assertThat(hub().json("/api/scheduler/status").getBoolean("paused")).isTrue();
            other.click("#pause");
            page().isShown("#pause[data-paused=false]");
            other.isWithoutComplaint();
        }
    }

    @Test
    void anIntervalSavedOnThePageTakesEffectAtOnceAndAWrongOneIsExplainedBesideItsField() {
        page().open("/config#schedule");
        page().find("#field-automation-cron-hours").fill("30");
        page().find("#field-automation-cron-hours-unit").selectOption("minutes");
        page().that("#save-note").hasText("Unsaved changes in Schedule.");
        page().click("#show-changes");
        page().that("#preview [data-kind=removed]").containsText("\"interval_hours\": 6");
        page().that("#preview [data-kind=added]").containsText("\"interval_hours\": 0.5");
        page().page().keyboard().press("Escape");
        page().click("#save");
        page().that("#savebar").isHidden();
        assertThat(hub().json("/api/scheduler/status").getDouble("interval_hours"))
                .isEqualTo(0.5);

        page().find("#field-automation-cron-hours").fill("-2");
        page().that("[data-path='automation.cron'] .problem").containsText("isn't a valid number: use hours above 0");
        page().click("#save");
        page().that("#save-note").containsText("Not saved: 1 problem in Schedule");

        // What a schema cannot say is said as well.
        page().find("#field-automation-cron-hours").fill("30");
        page().click("text=Fixed times");
        page().find("#field-automation-cron-cron").fill("sometimes");
        page().that("[data-path='automation.cron'] .problem").containsText("sometimes");
        page().click("#save");
        page().that("#save-note").containsText("Not saved: 1 problem");
        assertThat(hub().json("/api/scheduler/status").getDouble("interval_hours"))
                .isEqualTo(0.5);
        page().click("#discard");
        page().that("#field-automation-cron-hours").hasValue("30");
        page().wasNotReloaded();
    }

    @Test
    void anOpenPageOutlivesAServerThatIsKilledInTheMiddleOfARun() {
        S3.throttle(400_000);
        page().open("/");
        page().click("#run-now");
        page().isShown(".bucket[data-bucket=photos][data-phase=transferring]");
        // That the server is away is no mistake of the page.
        page().forgives("net::ERR_");
        hub().signal("KILL");
        assertThat(hub().exitCode()).isNotZero();
        page().isShown("#connection[data-connection=reconnecting]");
        page().isShown("#stale");

        S3.throttle(0);
        configure("photos", "documents", "of-tomorrow");
        hub().close();
        hub = startHub(address.getPort());
        page().isShown("#connection[data-connection=live]");
        page().isShown("#buckets .bucket[data-bucket=of-tomorrow]");
        page().hasCount(ENDED + "[data-result=interrupted]", 1);
        page().that("#stale").isHidden();
        // The interrupted run goes on by itself.
        page().isShown("#hero[data-state=failing]");
        page().that("#headline").hasText("Bucket of-tomorrow needs attention.");
        page().that(".issue[data-rank=failing] .text").containsText("of-tomorrow");

        // What is wrong has a name, a reason and a button; what is over stays until it is put away.
        S3.createBucket("of-tomorrow");
        page().click(".issue[data-rank=failing] [data-does=run]");
        page().isShown(".issue[data-rank=failing][data-over]");
        page().isShown("#hero[data-state=safe]");
        page().isShown(".bucket[data-bucket=of-tomorrow] .beat[data-result=failed] + .beat[data-run-id]");
        page().click(".issue[data-over] button");
        page().that("#issues").isHidden();
        page().wasNotReloaded();

        page().click("#recent li[data-result=partial] a");
        page().isShown("#run-result[data-tone=warn]");
        page().that(".run-buckets tr[data-bucket=photos]").containsText("Safe");
        page().that("#no_such_bucket").containsText("of-tomorrow");
    }

    private void configure(String... buckets) {
        HubProcess.configure(
                home,
                new JsonObject()
                        .put("s3_buckets", new JsonArray(List.of(buckets)))
                        .put(
                                "automation",
                                new JsonObject().put("interval_hours", 6).put("max_retries", 0)));
    }

    private HubProcess startHub(int port) {
        Map<String, String> environment = HubProcess.environment(home, S3.settings());
        environment.put("HUBSTORAGE_WEB_PORT", Integer.toString(port));
        return HubProcess.start(home, environment, "serve");
    }

    private HubProcess hub() {
        return Objects.requireNonNull(hub, "not started");
    }

    private @Nullable String lastResult() {
        JsonObject last = hub().json("/api/backup/last").getJsonObject("last");
        return last == null ? null : last.getString("result");
    }

    private WatchedPage page() {
        return Objects.requireNonNull(page, "not opened");
    }
}

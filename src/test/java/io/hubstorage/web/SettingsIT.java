package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.bus.S3Message;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.web.auth.Role;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The settings by hand in a browser: found, changed in whatever unit, saved over all tabs, and shared with others. */
final class SettingsIT {
    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @AutoClose
    private WebServer server;

    private Map<String, String> admin = Map.of();

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("config"));
        Files.writeString(
                folder.resolve("config/config.json"),
                "{\"s3_buckets\": [\"photos\"], \"automation\": {\"interval_hours\": 6}, \"mine\": 1}");
        server = WebServer.start(
                folder, Map.of("HUBSTORAGE_WEB_PASSWORD", "correct-horse-battery"), EventHub.Limits.DEFAULT);
        server.rooms.discovered =
                List.of(new S3Message.Bucket("photos", null, null), new S3Message.Bucket("films", null, "eu-west-1"));
        admin = Map.of("Authorization", "Bearer " + server.token(Role.ADMIN).text());
    }

    private WatchedPage open(String path, Role role, int width, ColorScheme colours) {
        return new WatchedPage(BROWSER.chromium(), server, role, width, colours).open(path);
    }

    private WatchedPage open(String path) {
        return open(path, Role.ADMIN, 1440, ColorScheme.LIGHT);
    }

    private JsonObject saved() {
        return server.get("/api/config", admin).json().getJsonObject("config");
    }

    @Test
    void aSettingIsFoundAndChangesOnSeveralTabsAreSavedTogetherInTheUnitsOfTheFile() {
        try (WatchedPage page = open("/config")) {
            page.isShown("#panel-buckets [data-bucket=films]");
            page.find("#find-setting").fill("brought back");
            page.page().keyboard().press("Enter");
            page.that("#tab-kept").hasAttribute("aria-selected", "true");
            page.that("#field-retention-undo_hours").isFocused();
            page.that("#field-retention-undo_hours").hasAttribute("placeholder", "7 (default)");
            page.find("#field-retention-undo_hours").fill("36");
            page.find("#field-retention-undo_hours-unit").selectOption("hours");
            page.find("#tab-kept").focus();
            page.page().keyboard().press("ArrowLeft");
            page.page().keyboard().press("ArrowLeft");
            page.that("#tab-schedule").isFocused();
            page.addressHas("#schedule");
            page.find("#field-automation-cron-hours").fill("90");
            page.find("#field-automation-cron-hours-unit").selectOption("minutes");
            page.that("#save-note").hasText("Unsaved changes in Schedule and What is kept.");
            page.click("#save");
            page.that(".toast[data-tone=good]").containsText("Changes are live.");
            assertThat(saved().getJsonObject("automation").getDouble("interval_hours"))
                    .isEqualTo(1.5);
            assertThat(saved().getJsonObject("retention").getInteger("undo_hours"))
                    .isEqualTo(36);
            assertThat(saved().getInteger("mine")).isEqualTo(1);
            page.isWithoutComplaint();
        }
    }

    @Test
    void whatIsWrongIsShownOnItsTabAndWhatHasNoEffectSaysSo() throws IOException {
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            int width = colours == ColorScheme.LIGHT ? 1440 : 390;
            try (WatchedPage page = open("/config#kept/retention.daily", Role.ADMIN, width, colours)) {
                page.that("#panel-kept .fold >> nth=0").containsText("No effect while “Remove old snapshots” is off.");
                page.find("#field-retention-daily").fill("-3");
                page.that("[data-path='retention.daily'] .problem")
                        .containsText("-3 isn't a valid number: use a whole number from 0 to 10000.");
                page.that("#tab-kept .mark").hasText("1");
                page.click("#tab-buckets");
                page.click("#save");
                page.that("#tab-kept").hasAttribute("aria-selected", "true");
                page.that("#save-note").containsText("Not saved: 1 problem in What is kept");
                page.isInItsWindow();
                assertThat(new AccessibilityCheck().violations(page)).isEmpty();
                for (String tab : List.of("schedule", "filters", "proofs", "alerts", "advanced")) {
                    page.click("#tab-" + tab);
                    page.isShown("#panel-" + tab + " .settings-section >> nth=0");
                    assertThat(new AccessibilityCheck().violations(page))
                            .as(tab)
                            .isEmpty();
                }
                page.isWithoutComplaint();
            }
        }
    }

    @Test
    void aBucketIsAddedAndBackedUpInFourClicks() {
        server.rooms.starts.clear();
        try (WatchedPage page = open("/")) {
            page.click("nav a[href$='/config']");
            page.find("[data-bucket=films] input").check();
            page.click("#save");
            page.click("#back-up-added");
            page.that(".toast >> nth=1").containsText("The backup has begun");
            assertThat(server.rooms.starts).singleElement().asString().contains("films");
            assertThat(saved().getJsonArray("s3_buckets")).isEqualTo(JsonArray.of("photos", "films"));
        }
    }

    @Test
    void whoSavesSecondSeesWhatTheFirstChangedAndLosesNothing() throws IOException {
        try (WatchedPage page = open("/config#schedule")) {
            page.find("#field-automation-cron-hours").fill("2");
            JsonObject theirs = saved();
            theirs.getJsonObject("automation").put("max_retries", 7);
            Map<String, String> headers = new HashMap<>(admin);
            headers.put("Content-Type", "application/json");
            assertThat(server.send(HttpMethod.PUT, "/api/config", headers, theirs.toBuffer())
                            .status())
                    .isEqualTo(200);
            page.that("#notices").containsText("The settings were changed elsewhere.");
            page.forgives("status of 412");
            page.click("#save");
            page.that("#conflict-diff [data-kind=added]").containsText("\"max_retries\": 7");
            page.that("#conflict-note").containsText("both can stay");
            assertThat(new AccessibilityCheck().violations(page)).isEmpty();
            page.click("#conflict button[value=mine]");
            page.that("#field-automation-max_retries").hasValue("7");
            page.click("#save");
            page.that("#savebar").isHidden();
            assertThat(saved().getJsonObject("automation").getInteger("max_retries"))
                    .isEqualTo(7);
            assertThat(saved().getJsonObject("automation").getInteger("interval_hours"))
                    .isEqualTo(2);
            page.isWithoutComplaint();
        }
    }

    @Test
    void anOperatorLooksAtTheSettingsAndChangesNone() throws IOException {
        try (WatchedPage page = open("/config#alerts", Role.OPERATOR, 1440, ColorScheme.LIGHT)) {
            page.that(".read-only").isVisible();
            page.that("#field-notify-max_per_hour").isDisabled();
            page.that("#field-notify-channels-add").isDisabled();
            page.click("#tab-access");
            page.hasCount("#token-form", 0);
            page.click("#open-file");
            page.that("#preview").containsText("\"photos\"");
            page.page().keyboard().press("Escape");
            assertThat(new AccessibilityCheck().violations(page)).isEmpty();
            page.isWithoutComplaint();
        }
    }
}

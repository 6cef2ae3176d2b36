package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.HubProcessExtension;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What was lost in S3 is brought back with a browser: found, planned, started, and there again. */
final class RestoreIT {
    private static final int LETTERS = 30;
    private static final int LARGE = 4;
    private static final String LOST = "notes/2026/lost plan #1.txt";
    private static final String CHANGED = "notes/2026/changed.txt";

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @RegisterExtension
    static final HubProcessExtension HUB = new HubProcessExtension();

    private static String first = "";
    private static String second = "";

    private @Nullable WatchedPage page;

    @BeforeAll
    static void prepare() throws Exception {
        EmbeddedS3 s3 = HUB.s3();
        s3.createBucket("documents");
        s3.createBucket("photos");
        s3.put("photos", "a.jpg", new byte[100]);
        for (int i = 0; i < LETTERS; i++) {
            s3.put("documents", letter(i), bytes("letter " + i));
        }
        s3.put("documents", LOST, bytes("the lost plan"));
        s3.put("documents", CHANGED, bytes("as it was"));
        for (int i = 0; i < LARGE; i++) {
            s3.put("documents", "large/%d.bin".formatted(i), new byte[512 << 10]);
        }
        HUB.serve(
                configuration(new JsonArray()),
                Map.of("HUBSTORAGE_RESTORE_PATH", HUB.home().resolve("restored").toString()));
        first = HUB.awaitSnapshots(1);
        s3.delete("documents", LOST);
        for (int i = 0; i < LETTERS; i++) {
            s3.delete("documents", letter(i));
        }
        s3.put("documents", CHANGED, bytes("as it is now"));
        HUB.backUp();
        second = HUB.awaitSnapshots(2);
    }

    private static JsonObject configuration(JsonArray limits) {
        return new JsonObject()
                .put("s3_buckets", new JsonArray(List.of("documents", "photos")))
                .put("restore", new JsonObject().put("in_place", true))
                .put("transfer", new JsonObject().put("limits", limits))
                .put("automation", new JsonObject().put("interval_hours", 6).put("max_retries", 0));
    }

    /** Puts it in force for what is under way, too. */
    private static void limit(JsonArray limits) {
        HubProcess.configure(HUB.home(), configuration(limits));
        Awaitility.await()
                .until(() -> HUB.hub()
                        .json("/api/config")
                        .getJsonObject("config")
                        .getJsonObject("transfer")
                        .getJsonArray("limits")
                        .equals(limits));
    }

    private static String letter(int i) {
        return "letters/%02d.txt".formatted(i);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String inS3(String key) {
        return new String(HUB.s3().get("documents", key), StandardCharsets.UTF_8);
    }

    private static List<String> keysBelow(String prefix) {
        return HUB
                .s3()
                .client()
                .listObjectsV2(request -> request.bucket("documents").prefix(prefix))
                .join()
                .contents()
                .stream()
                .map(S3Object::key)
                .toList();
    }

    @BeforeEach
    void open() {
        page = new WatchedPage(BROWSER.chromium(), HUB.address());
    }

    @AfterEach
    void close() {
        page().close();
        page().isWithoutComplaint();
    }

    @Test
    void aDeletedObjectIsFoundRestoredInPlaceAndSeenInS3() {
        page().open("/files");
        page().find("#find").fill("lost plan");
        page().hasCount("#found-list .versions li", 1);
        page().click("#found-list .versions a[aria-label='Restore this version']");
        page().that("#what").containsText("the file " + LOST);
        page().that("#as-of").hasValue(first);
        page().find("input[name=where][value=place]").check();
        page().find("#typed").fill("documnets");
        page().click("#plan");
        page().that("#typed-problem").containsText("Type documents here");
        page().find("#typed").fill("documents");
        page().that("#sentence").containsText("back to its place in documents");
        page().click("#plan");
        page().that("#start").hasText("Restore 1 file, 13 B");
        assertThat(keysBelow(LOST)).as("a plan writes nothing").isEmpty();
        page().click("#start");
        page().that("#verdict").hasText("Verified: every file accounted for.");
        page().that("#heading").hasText("Restored 1 file");
        assertThat(inS3(LOST)).isEqualTo("the lost plan");
        HUB.s3().delete("documents", LOST);
    }

    @Test
    void whatAFolderLostIsBroughtBackFromTheComparison() throws IOException {
        page().open("/files?bucket=documents&path=letters/&at=%s&with=%s".formatted(second, first));
        page().that("#rows").hasAttribute("aria-rowcount", String.valueOf(LETTERS + 1));
        page().hasCount("#canvas [data-state=same], #canvas [data-state=added]", 0);
        page().click("#canvas [data-key='%s'] a.entry".formatted(letter(3)));
        page().that("#panel pre").hasText("letter 3");
        page().isShown("#canvas [data-key='%s'][aria-current]".formatted(letter(3)));
        Download download = page().page().waitForDownload(() -> page().click("#download"));
        assertThat(Files.readString(download.path())).isEqualTo("letter 3");

        page().click("#crumbs a:has-text('Top')");
        page().that(".bring-back").hasAttribute("title", "Restore the %d removed".formatted(LETTERS + 1));
        page().click(".bring-back");
        page().that("#what").containsText("no longer holds in documents");
        page().find("#to-prefix").fill("back/");
        page().click("#plan");
        page().that("#start").containsText("Restore %d files".formatted(LETTERS + 1));
        page().hasCount("#objects .object", LETTERS + 1);
        LayoutShifts shifts = new LayoutShifts(page().page());
        page().click("#start");
        page().that("#heading").hasText("Restored %d files".formatted(LETTERS + 1));
        assertThat(shifts.score()).as("how far things have moved under the eye").isLessThan(0.02);
        page().click("#filters [data-action=write]");
        page().hasCount("#objects .object", LETTERS + 1);
        assertThat(keysBelow("back/"))
                .hasSize(LETTERS + 1)
                .containsAll(IntStream.range(0, LETTERS)
                        .mapToObj(i -> "back/" + letter(i))
                        .toList());
        assertThat(inS3("back/" + letter(7))).isEqualTo("letter 7");

        // The same address shows the same to others, and the list leads to it.
        String address = page().page().url();
        page().open("/restore");
        page().click("#restores a[data-id='%s']".formatted(address.substring(address.lastIndexOf('/') + 1)));
        page().that("#verdict").isVisible();
    }

    @Test
    void whatIsThereAlreadyIsLeftAloneUntilSomebodySaysOtherwise() {
        page().open("/files?bucket=documents&at=%s&key=%s".formatted(first, CHANGED));
        page().that("#panel pre").hasText("as it was");
        page().open(page().find("#restore-file").getAttribute("href"));
        page().find("input[name=where][value=place]").check();
        page().find("#typed").fill("documents");
        page().click("#plan");
        page().that("#heading").hasText("There is nothing to restore");
        page().hasCount("#objects .object[data-action=skip]", 1);
        page().click("#plan-again");
        page().click("#start");
        page().that("#heading").hasText("Restored 1 file");
        assertThat(inS3(CHANGED)).isEqualTo("as it was");
        HUB.s3().put("documents", CHANGED, bytes("as it is now"));
    }

    @Test
    void aSelectionIsRestoredToAFolderWithTheKeyboardAlone() throws IOException {
        Path folder = HUB.home().resolve("restored/letters of today");
        page().open("/files?bucket=documents&path=letters/&at=%s".formatted(first));
        page().isShown("#canvas [data-key='%s']".formatted(letter(2)));
        page().find("#rows").focus();
        for (String key : List.of("Space", "ArrowDown", "ArrowDown", "Space")) {
            page().page().keyboard().press(key);
        }
        page().that("#ticked").containsText("2 files selected");
        page().find("#ticked a:has-text('Restore')").focus();
        page().page().keyboard().press("Enter");
        page().that("#what").hasText("2 files in documents");
        page().find("input[name=where][value=new]").focus();
        page().page().keyboard().press("ArrowDown");
        page().page().keyboard().press("ArrowDown");
        page().isShown("input[name=where][value=folder]:focus:checked");
        page().page().keyboard().press("Tab");
        page().page().keyboard().press("ControlOrMeta+a");
        page().page().keyboard().type(folder.toString());
        // Until the form knows the snapshots there is nothing to send.
        page().that("#plan").isEnabled();
        page().page().keyboard().press("Enter");
        page().isShown("#start");
        page().find("#start").focus();
        page().page().keyboard().press("Enter");
        page().that("#heading").hasText("Restored 2 files");
        assertThat(Files.readString(folder.resolve(letter(2)))).isEqualTo("letter 2");
        assertThat(folder.resolve(letter(1))).doesNotExist();
    }

    @Test
    void oneThatIsWatchedAndStoppedSaysWhatIsLeftAndIsGoneOnWith() {
        // A MiB is let through at once, which is two of them; the next would take most of a minute.
        limit(new JsonArray()
                .add(new JsonObject().put("from", "00:00").put("to", "00:00").put("mbit_per_second", 0.1)));
        page().open("/restore?snapshot=%s&buckets=documents&prefixes=large/&to=s3://documents/slow/".formatted(first));
        page().click("#plan");
        page().click("#start");
        page().that("#heading").hasText("Restoring…");
        page().that("#live-objects").containsText("2 of %d files".formatted(LARGE));
        page().click("#stop");
        page().click("#stop-dialog [value=yes]");
        page().that("#heading").hasText("Stopped after 2 files");
        page().that("#verdict").containsText("%d still to be written".formatted(LARGE - 2));
        assertThat(keysBelow("slow/")).hasSize(2);

        limit(new JsonArray());
        page().that("#start").hasText("Go on with the other %d files".formatted(LARGE - 2));
        page().click("#start");
        page().that("#heading").hasText("Restored %d files".formatted(LARGE));
        page().that("#verdict").hasText("Verified: every file accounted for.");
        assertThat(keysBelow("slow/")).hasSize(LARGE);
    }

    @Test
    void aDrillStandsAmongTheRunsWithWhatCameBack() {
        page().open("/");
        assertThat(HUB.hub()
                        .post("/api/drills", new JsonObject().put("sample", 3))
                        .statusCode())
                .isEqualTo(202);
        page().that("#recent li[data-kind=drill][data-result=success]").containsText("3 of 3 files came back");
        page().that("#tile-proven").containsText("drill passed");
    }

    @Test
    void aPlanLeadsBackToTheFormThatMadeIt() {
        page().open("/restore?snapshot=%s&buckets=documents&prefixes=letters/&to=s3://documents/x/&overwrite=if-older"
                .formatted(first));
        page().click("#plan");
        page().isShown("#start");
        page().click("#change");
        page().that("#what").hasText("the folder letters/ in documents");
        page().that("#to-prefix").hasValue("x/");
        page().that("input[name=overwrite][value=if-older]").isChecked();
        page().page().goBack();
        page().isShown("#start");
        page().click("#discard");
        page().isShown("#restore-form");
        assertThat(keysBelow("x/")).isEmpty();
    }

    @Test
    void someBucketsDoNotBecomeAll() {
        page().open("/restore?snapshot=%s&buckets=documents&buckets=gone&to=s3://documents/x/".formatted(first));
        page().that("#as-of").isEnabled();
        page().that("#bucket option:checked").hasText("documents and gone");
        page().that("#sentence").containsText("everything in documents and gone");
        page().open("/restore?snapshot=%s&buckets=documents&buckets=photos&to=s3://documents/x/".formatted(first));
        page().that("#as-of").isEnabled();
        page().that("#bucket option:checked").hasText("all buckets");
        page().open("/restore?at=2026-01-01T00:00:00Z&buckets=documents&to=s3://documents/x/");
        page().that("#as-of").isEnabled();
        page().that("#sentence").not().containsText("newest");
        page().click("#plan");
        page().that("#heading").hasText("This cannot be restored");
    }

    @Test
    void whatCannotBeRestoredSaysWhyAndWhatToDo() {
        page().open("/restore?snapshot=%s&buckets=documents&prefixes=letters/&to=s3://nowhere/x/".formatted(first));
        page().click("#plan");
        page().that("#heading").hasText("This cannot be restored");
        page().that(".state-notes").containsText("nowhere");
        page().click("#change");
        page().isShown("#restore-form");

        page().open("/restore?snapshot=%s&buckets=documents&chosen=9000".formatted(first));
        page().that("#trouble").containsText("did not come along");
        page().that("#restore-form").isHidden();
        page().forgives("404");
        page().open("/restores/nothing");
        page().that("#heading").hasText("No such restore");
    }

    @Test
    void everyPageFitsAPhoneAndKeepsNobodyOut() throws IOException {
        String form = "/restore?snapshot=%s&buckets=documents&prefixes=letters/".formatted(first);
        page().open(form);
        page().find("#to-prefix").fill("never started/");
        page().click("#plan");
        page().isShown("#start");
        String plan = page().page().url().replaceFirst("^https?://[^/]+", "");
        AccessibilityCheck check = new AccessibilityCheck();
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            int width = colours == ColorScheme.LIGHT ? 1440 : 390;
            for (String path : List.of(form, plan, "/files?bucket=documents&at=%s&with=%s".formatted(second, first))) {
                try (WatchedPage other =
                        new WatchedPage(BROWSER.chromium(), HUB.address(), width, colours).open(path)) {
                    other.isShown("#plan:enabled, #objects .object:first-child, #canvas .row:first-child .tick");
                    assertThat(check.violations(other))
                            .as("%s, %s", path, colours)
                            .isEmpty();
                    other.isInItsWindow();
                    other.isWithoutComplaint();
                }
            }
        }
    }

    private WatchedPage page() {
        return Objects.requireNonNull(page, "not opened");
    }
}

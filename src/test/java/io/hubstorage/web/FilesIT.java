package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.testkit.HubProcessExtension;
import io.hubstorage.testkit.MadeSnapshots;
import io.hubstorage.testkit.Shelf;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Files page of the real program in a browser: the path stays, time moves, and what is found is brought back. */
final class FilesIT {
    private static final int MANY = 20_000;
    private static final int MOMENTS = 120;
    private static final int MOST_NODES = 2_000;
    private static final List<String> ODD = List.of(
            "<img src=x onerror=alert(1)>.txt",
            "'\"><script>alert(1)</script>.txt",
            "new\nline.txt",
            "\u202egnp.exe",
            " blank ",
            "javascript:alert(1)",
            "a//b.txt");
    private static final String NOTE = "notes/2026/plan.txt";
    private static final Instant MODIFIED = Instant.parse("2026-10-01T10:00:00Z");
    /** The first row that is seen, below the head of the list. */
    private static final String TOP = """
        () => [...document.querySelectorAll('#canvas .row[data-key]')]
          .filter((row) => row.getBoundingClientRect().bottom > document.getElementById('head').getBoundingClientRect().bottom + 1)
          .map((row) => row.dataset.key).sort()[0]\
        """;

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @RegisterExtension
    static final HubProcessExtension HUB = new HubProcessExtension();

    private static String first = "";
    private static String second = "";
    private static List<String> moments = List.of();

    private @Nullable WatchedPage page;

    @BeforeAll
    static void prepare() throws Exception {
        Path data = Files.createDirectories(HUB.home().resolve("data"));
        MadeSnapshots made = new MadeSnapshots(data);
        made.put("documents", NOTE, "plan\none\ntwo\n", MODIFIED)
                .put("documents", "notes/2026/old.txt", "old", MODIFIED)
                .put("documents", "archive/2019/a.txt", "nineteen", MODIFIED)
                .put("documents", "archive/2019/b.txt", "nineteen too", MODIFIED)
                .put("documents", "large.bin", new byte[3000], MODIFIED)
                .put("documents", "small.bin", new byte[] {0, 1}, MODIFIED)
                .put("documents", "pictures/dot.png", picture(), MODIFIED);
        for (String key : ODD) {
            made.put("odd", key, "<script>alert('" + key + "')</script>", MODIFIED);
        }
        first = made.snapshot(Instant.parse("2026-10-20T06:00:00Z"));
        made.put("documents", NOTE, "plan\none\n2\n", MODIFIED.plusSeconds(86_400))
                .remove("documents", "notes/2026/old.txt")
                .put("documents", "notes/2026/new.txt", "new", MODIFIED)
                .remove("documents", "archive/2019/a.txt")
                .remove("documents", "archive/2019/b.txt");
        second = made.snapshot(Instant.parse("2026-10-21T06:00:00Z"));
        moments = events(new Shelf(data));
        HUB.s3().createBucket("documents");
        HUB.serve(new JsonObject()
                .put("s3_buckets", new JsonArray(List.of("documents", "odd", "events")))
                .put("automation", new JsonObject().put("enabled", false)));
    }

    /** A long time of a folder with very many files, of which each time others change, come and go. */
    private static List<String> events(Shelf shelf) throws IOException {
        List<String> made = new ArrayList<>();
        for (int n = 0; n < MOMENTS; n++) {
            int at = n;
            int many = n < MOMENTS - 3 ? 20 : MANY;
            made.add(shelf.snapshot(
                            "events",
                            IntStream.range(0, many)
                                    .filter(i -> i % 97 != at % 97)
                                    .mapToObj(i ->
                                            Shelf.entry("day/%05d.json".formatted(i), i, i % 89 == 0 ? "v" + at : "v")))
                    .name());
        }
        return made;
    }

    private static byte[] picture() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(30, 20, BufferedImage.TYPE_INT_RGB), "png", out);
        return out.toByteArray();
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

    private static String row(String key) {
        return "#canvas .row[data-key='%s']".formatted(key);
    }

    private static String link(String key) {
        return row(key) + " a.entry";
    }

    @Test
    void timeMovesAndThePathStays() {
        page().open("/files?bucket=documents&path=notes/2026/");
        page().isShown(row("notes/2026/new.txt") + "[data-state=added]");
        page().isShown(row(NOTE) + "[data-state=changed]");
        page().isShown(row("notes/2026/old.txt") + "[data-state=removed]");
        page().that("#summary").containsText("1 added");
        page().that("#summary").containsText("1 changed");
        page().that("#summary").containsText("1 removed");
        page().that("#newest").hasAttribute("aria-disabled", "true");

        page().click("#older");
        page().isShown(row("notes/2026/old.txt") + "[data-state=same]");
        page().hasCount(row("notes/2026/new.txt"), 0);
        page().that("#crumbs [aria-current]").hasText("2026");
        page().addressHas("at=" + first, "path=notes%2F2026%2F");
        page().that("#summary").containsText("2 files");

        page().find("#scrubber").focus();
        page().page().keyboard().press("End");
        page().isShown(row("notes/2026/new.txt"));
        page().find("#day").fill("2026-10-20");
        page().isShown(row("notes/2026/old.txt") + "[data-state=same]");
        page().find("#day").fill("2026-10-25");
        page().isShown(row("notes/2026/new.txt"));
        page().that("#to-run").hasAttribute("href", "/runs/" + second.replace("hublink_", ""));
        page().wasNotReloaded();
    }

    @Test
    void aFileIsBrowsedToSeenAndDownloaded() throws IOException {
        page().open("/files?bucket=documents");
        page().click(link("notes/"));
        page().click(link("notes/2026/"));
        page().click(link(NOTE));
        page().that("#panel pre").hasText("plan\none\n2\n");
        assertThat(Files.readString(download("#download"))).isEqualTo("plan\none\n2\n");
        page().that("#panel .known").containsText(second + "/s3/documents/" + NOTE);

        page().page().keyboard().press("Escape");
        page().that("#panel").isHidden();
        page().click("#crumbs a:has-text('Top')");
        page().click(link("pictures/"));
        page().click(link("pictures/dot.png"));
        page().page()
                .waitForFunction(
                        "() => document.querySelector('#panel img')?.complete && document.querySelector('#panel"
                                + " img').naturalWidth === 30");
        page().page().goBack();
        page().that("#panel").isHidden();
        page().page().goBack();
        page().isShown(link("pictures/"));
        page().wasNotReloaded();
    }

    @Test
    void versionsOfAFileAreComparedAndLedTo() {
        page().open("/files?bucket=documents&key=" + NOTE);
        page().hasCount("#panel .file-versions li", 2);
        page().click("#panel .compare");
        page().that("#panel .hunks .removed").containsText("two");
        page().that("#panel .hunks .added").containsText("2");
        page().addressHas("diff=" + first);
        page().click("#panel a[aria-label='Back to the file']");
        page().that("#panel pre").hasText("plan\none\n2\n");
        page().click("#panel .file-versions li >> nth=1 >> a.when");
        page().that("#panel pre").hasText("plan\none\ntwo\n");
        page().addressHas("at=" + first);
        page().isShown("#panel .file-versions li[aria-current][data-last=%s]".formatted(first));
    }

    @Test
    void whatWasDeletedIsThereAsAGhostAndAFewClicksBringItBack() {
        page().open("/files?bucket=documents");
        page().isShown(row("archive/") + "[data-state=removed]");
        page().click(row("archive/") + " .restore-now");
        page().that("#asked").containsText("the folder archive/");
        page().that("#start").containsText("Restore 2 files");
        page().open("/files?bucket=documents&path=archive/2019/");
        page().click(link("archive/2019/a.txt"));
        page().that("#panel pre").hasText("nineteen");
        page().that("#panel .chip").hasText("Deleted");
        page().that("#restore-file")
                .hasAttribute("href", java.util.regex.Pattern.compile(".*snapshot=" + first + ".*"));
        page().click("#summary .bring-back");
        page().that("#what").containsText("no longer holds of the folder archive/2019/ in documents");
    }

    @Test
    void whatChangedIsShownAloneAndComparedWithAnyTime() {
        page().open("/files?bucket=documents");
        page().isShown(row("large.bin"));
        page().find("#only-changes").check();
        page().hasCount("#canvas .row[data-key]", 2);
        page().isShown(row("archive/"));
        page().isShown(row("notes/"));
        page().find("#with").selectOption("none");
        page().that("#note").containsText("Nothing changed here");
        page().find("#only-changes").uncheck();
        page().hasCount("#canvas .row[data-key]", 4);
        page().hasCount("#canvas .row[data-state=removed]", 0);
        page().open("/files?bucket=documents&at=%s&with=%s".formatted(first, second));
        page().isShown(row("archive/") + "[data-state=added]");
    }

    @Test
    void rowsAreSortedAndFiltered() {
        page().open("/files?bucket=documents&with=none");
        page().click("#head [data-column=size]");
        page().isShown("#canvas .row >> nth=0 >> text=large.bin");
        page().that("#head [aria-sort=descending]").hasText("Size");
        page().click("#head [data-column=name]");
        page().isShown("#canvas .row >> nth=0 >> text=large.bin");
        page().find("#filter").fill("*.BIN");
        page().hasCount("#canvas .row[data-key]", 2);
        page().addressHas("filter=");
        page().find("#filter").fill("nobody");
        page().that("#note").containsText("Nothing here is called that");
        page().find("#filter").press("Escape");
        page().isShown(row("notes/"));
    }

    @Test
    void twentyThousandFilesAreAFewRowsAndStayWhereTheyAreWhileTimeMoves() {
        page().open("/files?bucket=events&path=day/");
        page().page().waitForFunction("() => document.getElementById('rows').getAttribute('aria-rowcount') > 19000");
        assertThat(nodes()).isLessThan(MOST_NODES);
        page().find("#rows").focus();
        page().page().keyboard().press("End");
        page().isShown(row("day/%05d.json".formatted(MANY - 1)));
        page().page().evaluate("() => { document.getElementById('rows').scrollTop = 360000; }");
        // Until then the last rows are still there.
        page().page()
                .waitForFunction(
                        "() => { const top = (%s)(); return top > 'day/09' && top < 'day/12'; }".formatted(TOP));
        Object top = page().page().evaluate(TOP);
        LayoutShifts shifts = new LayoutShifts(page().page());
        page().find("#scrubber").focus();
        page().page().keyboard().press("ArrowLeft");
        page().page().waitForFunction("() => performance.getEntriesByName('files-step').length > 1");
        assertThat(page().page().evaluate(TOP)).isEqualTo(top);
        page().page().keyboard().press("ArrowLeft");
        page().that("#moment").containsText("5 Nov");
        page().page().keyboard().press("End");
        assertThat(page().page().evaluate(TOP)).isEqualTo(top);
        assertThat(shifts.score()).as("how far things have moved under the eye").isLessThan(0.02);
        assertThat(nodes()).isLessThan(MOST_NODES);

        page().page().keyboard().press("Home");
        page().hasCount("#canvas .row[data-key]", 19);
        page().that("#scrubber").hasAttribute("aria-valuemax", String.valueOf(MOMENTS));
        page().that("#scrubber").hasAttribute("aria-valuenow", "1");
        page().addressHas("at=" + moments.getFirst());
        page().wasNotReloaded();
    }

    private int nodes() {
        return ((Number) page().page().evaluate("() => document.querySelectorAll('*').length")).intValue();
    }

    @Test
    void whatIsSelectedIsRestoredTogether() {
        page().open("/files?bucket=events&path=day/&at=" + moments.getFirst());
        page().hasCount("#canvas .row[data-key]", 19);
        page().click("#canvas .row >> nth=1 >> .tick-cell");
        page().find("#canvas .row >> nth=4 >> .tick-cell")
                .click(new Locator.ClickOptions()
                        .setModifiers(List.of(com.microsoft.playwright.options.KeyboardModifier.SHIFT)));
        page().that("#ticked").containsText("4 files selected");
        page().click("#newer");
        page().that("#scrubber").hasAttribute("aria-valuenow", "2");
        page().that("#ticked").containsText("4 files selected");
        page().click("#tick-all");
        // One of them is only in the snapshot before, and comes out of that one.
        page().that("#ticked").containsText("20 files selected");
        page().that("#ticked").containsText("Restore 1 removed");
        page().click("#ticked a:has-text('Restore 19')");
        page().that("#what").containsText("19 files in events");
    }

    @Test
    void aFolderIsDownloadedAsAnArchive() throws IOException {
        page().open("/files?bucket=documents&path=notes/&at=" + second);
        page().isShown(row("notes/2026/"));
        try (ZipFile zip = new ZipFile(download("#zip").toFile())) {
            assertThat(zip.stream().map(ZipEntry::getName)).containsExactly("notes/2026/new.txt", NOTE);
            try (InputStream plan = zip.getInputStream(Objects.requireNonNull(zip.getEntry(NOTE)))) {
                assertThat(plan.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("plan\none\n2\n");
            }
        }
        page().open("/files?bucket=documents&with=none&at=" + second);
        page().click(row("notes/") + " .tick-cell");
        page().click(row("small.bin") + " .tick-cell");
        try (ZipFile zip = new ZipFile(download("#ticked a:has-text('Zip')").toFile())) {
            assertThat(zip.stream().map(ZipEntry::getName))
                    .containsExactlyInAnyOrder("notes/2026/new.txt", NOTE, "small.bin");
        }
        page().find("#bucket").selectOption("odd");
        page().hasCount("#canvas .row[data-key]", ODD.size());
        try (ZipFile zip = new ZipFile(download("#zip").toFile())) {
            assertThat(zip.size()).isEqualTo(ODD.size());
        }
    }

    private Path download(String selector) {
        Download download = page().page().waitForDownload(() -> page().click(selector));
        assertThat(download.failure()).isNull();
        return download.path();
    }

    @Test
    void oddNamesAreShownAndDoNothing() {
        page().open("/files?bucket=odd");
        page().hasCount("#canvas .row[data-key]", ODD.size());
        Set<String> shown = new TreeSet<>(page().find("#canvas .name").allTextContents());
        assertThat(shown)
                .contains("<img src=x onerror=alert(1)>.txt", "\\u202egnp.exe", " blank ", "javascript:alert(1)", "a")
                .anySatisfy(name -> assertThat(name).startsWith("new\u240aline"))
                .noneMatch(name -> name.contains("\u202e") || name.contains("\n"));
        for (String key : List.of(ODD.get(0), ODD.get(2), ODD.get(3), ODD.get(5))) {
            page().open("/files?bucket=odd&key=" + URLEncoder.encode(key, StandardCharsets.UTF_8));
            page().that("#panel pre").containsText("<script>alert(");
        }
        page().open("/files?q=" + URLEncoder.encode("<img src", StandardCharsets.UTF_8));
        page().hasCount("#found-list .hit", 1);
    }

    @Test
    void aKeyIsFoundWithItsVersions() throws IOException {
        page().open("/files");
        page().find("#find").fill("PLAN.txt");
        page().hasCount("#found-list .hit", 1);
        page().hasCount("#found-list .versions li", 2);
        page().that("#found-status").hasText("1 file in all snapshots.");
        assertThat(Files.readString(download("#found-list .versions li >> nth=1 >> [download]")))
                .isEqualTo("plan\none\ntwo\n");
        page().click("#found-list .versions li >> nth=1 >> a >> nth=0");
        page().that("#panel pre").hasText("plan\none\ntwo\n");
        page().addressHas("at=" + first);
        page().find("#find").fill("nothing is called so");
        page().that("#found-list").containsText("Nothing found");
        page().find("#find").fill("*.png");
        page().hasCount("#found-list .hit", 1);
    }

    @Test
    void aPinIsSetAndTakenBack() {
        page().open("/files?bucket=documents&at=" + first);
        page().click("#pin");
        page().isShown("#pin[aria-pressed=true]");
        page().hasCount("#scrubber .pinned", 1);
        assertThat(HUB.hub().json("/api/snapshots/" + first).getBoolean("pinned"))
                .isTrue();
        page().click("#pin");
        page().isShown("#pin[aria-pressed=false]");
        page().hasCount("#scrubber .pinned", 0);
    }

    @Test
    void aKeyboardIsEnough() {
        page().open("/files?bucket=documents&at=%s&with=none".formatted(second));
        page().isShown(row("notes/"));
        page().find("#rows").focus();
        press("ArrowDown", "Enter");
        page().isShown(row("notes/2026/") + "[data-active]");
        press("Enter");
        page().isShown(row("notes/2026/new.txt") + "[data-active]");
        press("End", "Enter");
        page().that("#panel pre").hasText("plan\none\n2\n");
        press("ArrowLeft");
        page().that("#panel pre").hasText("plan\none\ntwo\n");
        page().isShown(row(NOTE) + "[data-active]");
        press("Escape");
        page().that("#panel").isHidden();
        press("Space");
        page().that("#ticked").containsText("1 file selected");
        press("Escape");
        page().that("#ticked").isHidden();
        press("Backspace");
        page().isShown(row("notes/2026/") + "[data-active]");
        press("/");
        page().that("#filter").isFocused();
    }

    private void press(String... keys) {
        for (String key : keys) {
            page().page().keyboard().press(key);
        }
    }

    @Test
    void aLinkToWhatIsGoneSaysSoAndNothingIsWiderThanAPhone() throws IOException {
        page().forgives("404");
        page().page().setViewportSize(390, 844);
        AccessibilityCheck check = new AccessibilityCheck();
        Map<String, String> places = new TreeMap<>(Map.of(
                "/files?bucket=documents&at=hublink_20200101000000",
                "#note:has-text('There is no snapshot') a.button",
                "/files?bucket=documents&at=%s&key=gone".formatted(second),
                "#panel .failed",
                "/files?bucket=nowhere",
                "#note:has-text('No snapshot holds this bucket')",
                "/files?bucket=documents&path=nothing/",
                "#note:has-text('Nothing here')",
                "/files?bucket=documents&key=" + NOTE,
                "#panel:modal .file-versions li >> nth=1",
                "/files?bucket=documents",
                row("archive/"),
                "/files?q=plan",
                "#found-list .hit"));
        places.forEach((path, shown) -> {
            page().open(path);
            page().isShown(shown);
            page().isInItsWindow();
        });
        page().open("/files?bucket=documents&key=" + NOTE);
        page().isShown("#panel:modal .file-versions li >> nth=1");
        assertThat(check.violations(page())).isEmpty();
        page().click("#panel-close");
        page().that("#panel").isHidden();
        try (WatchedPage dark = new WatchedPage(BROWSER.chromium(), HUB.address(), 1440, ColorScheme.DARK)) {
            dark.open("/files?bucket=documents&key=" + NOTE + "&diff=" + first);
            dark.isShown("#panel .hunks .added");
            assertThat(check.violations(dark)).isEmpty();
        }
    }

    private WatchedPage page() {
        return Objects.requireNonNull(page, "not opened");
    }
}

package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.HubProcessExtension;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The snapshots page of the real program in a browser: from the timeline down to a file, and back out with it. */
final class SnapshotsIT {
    private static final int MANY = 450;
    private static final List<String> ODD = List.of(
            "<img src=x onerror=alert(1)>.txt",
            "'\"><script>alert(1)</script>.txt",
            "new\nline.txt",
            "\u202egnp.exe",
            " blank ",
            "javascript:alert(1)",
            "a//b.txt");
    private static final String NOTE = "notes/2026/plan.txt";

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
        for (String bucket : List.of("documents", "odd")) {
            s3.createBucket(bucket);
        }
        for (int i = 0; i < MANY; i++) {
            s3.put("documents", "many/%04d.txt".formatted(i), new byte[i]);
        }
        s3.put("documents", NOTE, "the first plan".getBytes(StandardCharsets.UTF_8));
        s3.put("documents", "notes/2026/old.txt", "old".getBytes(StandardCharsets.UTF_8));
        s3.put("documents", "pictures/dot.png", picture());
        for (String key : ODD) {
            s3.put("odd", key, ("<script>alert('" + key + "')</script>").getBytes(StandardCharsets.UTF_8));
        }
        HUB.serve(new JsonObject()
                .put("s3_buckets", new JsonArray(List.of("documents", "odd")))
                .put("automation", new JsonObject().put("interval_hours", 6).put("max_retries", 0)));
        first = HUB.awaitSnapshots(1);
        s3.put("documents", NOTE, "the second plan".getBytes(StandardCharsets.UTF_8));
        s3.delete("documents", "notes/2026/old.txt");
        s3.put("documents", "notes/2026/new.txt", "new".getBytes(StandardCharsets.UTF_8));
        HUB.backUp();
        second = HUB.awaitSnapshots(2);
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

    @Test
    void aFileIsBrowsedToSeenAndDownloaded() throws IOException {
        page().open("/snapshots");
        page().hasCount("#timeline .moment", 2);
        page().isShown("#timeline .moment[data-snapshot=%s][aria-current]".formatted(second));
        page().that("#certificate-words")
                .containsText("2 downloaded, 1 deleted since the snapshot before, none failed.");
        page().click("#entries [data-key='notes/']");
        page().click("#entries [data-key='notes/2026/']");
        page().click("#entries [data-key='%s']".formatted(NOTE));
        page().that("#preview pre").hasText("the second plan");
        page().that("#crumbs [aria-current]").hasText("2026");

        assertThat(Files.readString(download("#download"))).isEqualTo("the second plan");

        page().page().keyboard().press("Escape");
        page().that("#preview").isHidden();
        page().click("#crumbs a:has-text('Top')");
        page().click("#entries [data-key='pictures/']");
        page().click("#entries [data-key='pictures/dot.png']");
        page().isShown("#preview img");
        page().page().waitForFunction("() => document.querySelector('#preview img').naturalWidth === 30");
        page().wasNotReloaded();
    }

    @Test
    void aFolderIsDownloadedAsAnArchive() throws IOException {
        page().open("/snapshots?snapshot=%s&bucket=documents&prefix=notes/".formatted(second));
        page().isShown("#entries [data-key='notes/2026/']");
        try (ZipFile zip = new ZipFile(download("#zip").toFile())) {
            assertThat(zip.stream().map(ZipEntry::getName)).containsExactly("notes/2026/new.txt", NOTE);
            try (InputStream plan = zip.getInputStream(Objects.requireNonNull(zip.getEntry(NOTE)))) {
                assertThat(plan.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("the second plan");
            }
        }
        page().find("#bucket").selectOption("odd");
        page().hasCount("#entries a.entry", ODD.size());
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
    void aLongFolderIsShownPageByPage() {
        page().open("/snapshots?bucket=documents&prefix=many/");
        page().isShown("#entries [data-key='many/0199.txt']");
        assertThat(page().find("#entries a.entry").count()).isLessThan(MANY);
        for (int seen = 200; seen <= 400; seen += 200) {
            page().find("#entries li >> nth=-1").scrollIntoViewIfNeeded();
            page().isShown("#entries [data-key='many/%04d.txt']".formatted(Math.min(seen + 49, MANY - 1)));
        }
        page().hasCount("#entries a.entry", MANY);
    }

    @Test
    void oddNamesAreShownAndDoNothing() {
        page().open("/snapshots?bucket=odd");
        page().hasCount("#entries a.entry", ODD.size());
        Set<String> shown = new TreeSet<>(page().find("#entries .name").allTextContents());
        assertThat(shown)
                .contains("<img src=x onerror=alert(1)>.txt", "\\u202egnp.exe", " blank ", "javascript:alert(1)", "a")
                .anySatisfy(name -> assertThat(name).startsWith("new\u240aline"))
                .noneMatch(name -> name.contains("\u202e") || name.contains("\n"));
        for (String key : List.of(ODD.get(0), ODD.get(2), ODD.get(3), ODD.get(5))) {
            page().open("/snapshots?bucket=odd&key=" + URLEncoder.encode(key, StandardCharsets.UTF_8));
            page().that("#preview pre").containsText("<script>alert(");
        }
        page().open("/snapshots?q=" + URLEncoder.encode("<img src", StandardCharsets.UTF_8));
        page().hasCount("#found-list .hit", 1);
    }

    @Test
    void whatChangedBetweenTwoSnapshotsIsListed() {
        page().open("/snapshots?snapshot=%s&bucket=documents".formatted(second));
        page().find("#with").selectOption(first);
        page().hasCount("#changes a.entry", 3);
        page().isShown("#changes [data-key='notes/2026/new.txt'][data-kind=added]");
        page().isShown("#changes [data-key='notes/2026/old.txt'][data-kind=removed]");
        page().isShown("#changes [data-key='%s'][data-kind=changed]".formatted(NOTE));
        page().that("#change-words").containsText("1 file added, 3 B");
        page().that("#change-words").containsText("451 files the same");
        page().click("#changes [data-kind=removed]");
        page().that("#preview pre").hasText("old");
        page().page().goBack();
        page().hasCount("#changes a.entry", 3);
        page().page().goBack();
        page().isShown("#entries a.entry >> nth=0");
        page().wasNotReloaded();
    }

    @Test
    void aKeyIsFoundWithItsVersions() throws IOException {
        page().open("/snapshots");
        page().find("#find").fill("PLAN.txt");
        page().hasCount("#found-list .hit", 1);
        page().hasCount("#found-list .versions li", 2);
        page().that("#found-status").hasText("1 file in all snapshots.");
        assertThat(Files.readString(download("#found-list .versions li >> nth=1 >> [download]")))
                .isEqualTo("the first plan");
        page().click("#found-list .versions li >> nth=1 >> a >> nth=0");
        page().that("#preview pre").hasText("the first plan");
        page().isShown("#timeline .moment[data-snapshot=%s][aria-current]".formatted(first));
        page().find("#find").fill("nothing is called so");
        page().that("#found-list").containsText("Nothing found");
        page().find("#find").fill("*.png");
        page().hasCount("#found-list .hit", 1);
    }

    @Test
    void aPinIsSetAndTakenBack() {
        page().open("/snapshots?snapshot=" + first);
        page().click("#pin");
        page().isShown("#pin[aria-pressed=true]");
        page().isShown("#timeline .moment[data-snapshot=%s] .pinned".formatted(first));
        assertThat(HUB.hub().json("/api/snapshots/" + first).getBoolean("pinned"))
                .isTrue();
        page().click("#pin");
        page().isShown("#pin[aria-pressed=false]");
    }

    @Test
    void aKeyboardIsEnough() {
        page().open("/snapshots?snapshot=%s&bucket=documents".formatted(second));
        page().find("#entries a.entry >> nth=0").focus();
        for (String key : List.of("ArrowDown", "Enter")) {
            page().page().keyboard().press(key);
        }
        page().isShown("#entries a.entry[data-key='notes/2026/']:focus");
        page().page().keyboard().press("Enter");
        page().isShown("#entries a.entry[data-key='notes/2026/new.txt']:focus");
        page().page().keyboard().press("End");
        page().page().keyboard().press("Enter");
        page().that("#preview pre").hasText("the second plan");
        page().find("#preview-close").focus();
        page().page().keyboard().press("Enter");
        page().isShown("#entries a.entry[data-key='%s']:focus".formatted(NOTE));
        page().find("#timeline .moment >> nth=1").focus();
        page().page().keyboard().press("Enter");
        page().isShown("#timeline .moment[data-snapshot=%s][aria-current]:focus".formatted(first));
        page().isShown("#entries [data-key='notes/2026/old.txt']");
    }

    @Test
    void aLinkToWhatIsGoneSaysSoAndNothingIsWiderThanAPhone() {
        page().forgives("404");
        page().page().setViewportSize(390, 844);
        Map<String, String> places = new TreeMap<>(Map.of(
                "/snapshots?snapshot=hublink_20200101000000",
                "#lost",
                "/snapshots?snapshot=%s&bucket=documents&key=gone".formatted(second),
                "#preview .failed",
                "/snapshots?snapshot=%s&bucket=nowhere".formatted(second),
                "#entries .failed",
                "/snapshots?bucket=documents&prefix=nothing/",
                "#entries .empty",
                "/snapshots?snapshot=%s&bucket=documents&with=%s".formatted(second, first),
                "#changes a.entry >> nth=0",
                "/snapshots?q=plan",
                "#found-list .hit"));
        places.forEach((path, shown) -> {
            page().open(path);
            page().isShown(shown);
            assertThat(page().page().evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"))
                    .as(path)
                    .isEqualTo(true);
        });
    }

    private WatchedPage page() {
        return Objects.requireNonNull(page, "not opened");
    }
}

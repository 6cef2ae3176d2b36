package io.hubstorage.demo;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.testkit.Chromium;
import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.HubProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * Makes the pictures of the documentation from the demo's data: every page, wide and narrow, light and dark, with some runs
 * behind it and one under way.
 */
public final class Screenshots {
    private static final int WIDE = 1440;
    private static final int NARROW = 390;
    private static final int HEIGHT = 900;
    /** The usual one: the pictures show it. */
    private static final int PORT = 5002;

    private static final int RUNS_BEFORE = 24;
    private static final int NEW_PHOTOS = 16;
    private static final long SLOW_BYTES_PER_SECOND = 1_500_000;
    private static final double PATIENCE_MS = 60_000;
    /** The bucket with the most to download is well under way. */
    private static final String HALF_WAY = """
        () => {
          const bar = document.querySelector('.bucket[data-bucket="photos"] .bar');
          return Number(bar?.getAttribute('aria-valuenow') ?? 0) >= 45;
        }\
        """;

    /** What pages ask for after they are loaded has arrived. */
    private static final String QUIET = """
        () => document.querySelector('#recent li a, #log .line, #preview .row, #preview:not(:empty), #diagnosis .step, .run-buckets, #entries a.entry, #found-list li') !== null
            && !/Checking credentials|Looking the run up/.test(document.body.textContent)\
        """;

    /** From the first step of the set-up to its preview, with the dry run's figures. */
    private static final List<String> SETUP_STEPS = List.of(
            "#access-next",
            "#found li:nth-child(1) input",
            "#found li:nth-child(3) input",
            "#buckets-next",
            "#schedule-next",
            "#preview-run");

    private final Chromium chromium;
    private final Path folder;
    private final HubProcess hub;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Screenshots(Chromium chromium, Path folder, HubProcess hub) {
        this.chromium = chromium;
        this.folder = folder;
        this.hub = hub;
    }

    /** How one picture is taken. */
    private record Look(int width, ColorScheme colours) {
        static final List<Look> ALL = List.of(
                new Look(WIDE, ColorScheme.LIGHT),
                new Look(WIDE, ColorScheme.DARK),
                new Look(NARROW, ColorScheme.LIGHT),
                new Look(NARROW, ColorScheme.DARK));

        String name(String page) {
            return page + (width == WIDE ? "" : "-narrow") + (colours == ColorScheme.LIGHT ? "" : "-dark") + ".png";
        }
    }

    /** Takes the folder for the pictures; the system property {@code hubstorage.jar} names the program. */
    public static void main(String[] args) throws Exception {
        Path folder = Files.createDirectories(Path.of(args[0]));
        Path parent = Path.of(System.getProperty("java.io.tmpdir"), "hubstorage");
        try (EmbeddedS3 s3 = EmbeddedS3.start();
                DemoHome home = DemoHome.create(parent, false, DemoData.BUCKETS);
                DemoHome fresh = DemoHome.create(parent, false, List.of());
                Chromium chromium = Chromium.start()
                        .orElseThrow(() ->
                                new IllegalStateException("no Chromium is installed: sudo apt-get install chromium"))) {
            DemoData data = new DemoData(s3, 2026);
            data.fill();
            try (HubProcess hub = start(fresh, s3, Map.of("HUBSTORAGE_WEB_PASSWORD", "the pictures show none"))) {
                new Screenshots(chromium, folder, hub).takeLogin();
            }
            try (HubProcess hub = start(fresh, s3, Map.of())) {
                new Screenshots(chromium, folder, hub).takeSetup();
            }
            try (HubProcess hub = start(home, s3, Map.of())) {
                new Screenshots(chromium, folder, hub).takeAll(s3, data);
            }
        }
    }

    private static HubProcess start(DemoHome home, EmbeddedS3 s3, Map<String, String> more) throws IOException {
        Map<String, String> environment = HubProcess.environment(home.folder(), s3.settings());
        environment.putAll(more);
        environment.put("HUBSTORAGE_WEB_PORT", Integer.toString(Ports.free("127.0.0.1", PORT)));
        return HubProcess.start(home.folder(), environment, "serve");
    }

    private void takeLogin() throws IOException {
        List<Page> pages = windows();
        for (Page page : pages) {
            page.navigate(hub.awaitUp().resolve("/login").toString());
            page.waitForSelector("#password");
        }
        take(pages, "login");
        close(pages);
    }

    private void takeSetup() throws IOException {
        List<Page> empty = open("");
        take(empty, "dashboard-empty");
        close(empty);
        List<Page> pages = open("setup");
        for (Page page : pages) {
            SETUP_STEPS.forEach(page::click);
            page.waitForSelector(".plan-total");
        }
        take(pages, "setup");
        close(pages);
    }

    private void takeAll(EmbeddedS3 s3, DemoData data) throws IOException, InterruptedException {
        awaitRuns(1);
        calmSchedule();
        for (int i = 1; i < RUNS_BEFORE; i++) {
            // Now and then a run finds nothing new.
            if (i % 5 != 3) {
                data.change();
            }
            // Snapshots are named by the second.
            TimeUnit.SECONDS.sleep(1);
            run(i == 7);
            awaitRuns(i + 1);
        }
        for (String page : List.of("", "config", "logs")) {
            List<Page> pages = open(page);
            take(pages, page.isEmpty() ? "dashboard-idle" : page);
            close(pages);
        }
        List<Page> last = open("runs/" + lastRun());
        take(last, "run");
        close(last);
        List<Page> files = open("files?bucket=documents");
        take(files, "files");
        close(files);
        List<Page> found = open("files?q=accounts/2026");
        take(found, "files-find");
        close(found);
        data.addPhotos(NEW_PHOTOS);
        s3.throttle(SLOW_BYTES_PER_SECOND);
        List<Page> pages = open("");
        run(false);
        pages.forEach(page -> page.waitForFunction(HALF_WAY));
        take(pages, "dashboard");
        close(pages);
    }

    private List<Page> open(String path) {
        List<Page> pages = windows();
        for (Page page : pages) {
            page.navigate(hub.awaitUp().resolve("/" + path).toString());
            page.waitForSelector("#connection[data-connection=live]");
            page.waitForFunction(QUIET);
        }
        return pages;
    }

    private List<Page> windows() {
        return Look.ALL.stream()
                .map(look -> {
                    BrowserContext window = chromium.window(look.width(), HEIGHT, look.colours());
                    window.setDefaultTimeout(PATIENCE_MS);
                    return window.newPage();
                })
                .toList();
    }

    private void take(List<Page> pages, String name) throws IOException {
        // A picture has no scroll bar, hence needs no room for one.
        pages.forEach(
                page -> page.evaluate("() => document.documentElement.style.setProperty('scrollbar-gutter', 'auto')"));
        List<byte[]> pictures = pages.stream()
                .map(page -> page.screenshot(new Page.ScreenshotOptions().setFullPage(true)))
                .toList();
        for (int i = 0; i < pictures.size(); i++) {
            Files.write(folder.resolve(Look.ALL.get(i).name(name)), Png.packed(pictures.get(i)));
        }
    }

    private static void close(List<Page> pages) {
        pages.forEach(page -> page.context().close());
    }

    /** The demo's schedule would begin a run of its own in the middle. */
    private void calmSchedule() throws IOException, InterruptedException {
        JsonObject config = hub.json("/api/config").getJsonObject("config");
        config.getJsonObject("automation").put("interval_hours", 6);
        send("PUT", "/api/config", config);
    }

    private void run(boolean dryRun) throws IOException, InterruptedException {
        send("POST", "/api/backup/run", new JsonObject().put("dry_run", dryRun));
    }

    private String lastRun() {
        return hub.json("/api/backup/history?limit=1")
                .getJsonArray("runs")
                .getJsonObject(0)
                .getString("run_id");
    }

    private void awaitRuns(int many) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> hub.json("/api/backup/history?limit=50").getJsonArray("runs").stream()
                                .filter(run -> ((JsonObject) run).getString("finished_at") != null)
                                .count()
                        >= many);
    }

    private void send(String method, String path, JsonObject body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(hub.awaitUp().resolve(path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body.encode()))
                .build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IOException("%s %s: %s".formatted(method, path, answer.body()));
        }
    }
}

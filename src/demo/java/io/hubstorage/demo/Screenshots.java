package io.hubstorage.demo;

import com.microsoft.playwright.Page;
import io.hubstorage.testkit.Chromium;
import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.HubProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
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
    /** The usual one: the pictures show it. */
    static final int PORT = 5002;

    private static final Path PARENT = Path.of(System.getProperty("java.io.tmpdir"), "hubstorage");

    private static final int RUNS_BEFORE = 24;
    /** What has several versions in the end. */
    private static final String MINUTES = "people/2026/minutes.txt";

    private static final List<String> AGENDA = List.of(
            "Present: Ada, Grace, Katherine",
            "1. The harbour office moves in March.",
            "2. The archive is copied twice a day.",
            "3. Lamps for the quiet room: three offers, the cheapest is late.",
            "4. Any other business: the roof.");

    private static final int RUNS_BEFORE_FILM = 9;
    private static final Duration GLANCE = Duration.ofMillis(1600);
    private static final Duration LOOK = Duration.ofSeconds(4);

    private static final int NEW_PHOTOS = 16;
    private static final long SLOW_BYTES_PER_SECOND = 1_500_000;
    private static final long FILM_BYTES_PER_SECOND = 2_200_000;
    /** The bucket with the most to download is well under way. */
    private static final String HALF_WAY = """
        () => {
          const bar = document.querySelector('.bucket[data-bucket="photos"] .bar');
          return Number(bar?.getAttribute('aria-valuenow') ?? 0) >= 45;
        }\
        """;

    /** From the first step of the set-up to its preview, with the dry run's figures. */
    private static final List<String> SETUP_STEPS = List.of(
            "#access-next",
            "#found li:nth-child(1) input",
            "#found li:nth-child(3) input",
            "#buckets-next",
            "#schedule-next",
            "#preview-run");

    private final Camera camera;
    private final HubProcess hub;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Screenshots(Camera camera, HubProcess hub) {
        this.camera = camera;
        this.hub = hub;
    }

    /**
     * Takes the folder for the pictures, and which are wanted: {@code good} for those of good days, {@code bad} for the bad ones or with
     * what the names of some of them begin, {@code film} for the animated one, {@code all} or nothing for all. The system property
     * {@code hubstorage.jar} names the program.
     */
    public static void main(String[] args) throws Exception {
        Path folder = Files.createDirectories(Path.of(args[0]));
        String wanted = args.length > 1 ? args[1] : "all";
        try (Chromium chromium = Chromium.start()
                .orElseThrow(
                        () -> new IllegalStateException("no Chromium is installed: sudo apt-get install chromium"))) {
            Camera camera = new Camera(chromium, folder, List.of(Camera.Look.values()));
            boolean all = wanted.equals("all");
            if (all || wanted.equals("film")) {
                film(camera);
            }
            if (all || wanted.equals("good")) {
                goodDays(camera);
            }
            if (all || wanted.startsWith("bad")) {
                new BadDays(camera).takeAll(all ? "bad" : wanted);
            }
        }
    }

    private static void film(Camera camera) throws IOException, InterruptedException {
        try (EmbeddedS3 s3 = EmbeddedS3.start();
                DemoHome home = DemoHome.create(PARENT, false, DemoData.BUCKETS)) {
            DemoData data = new DemoData(s3, 2026);
            data.fill();
            try (HubProcess hub = start(home, s3, Map.of())) {
                new Screenshots(camera, hub).takeFilm(s3, data);
            }
        }
    }

    private static void goodDays(Camera camera) throws IOException, InterruptedException {
        try (EmbeddedS3 s3 = EmbeddedS3.start();
                DemoHome home = DemoHome.create(PARENT, false, DemoData.BUCKETS);
                DemoHome fresh = DemoHome.create(PARENT, false, List.of())) {
            DemoData data = new DemoData(s3, 2026);
            data.fill();
            try (HubProcess hub = start(fresh, s3, Map.of("HUBSTORAGE_WEB_PASSWORD", "the pictures show none"))) {
                new Screenshots(camera, hub).takeLogin();
            }
            try (HubProcess hub = start(fresh, s3, Map.of())) {
                new Screenshots(camera, hub).takeSetup();
            }
            try (HubProcess hub = start(home, s3, Map.of())) {
                new Screenshots(camera, hub).takeAll(s3, data);
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
        List<Page> pages = camera.visit(address("login"));
        pages.forEach(page -> page.waitForSelector("#password"));
        camera.take(pages, "login");
    }

    private void takeSetup() throws IOException {
        take("", "overview-empty");
        List<Page> pages = camera.open(address("setup"));
        for (Page page : pages) {
            SETUP_STEPS.forEach(page::click);
            page.waitForSelector(".plan-total");
        }
        camera.take(pages, "setup");
    }

    private void takeAll(EmbeddedS3 s3, DemoData data) throws IOException, InterruptedException {
        live(RUNS_BEFORE, s3, data);
        String run = lastRun();
        take("", "overview-idle");
        take("buckets", "buckets");
        take("buckets/documents", "bucket");
        take("files?bucket=documents", "files");
        take("files?bucket=documents&path=people/2026/&key=" + MINUTES, "files-versions");
        take("files?q=accounts/2026", "files-search");
        take("activity", "activity");
        take("runs/" + run, "run");
        take("runs/" + run + "/certificate", "certificate");
        take("logs", "log");
        take("storage", "storage");
        take("config", "settings");
        data.addPhotos(NEW_PHOTOS);
        s3.throttle(SLOW_BYTES_PER_SECOND);
        List<Page> pages = camera.open(address(""));
        run(false);
        pages.forEach(page -> page.waitForFunction(HALF_WAY));
        camera.take(pages, "overview");
    }

    /** A run from the button to what it came to. */
    private void takeFilm(EmbeddedS3 s3, DemoData data) throws IOException, InterruptedException {
        live(RUNS_BEFORE_FILM, s3, data);
        data.addPhotos(NEW_PHOTOS);
        data.change();
        s3.throttle(FILM_BYTES_PER_SECOND);
        try (Film film = Film.open(camera.chromium(), address(""))) {
            film.still(GLANCE);
            int runs = finishedRuns();
            film.act(page -> page.click("#run-now"));
            film.follow(page -> finishedRuns() > runs && page.isVisible("#run-now"));
            film.still(LOOK);
            film.go(address("runs/" + lastRun()));
            film.still(LOOK);
            film.write(camera.folder(), "film");
        }
    }

    /** Makes so many runs, as days would, and has all that they stored read once more, as a month would. */
    private void live(int runs, EmbeddedS3 s3, DemoData data) throws IOException, InterruptedException {
        awaitRuns(1);
        calmSchedule();
        for (int i = 1; i < runs; i++) {
            // Now and then a run finds nothing new.
            if (i % 5 != 3) {
                data.change();
            }
            if (i % 5 == 0 && i / 5 <= AGENDA.size()) {
                String minutes =
                        "Minutes of the house meeting\n\n" + String.join("\n", AGENDA.subList(0, i / 5)) + "\n";
                s3.put(DemoData.DOCUMENTS, MINUTES, minutes.getBytes(StandardCharsets.UTF_8));
            }
            // Snapshots are named by the second.
            TimeUnit.SECONDS.sleep(1);
            run(i == 7);
            awaitRuns(i + 1);
        }
        send("POST", "/api/verify/start", new JsonObject());
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> {
            JsonObject cycle = hub.json("/api/verify").getJsonObject("cycle");
            return cycle != null && cycle.getString("proven_since") != null;
        });
    }

    private void take(String path, String name) throws IOException {
        camera.take(address(path), name);
    }

    private URI address(String path) {
        return hub.awaitUp().resolve("/" + path);
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
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> finishedRuns() >= many);
    }

    private int finishedRuns() {
        return (int) hub.json("/api/backup/history?limit=50").getJsonArray("runs").stream()
                .filter(run -> ((JsonObject) run).getString("finished_at") != null)
                .count();
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

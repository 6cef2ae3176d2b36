package io.hubstorage.demo;

import com.microsoft.playwright.Page;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.MadeSnapshots;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SmallDisk;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * Pictures of days on which something is wrong. Each is one for real: the program itself, before an S3 server or on a disk that
 * fails as told. Only what takes weeks is made: the snapshots of the days before, and at which times runs have failed.
 */
final class BadDays {
    private static final Duration LONGEST_RUN = Duration.ofMinutes(10);
    private static final int DAYS = 24;
    private static final int REFUSED = 56;
    private static final int SCANS = 500_000;
    private static final int NOBODY = 4_711;
    private static final Path PARENT = Path.of(System.getProperty("java.io.tmpdir"), "hubstorage");

    private final Camera camera;
    private final Instant now = InstantSource.system().instant();
    private final PrintStream log = System.err;

    BadDays(Camera camera) {
        this.camera = camera.only(Camera.Look.WIDE_LIGHT, Camera.Look.NARROW_DARK);
    }

    @FunctionalInterface
    private interface BadDay {
        void take() throws IOException;
    }

    /** Takes all whose names begin so. */
    void takeAll(String prefix) throws IOException {
        Map<String, BadDay> days = new LinkedHashMap<>();
        days.put("bad-s3-down", this::s3Down);
        days.put("bad-disk-full", this::diskFull);
        days.put("bad-not-writable", this::notWritable);
        days.put("bad-partial", this::partial);
        days.put("bad-failing-week", this::failingForAWeek);
        days.put("bad-half-a-million", this::halfAMillion);
        days.put("bad-clock-moved", this::clockMoved);
        days.put("bad-history-lost", this::historyLost);
        days.put("bad-offline", this::offline);
        for (Map.Entry<String, BadDay> day : days.entrySet()) {
            if (day.getKey().startsWith(prefix)) {
                log.println("  " + day.getKey());
                try {
                    day.getValue().take();
                } catch (TestAbortedException e) {
                    log.printf("    skipped: %s%n", e.getMessage());
                }
            }
        }
    }

    /** A HubStorage of its own, and the S3 server that it copies. */
    private final class Place implements AutoCloseable {
        private final DemoHome home = DemoHome.create(PARENT, false, List.of());
        private final SyntheticS3 s3 = SyntheticS3.start();
        private final Map<String, String> more = new LinkedHashMap<>();
        private final List<String> buckets = new ArrayList<>(List.of("photos", "documents"));
        private @Nullable HubProcess started;

        Place() throws IOException {
            s3.bucket("photos", SyntheticBucket.ruled(400, "2026/IMG_####.jpg", index -> 40_000 + index * 97L % 9_000));
            s3.bucket("documents", SyntheticBucket.ruled(120, "minutes/2026-###.txt", index -> 2_000 + index));
        }

        /** Snapshots of the days before, each with something new, the last one so long ago. */
        void past(Duration ago) {
            past(home.data(), ago);
        }

        void past(Path data, Duration ago) {
            MadeSnapshots made = new MadeSnapshots(data);
            Instant first = now.minus(ago).minus(Duration.ofDays(DAYS - 1)).truncatedTo(ChronoUnit.SECONDS);
            for (int day = 0; day < DAYS; day++) {
                Instant at = first.plus(Duration.ofDays(day));
                // The first has most of it; then some photos a day, and every third day some minutes.
                for (int i = day == 0 ? 0 : 280 + day * 5; i < 285 + day * 5; i++) {
                    made.put("photos", "2026/IMG_%04d.jpg".formatted(i), new byte[40_000 + i * 97 % 9_000], at);
                }
                for (int i = day == 0 ? 0 : 90 + day; i < 91 + day; i++) {
                    made.put("documents", "minutes/2026-%03d.txt".formatted(i), "Minutes ".repeat(250 + i), at);
                }
                made.snapshot(at);
            }
        }

        HubProcess start() throws IOException {
            configure();
            HubProcess hub = HubProcess.start(home.folder(), environment(), "serve");
            started = hub;
            hub.awaitUp();
            return hub;
        }

        HubProcess hub() {
            return Objects.requireNonNull(started, "not started");
        }

        private void configure() {
            HubProcess.configure(
                    home.folder(),
                    new JsonObject()
                            .put("s3_buckets", new JsonArray(buckets))
                            .put(
                                    "automation",
                                    new JsonObject().put("interval_hours", 24).put("max_retries", 0)));
        }

        private Map<String, String> environment() throws IOException {
            Map<String, String> environment = HubProcess.environment(home.folder(), s3.settings());
            environment.put("HUBSTORAGE_WEB_PORT", Integer.toString(Ports.free("127.0.0.1", Screenshots.PORT)));
            environment.putAll(more);
            return environment;
        }

        /** Waits until a run that began here has ended. */
        void awaitRun() {
            Awaitility.await("a run ends").atMost(LONGEST_RUN).until(() -> {
                JsonObject status = hub().json("/api/backup/status");
                JsonObject last = status.getJsonObject("last");
                return !status.getBoolean("running")
                        && last != null
                        && Instant.parse(last.getString("started_at")).isAfter(now);
            });
        }

        void run() {
            String before = lastRun();
            hub().post("/api/backup/run", new JsonObject());
            Awaitility.await("another run ends").atMost(LONGEST_RUN).until(() -> {
                JsonObject status = hub().json("/api/backup/status");
                return !status.getBoolean("running") && !before.equals(lastRun());
            });
        }

        String lastRun() {
            return Objects.requireNonNull(
                    hub().json("/api/backup/last").getJsonObject("last").getString("run_id"));
        }

        /** Nobody had written down the days that were made; that is no part of this picture. */
        void acknowledge() {
            hub().post("/api/alarms/history_lost/acknowledge", new JsonObject());
        }

        void take(String path, String name) throws IOException {
            camera.take(hub().awaitUp().resolve(path), name);
        }

        @Override
        public void close() throws IOException {
            if (started != null) {
                started.close();
            }
            s3.close();
            home.close();
        }
    }

    private void s3Down() throws IOException {
        try (Place place = new Place()) {
            place.past(Duration.ofDays(1));
            place.s3.down();
            place.start();
            place.acknowledge();
            Awaitility.await("it waits for S3").atMost(LONGEST_RUN).until(() -> {
                JsonObject status = place.hub().json("/api/status");
                return status.encode().contains("\"state\":\"waiting\"");
            });
            place.take("/", "bad-s3-down");
        }
    }

    private void diskFull() throws IOException {
        try (Place place = new Place();
                SmallDisk disk = SmallDisk.mount(place.home.folder().resolve("disk"), 48, 20_000)) {
            Path data = Files.createDirectories(place.home.folder().resolve("disk/data"));
            place.more.put("HUBSTORAGE_DATA_PATH", data.toString());
            place.past(data, Duration.ofDays(1));
            disk.leave(40);
            try {
                place.start();
                place.acknowledge();
                place.awaitRun();
                place.take("/", "bad-disk-full");
                place.take("/storage", "bad-disk-full-storage");
            } finally {
                place.hub().close();
                disk.free();
            }
        }
    }

    private void notWritable() throws IOException {
        try (Place place = new Place()) {
            place.past(Duration.ofDays(1));
            place.configure();
            Path home = place.home.folder();
            Path jar = HubProcess.jar();
            if (Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid && uid == 0) {
                // Of root nothing is ever out of reach: somebody else has to run it.
                jar = Files.copy(jar, home.resolve("hubstorage.jar"));
                try (Stream<Path> own = Stream.of(home, home.resolve("logs"), home.resolve("config"), jar)) {
                    for (Path each : own.toList()) {
                        Files.setAttribute(each, "unix:uid", NOBODY);
                        Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
                    }
                }
                place.started = HubProcess.startAs(NOBODY, jar, home, place.environment(), "serve");
            } else {
                Files.setPosixFilePermissions(place.home.data(), PosixFilePermissions.fromString("r-xr-xr-x"));
                place.started = HubProcess.start(home, place.environment(), "serve");
            }
            place.hub().awaitUp();
            place.acknowledge();
            HubProcess hub = place.hub();
            Awaitility.await("no run can begin").until(() -> hub.out().contains("No backup can begin"));
            place.take("/", "bad-not-writable");
        }
    }

    private void partial() throws IOException {
        try (Place place = new Place()) {
            place.past(Duration.ofDays(1));
            place.s3
                    .faults()
                    .when(request -> request.kind() == RequestKind.GET
                            && request.key().startsWith("2026/IMG_")
                            && Integer.parseInt(request.key().substring(9, 13)) < REFUSED)
                    .then(Fault.accessDenied());
            place.start();
            place.acknowledge();
            place.awaitRun();
            place.take("/", "bad-partial");
            place.take("/runs/" + place.lastRun(), "bad-partial-run");
        }
    }

    private void failingForAWeek() throws IOException {
        try (Place place = new Place()) {
            place.past(Duration.ofDays(8));
            place.s3.faults().when(RequestKind.LIST).then(Fault.accessDenied());
            place.start();
            place.acknowledge();
            place.awaitRun();
            for (int i = 0; i < 6; i++) {
                place.run();
            }
            place.hub().close();
            spread(place.home.config().resolveSibling("history.jsonl"));
            place.start();
            place.take("/", "bad-failing-week");
        }
    }

    /** Gives the runs that failed today a day each; the last one stays as it was. */
    private void spread(Path history) throws IOException {
        List<String> today = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(history)) {
            JsonObject record = new JsonObject(line);
            String began = record.getString("started_at");
            if (began != null && Instant.parse(began).isAfter(now) && !today.contains(record.getString("run_id"))) {
                today.add(record.getString("run_id"));
            }
        }
        for (String line : Files.readAllLines(history)) {
            JsonObject record = new JsonObject(line);
            int run = today.indexOf(record.getString("run_id"));
            for (String time : List.of("started_at", "finished_at")) {
                if (run >= 0 && record.getString(time) != null) {
                    Instant at = Instant.parse(record.getString(time));
                    record.put(
                            time,
                            at.minus(Duration.ofDays(today.size() - 1L - run)).toString());
                }
            }
            lines.add(record.encode());
        }
        Files.write(history, lines);
    }

    private void halfAMillion() throws IOException {
        try (Place place = new Place()) {
            place.past(Duration.ofDays(1));
            place.buckets.add("scans");
            place.s3.bucket("scans", SyntheticBucket.uniform(SCANS, 100, "box-###/scan-######.tif"));
            place.s3
                    .faults()
                    .when(request -> request.kind() == RequestKind.GET
                            && request.bucket().equals("scans"))
                    .then(Fault.accessDenied());
            place.start();
            place.acknowledge();
            place.awaitRun();
            place.take("/", "bad-half-a-million");
            place.take("/runs/" + place.lastRun(), "bad-half-a-million-run");
        }
    }

    private void clockMoved() throws IOException {
        try (Place place = new Place()) {
            // By a clock that was ahead.
            place.past(Duration.ofHours(-7));
            place.start();
            place.acknowledge();
            place.run();
            place.take("/", "bad-clock-moved");
        }
    }

    private void historyLost() throws IOException {
        try (Place place = new Place()) {
            place.past(Duration.ofHours(3));
            place.start();
            place.take("/", "bad-history-lost");
        }
    }

    private void offline() throws IOException {
        try (Place place = new Place()) {
            place.past(Duration.ofHours(3));
            place.start();
            List<Page> pages = camera.open(place.hub().awaitUp());
            pages.forEach(page -> page.evaluate("async () => { await navigator.serviceWorker.ready; }"));
            place.hub().close();
            pages.forEach(page -> {
                page.reload();
                page.waitForSelector("#next:not(:empty)");
            });
            camera.take(pages, "bad-offline");
        }
    }
}

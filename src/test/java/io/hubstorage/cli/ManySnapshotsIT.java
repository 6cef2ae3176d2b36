package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.SnapshotCopies;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A data folder with many snapshots of twenty small buckets, in a small heap: 100 of them, or as many as
 * {@code -Dhubstorage.snapshots=10000} says. What it took is printed; {@code -Dhubstorage.heap=192m} sets the heap.
 */
final class ManySnapshotsIT {
    private static final int SNAPSHOTS = Integer.getInteger("hubstorage.snapshots", 100);
    private static final List<String> HEAP = List.of(
            "-Xmx" + System.getProperty("hubstorage.heap", "64m"), "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError");
    private static final String[] BUCKETS =
            IntStream.range(0, 20).mapToObj("bucket-%02d"::formatted).toArray(String[]::new);
    private static final Duration PATIENCE = Duration.ofMinutes(60);

    @Test
    void manySnapshotsAreListedSearchedContinuedAndVerifiedInASmallHeap(@TempDir Path home) throws Exception {
        try (SyntheticS3 s3 = SyntheticS3.start()) {
            for (String bucket : BUCKETS) {
                s3.bucket(bucket, SyntheticBucket.uniform(5, 1000, "folder/object-#.bin"));
            }
            SyntheticBucket changing = s3.bucket("bucket-07", SyntheticBucket.uniform(5, 1000, "folder/object-#.bin"));
            try (Hub hub = new Hub(home, s3.settings(), InstantSource.system()).configure(BUCKETS)) {
                hub.backUp();
                changing.change("folder/object-3.bin");
                hub.backUp();
            }
            Instant before = Instant.now();
            SnapshotCopies.before(new Layout(home.resolve("data")), SNAPSHOTS - 2, Duration.ofMinutes(10));
            say("%d snapshots made in %d s", SNAPSHOTS, seconds(before));
            Map<String, String> environment = HubProcess.environment(home, s3.settings());
            serve(home, environment, changing);
            verify(home, environment);
        }
    }

    private static void serve(Path home, Map<String, String> environment, SyntheticBucket changing) throws Exception {
        Instant before = Instant.now();
        try (HubProcess service = HubProcess.start(home, environment, HEAP, "serve")) {
            service.awaitUp();
            say("up after %d s", seconds(before));
            for (String page : List.of(
                    "/api/snapshots?limit=1",
                    "/api/snapshots?limit=20",
                    "/",
                    "/files",
                    "/api/files/timeline?bucket=bucket-07",
                    "/api/status",
                    "/api/find?bucket=bucket-07&q=object-3",
                    "/api/find?q=object-3")) {
                time(service, page);
            }
            JsonObject page = service.json("/api/snapshots?limit=20");
            assertThat(page.getInteger("total")).isEqualTo(SNAPSHOTS);
            assertThat(page.getJsonArray("snapshots")).hasSize(20);

            changing.change("folder/object-1.bin");
            assertThat(service.post("/api/backup/run", new JsonObject()).statusCode())
                    .isEqualTo(202);
            JsonObject status = Awaitility.await()
                    .atMost(PATIENCE)
                    .until(
                            () -> service.json("/api/backup/status"),
                            answer -> !answer.getBoolean("running")
                                    && answer.getJsonObject("last") != null
                                    && answer.getJsonObject("last").getBoolean("new_snapshot"));
            JsonObject run = status.getJsonObject("last");
            assertThat(run.getString("result")).isEqualTo("success");
            say(
                    "a run took %d ms",
                    Duration.between(run.getInstant("started_at"), run.getInstant("finished_at"))
                            .toMillis());
            assertThat(service.json("/api/snapshots?limit=1").getInteger("total"))
                    .isEqualTo(SNAPSHOTS + 1);
            say("the service: %s", peak(service));
        }
    }

    /** The quickest of some. */
    private static void time(HubProcess service, String path) {
        long best = Long.MAX_VALUE;
        int size = 0;
        for (int i = 0; i < 8; i++) {
            long before = System.nanoTime();
            HttpResponse<String> answer = service.get(path);
            best = Math.min(best, System.nanoTime() - before);
            size = answer.body().length();
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
        }
        say("%s: %d ms, %d characters", path, best / 1_000_000, size);
    }

    private static void verify(Path home, Map<String, String> environment) throws Exception {
        Instant before = Instant.now();
        try (HubProcess verify = HubProcess.start(home, environment, HEAP, "verify", "--all", "--json")) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> !verify.isAlive() || verify.err().contains("%"));
            say("verify: %s", verify.isAlive() ? peak(verify) : "ended");
            assertThat(verify.exitCode(PATIENCE)).as(verify.err()).isZero();
            JsonObject report = new JsonObject(verify.out());
            assertThat(report.getBoolean("ok")).isTrue();
            JsonArray snapshots = report.getJsonArray("snapshots");
            assertThat(snapshots).hasSize(SNAPSHOTS + 1);
            JsonObject bucket = snapshots
                    .getJsonObject(SNAPSHOTS / 2)
                    .getJsonArray("buckets")
                    .getJsonObject(7);
            assertThat(bucket.getJsonObject("proven").getInteger("objects")).isEqualTo(5);
            // Two have another version in one snapshot, and of one of these the copies hold the newer one again.
            assertThat(report.getJsonObject("hashed").getInteger("objects")).isEqualTo(100 + 2 + 1);
            say("verify took %d s", seconds(before));
        }
    }

    private static String peak(HubProcess process) throws Exception {
        return Files.readAllLines(Path.of("/proc/%d/status".formatted(process.pid()))).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .findFirst()
                .orElse("peak is unknown");
    }

    private static long seconds(Instant since) {
        return Duration.between(since, Instant.now()).toSeconds();
    }

    private static void say(String format, Object... arguments) {
        System.out.printf(format + "%n", arguments);
    }
}

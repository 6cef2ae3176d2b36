package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.testkit.BadDay;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bad day as its user sees it: exit codes, what is printed, what the dashboard says, and what is on the disk. */
final class FaultSuiteIT {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @TempDir
    Path home;

    @AutoClose
    private SyntheticS3 s3;

    private SyntheticBucket bucket;
    private Map<String, String> environment;

    @BeforeEach
    void start() {
        s3 = SyntheticS3.start();
        bucket = s3.bucket("photos", BadDay.bucket());
        environment = HubProcess.environment(home, s3.settings());
        HubProcess.configure(
                home,
                new JsonObject()
                        .put("s3_buckets", new JsonArray(List.of("photos")))
                        .put(
                                "automation",
                                new JsonObject().put("enabled", false).put("max_retries", 0)));
    }

    @Test
    void whatHealsEndsWith0AndWhatNeverHealsWith3NamedOnTheDashboardToo() throws IOException {
        BadDay day = BadDay.of(s3);
        run(0, "backup");
        assertThat(day.strikes().values()).allMatch(strikes -> strikes > 0);
        assertHolds(bucket.objects().toList());
        run(0, "verify");

        Map<String, SyntheticObject> before = BadDay.change(bucket);
        s3.faults().clear();
        List<String> never = BadDay.neverHeal(s3);
        BadDay.of(s3);

        String out = run(3, "backup");

        assertThat(out).contains("Each is named in:", "photos.failures.jsonl");
        assertThat(never).allMatch(key -> out.contains("  photos/" + key + ": "));
        assertHolds(BadDay.expected(bucket, never, before));
        run(0, "verify");
        assertDashboardNames(never);
    }

    private String run(int expected, String... arguments) {
        try (HubProcess hub = HubProcess.start(home, environment, arguments)) {
            int code = hub.exitCode(PATIENCE);
            assertThat(code).as(hub.out() + hub.err()).isEqualTo(expected);
            return hub.out();
        }
    }

    private void assertDashboardNames(List<String> keys) {
        try (HubProcess hub = HubProcess.start(home, environment, "serve")) {
            JsonObject status = hub.json("/api/status");
            assertThat(status.getJsonObject("status").getString("state")).isEqualTo("attention");
            assertThat(status.encode())
                    .contains("Bucket photos needs attention.", "photos: 7 objects could not be copied.");
            JsonObject last = hub.json("/api/backup/last").getJsonObject("last");
            JsonObject photos = last.getJsonArray("buckets").getJsonObject(0);
            assertThat(last.getString("result")).isEqualTo("partial");
            assertThat(photos.getLong("failures_total")).isEqualTo(7);
            assertThat(photos.getJsonArray("failures").stream().map(failure -> ((JsonObject) failure).getString("key")))
                    .containsExactlyInAnyOrderElementsOf(keys);
        }
    }

    private void assertHolds(List<SyntheticObject> objects) throws IOException {
        Path tree = new Snapshots(new Layout(home.resolve("data")))
                .newest()
                .orElseThrow()
                .tree("photos");
        assertThat(objects).hasSize(BadDay.OBJECTS);
        for (SyntheticObject object : objects) {
            assertThat(Files.readAllBytes(tree.resolve(object.key())))
                    .as(object.key())
                    .isEqualTo(object.body());
        }
    }
}

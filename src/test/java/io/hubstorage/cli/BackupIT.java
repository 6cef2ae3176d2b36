package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.RequestKind;
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

/** The {@code backup} command of the real jar: what it does, what it prints and how it ends. */
final class BackupIT {
    @TempDir
    Path home;

    @AutoClose
    private SyntheticS3 s3;

    private Map<String, String> environment;

    @BeforeEach
    void start() {
        s3 = SyntheticS3.start();
        environment = HubProcess.environment(home, s3.settings());
    }

    @Test
    void aRunThatSavesEverythingEndsWith0AndASecondOneFindsNothingToDo() throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(300, 1_000, "album-#/##.jpg"));
        configure("photos");

        try (HubProcess first = backup();
                HubProcess second = first.exitCode() == 0 ? backup() : first) {
            assertThat(first.err()).isEmpty();
            assertThat(first.out())
                    .contains("photos is safe: 300 objects (293 KiB) new or changed")
                    .contains("Result")
                    .containsPattern("photos +safe +300 \\(293 KiB\\)")
                    .contains("New snapshot: " + home.resolve("data") + "/hublink_");
            assertThat(second.exitCode()).isZero();
            assertThat(second.out()).contains("photos: no changes");
        }
        assertHolds(bucket);
        assertThat(snapshots()).hasSize(1);
    }

    @Test
    void aRunThatCannotReadSomeObjectsEndsWith3AndNamesThem() {
        s3.bucket("photos", SyntheticBucket.uniform(20, 100, "##.jpg"));
        s3.faults().whenGetting("07.jpg").then(Fault.accessDenied());
        configure("photos");

        try (HubProcess run = backup()) {
            assertThat(run.exitCode()).isEqualTo(3);
            assertThat(run.out())
                    .contains("Access denied (403): 1 object (100 B) in photos", "  Grant the credentials s3:GetObject")
                    .contains("  photos/07.jpg: ", "Each is named in:", "manifest/photos.failures.jsonl")
                    .containsPattern("photos +with failures");
        }
    }

    @Test
    void aRunThatSavesNothingEndsWith1() {
        configure("photos");

        try (HubProcess run = backup()) {
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).contains("photos failed: ").contains("does not exist");
        }
    }

    @Test
    void whatIsWrongWithTheConfigurationIsAllNamedAndEndsWith2() {
        HubProcess.configure(
                home,
                new JsonObject()
                        .put("s3_buckets", new JsonArray(List.of("photos")))
                        .put(
                                "automation",
                                new JsonObject().put("interval_hours", -1).put("max_retries", "many")));

        try (HubProcess run = backup()) {
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err())
                    .contains("for 2 reasons:")
                    .contains("  automation.interval_hours: found ")
                    .contains("  automation.max_retries: found ");
            assertThat(run.out()).isEmpty();
        }
    }

    @Test
    void withoutAnyBucketItSaysSoAndEndsWith2() {
        try (HubProcess run = backup()) {
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("no bucket is configured");
        }
    }

    @Test
    void theOldToolsSpellingsBackUpTheNamedBucketAndTheConfigurationStaysAsItIs() throws IOException {
        s3.bucket("photos", SyntheticBucket.uniform(5, 10, "#.jpg"));
        s3.bucket("other", SyntheticBucket.uniform(5, 10, "#.txt"));
        configure("photos");
        String before = Files.readString(home.resolve("config/config.json"));

        try (HubProcess first = run("--bucket", "photos", "--local-path", "elsewhere");
                HubProcess dry =
                        first.exitCode() == 0 ? run("--dry-run", "--bucket=other", "--local-path=elsewhere") : first;
                HubProcess second = dry.exitCode() == 0 ? run("--bucket", "other", "--local-path", "elsewhere") : dry) {
            assertThat(second.exitCode()).isZero();
            assertThat(dry.out()).contains("Dry run, nothing was written: would download 5 objects");
        }

        List<SnapshotInfo> made = new Snapshots(new Layout(home.resolve("elsewhere"))).list();
        assertThat(made).hasSize(2);
        assertThat(made.getFirst().buckets())
                .as("a run over one bucket drops no other")
                .containsExactly("other", "photos");
        assertThat(Files.readString(home.resolve("config/config.json"))).isEqualTo(before);
    }

    @Test
    void jsonIsTheRunsRecordAndNothingElse() {
        s3.bucket("photos", SyntheticBucket.uniform(5, 10, "#.jpg"));
        configure("photos");

        try (HubProcess run = run("backup", "--json")) {
            assertThat(run.exitCode()).isZero();
            JsonObject record = new JsonObject(run.out());
            assertThat(record.getString("result")).isEqualTo("success");
            assertThat(record.getString("trigger")).isEqualTo("cli");
        }
    }

    @Test
    void aSecondRunOnTheSameDataFolderEndsWith4WhileADryRunIsLetIn() {
        s3.bucket("photos", SyntheticBucket.uniform(100, 1_000, "##.jpg"));
        HeldRequests held = new HeldRequests();
        s3.faults().when(RequestKind.GET).then(Fault.hold(held));
        configure("photos");
        Path otherHome = home.resolve("other");
        HubProcess.configure(otherHome, buckets("photos"));
        Map<String, String> others = HubProcess.environment(otherHome, s3.settings());
        others.put("HUBSTORAGE_DATA_PATH", home.resolve("data").toString());

        try (HubProcess first = backup()) {
            await().until(() -> held.arrived() > 10);
            try (HubProcess second = HubProcess.start(otherHome, others, "backup");
                    HubProcess dry = HubProcess.start(otherHome, others, "backup", "--dry-run")) {
                assertThat(second.exitCode()).isEqualTo(4);
                assertThat(second.err())
                        .contains("Nothing was backed up: another HubStorage is at work on " + home.resolve("data")
                                + " (process ");
                assertThat(dry.exitCode()).as(dry.out() + dry.err()).isZero();
                assertThat(otherHome.resolve("config/history.jsonl"))
                        .as("a run that was refused has never been")
                        .content()
                        .doesNotContain("\"dry_run\":false");
            }
            held.open();
            assertThat(first.exitCode()).isZero();
        }
    }

    @Test
    void ctrlCEndsItWith130AndTheNextRunGoesOnWithWhatItHad() throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(400, 10_000, "###.jpg"));
        s3.bandwidth(1_000_000, 0);
        configure("photos");
        try (HubProcess run = backup()) {
            await().until(() -> s3.counts().bytes() > 2_000_000);
            run.signal("INT");
            assertThat(run.exitCode(Duration.ofSeconds(8))).isEqualTo(130);
            assertThat(run.out())
                    .contains("Stopping; a second signal ends it at once.")
                    .contains("Stopped on request");
        }
        s3.bandwidth(0, 0);
        s3.log().clear();

        try (HubProcess next = backup()) {
            assertThat(next.exitCode()).isZero();
        }
        assertThat(s3.counts().gets()).as("half of it was there already").isLessThan(400 - 100);
        assertHolds(bucket);
    }

    private void configure(String... buckets) {
        HubProcess.configure(home, buckets(buckets));
    }

    private static JsonObject buckets(String... names) {
        return new JsonObject()
                .put("s3_buckets", new JsonArray(List.of(names)))
                .put("automation", new JsonObject().put("max_retries", 0));
    }

    private HubProcess backup() {
        return run("backup");
    }

    private HubProcess run(String... arguments) {
        return HubProcess.start(home, environment, arguments);
    }

    private List<SnapshotInfo> snapshots() throws IOException {
        return new Snapshots(new Layout(home.resolve("data"))).list();
    }

    private void assertHolds(SyntheticBucket bucket) throws IOException {
        Path tree = snapshots().getFirst().tree("photos");
        assertThat(bucket.objects().map(SyntheticObject::key)).isNotEmpty();
        bucket.objects()
                .forEach(object ->
                        assertThat(tree.resolve(object.key())).as(object.key()).hasBinaryContent(object.body()));
    }
}

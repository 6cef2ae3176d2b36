package io.hubstorage.drill;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.DrillRecord;
import io.hubstorage.bus.DrillStart;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Trigger;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.restore.RestoreKit;
import io.hubstorage.restore.Surroundings;
import io.hubstorage.restore.Targets;
import io.hubstorage.restore.WrappedTarget;
import io.hubstorage.restore.s3.S3Target;
import io.hubstorage.restore.targets.Source;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.EmbeddedS3;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Drills of snapshots on the disk, to a folder and to a server. */
final class DrillWorkTest {
    private static final InstantSource CLOCK = InstantSource.fixed(RestoreKit.NOW);
    private static final String ID = "20261127-061500-drll";
    private static final String SCRATCH = "scratch";

    @TempDir
    Path folder;

    @AutoClose
    private RestoreKit kit;

    private @Nullable EmbeddedS3 server;

    @BeforeEach
    void open() throws IOException {
        kit = new RestoreKit(folder.toRealPath());
    }

    private Surroundings around() {
        Targets usual = Targets.ofTrials(kit.config, "1");
        Targets targets = (id, place, request, scratch) -> kit.around.apply(
                place.folder() != null
                        ? usual.open(id, place, request, scratch)
                        : S3Target.open(
                                new S3Target.Destination(
                                        id, requireNonNull(place.bucket()), place.prefix(), scratch, false),
                                request,
                                requireNonNull(server).settings(),
                                kit.config,
                                "1"));
        return new Surroundings(kit.config, targets, CLOCK, "1");
    }

    private DrillWork work(int sample, @Nullable String to) {
        return new DrillWork(ID, new DrillStart(Trigger.CLI, sample, List.of(), to, 42L), around());
    }

    private DrillRecord drill(int sample, @Nullable String to) throws Exception {
        return drill(work(sample, to), new Job());
    }

    private static DrillRecord drill(DrillWork work, Job job) throws Exception {
        work.admit();
        try {
            return work.run(job);
        } finally {
            work.close();
        }
    }

    private Path left() {
        return new Layout(kit.data).drills().resolve(ID);
    }

    private static SortedMap<String, RestoreKit.Item> numbered(int many) {
        SortedMap<String, RestoreKit.Item> items = RestoreKit.items();
        for (int i = 0; i < many; i++) {
            items.put("dir/%03d".formatted(i), RestoreKit.Item.of("body " + i));
        }
        return items;
    }

    @Test
    void whatIsWellComesBackFromEveryBucketAndNothingOfItStays() throws Exception {
        String name = kit.snapshot(
                RestoreKit.SAVED,
                Map.of("large", numbered(300), "small", RestoreKit.items("dir/001", "another"), "none", numbered(0)));

        DrillRecord record = drill(20, null);

        assertThat(record.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(record.what()).isEqualTo(new DrillRecord.What(name, null, 42));
        assertThat(record.outcome().sampled().objects()).isEqualTo(20);
        assertThat(record.outcome().same()).isEqualTo(record.outcome().sampled());
        assertThat(record.message()).startsWith("20 of 20 came back as they were");
        assertThat(left()).doesNotExist();
        assertThat(new Layout(kit.data).restores())
                .as("a drill is no restore of anybody")
                .doesNotExist();
        assertThat(folder.resolve("config/restores")).doesNotExist();
    }

    @Test
    void everyBucketIsTriedAndTheSameSeedChoosesTheSame() throws IOException {
        String name = kit.snapshot(
                RestoreKit.SAVED, Map.of("large", numbered(300), "middle", numbered(30), "small", numbered(1)));
        SnapshotReader reader = new SnapshotReader(name, kit.data.resolve(name), false);
        List<String> buckets = List.of("large", "middle", "small");

        Sample sample = Sample.of(reader, buckets, 20, 1, new Job());

        assertThat(sample.keys().keySet()).containsExactlyElementsOf(buckets);
        assertThat(sample.total().objects()).isEqualTo(20);
        assertThat(sample.keys().getOrDefault("large", List.of()).size())
                .isGreaterThan(sample.keys().getOrDefault("middle", List.of()).size());
        assertThat(sample.keys().get("large")).doesNotHaveDuplicates();
        assertThat(Sample.of(reader, buckets, 20, 1, new Job())).isEqualTo(sample);
        assertThat(Sample.of(reader, buckets, 20, 2, new Job())).isNotEqualTo(sample);
        assertThat(Sample.of(reader, buckets, 1, 1, new Job()).keys())
                .as("one of each at least")
                .hasSize(3);
        assertThat(Sample.of(reader, buckets, 1_000, 1, new Job()).total().objects())
                .isEqualTo(331);
    }

    @Test
    void whatIsDamagedOrGoneIsNamedAndTheRestCounted() throws Exception {
        String name =
                kit.snapshot(RestoreKit.SAVED, Map.of("photos", RestoreKit.items("a", "11", "b", "22", "c", "33")));
        Path tree = kit.data.resolve(name).resolve("s3/photos");
        Files.writeString(tree.resolve("a"), "xx");
        Files.setLastModifiedTime(tree.resolve("a"), FileTime.from(RestoreKit.SAVED));
        Files.delete(tree.resolve("b"));

        DrillRecord record = drill(20, null);

        assertThat(record.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(record.outcome().same().objects()).isEqualTo(1);
        assertThat(record.outcome().different().objects()).isEqualTo(2);
        assertThat(record.outcome().differences())
                .extracting(DrillRecord.Difference::key)
                .containsExactlyInAnyOrder("a", "b");
        assertThat(record.outcome().differences())
                .anySatisfy(each -> assertThat(each.why()).contains("SHA-256"))
                .anySatisfy(each -> assertThat(each.why()).contains("gone"));
        assertThat(record.message()).contains("1 of 3", "2 did not", name);
        assertThat(left()).doesNotExist();
    }

    @Test
    void whatTheWayBackSpoilsIsFound() throws Exception {
        kit.snapshot(RestoreKit.SAVED, Map.of("photos", RestoreKit.items("a", "11", "b", "22")));
        kit.around = target -> new WrappedTarget(target) {
            @Override
            public Written write(String key, ManifestEntry entry, Source source, Condition condition)
                    throws ConflictException, TargetException, IOException, InterruptedException {
                Written written = super.write(key, entry, source, condition);
                if (key.equals("b")) {
                    Path file = new Drills(around()).files(ID).resolve("1/b");
                    Files.writeString(file, "2x");
                    Files.setLastModifiedTime(file, FileTime.from(entry.lastModified()));
                }
                return written;
            }
        };

        DrillRecord record = drill(20, null);

        assertThat(record.outcome().differences()).singleElement().satisfies(each -> {
            assertThat(each.key()).isEqualTo("b");
            assertThat(each.why()).contains("not what the snapshot says");
        });
    }

    @Test
    void afterAnErrorOrAStopNothingStays() throws Exception {
        kit.snapshot(RestoreKit.SAVED, Map.of("photos", RestoreKit.items("a", "11", "b", "22")));
        Job job = new Job();
        DrillWork stopped = work(20, null);
        kit.around = target -> new WrappedTarget(target) {
            @Override
            public Written write(String key, ManifestEntry entry, Source source, Condition condition)
                    throws ConflictException, TargetException, IOException, InterruptedException {
                Written written = super.write(key, entry, source, condition);
                assertThat(left().resolve("files/1")).isNotEmptyDirectory();
                job.stop(RunResult.CANCELLED, "enough");
                return written;
            }
        };
        DrillWork work = new DrillWork(ID, new DrillStart(Trigger.CLI, 20, List.of(), null, 42L), around());
        assertThatThrownBy(() -> drill(work, job)).isInstanceOf(CancellationException.class);
        assertThat(left()).doesNotExist();

        kit.around = target -> new WrappedTarget(target) {
            @Override
            public Written write(String key, ManifestEntry entry, Source source, Condition condition)
                    throws TargetException {
                throw new TargetException("disk_full", "There is no room left.", false, true, null);
            }
        };
        assertThatThrownBy(() -> drill(20, null)).hasMessageContaining("no room left");
        assertThat(left()).doesNotExist();
        assertThat(stopped.state().outcome()).isEqualTo(DrillRecord.Outcome.NONE);
    }

    @Test
    void withoutASnapshotThereIsNothingToTry() {
        DrillWork work = work(20, null);

        assertThatThrownBy(() -> drill(work, new Job())).hasMessageContaining("There is no snapshot yet");
        assertThat(left()).doesNotExist();
    }

    @Test
    void inS3ItComparesByHeadAndLeavesWhatIsOthers() throws Exception {
        kit.snapshot(RestoreKit.SAVED, Map.of("photos", numbered(30), "docs", RestoreKit.items("ä b", "x")));
        try (EmbeddedS3 real = EmbeddedS3.start()) {
            server = real;
            real.createBucket(SCRATCH);
            real.put(SCRATCH, "drills/theirs", new byte[3]);

            DrillRecord record = drill(8, "s3://scratch/drills");

            assertThat(record.result()).as(record.message()).isEqualTo(RunResult.SUCCESS);
            assertThat(record.outcome().same().objects()).isEqualTo(8);
            assertThat(record.what().to()).isEqualTo("s3://scratch/drills/hubstorage-drill-%s/".formatted(ID));
            assertThat(keys(real)).containsExactly("drills/theirs");
            assertThat(left()).doesNotExist();
        }
    }

    private static List<String> keys(EmbeddedS3 real) {
        return real.client().listObjectsV2(request -> request.bucket(SCRATCH)).join().contents().stream()
                .map(S3Object::key)
                .toList();
    }

    /** As a killed process leaves it: restored, and neither compared nor removed. */
    private void killed(String to) throws Exception {
        new Drills(around())
                .restores(ID)
                .restore(
                        "20261127-061500-aaaa",
                        BusJson.request(new JsonObject().put("to", to), RestoreRequest.class),
                        Trigger.CLI,
                        new Job());
    }

    @Test
    void afterAKillTheNextStartRemovesWhatIsThereAndTellsOfIt() throws Exception {
        kit.snapshot(RestoreKit.SAVED, Map.of("photos", numbered(3)));
        try (EmbeddedS3 real = EmbeddedS3.start()) {
            server = real;
            real.createBucket(SCRATCH);
            real.put(SCRATCH, "theirs", new byte[3]);
            killed("s3://scratch/hubstorage-drill-%s/1/".formatted(ID));
            assertThat(keys(real)).hasSize(4);
            HistoryStore history = HistoryStore.open(kit.config.settings().configFolder());
            history.append(new DrillRecord(
                    ID,
                    Trigger.SCHEDULE,
                    RestoreKit.NOW,
                    new RunEnd(RunResult.RUNNING, null, 0, null),
                    new DrillRecord.What(null, null, 1),
                    DrillRecord.Outcome.NONE));
            Jobs jobs = new Jobs(kit.vertx, history, CLOCK);

            kit.vertx.deployVerticle(new DrillVerticle(around(), jobs, false)).await();

            await().untilAsserted(() -> assertThat(left()).doesNotExist());
            assertThat(keys(real)).containsExactly("theirs");
            assertThat(history.find(ID).orElseThrow().result()).isEqualTo(RunResult.INTERRUPTED);
            jobs.stop().await();
        }
    }

    @Test
    void aPlanThatNamesAPlaceOfOthersDeletesNothingThere() throws Exception {
        kit.snapshot(RestoreKit.SAVED, Map.of("photos", numbered(3)));
        try (EmbeddedS3 real = EmbeddedS3.start()) {
            server = real;
            real.createBucket(SCRATCH);
            killed("s3://scratch/of-a-person/");

            new Drills(around()).clearLeft(RestoreKit.NOW);

            assertThat(left()).doesNotExist();
            assertThat(keys(real)).hasSize(3);
        }
    }

    @Test
    void itIsAJobThatAnybodyCanAskFor() throws Exception {
        kit.snapshot(RestoreKit.SAVED, Map.of("photos", numbered(3)));
        HistoryStore history = HistoryStore.open(kit.config.settings().configFolder());
        Jobs jobs = new Jobs(kit.vertx, history, CLOCK);
        kit.vertx.deployVerticle(new DrillVerticle(around(), jobs, false)).await();
        Bus bus = new Bus(kit.vertx);

        String id = bus.ask(JobKind.DRILL.start(), new JsonObject(), Bus.PATIENT)
                .await()
                .getString("run_id");

        DrillRecord record = (DrillRecord) await().until(
                        () -> history.find(id).orElse(null),
                        found -> found != null && found.result() != RunResult.RUNNING);
        assertThat(record.succeeded()).isTrue();
        assertThat(record.trigger()).isEqualTo(Trigger.MANUAL);
        assertThatThrownBy(() -> bus.ask(JobKind.DRILL.start(), new JsonObject().put("sample", 0), Bus.PATIENT)
                        .await())
                .hasMessageContaining("sample");
        assertThatThrownBy(() -> bus.ask(JobKind.DRILL.start(), new JsonObject().put("to", "/mnt"), Bus.PATIENT)
                        .await())
                .hasMessageContaining("s3://");
        jobs.stop().await();
    }
}

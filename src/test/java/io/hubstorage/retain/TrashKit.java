package io.hubstorage.retain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.fs.Sha256;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.testkit.Hub;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A data folder with snapshots that share files, and what is around the trash in the program. */
public final class TrashKit implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-27T06:15:00Z");
    static final String BUCKET = "photos";

    final Vertx vertx = Vertx.vertx();
    final AtomicReference<Instant> now = new AtomicReference<>(NOW);
    final InstantSource clock = now::get;
    /** By how much the clock went ahead without that time having passed. */
    private volatile Duration jumped = Duration.ZERO;

    /** The present start of the machine. */
    private volatile String boot = "first";

    final Layout layout;
    final ConfigStore config;
    final HistoryStore history;
    final List<Alarm> alarms = new CopyOnWriteArrayList<>();
    /** Asked each time that somebody asks for the open ones. */
    volatile Supplier<List<Alarm>> openAlarms = () -> List.copyOf(alarms);

    TrashKit(Path folder, Path data, JsonObject retention) throws IOException {
        Files.createDirectories(data);
        Files.createDirectories(folder.resolve("config"));
        Files.writeString(
                folder.resolve("config/config.json"),
                new JsonObject()
                        .put("s3_buckets", List.of(BUCKET))
                        .put("automation", new JsonObject().put("time_zone", "UTC"))
                        .put("retention", retention)
                        .encode());
        Environment environment = Hub.environment(folder, data);
        config = ConfigStore.open(vertx, environment, UnaryOperator.identity(), clock)
                .await();
        layout = new Layout(config.dataPath());
        history = HistoryStore.open(config.settings().configFolder());
        new Bus(vertx)
                .answer(
                        Addresses.ALARMS_LIST,
                        _ -> Future.succeededFuture(new Alarm.Listing(openAlarms.get(), List.of())))
                .await();
    }

    TrashKit(Path folder, JsonObject retention) throws IOException {
        this(folder, folder.resolve("data"), retention);
    }

    void advance(Duration by) {
        now.set(clock.instant().plus(by));
    }

    /** The clock changes, and no time passes. */
    void jump(Duration by) {
        jumped = jumped.plus(by);
        advance(by);
    }

    /** The machine is switched off for so long, and started again. */
    void switchOff(Duration time) {
        jump(time);
        boot = "started at " + clock.instant();
    }

    private long nanos(Instant at) {
        return Duration.between(NOW.plus(jumped), at).toNanos();
    }

    TrashEmptier emptier(TrashEmptier.Speed speed, TrashEmptier.FreeShare free, TrashEmptier.Doubt doubt) {
        return new TrashEmptier(config, clock, jumps(), speed, free, doubt);
    }

    private ClockJumps jumps() {
        // Both of the same moment: who looks at them is none to be seen between two looks at a clock that the test
        // moves.
        AtomicReference<Instant> seen = new AtomicReference<>(clock.instant());
        return new ClockJumps(
                () -> {
                    seen.set(clock.instant());
                    return Objects.requireNonNull(seen.get());
                },
                new ClockJumps.Machine(boot, () -> nanos(Objects.requireNonNull(seen.get()))),
                config.settings().configFolder().resolve("clock.json"));
    }

    Trash trash() {
        return new Trash(layout, clock);
    }

    /** A whole snapshot so many days before now, in which what the one before it has too is the same file. */
    String snapshot(int daysAgo, String... pathsAndTexts) {
        return snapshot(NOW.minus(Duration.ofDays(daysAgo)), BUCKET, pathsAndTexts);
    }

    String snapshot(Instant time, String bucket, String... pathsAndTexts) {
        return write(layout, time, bucket, pathsAndTexts);
    }

    /** Likewise, in any data folder. */
    public static String write(Layout layout, Instant time, String bucket, String... pathsAndTexts) {
        String name = Layout.name(time);
        Path snapshot = layout.snapshot(name);
        try {
            SnapshotInfo before = new Snapshots(layout).newestWith(bucket).orElse(null);
            Files.createDirectories(Layout.trees(snapshot, null));
            Files.createDirectories(Layout.manifests(snapshot, null));
            Path tree = Files.createDirectories(Layout.tree(snapshot, bucket));
            Tally files = Tally.ZERO;
            ManifestSummary manifest;
            try (ManifestWriter writer = new ManifestWriter(Layout.manifest(snapshot, bucket))) {
                for (Map.Entry<String, String> each : sorted(pathsAndTexts).entrySet()) {
                    byte[] bytes = each.getValue().getBytes(StandardCharsets.UTF_8);
                    writer.write(new ManifestEntry(
                            each.getKey(),
                            each.getKey(),
                            new ManifestEntry.Content(
                                    bytes.length,
                                    null,
                                    HexFormat.of().formatHex(Sha256.digest().digest(bytes)),
                                    "md5",
                                    ManifestEntry.Upload.UNKNOWN),
                            new ManifestEntry.Metadata(time),
                            EntryState.DOWNLOADED));
                    files = files.plus(Tally.of(bytes.length));
                    put(
                            tree.resolve(each.getKey()),
                            bytes,
                            before == null ? null : before.tree(bucket).resolve(each.getKey()));
                }
                manifest = writer.finish();
            }
            certificate(name, time, bucket, files, manifest).write(Layout.certificate(snapshot));
            return name;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SortedMap<String, String> sorted(String... pathsAndTexts) {
        SortedMap<String, String> sorted = new TreeMap<>();
        for (int i = 0; i < pathsAndTexts.length; i += 2) {
            sorted.put(pathsAndTexts[i], pathsAndTexts[i + 1]);
        }
        return sorted;
    }

    private static void put(Path file, byte[] bytes, @Nullable Path before) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        if (before != null && Files.exists(before) && Arrays.equals(Files.readAllBytes(before), bytes)) {
            Files.createLink(file, before);
        } else {
            Files.write(file, bytes);
        }
    }

    private static Certificate certificate(
            String name, Instant time, String bucket, Tally files, ManifestSummary manifest) {
        BucketCounts counts =
                new BucketCounts(Map.of(BucketCounts.Fate.LISTED, files, BucketCounts.Fate.DOWNLOADED, files));
        return new Certificate(
                Certificate.FORMAT,
                name,
                new Certificate.Run(Layout.time(time), Trigger.MANUAL, RunResult.SUCCESS, true, time, time, 1),
                new Certificate.Basis("1", null, null, JsonNodeFactory.instance.objectNode()),
                List.of(new Certificate.Bucket(
                        bucket,
                        "",
                        new BucketOutcome(RunResult.SUCCESS, false, counts, List.of(), 0, null),
                        new Certificate.Listing(true, 1, "utf8"),
                        files,
                        manifest,
                        null)),
                List.of(),
                null);
    }

    /** Each file and folder below one by its path, with its inode and what it holds: equal only for the very same. */
    static SortedMap<String, String> inodes(Path folder) {
        SortedMap<String, String> inodes = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.toList()) {
                String content = Files.isRegularFile(each) ? Files.readString(each, StandardCharsets.ISO_8859_1) : "";
                inodes.put(folder.relativize(each).toString(), Files.getAttribute(each, "unix:ino") + " " + content);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return inodes;
    }

    List<String> snapshots() {
        try {
            return new Snapshots(layout).list().stream().map(SnapshotInfo::name).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names in the trash's folder, sorted. */
    List<String> inTrash() {
        if (!Files.isDirectory(layout.removedSnapshots())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(layout.removedSnapshots())) {
            return new ArrayList<>(
                    files.map(each -> each.getFileName().toString()).sorted().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Trash.Note note(Duration undo) {
        return new Trash.Note(false, clock.instant(), clock.instant().plus(undo), 4_096L, null);
    }

    void remove(String snapshot, Duration undo) throws Exception {
        trash().remove(snapshot, note(undo));
        assertThat(snapshots()).doesNotContain(snapshot);
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}

package io.hubstorage.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.fs.Sha256;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.jobs.JobsVerticle;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.keys.PathAllocator;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.restore.targets.Target;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.Shelf;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A data folder with snapshots, and restores from it as the program does them, without the bus. */
public final class RestoreKit implements AutoCloseable {
    public static final Instant NOW = Instant.parse("2026-11-27T06:15:00Z");
    public static final Instant SAVED = Instant.parse("2026-11-20T08:00:00Z");

    public final Path folder;
    public final Path data;
    public final Path target;
    public final ConfigStore config;
    final Restores restores;
    /** What the target of the next plan or run is wrapped in. */
    public UnaryOperator<Target> around = UnaryOperator.identity();

    public final Vertx vertx = Vertx.vertx();
    private int planned;

    public RestoreKit(Path folder) {
        this(folder, folder.resolve("target"), new JsonObject());
    }

    public RestoreKit(Path folder, Path target, JsonObject configuration) {
        this.folder = folder;
        this.data = folder.resolve("data");
        this.target = target;
        try {
            Files.createDirectories(data);
            Files.createDirectories(folder.resolve("config"));
            Files.writeString(
                    folder.resolve("config/config.json"),
                    new JsonObject()
                            .put("s3_buckets", List.of("photos"))
                            .put(
                                    "automation",
                                    new JsonObject().put("max_retries", 0).put("retry_delay_minutes", 0))
                            .mergeIn(configuration, true)
                            .encode());
            Environment environment = Hub.environment(folder, data);
            config = ConfigStore.open(vertx, environment, UnaryOperator.identity(), InstantSource.fixed(NOW))
                    .await();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        restores = new Restores(surroundings());
    }

    /** An object of a snapshot. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Item(byte[] bytes, Instant modified) {
        public static Item of(String text) {
            return new Item(text.getBytes(StandardCharsets.UTF_8), SAVED);
        }
    }

    public static SortedMap<String, Item> items() {
        return new TreeMap<>(KeyOrder.COMPARATOR);
    }

    public static SortedMap<String, Item> items(String... keysAndTexts) {
        SortedMap<String, Item> items = items();
        for (int i = 0; i < keysAndTexts.length; i += 2) {
            items.put(keysAndTexts[i], Item.of(keysAndTexts[i + 1]));
        }
        return items;
    }

    /** A snapshot of one bucket, {@code photos}, with these keys and texts. */
    void photos(String... keysAndTexts) {
        snapshot(SAVED, Map.of("photos", items(keysAndTexts)));
    }

    /** Writes a whole snapshot, named by the time. */
    public String snapshot(Instant time, Map<String, SortedMap<String, Item>> buckets) {
        Path snapshot = data.resolve(Layout.name(time));
        try {
            Files.createDirectories(snapshot.resolve("manifest"));
            List<Certificate.Bucket> certified = new ArrayList<>();
            for (Map.Entry<String, SortedMap<String, Item>> bucket : buckets.entrySet()) {
                certified.add(bucket(snapshot, bucket.getKey(), bucket.getValue()));
            }
            Shelf.certificate(Layout.name(time), time, Layout.time(time), certified)
                    .write(Layout.certificate(snapshot));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return snapshot.getFileName().toString();
    }

    private static Certificate.Bucket bucket(Path snapshot, String name, SortedMap<String, Item> items)
            throws IOException {
        Path tree = Files.createDirectories(Layout.tree(snapshot, name));
        PathAllocator paths = new PathAllocator();
        try (ManifestWriter writer = new ManifestWriter(Layout.manifest(snapshot, name))) {
            for (Map.Entry<String, Item> item : items.entrySet()) {
                byte[] bytes = item.getValue().bytes;
                ManifestEntry entry = new ManifestEntry(
                        item.getKey(),
                        paths.allocate(item.getKey(), bytes.length),
                        new ManifestEntry.Content(
                                bytes.length, null, sha256(bytes), "md5", ManifestEntry.Upload.UNKNOWN),
                        new ManifestEntry.Metadata(item.getValue().modified),
                        EntryState.DOWNLOADED);
                writer.write(entry);
                Path file = tree.resolve(entry.path());
                if (entry.directory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    Files.write(file, bytes);
                    Files.setLastModifiedTime(file, FileTime.from(item.getValue().modified));
                }
            }
            return Shelf.downloaded(name, writer.finish());
        }
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(Sha256.digest().digest(bytes));
    }

    /** A request to restore to {@link #target} with further members, as JSON has them. */
    RestoreRequest request(JsonObject members) {
        return BusJson.request(
                new JsonObject().put("to_dir", target.toString()).mergeIn(members), RestoreRequest.class);
    }

    Restores.Planned plan(JsonObject members) {
        return plan(request(members));
    }

    Restores.Planned plan(RestoreRequest request) {
        try {
            Restores.Planned asked =
                    new Restores.Planned("20261127-061500-%04d".formatted(++planned), NOW, request, null, null);
            restores.save(asked);
            return new Planning(surroundings(), restores, true).plan(asked, new Cancellation());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public Targets targets() {
        return (id, place, request, scratch) ->
                around.apply(Targets.of(config, "1").open(id, place, request, scratch));
    }

    Surroundings surroundings() {
        return new Surroundings(config, targets(), InstantSource.fixed(NOW), "1");
    }

    /** Restores over the bus. */
    void deploy(Jobs jobs, HistoryStore history, boolean alone) {
        vertx.deployVerticle(new JobsVerticle(jobs, history)).await();
        vertx.deployVerticle(new RestoreVerticle(surroundings(), jobs, alone)).await();
    }

    RestoreRecord run(Restores.Planned plan) {
        return run(plan, new Job());
    }

    /** As a job does it, its end included. What kills a process is passed on. */
    RestoreRecord run(Restores.Planned plan, Job job) {
        RestoreWork work = new RestoreWork(restores, plan, new RestoreWork.Asked(Trigger.CLI, NOW), surroundings());
        JobRecord record;
        try {
            work.admit();
            try {
                record = work.run(job);
            } catch (CancellationException e) {
                record = work.stopped(job.result(), job.reason());
            } catch (Target.TargetException | IOException e) {
                record = work.stopped(RunResult.FAILED, work.reason(e));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            work.close();
        }
        RestoreRecord restored = (RestoreRecord) record;
        assertThat(restored.outcome().problems()).isEmpty();
        return restored;
    }

    static RestorePlan made(Restores.Planned planned) {
        return Objects.requireNonNull(planned.plan());
    }

    RestoreRecord restore(JsonObject members) {
        Restores.Planned plan = plan(members);
        assertThat(made(plan).problems()).isEmpty();
        return run(plan);
    }

    List<PlanLine> lines(Restores.Planned plan) {
        return lines(restores.lines(plan.id()));
    }

    static List<PlanLine> lines(Path file) {
        List<PlanLine> lines = new ArrayList<>();
        try (PlanFile.Reader reader = PlanFile.open(file, 0)) {
            for (PlanLine line = reader.next(); line != null; line = reader.next()) {
                lines.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }

    /** Every file below the target by its path, and every folder by its path with a slash. */
    SortedMap<String, @Nullable String> files() {
        SortedMap<String, @Nullable String> files = new TreeMap<>();
        try (var walk = Files.walk(target)) {
            for (Path each : walk.toList()) {
                String path = target.relativize(each).toString();
                if (Files.isRegularFile(each)) {
                    files.put(path, Files.readString(each, StandardCharsets.ISO_8859_1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    void write(String path, String text, Instant modified) {
        try {
            Path file = target.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            Files.setLastModifiedTime(file, FileTime.from(modified));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}

package io.hubstorage.repair;

import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RepairMessage;
import io.hubstorage.bus.RepairPlan;
import io.hubstorage.bus.RepairRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.fs.Sha256;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.keys.PathAllocator;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Shelf;
import io.hubstorage.testkit.SyntheticObject;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.verify.SnapshotVerifier;
import io.hubstorage.verify.VerifyProgress;
import io.hubstorage.verify.VerifyReport;
import io.hubstorage.verify.VerifyRequest;
import io.hubstorage.verify.scrub.Damage;
import io.hubstorage.verify.scrub.DamageList;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A data folder with snapshots that share their files as backups leave them, what is damaged in it, and its repair, beside a real server. */
final class RepairKit implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-27T06:15:00Z");
    static final Instant SAVED = Instant.parse("2026-01-15T10:00:00Z");
    private static final RetryPolicy RETRIES = new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(5), 3);

    final Path folder;
    final Path data;
    final Layout layout;
    final Vertx vertx = Vertx.vertx();
    final SyntheticS3 s3 = SyntheticS3.start();
    final ConfigStore config;
    final DamageList list;
    /** What every file should be. */
    final List<Name> names = new ArrayList<>();
    /** Is asked before each step of a repair. */
    Runnable beat = () -> {};

    final Jobs jobs;
    private int repairs;

    private final Repairer.Backups backups = new Repairer.Backups() {
        @Override
        public boolean isUnderWay() throws IOException {
            return DataLock.holder(layout).isPresent();
        }

        @Override
        public void pause() {
            beat.run();
        }
    };

    RepairKit(Path home) {
        this(home, home.resolve("data"), new JsonObject());
    }

    RepairKit(Path home, Path data, JsonObject configuration) {
        this.folder = home;
        this.data = data;
        this.layout = new Layout(data);
        this.list = new DamageList(layout);
        try {
            Files.createDirectories(data);
            Files.createDirectories(home.resolve("config"));
            Files.writeString(
                    home.resolve("config/config.json"),
                    new JsonObject()
                            .put("s3_buckets", List.of("photos"))
                            .mergeIn(configuration, true)
                            .encode());
            Environment environment = Environment.load(
                    Map.of(
                            "DOCKER_MODE", "false",
                            "HUBSTORAGE_DATA_PATH", data.toString(),
                            "HUBSTORAGE_LOG_PATH", home.resolve("logs").toString(),
                            "HUBSTORAGE_CONFIG_PATH", home.resolve("config").toString(),
                            "AWS_ENDPOINT_URL", s3.endpoint().toString(),
                            "AWS_ACCESS_KEY_ID", "synthetic",
                            "AWS_SECRET_ACCESS_KEY", "synthetic-secret"),
                    home.resolve(".env"));
            config = ConfigStore.open(vertx, environment, config -> config, InstantSource.fixed(NOW))
                    .await();
            jobs = new Jobs(vertx, HistoryStore.open(config.settings().configFolder()), InstantSource.fixed(NOW));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An object as it was when it was saved. */
    @SuppressWarnings("ArrayRecordComponent")
    record Item(
            byte[] bytes,
            Instant modified,
            @Nullable String etag,
            @Nullable String version) {
        static Item of(String text) {
            return new Item(text.getBytes(StandardCharsets.UTF_8), SAVED, null, null);
        }

        static Item of(SyntheticObject object) {
            return new Item(
                    object.body(),
                    object.lastModified(),
                    object.etag(),
                    object.headers().get("x-amz-version-id"));
        }

        boolean isSame(@Nullable Item other) {
            return other != null && modified.equals(other.modified) && Arrays.equals(bytes, other.bytes);
        }
    }

    /** A file of a snapshot, and what it should hold. */
    record Name(String snapshot, String bucket, String key, String path, Item item) {
        Path file(Layout layout) {
            return Layout.tree(layout.snapshot(snapshot), bucket).resolve(path);
        }

        boolean isFolder() {
            return key.endsWith("/") && item.bytes.length == 0;
        }
    }

    static SortedMap<String, Item> items(String... keysAndTexts) {
        SortedMap<String, Item> items = new TreeMap<>(KeyOrder.COMPARATOR);
        for (int i = 0; i < keysAndTexts.length; i += 2) {
            items.put(keysAndTexts[i], Item.of(keysAndTexts[i + 1]));
        }
        return items;
    }

    String snapshot(int number, SortedMap<String, Item> photos) {
        return snapshot(number, Map.of("photos", photos));
    }

    /** Writes a whole snapshot; what is as in the one before is a hard link. */
    String snapshot(int number, Map<String, SortedMap<String, Item>> buckets) {
        Instant time = NOW.minus(Duration.ofDays(100)).plus(Duration.ofHours(6L * number));
        Path snapshot = data.resolve(Layout.name(time));
        try {
            Files.createDirectories(snapshot.resolve("manifest"));
            List<Certificate.Bucket> certified = new ArrayList<>();
            for (Map.Entry<String, SortedMap<String, Item>> bucket : new TreeMap<>(buckets).entrySet()) {
                certified.add(bucket(snapshot, bucket.getKey(), bucket.getValue()));
            }
            Shelf.certificate(Layout.name(time), time, Layout.time(time), certified)
                    .write(Layout.certificate(snapshot));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return snapshot.getFileName().toString();
    }

    private Certificate.Bucket bucket(Path snapshot, String bucket, SortedMap<String, Item> items) throws IOException {
        Path tree = Files.createDirectories(Layout.tree(snapshot, bucket));
        PathAllocator paths = new PathAllocator();
        try (ManifestWriter writer = new ManifestWriter(Layout.manifest(snapshot, bucket))) {
            for (Map.Entry<String, Item> each : items.entrySet()) {
                Item item = each.getValue();
                ManifestEntry entry = new ManifestEntry(
                        each.getKey(),
                        paths.allocate(each.getKey(), item.bytes.length),
                        new ManifestEntry.Content(
                                item.bytes.length, item.etag, sha256(item.bytes), "md5", ManifestEntry.Upload.UNKNOWN),
                        new ManifestEntry.Metadata(
                                item.modified, null, item.version, Map.of(), Map.of(), Map.of(), Map.of()),
                        EntryState.DOWNLOADED);
                writer.write(entry);
                Name name = new Name(snapshot.getFileName().toString(), bucket, each.getKey(), entry.path(), item);
                put(tree.resolve(entry.path()), name);
                names.add(name);
            }
            return Shelf.downloaded(bucket, writer.finish());
        }
    }

    private void put(Path file, Name name) throws IOException {
        if (name.isFolder()) {
            Files.createDirectories(file);
            return;
        }
        Files.createDirectories(file.getParent());
        Name before = names.reversed().stream()
                .filter(each -> each.bucket.equals(name.bucket) && each.key.equals(name.key))
                .findFirst()
                .orElse(null);
        if (before != null && name.item.isSame(before.item)) {
            Files.createLink(file, before.file(layout));
        } else {
            Files.write(file, name.item.bytes);
            Files.setLastModifiedTime(file, FileTime.from(name.item.modified));
            if (!file.toFile().setReadOnly()) {
                throw new IOException("not read-only: " + file);
            }
        }
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(Sha256.digest().digest(bytes));
    }

    Name name(String snapshot, String key) {
        return names.stream()
                .filter(each -> each.snapshot.equals(snapshot) && each.key.equals(key))
                .findFirst()
                .orElseThrow();
    }

    Path file(String snapshot, String key) {
        return name(snapshot, key).file(layout);
    }

    /** Changes bytes in place, under the same inode and time, as a disk does. */
    static void rot(Path file) {
        try {
            FileTime time = Files.getLastModifiedTime(file);
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 4;
            overwrite(file, bytes);
            Files.setLastModifiedTime(file, time);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void overwrite(Path file, byte[] bytes) {
        try {
            if (!file.toFile().setWritable(true)) {
                throw new IOException("not writable: " + file);
            }
            Files.write(file, bytes);
            if (!file.toFile().setReadOnly()) {
                throw new IOException("not read-only: " + file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that is not as the manifests say, by looking at every file. */
    List<Damage> damages() {
        return names.stream().flatMap(each -> damage(each).stream()).toList();
    }

    private Optional<Damage> damage(Name name) {
        Path file = name.file(layout);
        Damage.Kind kind;
        try {
            BasicFileAttributes found =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (name.isFolder()) {
                kind = found.isDirectory() ? null : Damage.Kind.NOT_A_FILE;
            } else if (!found.isRegularFile()) {
                kind = Damage.Kind.NOT_A_FILE;
            } else if (found.size() != name.item.bytes.length) {
                kind = Damage.Kind.SIZE;
            } else {
                kind = Arrays.equals(Files.readAllBytes(file), name.item.bytes) ? null : Damage.Kind.BYTES;
            }
        } catch (IOException e) {
            kind = Damage.Kind.MISSING;
        }
        return Optional.ofNullable(kind)
                .map(what -> new Damage(name.snapshot, name.bucket, name.key, name.path, what, NOW));
    }

    /** Puts on the list what is damaged, as a verification does. */
    void find() {
        try {
            list.found(damages());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is on the list. */
    List<Damage> listed() {
        try {
            return list.page(0, Integer.MAX_VALUE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Supplier<List<Source>> sources() {
        return () -> List.of(new S3Source(config, "1", InstantSource.fixed(NOW), RETRIES));
    }

    RepairWork.Surroundings around() {
        return new RepairWork.Surroundings(config, jobs, sources(), InstantSource.fixed(NOW));
    }

    private Repairer.Around with(List<Source> sources) {
        return new Repairer.Around(layout, list, sources, InstantSource.fixed(NOW), () -> beat.run());
    }

    RepairPlan plan() {
        List<Source> sources = sources().get();
        try {
            return new Repairer(with(sources), RepairMessage.Request.ALL).plan();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            sources.forEach(Source::close);
        }
    }

    /** Repairs all that is on the list, without a job around it. What kills a process is passed on. */
    RepairRecord.Outcome repair() {
        List<Source> sources = sources().get();
        Repairer repairer = new Repairer(with(sources), RepairMessage.Request.ALL);
        try (Staging staging = Staging.open(layout, NOW)) {
            repairer.repair(
                    "20261127-061500-%04d".formatted(++repairs), staging, Quarantine.open(layout, NOW), backups);
            return repairer.outcome();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw e instanceof RuntimeException other ? other : new IllegalStateException(e);
        } finally {
            sources.forEach(Source::close);
        }
    }

    /** As a job does it, its end included. */
    RepairRecord job(@Nullable String digest) {
        RepairWork work = new RepairWork(
                "20261127-061500-%04d".formatted(++repairs),
                new RepairWork.Asked(RepairMessage.Request.ALL, Trigger.CLI, digest),
                around());
        JobRecord record;
        Job job = new Job();
        try {
            work.admit();
            try {
                record = work.run(job);
            } catch (CancellationException e) {
                record = work.stopped(job.result(), job.reason());
            } catch (IOException e) {
                record = work.stopped(RunResult.FAILED, work.reason(e));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            work.close();
        }
        return (RepairRecord) record;
    }

    /** What the verify command says of all snapshots, a line a problem. */
    List<String> verify() {
        List<String> problems = new ArrayList<>();
        try {
            List<String> all = names.stream().map(Name::snapshot).distinct().toList();
            new SnapshotVerifier(InstantSource.fixed(NOW), folder)
                    .verify(
                            new VerifyRequest(layout, all, Set.of(), 100, 0),
                            new VerifyProgress(),
                            snapshot -> snapshot.problems().forEach(each -> problems.add(text(snapshot, each))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return problems;
    }

    private static String text(VerifyReport.Snapshot snapshot, VerifyReport.Problem problem) {
        return "%s %s %s: %s".formatted(snapshot.name(), problem.kind(), problem.path(), problem.detail());
    }

    /** Certificates, manifests and their indexes, by path. */
    Map<String, String> proof() {
        Map<String, String> proof = new TreeMap<>();
        try (var walk = Files.walk(data)) {
            for (Path each : walk.toList()) {
                String path = data.relativize(each).toString();
                if (path.matches("hublink_\\d+/(manifest/.*|run\\.json)") && Files.isRegularFile(each)) {
                    proof.put(path, sha256(Files.readAllBytes(each)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return proof;
    }

    static Object inode(Path file) {
        try {
            return Objects.requireNonNull(
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                            .fileKey());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Which names are one file, told by the first of each. */
    Map<String, String> shared() {
        Map<Object, String> first = new HashMap<>();
        Map<String, String> shared = new TreeMap<>();
        for (Name name : names) {
            if (!name.isFolder()) {
                String path = data.relativize(name.file(layout)).toString();
                shared.put(path, first.computeIfAbsent(inode(name.file(layout)), _ -> path));
            }
        }
        return shared;
    }

    @Override
    public void close() {
        vertx.close().await();
        s3.close();
    }
}

package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.backup.Frozen;
import io.hubstorage.bus.RunResult;
import io.hubstorage.fs.Trees;
import io.hubstorage.retain.Trash;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.Shell;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * A data folder of some days' snapshots as real backups have made it, each time as it was when a process has its work to do there.
 */
final class KilledFolder implements AutoCloseable {
    private static final List<String> BUCKETS = List.of("docs", "photos");
    private static final int KEYS = 20;
    private static final int DAYS = 5;
    /** So many snapshots stay. */
    private static final int KEPT = 2;
    /** Files of the newest snapshot that are damaged; some of all have a twin. */
    private static final int DAMAGED = 6;

    /** Of {@code retain --undo} where the trash is empty. */
    private static final int NOTHING_TO_DO = 2;

    private static final Duration LONG = Duration.ofMinutes(2);

    private final SyntheticS3 s3 = SyntheticS3.start();
    private final Path origin;
    private final Path work;
    private final Path scratch;
    private final Map<String, String> environment;
    private final Map<String, Map<String, String>> before = new TreeMap<>();
    private final Set<String> damaged = new TreeSet<>();

    private boolean copied;

    KilledFolder(Path home) throws IOException {
        origin = Files.createDirectories(home.resolve("origin"));
        work = home.resolve("work");
        scratch = Files.createDirectories(home.resolve("tmp"));
        environment = HubProcess.environment(work, s3.settings());
        backUp();
    }

    /** A snapshot a day: what changes, what is new and what stays the same. */
    private void backUp() {
        for (String name : BUCKETS) {
            SyntheticBucket bucket = s3.bucket(name, SyntheticBucket.empty());
            for (int i = 0; i < KEYS; i++) {
                bucket.add("dir-%d/key-%02d".formatted(i % 3, i), i == 0 ? 0 : 400L * i);
            }
            bucket.add("large", 700_000);
        }
        AtomicReference<Instant> now = new AtomicReference<>(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofDays(DAYS)));
        InstantSource clock = now::get;
        try (Hub hub = new Hub(origin, s3.settings(), clock).configure(BUCKETS.toArray(String[]::new))) {
            for (int day = 0; day < DAYS; day++) {
                for (String name : BUCKETS) {
                    SyntheticBucket bucket = s3.bucket(name);
                    bucket.change("dir-1/key-%02d".formatted(1 + 3 * day));
                    bucket.add("new/of-day-%d".formatted(day), 1_000);
                }
                assertThat(hub.backUp().result()).isEqualTo(RunResult.SUCCESS);
                now.updateAndGet(time -> time.plus(Duration.ofDays(1)));
            }
        }
    }

    Path data() {
        return work.resolve("data");
    }

    Path copy() {
        return work.resolve("copy");
    }

    private Layout layout() {
        return new Layout(data());
    }

    /** Everything as it was, and what the job is about. */
    void prepare(KilledJob job, Random random) throws IOException {
        if (job == KilledJob.PRUNE && !copied) {
            fresh();
            configure(KilledJob.REPLICATE);
            run(0, KilledJob.REPLICATE.command());
            Shell.run(work, Map.of(), LONG, List.of("cp", "-a", copy().toString(), origin.toString()))
                    .succeeded();
            copied = true;
        }
        fresh();
        configure(job);
        if (job != KilledJob.PRUNE) {
            Trees.delete(copy());
        }
        damaged.clear();
        if (job == KilledJob.REPAIR) {
            makeTwins(random);
        }
        freeze();
        switch (job) {
            case REMOVE, DELETE, REPLICATE -> {}
            case UNDO -> going().forEach(this::remove);
            case REPAIR -> damage(random);
            case PRUNE -> {
                for (String name : going()) {
                    Trees.delete(layout().snapshot(name));
                    before.remove(name);
                }
            }
        }
    }

    private void fresh() throws IOException {
        Trees.delete(work);
        Shell.run(origin, Map.of(), LONG, List.of("cp", "-a", origin.toString(), work.toString()))
                .succeeded();
    }

    private void configure(KilledJob job) {
        HubProcess.configure(
                work,
                new JsonObject()
                        .put("s3_buckets", new JsonArray(BUCKETS))
                        .put(
                                "automation",
                                new JsonObject().put("enabled", false).put("max_retries", 0))
                        .put("replication", new JsonObject().put("to", copy().toString()))
                        .put(
                                "retention",
                                new JsonObject()
                                        .put("keep_last", KEPT)
                                        .put("undo_hours", job == KilledJob.DELETE ? 0 : 48)));
    }

    private List<String> names() throws IOException {
        return new Snapshots(layout())
                .list().stream().map(SnapshotInfo::name).sorted().toList();
    }

    /** Those that no rule keeps. */
    List<String> going() {
        return before.keySet().stream().limit(DAYS - KEPT).toList();
    }

    private void freeze() throws IOException {
        before.clear();
        Map<Object, String> hashes = new HashMap<>();
        for (String name : names()) {
            before.put(name, Frozen.of(layout().snapshot(name), hashes));
        }
        assertThat(before).hasSize(DAYS);
    }

    private void remove(String name) {
        try {
            Instant now = Instant.now();
            new Trash(layout(), InstantSource.system())
                    .remove(name, new Trash.Note(false, now, now.plus(Duration.ofDays(2)), 0L, null));
        } catch (IOException | Trash.RefusedException | DataLock.HeldException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The files of the newest snapshot that hold something, each with all its names in the data folder. */
    private List<List<Path>> files(Random random) throws IOException {
        Map<Object, List<Path>> files = new TreeMap<>();
        Set<Object> ofNewest = new HashSet<>();
        String newest = names().getLast();
        for (String name : names()) {
            try (Stream<Path> all = Files.walk(Layout.trees(layout().snapshot(name), null))) {
                for (Path file : (Iterable<Path>) all.sorted()::iterator) {
                    if (Files.isRegularFile(file) && Files.size(file) > 0) {
                        Object inode = Files.getAttribute(file, "unix:ino");
                        files.computeIfAbsent(inode, _ -> new ArrayList<>()).add(file);
                        if (name.equals(newest)) {
                            ofNewest.add(inode);
                        }
                    }
                }
            }
        }
        List<List<Path>> chosen = new ArrayList<>(files.entrySet().stream()
                .filter(each -> ofNewest.contains(each.getKey()))
                .map(Map.Entry::getValue)
                .sorted((one, other) -> one.getFirst().compareTo(other.getFirst()))
                .toList());
        Collections.shuffle(chosen, random);
        return chosen;
    }

    /** As after links ran out: the newest snapshot has a file of its own that is the same. */
    private void makeTwins(Random random) throws IOException {
        for (List<Path> names : files(random).stream()
                .filter(each -> each.size() > 1)
                .limit(DAMAGED / 2)
                .toList()) {
            Path file = names.getLast();
            Path twin = file.resolveSibling("twin");
            FileTime time = Files.getLastModifiedTime(file.getParent());
            Files.copy(file, twin, StandardCopyOption.COPY_ATTRIBUTES);
            Files.move(twin, file, StandardCopyOption.ATOMIC_MOVE);
            Files.setLastModifiedTime(file.getParent(), time);
        }
    }

    /** Each in another way. */
    private void damage(Random random) throws IOException {
        List<List<Path>> all = files(random);
        for (int i = 0; i < DAMAGED; i++) {
            List<Path> names = all.get(i);
            Path file = names.getLast();
            if (i % 3 == 0) {
                Files.delete(file);
                damaged.add(pathOf(file));
                continue;
            }
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                if (i % 3 == 1) {
                    channel.truncate(channel.size() / 2);
                } else {
                    long place = random.nextLong(channel.size());
                    ByteBuffer one = ByteBuffer.allocate(1);
                    channel.read(one, place);
                    one.put(0, (byte) (one.get(0) ^ 1 << random.nextInt(8)));
                    channel.write(one.rewind(), place);
                }
            }
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
            names.forEach(each -> damaged.add(pathOf(each)));
        }
    }

    private String pathOf(Path file) {
        return data().relativize(file).toString();
    }

    HubProcess start(KilledJob job, String option) {
        // With an agent there can be no archive of classes.
        return HubProcess.start(
                HubProcess.jar(),
                List.of(
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Djava.io.tmpdir=" + scratch,
                        option),
                work,
                environment,
                job.command());
    }

    private String run(int exitCode, String... command) {
        try (HubProcess process = HubProcess.start(work, environment, command)) {
            assertThat(process.exitCode(LONG)).as(process.out() + process.err()).isEqualTo(exitCode);
            return process.out();
        }
    }

    /** Another process ends the work. Whether anything was left to do. */
    boolean goOn(KilledJob job) throws IOException {
        boolean over = job == KilledJob.UNDO
                && new Trash(layout(), InstantSource.system()).list().isEmpty();
        return !run(over ? NOTHING_TO_DO : 0, job.command()).contains("Nothing is on the list of damage");
    }

    /** Every snapshot as it was before a process began, by name and path. */
    Map<String, Map<String, String>> before() {
        return before;
    }

    /** Paths, each with its snapshot's name, of files that are not as they were backed up. */
    Set<String> damaged() {
        return damaged;
    }

    /** For temporary files. */
    Path scratch() {
        return scratch;
    }

    /** As a person would ask. */
    void assertVerifies() {
        run(0, "verify", "--all");
    }

    @Override
    public void close() {
        s3.close();
    }
}

package io.hubstorage.verify.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.fs.Sha256;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.verify.VerifyTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Snapshots that the engine made, at times that the test says, and cycles of proofs over them. */
final class ScrubKit implements AutoCloseable {
    static final Instant T0 = Instant.parse("2026-11-01T10:00:00Z");

    final SyntheticS3 s3 = SyntheticS3.start();
    final Hub hub;
    final Layout layout;
    private volatile Instant now = T0;
    final InstantSource clock = () -> now;

    ScrubKit(Path home) {
        hub = new Hub(home, s3.settings(), clock);
        layout = new Layout(hub.data());
    }

    /** The clock goes on by so much. */
    Instant pass(Duration time) {
        now = now.plus(time);
        return now;
    }

    /** A run that must make a snapshot, an hour later. */
    String snapshot() {
        pass(Duration.ofHours(1));
        RunRecord run = hub.backUp();
        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.newSnapshot()).isTrue();
        return Objects.requireNonNull(run.snapshot());
    }

    Pace pace(BooleanSupplier open) {
        return new Pace(
                () -> false,
                open,
                () -> Double.POSITIVE_INFINITY,
                new RateLimiter(System::nanoTime),
                new Cancellation());
    }

    Scrub scrub() {
        return new Scrub(layout, clock, pace(() -> true), Optional::empty);
    }

    /** One that writes down what it did after each so many files, and whose hours are over after so many of these. */
    Scrub scrub(int batchFiles, int batches) {
        LongSupplier[] read = {() -> 0};
        long most = (long) batchFiles * batches;
        Scrub scrub = new Scrub(layout, clock, pace(() -> read[0].getAsLong() < most), Optional::empty, batchFiles);
        read[0] = () -> scrub.progress().read().objects();
        return scrub;
    }

    /** What somebody, or a disk, does meanwhile. */
    interface Mishap {
        void happen() throws IOException;
    }

    /**
     * One in batches of four files.
     *
     * @param when after the first batch, at the first step of the next, which is to ask whether it may begin, or at the second, when a
     *     file was found and is about to be read; what is read later is read when it has happened
     */
    Scrub scrub(int when, Mishap mishap, Supplier<Optional<String>> trouble) {
        LongSupplier[] read = {() -> 0};
        int[] steps = {0};
        Object lock = new Object();
        Scrub scrub = new Scrub(
                layout,
                clock,
                pace(() -> {
                    synchronized (lock) {
                        if (read[0].getAsLong() >= 4 && ++steps[0] == when) {
                            happen(mishap);
                        }
                        return true;
                    }
                }),
                trouble,
                4);
        read[0] = () -> scrub.progress().read().objects();
        return scrub;
    }

    private static void happen(Mishap mishap) {
        try {
            mishap.happen();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A whole cycle, or the rest of it; returns how many files were read. */
    long cycle() throws IOException, InterruptedException {
        pass(Duration.ofHours(1));
        Scrub scrub = scrub();
        scrub.run();
        return scrub.progress().read().objects();
    }

    Integrity integrity() throws IOException {
        return new Integrity.Finder(layout).find();
    }

    /** What is on the list, as {@code snapshot/path kind}, sorted. */
    List<String> damage() throws IOException {
        List<String> all = new ArrayList<>();
        for (Damage each : new DamageList(layout).page(0, 100_000)) {
            all.add(told(each.snapshot(), each.bucket() + "/" + each.path(), each.kind()));
        }
        return all.stream().sorted().toList();
    }

    static String told(String snapshot, String path, Damage.Kind kind) {
        return "%s/%s %s".formatted(snapshot, path, kind);
    }

    Path file(String snapshot, String path) {
        return layout.snapshot(snapshot).resolve("s3").resolve(path);
    }

    /** All files of all snapshots, each with its names. */
    Map<String, List<Path>> inodes() throws IOException {
        Map<String, List<Path>> inodes = new TreeMap<>();
        try (Stream<Path> all = Files.walk(hub.data())) {
            for (Path each : all.filter(Files::isRegularFile)
                    .filter(file -> file.toString().contains("/s3/"))
                    .sorted()
                    .toList()) {
                inodes.computeIfAbsent(String.valueOf(Files.getAttribute(each, "unix:ino")), _ -> new ArrayList<>())
                        .add(each);
            }
        }
        return inodes;
    }

    /** Below the data folder: snapshot, s3, and the path from there. */
    String told(Path file, Damage.Kind kind) {
        Path way = hub.data().relativize(file);
        return told(
                way.getName(0).toString(), way.subpath(2, way.getNameCount()).toString(), kind);
    }

    /** Writes into a file without anybody noticing by its time. */
    static void rot(Path file, byte[] content) throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        VerifyTest.overwrite(file, content);
        Files.setLastModifiedTime(file, time);
    }

    static void flip(Path file, long bit) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[(int) (bit / 8 % content.length)] ^= (byte) (1 << bit % 8);
        rot(file, content);
    }

    @Override
    public void close() {
        hub.close();
        s3.close();
    }

    /** Snapshots of a bucket in which a few keys change, come and go each time. */
    List<String> history(int keys, int snapshots, Random random) {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(keys, 700, "album-#/###.jpg"));
        hub.configure("photos");
        List<String> names = new ArrayList<>(List.of(snapshot()));
        List<String> all =
                new ArrayList<>(bucket.objects().map(each -> each.key()).toList());
        for (int i = 1; i < snapshots; i++) {
            Collections.shuffle(all, random);
            all.subList(0, 5).forEach(bucket::change);
            bucket.delete(all.removeLast());
            for (int j = 0; j < 5; j++) {
                String key = "new/%d-%d".formatted(i, j);
                bucket.add(key, 1 + random.nextInt(2_000));
                all.add(key);
            }
            names.add(snapshot());
        }
        return names;
    }

    /** Names of files that so many snapshots share, one of each file. */
    List<Path> shared(int snapshots) throws IOException {
        return inodes().values().stream()
                .filter(names -> names.size() == snapshots)
                .map(List::getFirst)
                .toList();
    }

    List<Path> shared(Path file) throws IOException {
        return inodes().values().stream()
                .filter(names -> names.contains(file))
                .findFirst()
                .orElseThrow();
    }

    void prove(Path file) throws IOException {
        try (Proofs proofs = Proofs.begin(layout)) {
            proofs.add(file, Files.readAttributes(file, BasicFileAttributes.class), sha256(file), clock.instant());
            proofs.commit();
        }
    }

    static String sha256(Path file) throws IOException {
        return HexFormat.of().formatHex(Sha256.digest().digest(Files.readAllBytes(file)));
    }
}

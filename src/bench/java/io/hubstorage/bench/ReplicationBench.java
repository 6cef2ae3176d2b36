package io.hubstorage.bench;

import io.hubstorage.bus.Sizes;
import io.hubstorage.fs.Trees;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench/replicate.sh}, whose help describes the options. What it writes is deleted. */
@Command(name = "bench/replicate.sh")
public final class ReplicationBench implements Callable<Integer> {
    private static final String BUCKET = SnapshotMaker.BUCKET;
    private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
    private static final int PEEK_MILLIS = 10;

    private final PrintStream out = System.out;
    private final PrintStream log = System.err;

    @Option(names = "--snapshots")
    private int snapshots = 30;

    @Option(names = "--keys")
    private int keys = 20_000;

    @Option(names = "--changed")
    private double changed = 1;

    @Option(names = "--size")
    private int size = 1_024;

    @Option(names = "--jar", required = true)
    private Path jar = Path.of("");

    @Option(names = "--class-path")
    private @Nullable String classPath;

    @Option(names = "--java-options", split = " ")
    private List<String> options = List.of("-Xmx192m");

    @Option(names = "--quick")
    private boolean quick;

    @Option(names = "--certificates")
    private int certificates;

    @Option(names = "--no-copies", negatable = true)
    private boolean copies = true;

    @Option(names = "--preview")
    private boolean preview;

    @Option(names = "--target")
    private Path target = Path.of("/dev/shm");

    private ReplicationBench() {}

    public static void main(String[] args) {
        BenchProgram.run(new ReplicationBench(), args);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ProcessFiles.require();
        if (quick) {
            snapshots = 3;
            keys = 500;
        }
        Path work = Files.createTempDirectory(target, "hubstorage-replicate-");
        try {
            measure(work);
            return 0;
        } finally {
            Trees.delete(work);
        }
    }

    private void measure(Path work) throws IOException, InterruptedException {
        Path data = work.resolve("data");
        SnapshotMaker maker = new SnapshotMaker(data, work.resolve("config"), keys, size, changed);
        for (int i = 0; i < snapshots; i++) {
            make(maker, i);
        }
        out.printf(
                "%s%n%n%s of %s keys, %d bytes each, %s %% changed from one to the next; load before: %s.%n%n",
                Machine.describe(work),
                Sizes.count(snapshots, "snapshot"),
                Sizes.number(keys),
                size,
                changed,
                Machine.load());
        if (copies) {
            out.println("| | tool | wall, s | CPU, s | memory of all its processes, MiB |");
            out.println("|---|---|---|---|---|");
            both(work, "all of them");
            make(maker, snapshots);
            both(work, "one more");
        }
        if (preview) {
            for (int i = 1; i <= certificates; i++) {
                certify(new Layout(data), FIRST.minus(Duration.ofHours(i)));
            }
            out.printf(
                    "%n%s more of which there are certificate and manifest alone; load before: %s.%n%n",
                    Sizes.count(certificates, "snapshot"), Machine.load());
            new PreviewRuns(jar.toAbsolutePath(), options, work, data, BUCKET).measure(out);
        }
    }

    private void make(SnapshotMaker maker, int number) {
        log.printf("making snapshot %d of %d%n", number + 1, snapshots + 1);
        maker.snapshot(FIRST.plus(Duration.ofHours(number)));
    }

    /** One more snapshot of the keys of the oldest, without its files: its certificate and its manifest. */
    private static void certify(Layout layout, Instant time) throws IOException {
        Path oldest = layout.snapshot(Layout.name(FIRST));
        Path snapshot = layout.snapshot(Layout.name(time));
        Files.createDirectories(Layout.trees(snapshot, null));
        Files.createDirectories(Layout.manifests(snapshot, null));
        Files.createLink(Layout.manifest(snapshot, BUCKET), Layout.manifest(oldest, BUCKET));
        Certificate known = Certificate.read(Layout.certificate(oldest));
        new Certificate(
                        known.format(),
                        Layout.name(time),
                        new Certificate.Run(
                                Layout.time(time),
                                known.run().trigger(),
                                known.run().result(),
                                known.run().allBuckets(),
                                time,
                                time,
                                1),
                        known.basis(),
                        known.buckets(),
                        known.alarms(),
                        known.allocatedBytes())
                .write(Layout.certificate(snapshot));
    }

    private void both(Path work, String what) throws IOException, InterruptedException {
        Path data = work.resolve("data");
        List<String> ours = new ArrayList<>();
        ours.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ours.addAll(options);
        ours.addAll(
                classPath == null
                        ? List.of("-jar", jar.toAbsolutePath().toString())
                        : List.of("-cp", classPath, "io.hubstorage.Main"));
        ours.addAll(List.of("replicate", "--to", work.resolve("copy").toString()));
        Map<String, String> environment = Map.of(
                "DOCKER_MODE", "false",
                "HUBSTORAGE_DATA_PATH", data.toString(),
                "HUBSTORAGE_CONFIG_PATH", work.resolve("config").toString(),
                "HUBSTORAGE_LOG_PATH", work.resolve("logs").toString(),
                "HUBSTORAGE_CACHE_PATH", "none");
        row(what, "replicate", run(ours, environment, work.resolve("replicate.log")));
        row(
                what,
                "rsync -aH",
                run(
                        List.of(
                                "rsync",
                                "-aH",
                                data + "/",
                                work.resolve("rsync").toString()),
                        Map.of(),
                        work.resolve("rsync.log")));
    }

    private void row(String what, String tool, Measured measured) {
        out.printf(
                Locale.ROOT,
                "| %s | %s | %.1f | %.1f | %.0f |%n",
                what,
                tool,
                measured.wall(),
                measured.cpu(),
                measured.peak() / 1048576.0);
    }

    /** As {@link Child}, but with the memory of what the process has started, too: rsync is three processes. */
    private static Measured run(List<String> command, Map<String, String> environment, Path file)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(file.toFile());
        builder.environment().putAll(environment);
        double before = ProcessFiles.cpuOfChildren();
        long begin = System.nanoTime();
        Process process = builder.start();
        long peak = 0;
        try {
            while (!process.waitFor(PEEK_MILLIS, TimeUnit.MILLISECONDS)) {
                peak = Math.max(
                        peak,
                        Stream.concat(Stream.of(process.toHandle()), process.descendants())
                                .mapToLong(each -> ProcessFiles.resident(each.pid()))
                                .sum());
            }
        } finally {
            process.destroyForcibly();
        }
        double wall = (System.nanoTime() - begin) / 1e9;
        if (process.exitValue() != 0) {
            throw new IOException("%s ended with %d:%n%s"
                    .formatted(
                            String.join(" ", command),
                            process.exitValue(),
                            Files.readString(file, StandardCharsets.UTF_8)));
        }
        return new Measured(wall, ProcessFiles.cpuOfChildren() - before, peak);
    }
}

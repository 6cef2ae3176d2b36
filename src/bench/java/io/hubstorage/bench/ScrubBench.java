package io.hubstorage.bench;

import io.hubstorage.bench.ScrubbedBackups.Beside;
import io.hubstorage.bus.Sizes;
import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench/scrub.sh}, whose help describes the options. What it starts ends with it, and what it writes is deleted. */
@Command(name = "bench/scrub.sh")
public final class ScrubBench implements Callable<Integer> {
    /** So many links of a tmpfs are an inode each, and some more are folders. */
    private static final double INODES_OF_A_NAME = 1.02;

    private static final double QUICK_LIMIT = 1;

    /** Until a backup that begins has been admitted, which cycles wait for, on a machine with nothing else to do. */
    private static final Duration GRACE = Duration.ofMillis(250);

    /** And on any: nothing is measured there. */
    private static final Duration QUICK_GRACE = Duration.ofMinutes(1);

    /** With fewer, a cycle has looked at them before a backup has begun. */
    private static final long NAMES_THAT_TAKE_A_WHILE = 2_000_000;

    private final PrintStream log = System.err;

    @Option(names = "--snapshots")
    private int snapshots = 50;

    @Option(names = "--keys")
    private int keys = 200_000;

    @Option(names = "--changed")
    private double changed = 1;

    @Option(names = "--size")
    private int size = 4_096;

    @Option(names = "--mb-per-second")
    private double limit = 10;

    @Option(names = "--parts", split = ",")
    private @Nullable Set<Part> parts;

    @Option(names = "--objects")
    private int objects = 10_000;

    @Option(names = "--runs")
    private int runs = 10;

    @Option(names = "--warm-ups")
    private int warmUps = 8;

    /** What is shown. */
    enum Part {
        /** That a cycle reads each file once, and what it costs. */
        CYCLE,
        /** The same by every single read, under a limit. */
        LIMIT,
        /** That nothing is read at other hours. */
        WINDOW,
        /** What a cycle costs a backup while both run. */
        BACKUP
    }

    @Mixin
    private final ServiceOptions options = new ServiceOptions();

    private ScrubBench() {}

    /** Exits with 0 when all of it held. */
    public static void main(String[] args) {
        BenchProgram.run(new ScrubBench(), args);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ProcessFiles.require();
        Set<Part> all = parts == null ? EnumSet.allOf(Part.class) : EnumSet.copyOf(parts);
        if (options.quick()) {
            snapshots = Math.min(snapshots, 3);
            keys = Math.min(keys, 600);
            objects = Math.min(objects, 500);
            limit = Math.min(limit, QUICK_LIMIT);
            runs = 1;
            warmUps = 0;
            if (parts == null) {
                all.remove(Part.WINDOW);
            }
        }
        requireRoom();
        String load = Machine.load();
        Path work =
                Files.createTempDirectory(options.target(), "hubstorage-scrub-").toRealPath();
        try (Server server =
                Server.start(List.of("--objects=" + objects, "--size=4KiB", "--plain-etags-below=8MiB"), work)) {
            Path data = work.resolve("data");
            make(data, work.resolve("home/config"));
            FileReads.Inodes inodes = FileReads.Inodes.below(data);
            HubHome home = options.home(work, server);
            try (WarmHub service = WarmHub.start(home)) {
                List<String> broken = new ArrayList<>();
                options.print(
                        introduction(load, inodes) + measure(all, new ScrubService(service, home), inodes, broken));
                if (!broken.isEmpty()) {
                    throw new IOException(String.join(" ", broken));
                }
            }
        } finally {
            Trees.delete(work);
        }
        return 0;
    }

    /** A tmpfs counts names as inodes, of which it has not always enough; elsewhere names cost next to nothing. */
    private void requireRoom() throws IOException, InterruptedException {
        if (!Files.getFileStore(options.target()).type().equals("tmpfs")) {
            return;
        }
        Path answer = Files.createTempFile(options.target(), "hubstorage-scrub-", ".txt");
        try {
            Measured _ = Child.succeed(
                    List.of("stat", "-f", "-c", "%c %d", options.target().toString()), Map.of(), answer);
            String[] inodes = Files.readString(answer).strip().split(" ", -1);
            boolean bounded = Long.parseLong(inodes[0]) > 0;
            long free = Long.parseLong(inodes[1]);
            long needed = (long) (INODES_OF_A_NAME * keys * snapshots);
            if (bounded && free < needed) {
                throw new IOException(
                        "%s has room for %,d names, and %,d are needed: name a folder on a disk by --target."
                                .formatted(options.target(), free, needed));
            }
        } finally {
            Files.deleteIfExists(answer);
        }
    }

    private void make(Path data, Path config) throws IOException {
        SnapshotMaker maker = new SnapshotMaker(data, config, keys, size, changed);
        // All of them lie in the past, so that every file is due; and the last is new enough for no backup to be.
        Instant first =
                InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofHours(snapshots));
        for (int i = 0; i < snapshots; i++) {
            log.printf("making snapshot %d of %d%n", i + 1, snapshots);
            maker.snapshot(first.plus(Duration.ofHours(i)));
        }
    }

    private String introduction(String load, FileReads.Inodes inodes) throws IOException {
        return """
            %s Server and S3 server share the machine; load average before it: %s. JVM of HubStorage: `%s`. \
            %s of %s keys, %s bytes each, %s %% changed from one to the next: %s names of %s inodes (by `stat`), %s MB.
            """.formatted(
                        Machine.describe(options.target()),
                        load,
                        options.jvmText(),
                        Sizes.count(snapshots, "snapshot"),
                        Sizes.number(keys),
                        Sizes.number(size),
                        changed,
                        Sizes.number(inodes.names()),
                        Sizes.number(inodes.sizes().size()),
                        ScrubCycle.megabytes(inodes.bytes()));
    }

    private String measure(Set<Part> all, ScrubService scrub, FileReads.Inodes inodes, List<String> broken)
            throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder();
        List<ScrubCycle> cycles = new ArrayList<>();
        if (all.contains(Part.CYCLE)) {
            cycles.add(cycle(scrub, inodes, ScrubCycle.FASTEST, false, broken));
        }
        if (all.contains(Part.LIMIT)) {
            cycles.add(cycle(scrub, inodes, limit, true, broken));
        }
        if (!cycles.isEmpty()) {
            text.append('\n').append(ScrubCycle.table(cycles));
        }
        double pace = options.quick() ? ScrubCycle.SLOWEST : ScrubCycle.FASTEST;
        // Before anything is paused by hand, which holds it up until its hours begin the next time.
        if (all.contains(Part.WINDOW)) {
            text.append('\n').append(new ScrubHours(scrub, pace, log).run(broken));
        }
        if (all.contains(Part.BACKUP)) {
            scrub.configure(ScrubService.verify(pace), false);
            text.append("\nBackups of %s of 4 KiB; %s of each.\n\n"
                    .formatted(Sizes.count(objects, "object"), Sizes.count(runs, "run")));
            ScrubbedBackups backups = new ScrubbedBackups(scrub, log);
            backups.warmUp(warmUps);
            text.append(backups.table(
                    inodes.names() < NAMES_THAT_TAKE_A_WHILE ? List.of(Beside.READING) : List.of(Beside.values()),
                    runs));
            text.append('\n').append(backups.everyRead(options.quick() ? QUICK_GRACE : GRACE, broken));
        }
        return text.toString();
    }

    private ScrubCycle cycle(
            ScrubService scrub, FileReads.Inodes inodes, double mbPerSecond, boolean recorded, List<String> broken)
            throws IOException, InterruptedException {
        ScrubCycle cycle = ScrubCycle.run(scrub, inodes, mbPerSecond, recorded);
        cycle.check(inodes, broken);
        log.printf("  cycle    %s%n", cycle.measured());
        return cycle;
    }
}

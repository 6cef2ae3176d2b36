package io.hubstorage.cli;

import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.Sizes;
import io.hubstorage.cli.Program.Terminal;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.status.AlarmStore;
import io.hubstorage.verify.SnapshotFolders;
import io.hubstorage.verify.SnapshotVerifier;
import io.hubstorage.verify.VerifyProgress;
import io.hubstorage.verify.VerifyReport;
import io.hubstorage.verify.VerifyRequest;
import io.hubstorage.verify.scrub.Proofs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Recomputes snapshots from the disk, and tells the ledger what is proven. */
@Command(
        name = "verify",
        description = {
            "Check on the disk that snapshots are what they promise.",
            "",
            "Recomputes every file's size and SHA-256, looks for files too few or too many, and compares the"
                    + " certificate's sums. Writes nothing to the snapshots; may run while a backup does."
        },
        footer = {
            "  java -jar hubstorage.jar verify",
            "  java -jar hubstorage.jar verify --all --sample 5",
            "  java -jar hubstorage.jar verify hublink_20260301020000 --bucket photos --json"
        })
final class VerifyCommand extends CliCommand {
    @Parameters(paramLabel = "<snapshot>", arity = "0..*", description = "Snapshots by name (else the newest)")
    private List<String> positional = new ArrayList<>();

    @Option(names = "--snapshot", paramLabel = "<name>", description = "The same as an option; may be repeated")
    private List<String> snapshots = new ArrayList<>();

    @Option(names = "--all", description = "All snapshots; what one shares with the next is read once")
    private boolean all;

    @Option(names = "--bucket", paramLabel = "<name>", description = "Only this bucket; may be repeated")
    private List<String> buckets = new ArrayList<>();

    @Option(
            names = "--sample",
            paramLabel = "<percent>",
            description = "Read only a random part of the contents; names, sizes and sums are compared all the same")
    private double sample = 100;

    @Option(
            names = "--seed",
            paramLabel = "<number>",
            description = "Choose the sample as an earlier verification did, which printed this number")
    private @Nullable Long seed;

    @Mixin
    private final ConfigOptions.Data options = new ConfigOptions.Data();

    @Option(names = "--json", description = "Print the report as JSON; progress goes to stderr")
    private boolean json;

    VerifyCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException, InterruptedException {
        Layout layout = new Layout(options.data(program));
        List<String> chosen = chosen(layout);
        if (chosen.isEmpty()) {
            err().printf("There is no snapshot in %s.%n", layout.data());
            return ExitCode.FAILED;
        }
        VerifyRequest request = new VerifyRequest(layout, chosen, Set.copyOf(buckets), percent(), seed());
        VerifyOutput output = json ? new VerifyOutput.Json(out()) : new VerifyOutput.Text(out());
        Set<String> looked = new HashSet<>();
        Optional<VerifyReport> ended = verify(request, snapshot -> {
            snapshot.buckets().forEach(bucket -> looked.add(bucket.name()));
            raiseIfDamaged(snapshot);
            // Of one that has none of the buckets there is nothing to say.
            if (buckets.isEmpty() || !snapshot.ok() || !snapshot.buckets().isEmpty()) {
                output.snapshot(snapshot);
            }
        });
        if (ended.isEmpty()) {
            return ExitCode.CANCELLED;
        }
        VerifyReport report = ended.get();
        if (report.ok()) {
            requireBuckets(looked);
        }
        output.end(report);
        return report.ok() ? ExitCode.OK : ExitCode.DAMAGED;
    }

    /**
     * The report; empty when it was told to stop before it was there.
     *
     * @param each gets one snapshot after the other, on the verification's thread
     */
    private Optional<VerifyReport> verify(VerifyRequest request, Consumer<VerifyReport.Snapshot> each)
            throws IOException, InterruptedException {
        Progress progress = Progress.on(json ? err() : out(), json ? Terminal.NONE : program.terminal());
        VerifyProgress state = new VerifyProgress();
        SnapshotVerifier verifier =
                new SnapshotVerifier(program.clock(), Path.of(System.getProperty("java.io.tmpdir")));
        Line line = new Line(state, request.snapshots().size());
        try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<VerifyReport> report = thread.submit(() -> verified(verifier, request, state, snapshot -> {
                synchronized (progress) {
                    progress.end();
                    each.accept(snapshot);
                }
            }));
            return Optional.of(progress.follow(
                    report,
                    () -> {
                        synchronized (progress) {
                            progress.show(line.text());
                        }
                    },
                    program.stopRequest(),
                    state::cancel));
        } catch (ExecutionException e) {
            return switch (e.getCause()) {
                case CancellationException _ -> Optional.empty();
                case IOException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                case null, default -> throw new IllegalStateException(e.getCause());
            };
        }
    }

    /** What it proves, however it ends, need not be read again in the cycle of the service. */
    private static VerifyReport verified(
            SnapshotVerifier verifier,
            VerifyRequest request,
            VerifyProgress state,
            Consumer<VerifyReport.Snapshot> each)
            throws IOException, InterruptedException {
        Optional<Proofs> proofs = Proofs.tryBegin(request.layout());
        if (proofs.isEmpty()) {
            return verifier.verify(request, state, null, each);
        }
        try (Proofs told = proofs.get()) {
            try {
                return verifier.verify(request, state, told, each);
            } finally {
                told.tryCommit();
            }
        }
    }

    /** How far it is in the snapshot that is being verified. */
    private static final class Line {
        private final VerifyProgress state;
        private final int snapshots;
        private int shown;
        private long since;
        private long hashedBefore;

        Line(VerifyProgress state, int snapshots) {
            this.state = state;
            this.snapshots = snapshots;
        }

        String text() {
            long now = System.nanoTime();
            if (state.snapshot() != shown) {
                shown = state.snapshot();
                since = now;
                hashedBefore = state.bytesHashed();
            }
            double seconds = Math.max(1e-3, (now - since) / 1e9);
            String line = line(state.bytesCovered(), state.bytesToCover(), state.bytesHashed() - hashedBefore, seconds);
            return snapshots == 1
                    ? line
                    : "Snapshot %s of %s:%s".formatted(Sizes.number(shown), Sizes.number(snapshots), line);
        }
    }

    /** How much of a snapshot is done, and how fast it was read. */
    static String line(long covered, long toCover, long hashed, double seconds) {
        double share = toCover == 0 ? 1 : Math.min(1, covered / (double) toCover);
        String eta = share > 0 && share < 1
                ? "  ETA " + Sizes.duration(Duration.ofSeconds(Math.round(seconds * (1 - share) / share)))
                : "";
        return "%3d%%  %s of %s proven  %s/s%s"
                .formatted(
                        (int) (100 * share),
                        Sizes.bytes((double) covered),
                        Sizes.bytes((double) toCover),
                        Sizes.bytes(hashed / seconds),
                        eta);
    }

    /** The report is read once; that a copy is damaged must not be forgotten with it. */
    private void raiseIfDamaged(VerifyReport.Snapshot snapshot) {
        Path folder = options.configFolder(program);
        // A data folder may be verified far from the service that filled it.
        if (snapshot.ok() || !Files.isDirectory(folder)) {
            return;
        }
        new AlarmStore(folder, program.clock())
                .raise(Alarm.of(
                                Alarm.Kind.DAMAGE,
                                snapshot.name(),
                                program.clock().instant(),
                                "The snapshot %s is damaged: verify found what its manifest does not say."
                                        .formatted(snapshot.name()),
                                "'verify %s' names each problem. Look whether the disk is sound; the next run fetches anew"
                                                .formatted(snapshot.name())
                                        + " what the newest snapshot lacks.")
                        .about(null, snapshot.name()));
    }

    private List<String> chosen(Layout layout) throws IOException {
        SnapshotFolders folders = new SnapshotFolders(layout);
        Set<String> named = new LinkedHashSet<>(positional);
        named.addAll(snapshots);
        if (all && !named.isEmpty()) {
            throw usage("--all and the name of a snapshot exclude each other");
        }
        for (String name : named) {
            if (!folders.exists(name)) {
                throw usage("there is no snapshot %s in %s; 'snapshots' lists what there is"
                        .formatted(Table.printable(name), layout.data()));
            }
        }
        return !named.isEmpty() ? List.copyOf(named) : all ? folders.all() : folders.newest();
    }

    private double percent() {
        if (!(sample > 0 && sample <= 100)) {
            throw usage("--sample takes a percentage over 0 and up to 100");
        }
        return sample;
    }

    private long seed() {
        return seed != null ? seed : ThreadLocalRandom.current().nextLong(Integer.MAX_VALUE);
    }

    /** A bucket that is nowhere has not been verified, which must not look like success. */
    private void requireBuckets(Set<String> looked) {
        for (String bucket : buckets) {
            if (!looked.contains(bucket)) {
                throw usage("no bucket %s in the chosen snapshots".formatted(Table.printable(bucket)));
            }
        }
    }
}

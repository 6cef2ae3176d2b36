package io.hubstorage.cli;

import io.hubstorage.bus.Alarm;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.status.AlarmStore;
import io.hubstorage.verify.SnapshotFolders;
import io.hubstorage.verify.VerifyProgress;
import io.hubstorage.verify.VerifyReport;
import io.hubstorage.verify.VerifyRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Recomputes snapshots from the disk; reads only. */
@Command(
        name = "verify",
        description = {
            "Recompute snapshots from the disk and compare them with what they promise:",
            "every file's size and SHA-256, no file too few or too many, and the certificate's sums.",
            "Writes nothing to the data folder; may run while a backup does."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar hubstorage.jar verify",
            "  java -jar hubstorage.jar verify --all --sample 5",
            "  java -jar hubstorage.jar verify hublink_20260301020000 --bucket photos --json"
        })
final class VerifyCommand implements Callable<Integer> {
    private final Program program;

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
    private final DataOptions options = new DataOptions();

    @Option(names = "--json", description = "Print the report as JSON; progress goes to stderr")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    VerifyCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = HubCommand.spec(spec).commandLine().getOut();
        PrintWriter err = HubCommand.spec(spec).commandLine().getErr();
        Layout layout = new Layout(options.data(program));
        List<String> chosen = chosen(layout);
        if (chosen.isEmpty()) {
            err.printf("There is no snapshot in %s.%n", layout.data());
            err.flush();
            return ExitCode.FAILED.code();
        }
        VerifyRequest request = new VerifyRequest(layout, chosen, Set.copyOf(buckets), percent(), seed());
        Progress progress = Progress.on(json ? err : out, json ? Terminal.NONE : program.terminal());
        Set<String> looked = new HashSet<>();
        VerifyOutput output = json ? new VerifyOutput.Json(out) : new VerifyOutput.Text(out);
        Optional<VerifyReport> ended = new FollowedVerification(
                        request, new VerifyProgress(), progress, program.clock())
                .run(program.stopRequest(), snapshot -> {
                    snapshot.buckets().forEach(bucket -> looked.add(bucket.name()));
                    raiseIfDamaged(snapshot);
                    // Of one that has none of the buckets there is nothing to say.
                    if (buckets.isEmpty()
                            || !snapshot.ok()
                            || !snapshot.buckets().isEmpty()) {
                        output.snapshot(snapshot);
                    }
                });
        if (ended.isEmpty()) {
            return ExitCode.CANCELLED.code();
        }
        VerifyReport report = ended.get();
        if (report.ok()) {
            requireBuckets(looked);
        }
        output.end(report);
        out.flush();
        return (report.ok() ? ExitCode.OK : ExitCode.DAMAGED).code();
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
                        .formatted(Amounts.printable(name), layout.data()));
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
                throw usage("no bucket %s in the chosen snapshots".formatted(Amounts.printable(bucket)));
            }
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(HubCommand.spec(spec).commandLine(), message);
    }
}

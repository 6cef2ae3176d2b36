package io.hubstorage.cli;

import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.ReplicationRecord;
import io.hubstorage.bus.ReplicationStart;
import io.hubstorage.bus.ReplicationState;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Trigger;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Brings the second copy up to date. */
@Command(
        name = "replicate",
        description = {
            "Copy the snapshots to a folder on another disk, and prove every file as it arrives.",
            "",
            "The copy is a data folder of its own: what is a hard link here is one there. Snapshots that it has already"
                    + " are left as they are, and one that was copied in part is gone on with."
        },
        footer = {
            "  java -jar hubstorage.jar replicate --to /mnt/usb/hubstorage",
            "  java -jar hubstorage.jar replicate --to /mnt/usb/hubstorage --snapshots latest --limit 50",
            "  java -jar hubstorage.jar verify --all --data /mnt/usb/hubstorage"
        },
        exitCodeList = {
            "0:the copy has every snapshot that was asked for",
            "1:failed, or cannot be; the message says why",
            "2:wrong options or configuration; nothing was copied",
            "3:some snapshots could not be copied, because files of them are damaged; they are named",
            "4:not now: another replication is under way",
            "130:stopped by Ctrl-C or a signal; the next replication goes on from there"
        })
final class ReplicateCommand extends JobCommand {
    private static final RunFollower.Followed<ReplicationRecord, ReplicationState> REPLICATION =
            new RunFollower.Followed<>(
                    JobKind.REPLICATION,
                    ReplicationRecord.class,
                    ReplicationState.class,
                    (progress, state) -> progress.show(line(state)));

    @Option(
            names = "--to",
            paramLabel = "<folder>",
            description = "The folder of the copy, which is made if need be (else as replication.to says)")
    private @Nullable Path to;

    @Option(
            names = "--snapshots",
            paramLabel = "<all|latest|name>",
            split = ",",
            arity = "1..*",
            description = "Which ones: all, which is the default; the latest alone; or those of these names")
    private List<String> snapshots = new ArrayList<>();

    @Option(
            names = "--prune",
            description = "Remove from the copy what the data folder has no more; pinned ones and the newest stay")
    private boolean prune;

    @Option(
            names = "--limit",
            paramLabel = "<MB/s>",
            description = "How fast files are copied at most (else as replication.max_mb_per_second says)")
    private @Nullable Double limit;

    ReplicateCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException, InterruptedException {
        ReplicationStart start = new ReplicationStart(
                Trigger.CLI,
                to == null ? null : to.toAbsolutePath().toString(),
                snapshots,
                prune ? Boolean.TRUE : null,
                limit);
        if (start.problem().isPresent()) {
            throw usage("--" + start.problem().get().replace("max_mb_per_second", "limit"));
        }
        return withProgram("Nothing was copied", (running, stop) -> {
            ReplicationRecord record = follow(running, REPLICATION, start, stop);
            print(record);
            return ExitCode.of(record);
        });
    }

    private void print(ReplicationRecord record) throws IOException {
        if (json) {
            printJson(record);
            return;
        }
        out().println(Table.printable(String.valueOf(record.message())));
        List<ReplicationRecord.Failure> failures = record.outcome().failures();
        for (ReplicationRecord.Failure each : failures) {
            String key = each.key() == null ? "" : "/" + each.key();
            String where = each.bucket() == null ? "" : " " + each.bucket() + key;
            out().printf("  %s%n", Table.printable("%s%s: %s".formatted(each.snapshot(), where, each.why())));
        }
        if (failures.size() == ReplicationRecord.NAMED) {
            out().println("  The log names all.");
        }
        printTime(record);
    }

    private static String line(ReplicationState state) {
        ReplicationState.Position now = state.position();
        ReplicationRecord.Snapshots snapshots = state.outcome().snapshots();
        if (state.phase() == RunPhase.PREPARING || now.snapshot() == null) {
            return "Looking what the copy has";
        }
        return "%s (%s of %s): %s of %s, %s"
                .formatted(
                        now.snapshot(),
                        Sizes.number(snapshots.there() + snapshots.copied() + snapshots.failed() + 1),
                        Sizes.number(snapshots.selected()),
                        Sizes.number(now.done().objects()),
                        Sizes.objects(now.total().objects()),
                        Sizes.bytes((double) now.done().bytes()));
    }
}

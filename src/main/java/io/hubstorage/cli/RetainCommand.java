package io.hubstorage.cli;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RetentionMessage;
import io.hubstorage.bus.RetentionRecord;
import io.hubstorage.bus.RetentionStart;
import io.hubstorage.bus.RetentionState;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Trigger;
import io.hubstorage.cli.Program.Running;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Removes the snapshots that no rule keeps: shows which, asks, does it; or brings back what was removed. */
@Command(
        name = "retain",
        description = {
            "Remove the snapshots that no rule of 'retention' in config.json keeps; or one by hand; or bring them"
                    + " back.",
            "",
            "First comes the list: what stays and why, what goes, how much that frees. Nothing is removed before you"
                    + " say yes. What was removed can be brought back for retention.undo_hours; then its files are"
                    + " deleted."
        },
        footer = {
            "  java -jar hubstorage.jar retain --preview",
            "  java -jar hubstorage.jar retain",
            "  java -jar hubstorage.jar retain --undo",
            "  java -jar hubstorage.jar retain --undo hublink_20261120060000",
            "  java -jar hubstorage.jar retain --delete hublink_20261120060000"
        },
        exitCodeList = {
            "0:done, or there was nothing to do",
            "1:failed, or cannot be; the message says why",
            "2:wrong options or configuration, or nobody said yes; nothing was removed",
            "3:ended, but not all: what stayed, or did not come back, is named",
            "4:not now: a backup is under way, or something reads snapshots",
            "130:stopped by Ctrl-C or a signal; what was removed can be brought back"
        })
final class RetainCommand extends JobCommand {
    private static final RunFollower.Followed<RetentionRecord, RetentionState> RETENTION = new RunFollower.Followed<>(
            JobKind.RETENTION,
            RetentionRecord.class,
            RetentionState.class,
            (progress, state) -> progress.show("%s of %s removed"
                    .formatted(
                            Sizes.number(state.outcome().removed()),
                            Sizes.count(state.outcome().go(), "snapshot"))));

    private static final String NOTHING = "Nothing was removed.";

    /** For {@code --undo} without a name. */
    private static final String ALL = "";

    @Option(names = "--preview", description = "Show what stays and what would go, and remove nothing")
    private boolean preview;

    @Option(
            names = {"--yes", "-y"},
            description = "Start without asking")
    private boolean yes;

    @Option(
            names = "--undo",
            paramLabel = "<snapshot>",
            arity = "0..1",
            fallbackValue = ALL,
            description = "Bring back this snapshot, or without a name all that were removed and still can be")
    private @Nullable String undo;

    @Option(names = "--delete", paramLabel = "<snapshot>", description = "Remove just this one, whatever the rules say")
    private @Nullable String delete;

    RetainCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException, InterruptedException {
        if (Stream.of(preview, undo != null, delete != null)
                        .filter(each -> each)
                        .count()
                > 1) {
            throw usage("give only one of --preview, --undo and --delete");
        }
        return withProgram(undo == null ? "Nothing was removed" : "Nothing came back", (running, stop) -> {
            if (undo != null) {
                return undo(new Bus(running.vertx()), undo);
            }
            return delete == null ? byPolicy(running, stop) : byHand(running, delete, stop);
        });
    }

    private ExitCode byPolicy(Running running, CompletableFuture<Void> stop) throws IOException, InterruptedException {
        RetentionMessage.Preview plan = preview(new Bus(running.vertx()), stop);
        if (plan == null) {
            return ExitCode.CANCELLED;
        }
        if (json && preview) {
            printJson(plan);
        } else {
            RetainText.preview(plan, said());
        }
        boolean nothing = plan.verdicts().stream().allMatch(RetentionMessage.Verdict::stays);
        if (preview) {
            return ExitCode.OK;
        }
        if (nothing) {
            // What was removed long ago may be due, and no service may be there to delete it.
            RetentionRecord record = follow(running, RETENTION, new RetentionStart(Trigger.CLI, null, null), stop);
            if (json) {
                printJson(record);
            }
            return ExitCode.of(record);
        }
        return yes || confirmed("Remove them?", NOTHING)
                ? ended(follow(running, RETENTION, new RetentionStart(Trigger.CLI, plan.digest(), null), stop))
                : ExitCode.USAGE;
    }

    /** Once it is counted what it frees; null when somebody stops before that. */
    private RetentionMessage.@Nullable Preview preview(Bus bus, CompletableFuture<Void> stop) {
        Progress progress = progress();
        try {
            while (!stop.isDone()) {
                Future<RetentionMessage.Preview> asked =
                        bus.ask(Addresses.RETENTION_PREVIEW, RetentionMessage.Preview.class, Bus.REMOTE);
                CompletableFuture.anyOf(
                                asked.toCompletionStage().toCompletableFuture().handle((_, _) -> true), stop)
                        .join();
                if (asked.isComplete()) {
                    RetentionMessage.Preview plan = asked.await();
                    if (plan.freedBytes() != null) {
                        return plan;
                    }
                    progress.show("Counting what it frees");
                }
            }
            return null;
        } finally {
            progress.end();
        }
    }

    private ExitCode byHand(Running running, String snapshot, CompletableFuture<Void> stop)
            throws IOException, InterruptedException {
        return yes || confirmed("Remove %s?".formatted(Table.printable(snapshot)), NOTHING)
                ? ended(follow(running, RETENTION, new RetentionStart(Trigger.CLI, null, snapshot), stop))
                : ExitCode.USAGE;
    }

    private ExitCode ended(RetentionRecord record) throws IOException {
        if (json) {
            printJson(record);
        } else {
            out().println(Table.printable(String.valueOf(record.message())));
        }
        return ExitCode.of(record);
    }

    private ExitCode undo(Bus bus, String snapshot) throws IOException {
        RetentionMessage.Undone undone = BusJson.decode(
                bus.ask(
                                Addresses.RETENTION_UNDO,
                                BusJson.encode(new RetentionMessage.Undo(snapshot.equals(ALL) ? null : snapshot)),
                                Bus.PATIENT)
                        .await(),
                RetentionMessage.Undone.class);
        if (json) {
            printJson(undone);
        } else {
            undone.restored().forEach(name -> out().println("Back: " + Table.printable(name)));
        }
        List<RetentionMessage.Refused> refused = undone.refused();
        refused.forEach(
                each -> err().println(Table.printable("Not back: %s. %s".formatted(each.snapshot(), each.why()))));
        if (refused.isEmpty()) {
            return ExitCode.OK;
        }
        return undone.restored().isEmpty() ? ExitCode.FAILED : ExitCode.PARTIAL;
    }
}

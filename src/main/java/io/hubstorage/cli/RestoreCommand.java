package io.hubstorage.cli;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RestoreMessage;
import io.hubstorage.bus.RestoreMessage.State;
import io.hubstorage.bus.RestoreMessage.View;
import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RestoreState;
import io.hubstorage.bus.Trigger;
import io.hubstorage.cli.Program.Running;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Brings back what a snapshot holds: shows the plan, asks, does it, and says how it went. */
@Command(
        name = "restore",
        description = {
            "Bring back what a snapshot holds, to S3 or to a folder.",
            "",
            "First comes the plan: what would be written, what is there already, what would be replaced. Nothing is"
                    + " written before you say yes. What was damaged on the disk is never restored."
        },
        footer = {
            "  java -jar hubstorage.jar restore --bucket photos --prefix 2026/ --to-dir ./back",
            "  java -jar hubstorage.jar restore --bucket photos --at 2026-11-20 --to s3://photos-restored",
            "  java -jar hubstorage.jar restore --bucket photos --key a.jpg --in-place photos",
            "  java -jar hubstorage.jar restore --to-dir /mnt/disk/all --dry-run",
            "  java -jar hubstorage.jar restore --resume 20261127-061500-k3f9"
        },
        exitCodeList = {
            "0:all was done as planned (or, with --dry-run: it could be)",
            "1:failed, or cannot be; the message says why, and what was written stays",
            "2:wrong options or configuration, or nobody said yes; nothing was tried",
            "3:ended, but not all: what failed or had changed meanwhile is named",
            "4:not now: another restore is under way, or this one has been done",
            "130:stopped by Ctrl-C or a signal; --resume goes on from there"
        })
final class RestoreCommand extends JobCommand {
    private static final RunFollower.Followed<RestoreRecord, RestoreState> RESTORE = new RunFollower.Followed<>(
            JobKind.RESTORE,
            RestoreRecord.class,
            RestoreState.class,
            (progress, state) -> progress.show(RestoreText.line(state)));

    @Mixin
    private final RestoreOptions options = new RestoreOptions();

    @Option(names = "--dry-run", description = "Show the plan, and write nothing")
    private boolean dryRun;

    @Option(
            names = {"--yes", "-y"},
            description = "Start without asking")
    private boolean yes;

    @Option(
            names = "--resume",
            paramLabel = "<id>",
            description = "Go on with a restore that was stopped; it takes no other options of what and where")
    private @Nullable String resume;

    RestoreCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException, InterruptedException {
        if (resume != null && !options.isEmpty()) {
            throw usage(
                    "--resume goes on as it was planned; the other options of what and where have no place beside it");
        }
        return withProgram("Nothing was restored", this::restore);
    }

    private ExitCode restore(Running running, CompletableFuture<Void> stop) throws IOException, InterruptedException {
        Bus bus = new Bus(running.vertx());
        View view = resume == null ? plan(bus, stop) : view(bus, resume);
        if (view == null) {
            return ExitCode.CANCELLED;
        }
        RestorePlan plan = view.plan();
        if (plan == null) {
            throw Bus.refusal(Bus.CONFLICT, "the plan is not there");
        }
        if (json && dryRun) {
            printJson(view);
        } else {
            RestoreText.plan(view.request(), plan, said());
        }
        if (view.state() == State.REFUSED) {
            err().println("It cannot be started:");
            plan.problems().forEach(problem -> err().println("  " + Table.printable(problem)));
            return ExitCode.FAILED;
        }
        if (dryRun) {
            bus.ask(Addresses.RESTORE_REMOVE, new RestoreMessage.Remove(view.id()))
                    .await();
            return ExitCode.OK;
        }
        if (!yes && !confirmed("Start it?", "Nothing was written.")) {
            if (resume == null) {
                bus.ask(Addresses.RESTORE_REMOVE, new RestoreMessage.Remove(view.id()))
                        .await();
            }
            return ExitCode.USAGE;
        }
        // A process that is killed cannot say it any more.
        said().printf("Should it be cut off, this goes on with it: restore --resume %s%n%n", view.id());
        said().flush();
        RestoreRecord record = follow(
                running,
                RESTORE,
                new RestoreMessage.Start(view.id(), String.valueOf(plan.digest()), Trigger.CLI),
                stop);
        if (json) {
            printJson(record);
        } else {
            Path configFolder = running.config().settings().configFolder();
            RestoreText.end(record, notWritten(bus, record), configFolder, out());
        }
        return ExitCode.of(record);
    }

    /** The plan, once it is made; null when it was told to stop before. */
    private @Nullable View plan(Bus bus, CompletableFuture<Void> stop) throws InterruptedException {
        View first = decode(bus.ask(Addresses.RESTORE_PLAN, BusJson.encode(options.request(this::usage)), Bus.PATIENT)
                .await());
        View view = planned(first, each -> each.state() == State.PLANNING, () -> view(bus, first.id()), stop);
        if (view == null) {
            bus.ask(Addresses.RESTORE_REMOVE, new RestoreMessage.Remove(first.id()));
        }
        return view;
    }

    private static View view(Bus bus, String id) {
        return decode(bus.ask(Addresses.RESTORE_STATUS, BusJson.encode(new RestoreMessage.Get(id)), Bus.PATIENT)
                .await());
    }

    private static View decode(JsonObject body) {
        return BusJson.decode(body, View.class);
    }

    private static RestoreMessage.Objects notWritten(Bus bus, RestoreRecord record) {
        return BusJson.decode(
                bus.ask(
                                Addresses.RESTORE_OBJECTS,
                                BusJson.encode(new RestoreMessage.ObjectsQuery(
                                        record.runId(), "not_written", null, RestoreText.NAMED)),
                                Bus.PATIENT)
                        .await(),
                RestoreMessage.Objects.class);
    }
}

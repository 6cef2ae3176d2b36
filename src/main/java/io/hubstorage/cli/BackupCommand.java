package io.hubstorage.cli;

import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.Trigger;
import io.hubstorage.cli.Program.Launch;
import io.hubstorage.cli.Program.Running;
import io.hubstorage.config.Environment;
import io.hubstorage.snapshot.Layout;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One run in the foreground, or runs on schedule. */
@Command(
        name = "backup",
        description = {
            "Back up now, and say how it went.",
            "",
            "Takes the configured buckets, or those that --bucket or --schedule names. A new snapshot appears in the"
                    + " data folder when all of it is there; if nothing has changed since the last one, none does."
        },
        footer = {
            "  java -jar hubstorage.jar backup",
            "  java -jar hubstorage.jar backup --dry-run",
            "  java -jar hubstorage.jar backup --bucket photos --local-path /mnt/backup",
            "  java -jar hubstorage.jar backup --json > run.json"
        })
final class BackupCommand extends CliCommand {
    @Mixin
    private final RunOptions options;

    @Mixin
    private final ConfigOptions config;

    @Option(names = "--json", description = "Print the run's record as JSON; progress goes to stderr")
    private boolean json;

    BackupCommand(Program program) {
        super(program);
        this.options = new RunOptions();
        this.config = new ConfigOptions();
    }

    BackupCommand(CliCommand other, RunOptions options, ConfigOptions config) {
        super(other);
        this.options = options;
        this.config = config;
    }

    @Override
    ExitCode run() throws IOException, InterruptedException {
        String contradiction = options.contradiction();
        if (contradiction != null) {
            err().println(contradiction);
            return ExitCode.USAGE;
        }
        Environment environment = config.environment(program, options.variables());
        // Before anything starts, so that no signal is missed.
        CompletableFuture<Void> stop = program.stopRequest();
        return options.continuous ? onSchedule(environment, stop) : once(environment, stop);
    }

    private ExitCode onSchedule(Environment environment, CompletableFuture<Void> stop) {
        try (Running running = program.start(new Launch(Launch.Mode.SCHEDULE, environment, options.configuration()))) {
            out().printf(
                            "HubStorage %s runs on schedule, into %s. Ctrl-C stops it.%n",
                            program.version(), running.config().dataPath());
            out().flush();
            stop.join();
        }
        return ExitCode.OK;
    }

    private ExitCode once(Environment environment, CompletableFuture<Void> stop)
            throws IOException, InterruptedException {
        try (Running running = program.start(new Launch(Launch.Mode.ONE_RUN, environment, options.configuration()))) {
            Layout layout = new Layout(running.config().dataPath());
            Progress progress = Progress.on(json ? err() : out(), program.terminal());
            RunRecord run = new RunFollower(running.vertx(), progress)
                    .run(
                            RunFollower.BACKUP,
                            new BackupMessage.Start(Trigger.CLI, options.dryRun, options.named(), options.schedule),
                            stop);
            if (json) {
                printJson(run);
            } else {
                new RunSummary(run, layout).print(out());
            }
            return ExitCode.of(run);
        } catch (ReplyException refused) {
            err().println("Nothing was backed up: " + refused.getMessage());
            return ExitCode.of(refused);
        }
    }
}

package io.hubstorage.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One run in the foreground. */
@Command(
        name = "backup",
        description = {
            "Back up now, and say how it went.",
            "",
            "Takes the configured buckets, or those that --bucket names. A new snapshot appears in the data folder when"
                    + " all of it is there; if nothing has changed since the last one, none does."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar hubstorage.jar backup",
            "  java -jar hubstorage.jar backup --dry-run",
            "  java -jar hubstorage.jar backup --bucket photos --local-path /mnt/backup",
            "  java -jar hubstorage.jar backup --json > run.json"
        })
final class BackupCommand implements Callable<Integer> {
    private final Program program;

    @Mixin
    private RunOptions options = new RunOptions();

    @Option(
            names = "--config",
            paramLabel = "<path>",
            description = "config.json, or the folder it is in (else HUBSTORAGE_CONFIG_PATH, else ./config)")
    private @Nullable Path config;

    @Option(names = "--json", description = "Print the run's record as JSON; progress goes to stderr")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    BackupCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws InterruptedException {
        var line = HubCommand.spec(spec).commandLine();
        return new BackupJob(program, options, json, line.getOut(), line.getErr())
                .run(config)
                .code();
    }
}

package io.hubstorage.cli;

import io.hubstorage.cli.Program.Working;
import io.hubstorage.config.Environment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A worker: copies what the service of its cluster tells it to, until it is told to stop. */
@Command(
        name = "worker",
        description = {
            "Copy for a service on another machine, into the same data folder (NFS, CephFS).",
            "",
            "Needs HUBSTORAGE_CLUSTER (where the service is), HUBSTORAGE_CLUSTER_SECRET, the data",
            "folder and the AWS_* credentials; the service tells it what to copy, and how.",
            "While there is no service it waits for one."
        },
        footer = {
            "  HUBSTORAGE_CLUSTER=nas:5701 java -jar hubstorage.jar worker --data /mnt/backups",
            "",
            "SIGTERM and Ctrl-C stop it within 8 s: what it had under way goes to others at once."
        })
final class WorkerCommand extends CliCommand {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerCommand.class);

    @Option(
            names = {"--data", "--local-path"},
            paramLabel = "<folder>",
            description = "The data folder, as it is mounted here (else HUBSTORAGE_DATA_PATH, else ./data)")
    private @Nullable Path data;

    @Option(
            names = "--port",
            paramLabel = "<port>",
            description = "Port of health checks and metrics, 0 for any free one (else HUBSTORAGE_WEB_PORT, else 5002)")
    private @Nullable String port;

    WorkerCommand(Program program) {
        super(program);
    }

    /** In the place of the service, where {@code HUBSTORAGE_ROLE} says so. */
    WorkerCommand(CliCommand other) {
        super(other);
    }

    /** Blocks until told to stop, and has stopped. */
    @Override
    ExitCode run() {
        Map<String, String> variables = new HashMap<>();
        ConfigOptions.add(variables, "HUBSTORAGE_DATA_PATH", data);
        ConfigOptions.add(variables, "HUBSTORAGE_WEB_PORT", port);
        return run(Environment.load(program.environment()).overridden(variables));
    }

    ExitCode run(Environment environment) {
        // Before anything starts, so that no signal is missed.
        CompletableFuture<Void> stop = program.stopRequest();
        try (Working working = program.work(environment)) {
            out().printf(
                            "HubStorage %s is up: %s as a worker, data in %s%n",
                            program.version(),
                            ServeCommand.address(environment.settings().web(), "http", working.port()),
                            environment.settings().dataPath());
            out().flush();
            stop.join();
            LOG.info("Stopping");
        }
        return ExitCode.OK;
    }
}

package io.hubstorage.cli;

import io.hubstorage.cli.Program.Launch;
import io.hubstorage.cli.Program.Running;
import io.hubstorage.config.ClusterSettings;
import io.hubstorage.config.Environment;
import io.hubstorage.config.Settings;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The service: dashboard, schedule and backups, until it is told to stop. */
@Command(
        name = "serve",
        description = "Run the service: dashboard, schedule and backups (the default).",
        footer = {
            "  java -jar hubstorage.jar serve",
            "  java -jar hubstorage.jar serve --port 8080 --config /etc/hubstorage",
            "",
            "SIGTERM and Ctrl-C stop it in order, within 8 s: a run that is under way goes on at",
            "the next start. A second signal ends it at once."
        })
final class ServeCommand extends CliCommand {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

    @Mixin
    private final Options options;

    /** Where the service finds its configuration and where it listens. */
    static final class Options extends ConfigOptions {
        @Option(
                names = "--port",
                paramLabel = "<port>",
                description = "Port of the web server, 0 for any free one (else HUBSTORAGE_WEB_PORT, else 5002)")
        @Nullable
        String port;

        @Option(
                names = "--host",
                paramLabel = "<host>",
                description = "Address to listen on (else HUBSTORAGE_WEB_HOST, else 127.0.0.1, in a container 0.0.0.0)")
        @Nullable
        String host;

        @Override
        void addTo(Map<String, String> variables) {
            super.addTo(variables);
            add(variables, "HUBSTORAGE_WEB_PORT", port);
            add(variables, "HUBSTORAGE_WEB_HOST", host);
        }
    }

    ServeCommand(Program program) {
        super(program);
        this.options = new Options();
    }

    ServeCommand(CliCommand other, Options options) {
        super(other);
        this.options = options;
    }

    /** Blocks until told to stop, and has stopped. */
    @Override
    ExitCode run() {
        Environment environment = options.environment(program);
        if (ClusterSettings.role(environment) == ClusterSettings.Role.WORKER) {
            return new WorkerCommand(this).run(environment);
        }
        // Before anything starts, so that no signal is missed.
        CompletableFuture<Void> stop = program.stopRequest();
        try (Running running = program.start(new Launch(Launch.Mode.SERVICE, environment, config -> config))) {
            out().printf(
                            "HubStorage %s is up: %s, data in %s%n",
                            program.version(),
                            address(
                                    running.config().settings().web(),
                                    running.config().settings().scheme(),
                                    running.port().orElseThrow()),
                            running.config().dataPath());
            out().flush();
            stop.join();
            LOG.info("Stopping");
        }
        return ExitCode.OK;
    }

    /** Where somebody at this machine finds it. */
    static String address(Settings.Web web, String scheme, int port) {
        return switch (web.host()) {
            case "0.0.0.0", "::" -> "%s://localhost:%d (on every interface)".formatted(scheme, port);
            default -> "%s://%s:%d".formatted(scheme, Settings.Web.inUrl(web.host()), port);
        };
    }
}

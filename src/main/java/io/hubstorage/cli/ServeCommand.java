package io.hubstorage.cli;

import io.hubstorage.config.Environment;
import io.hubstorage.config.Settings;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The service: dashboard, schedule and backups, until it is told to stop. */
@Command(
        name = "serve",
        description = "Run the service: dashboard, schedule and backups (the default).",
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar hubstorage.jar serve",
            "  java -jar hubstorage.jar serve --port 8080 --config /etc/hubstorage",
            "",
            "SIGTERM and Ctrl-C stop it in order, within 8 s: a run that is under way goes on at",
            "the next start. A second signal ends it at once."
        })
final class ServeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

    private final Program program;

    @Mixin
    private ServeOptions options = new ServeOptions();

    @Spec
    private @Nullable CommandSpec spec;

    ServeCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() {
        return serve(program, options, HubCommand.spec(spec).commandLine().getOut())
                .code();
    }

    /** Blocks until told to stop, and has stopped. */
    static ExitCode serve(Program program, ServeOptions options, PrintWriter out) {
        Environment environment = new Overrides()
                .set("HUBSTORAGE_CONFIG_PATH", options.config)
                .set("HUBSTORAGE_WEB_PORT", options.port)
                .set("HUBSTORAGE_WEB_HOST", options.host)
                .over(program.environment());
        // Before anything starts, so that no signal is missed.
        CompletableFuture<Void> stop = program.stopRequest();
        try (Running running = program.start(new Launch(Launch.Mode.SERVICE, environment, config -> config))) {
            out.printf(
                    "HubStorage %s is up: %s, data in %s%n",
                    program.version(), address(running), running.config().dataPath());
            out.flush();
            stop.join();
            LOG.info("Stopping");
        }
        return ExitCode.OK;
    }

    private static String address(Running running) {
        Settings.Web web = running.config().settings().web();
        int port = running.port().orElseThrow();
        return switch (web.host()) {
            case "0.0.0.0", "::" -> "http://localhost:%d (on every interface)".formatted(port);
            default -> "http://%s:%d".formatted(web.host().contains(":") ? "[" + web.host() + "]" : web.host(), port);
        };
    }
}

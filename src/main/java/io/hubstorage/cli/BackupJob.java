package io.hubstorage.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.Environment;
import io.hubstorage.snapshot.Layout;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One backup, or backups on schedule, at the command line: however it was spelled. */
final class BackupJob {
    private final Program program;
    private final RunOptions options;
    private final boolean json;
    private final PrintWriter out;
    private final PrintWriter err;

    /** @param json print the run's record instead of words */
    BackupJob(Program program, RunOptions options, boolean json, PrintWriter out, PrintWriter err) {
        this.program = program;
        this.options = options;
        this.json = json;
        this.out = out;
        this.err = err;
    }

    /** Blocks until done, or stopped. */
    ExitCode run(@Nullable Path config) throws InterruptedException {
        String contradiction = options.contradiction();
        if (contradiction != null) {
            err.println(contradiction);
            return ExitCode.USAGE;
        }
        Environment environment =
                options.environment().set("HUBSTORAGE_CONFIG_PATH", config).over(program.environment());
        // Before anything starts, so that no signal is missed.
        CompletableFuture<Void> stop = program.stopRequest();
        return options.continuous ? onSchedule(environment, stop) : once(environment, stop);
    }

    private ExitCode onSchedule(Environment environment, CompletableFuture<Void> stop) {
        try (Running running = program.start(new Launch(Launch.Mode.SCHEDULE, environment, options.configuration()))) {
            out.printf(
                    "HubStorage %s runs on schedule, into %s. Ctrl-C stops it.%n",
                    program.version(), running.config().dataPath());
            out.flush();
            stop.join();
        }
        return ExitCode.OK;
    }

    private ExitCode once(Environment environment, CompletableFuture<Void> stop) throws InterruptedException {
        try (Running running = program.start(new Launch(Launch.Mode.ONE_RUN, environment, options.configuration()))) {
            Layout layout = new Layout(running.config().dataPath());
            Progress progress = Progress.on(json ? err : out, program.terminal());
            RunRecord run = new FollowedRun(running.vertx(), progress)
                    .run(new BackupMessage.Start(Trigger.CLI, options.dryRun, options.named()), stop);
            tell(run, layout);
            return ExitCode.of(run);
        } catch (FollowedRun.Refused e) {
            err.println("Nothing was backed up: " + e.getMessage());
            return e.exitCode();
        }
    }

    private void tell(RunRecord run, Layout layout) {
        if (!json) {
            new RunSummary(run, layout).print(out);
            return;
        }
        try {
            out.println(BusJson.mapper()
                    .writer()
                    .with(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsString(run));
            out.flush();
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.hubstorage.cli;

import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.JobState;
import io.hubstorage.bus.Sizes;
import io.hubstorage.cli.Program.Launch;
import io.hubstorage.cli.Program.Running;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the commands share that start a program for one job, ask for it, and stay until it ends. */
abstract class JobCommand extends CliCommand {
    @Mixin
    private final ConfigOptions.Data config = new ConfigOptions.Data();

    @Option(
            names = "--json",
            description = "Print what came of it, or the plan where that is all, as JSON; the rest goes to stderr")
    boolean json;

    JobCommand(Program program) {
        super(program);
    }

    /** What is done with the program once it runs. */
    interface Task {
        ExitCode run(Running running, CompletableFuture<Void> stop) throws IOException, InterruptedException;
    }

    /** Starts the program for as long as the task takes. When that is refused, says why, after what did not happen. */
    final ExitCode withProgram(String nothing, Task task) throws IOException, InterruptedException {
        // Before anything starts, so that no signal is missed.
        CompletableFuture<Void> stop = program.stopRequest();
        Launch launch = new Launch(Launch.Mode.ONE_RUN, config.environment(program), UnaryOperator.identity());
        try (Running running = program.start(launch)) {
            return task.run(running, stop);
        } catch (ReplyException refused) {
            err().println(nothing + ": " + Table.printable(String.valueOf(refused.getMessage())));
            return ExitCode.of(refused);
        }
    }

    final <R extends JobRecord, S extends JobState> R follow(
            Running running, RunFollower.Followed<R, S> kind, Object start, CompletableFuture<Void> stop)
            throws InterruptedException {
        return new RunFollower(running.vertx(), progress()).run(kind, start, stop);
    }

    final Progress progress() {
        return Progress.on(said(), json ? Program.Terminal.NONE : program.terminal());
    }

    /** Where goes what is for people. */
    final PrintWriter said() {
        return json ? err() : out();
    }

    /** Asks again until the plan is made; null when it was told to stop before. */
    final <V> @Nullable V planned(V first, Predicate<V> planning, Supplier<V> again, CompletableFuture<Void> stop)
            throws InterruptedException {
        Progress progress = progress();
        V view = first;
        try {
            while (planning.test(view)) {
                progress.show("Planning");
                if (isStopped(stop)) {
                    return null;
                }
                view = again.get();
            }
            return view;
        } finally {
            progress.end();
        }
    }

    private static boolean isStopped(CompletableFuture<Void> stop) throws InterruptedException {
        try {
            stop.get(Progress.PACE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /**
     * Whether somebody said yes.
     *
     * @param nothing said otherwise, as a sentence: {@code Nothing was written.}
     */
    final boolean confirmed(String question, String nothing) {
        String answer = program.answer(question + " Type yes:");
        if (answer == null) {
            err().println(nothing + " Add --yes to start it without being asked.");
            return false;
        }
        boolean start = answer.strip().equalsIgnoreCase("yes");
        if (!start) {
            out().println(nothing);
        }
        return start;
    }

    /** Says how long it took, if it has ended. */
    final void printTime(JobRecord record) {
        if (record.finishedAt() != null) {
            out().printf("Took %s.%n", Sizes.duration(Duration.between(record.startedAt(), record.finishedAt())));
        }
        out().flush();
    }
}

package io.hubstorage.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** A benchmark as a program: after Ctrl-C it is interrupted, and has time to clean up. */
final class BenchProgram {
    private static final int SECONDS_TO_CLEAN_UP = 120;

    private final PrintStream log = System.err;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final String name;
    private volatile boolean stopped;

    private BenchProgram(String name) {
        this.name = name;
    }

    /** Runs the command in this thread and ends the JVM with its exit code. */
    static void run(Callable<Integer> command, String[] args) {
        BenchProgram program =
                new BenchProgram(command.getClass().getAnnotation(Command.class).name());
        Thread worker = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> program.stop(worker)));
        int code = new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((wrong, ignored) -> program.complain(wrong))
                .setExecutionExceptionHandler((failure, ignored, alsoIgnored) -> program.explain(failure))
                .execute(args);
        program.ended.countDown();
        System.exit(code);
    }

    private int complain(Exception wrong) {
        log.printf("%s%nTry '%s --help'.%n", wrong.getMessage(), name);
        return 2;
    }

    private int explain(Exception failure) {
        if (stopped) {
            return 130;
        }
        if (failure instanceof IllegalArgumentException) {
            return complain(failure);
        }
        if (failure instanceof IOException) {
            log.printf("It did not work: %s%n", failure.getMessage());
        } else {
            // A defect of the benchmark itself: its output is for whoever repairs that.
            failure.printStackTrace(log);
        }
        return 1;
    }

    /** After Ctrl-C: lets the measuring thread clean up, and what is left then is ended the hard way. */
    private void stop(Thread worker) {
        if (ended.getCount() == 0) {
            return;
        }
        stopped = true;
        worker.interrupt();
        try {
            if (!ended.await(SECONDS_TO_CLEAN_UP, TimeUnit.SECONDS)) {
                log.println("Not everything could be cleaned up in time.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    }
}

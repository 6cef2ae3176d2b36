package io.hubstorage.hooks;

import io.hubstorage.bus.HookOutcome.Result;
import io.hubstorage.bus.Sizes;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A program, run without a shell, without arguments and without anything to read, and told what it needs by its environment alone.
 *
 * @param environment all that it has of one
 */
record HookProcess(Path program, Map<String, String> environment, Duration timeout) {
    private static final int LOOK_MILLIS = 20;
    /** How long it may take to tidy up when it is told to end. */
    private static final Duration TIDYING = Duration.ofSeconds(1);
    /** Whoever was started while others were killed is killed in the next round. */
    private static final int ROUNDS = 50;
    /** After its end, for what it has printed last. A program that it has left behind may keep its output open for ever. */
    private static final int LAST_LINES_MILLIS = 500;

    private static final Path PROCESSES = Path.of("/proc");

    /** How it ended, see {@link io.hubstorage.bus.HookOutcome}. */
    record End(Result result, @Nullable String problem, String said) {}

    /** Runs it to its end. What it has left running stays, unless it was not its own end. Blocks. */
    End run(BooleanSupplier stop, Consumer<String> log) {
        Process process;
        try {
            process = start();
        } catch (IOException e) {
            return new End(Result.FAILED, "it cannot be run: " + reason(e), "");
        }
        HookOutput output = new HookOutput(log);
        // One that nobody waits for: a program that was left behind may hold the other end.
        Thread reader =
                Thread.ofPlatform().daemon().name("hook-output").start(() -> output.read(process.getInputStream()));
        End end = await(process, stop);
        try {
            reader.join(LAST_LINES_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new End(end.result(), end.problem(), output.last());
    }

    private Process start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(program.toString())
                // Not the data folder: whoever stands in it keeps it from being unmounted.
                .directory(new File(System.getProperty("java.io.tmpdir")))
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static String reason(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("error=2,") || message.contains("error: 2 ")
                ? "what its first line names (#!…) does not exist here"
                : message.replaceFirst("^Cannot run program .*?: ", "");
    }

    private End await(Process process, BooleanSupplier stop) {
        long begun = System.nanoTime();
        try {
            while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                if (stop.getAsBoolean()) {
                    kill(process);
                    return new End(Result.STOPPED, "stopped", "");
                }
                if (System.nanoTime() - begun >= timeout.toNanos()) {
                    kill(process);
                    return new End(Result.TIMED_OUT, "no end within " + Sizes.duration(timeout), "");
                }
            }
        } catch (InterruptedException e) {
            kill(process);
            Thread.currentThread().interrupt();
            return new End(Result.STOPPED, "stopped", "");
        }
        int code = process.exitValue();
        return code == 0 ? new End(Result.OK, null, "") : new End(Result.FAILED, "exit code " + code, "");
    }

    /** Ends it and all that it has started: first so that they can tidy up, then at once. */
    private void kill(Process process) {
        // The command itself before what it has started: a shell that outlives its child still says "Killed", and that
        // would be told as its last words.
        Set<ProcessHandle> known = new LinkedHashSet<>(Set.of(process.toHandle()));
        grow(known);
        known.forEach(ProcessHandle::destroy);
        long begun = System.nanoTime();
        while (known.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() - begun < TIDYING.toNanos()) {
            pause();
        }
        for (int round = 0; round < ROUNDS; round++) {
            grow(known);
            List<ProcessHandle> alive =
                    known.stream().filter(ProcessHandle::isAlive).toList();
            if (alive.isEmpty()) {
                return;
            }
            alive.forEach(ProcessHandle::destroyForcibly);
            pause();
        }
    }

    /** Also where the thread was interrupted. */
    private static void pause() {
        LockSupport.parkNanos(Duration.ofMillis(LOOK_MILLIS).toNanos());
    }

    /** Adds the descendants of each; and those whose parent has ended, whom nobody knows as such any more, by their environment. */
    private void grow(Set<ProcessHandle> known) {
        for (ProcessHandle each : List.copyOf(known)) {
            try (Stream<ProcessHandle> descendants = each.descendants()) {
                descendants.forEach(known::add);
            }
        }
        if (!Files.isDirectory(PROCESSES.resolve("self"))) {
            return;
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
            for (Path process : processes) {
                if (hasEnvironment(process)) {
                    ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
                            .ifPresent(known::add);
                }
            }
        } catch (IOException | RuntimeException _) {
            // It stays at those that are known.
        }
    }

    private boolean hasEnvironment(Path process) {
        try {
            String all = '\0' + Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
            return HookFacts.MARKS.stream()
                    .allMatch(name ->
                            all.contains("\0%s=%s\0".formatted(name, latin(String.valueOf(environment.get(name))))));
        } catch (IOException _) {
            // It has ended, or is another user's.
            return false;
        }
    }

    private static String latin(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}

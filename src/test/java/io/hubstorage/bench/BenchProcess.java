package io.hubstorage.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A benchmark as its script starts it, with a folder for its copies. */
final class BenchProcess implements AutoCloseable {
    /** Why those that take long are left out. */
    static final String LONG =
            "only with -Dhubstorage.benchmarks=true: it takes a minute, for what is no part of the product";

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Path console;
    private final Path target;
    private final Process process;

    /** Starts the program of this class, where there is a {@code /proc}. */
    BenchProcess(Class<?> program, Path folder, String... arguments) throws IOException {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the benchmark reads /proc");
        console = folder.resolve("console.txt");
        target = Files.createDirectories(folder.resolve("target"));
        List<String> command = new ArrayList<>(List.of(
                // Who is started in the background by a shell inherits that SIGINT is ignored.
                "/usr/bin/env",
                "--default-signal=INT",
                Tool.JAVA,
                // Of the program that measures, which here has nothing to measure.
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                "--jar",
                System.getProperty("hubstorage.jar"),
                "--target",
                target.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(console.toFile());
        // Nothing is measured here, and no cache is worth waiting for.
        builder.environment().put("HUBSTORAGE_CACHE_PATH", "none");
        process = builder.start();
    }

    /** What it has printed so far. */
    String console() throws IOException {
        return Files.readString(console);
    }

    /** Waits until it has printed this. */
    void awaitLine(String part) {
        Awaitility.await()
                .atMost(PATIENCE)
                .failFast(() -> !process.isAlive())
                .until(() -> console().contains(part));
    }

    /** Waits for its end, which must have this exit code, and looks that nothing is left of it. */
    void assertEnds(int exitCode) throws IOException, InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as(console())
                .isTrue();
        assertThat(process.exitValue()).as(console()).isEqualTo(exitCode);
        assertThat(target).isEmptyDirectory();
    }

    /** Sends what Ctrl-C sends, and waits for its end and for that of all it has started. */
    void assertTidiesUpAfterCtrlC() throws IOException, InterruptedException {
        List<ProcessHandle> children = process.descendants().toList();
        assertThat(children).isNotEmpty();
        new ProcessBuilder("kill", "-s", "INT", Long.toString(process.pid()))
                .start()
                .waitFor();
        assertEnds(130);
        Awaitility.await().atMost(PATIENCE).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
    }
}

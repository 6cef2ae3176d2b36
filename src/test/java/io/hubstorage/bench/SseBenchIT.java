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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark of the event stream, as {@code bench/sse.sh} starts it, with few of everything. */
final class SseBenchIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the benchmark reads /proc");
        Files.createDirectories(folder.resolve("target"));
    }

    @Test
    void everyWatcherSeesTheRunsToTheirEndsAndAllIsTidiedUp() throws Exception {
        Path page = Files.writeString(folder.resolve("page.md"), "# Figures\n");
        Process bench = start("--quick", "--out", page.toString());
        try {
            assertThat(bench.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(bench.exitValue()).as(console()).isZero();
            assertThat(page)
                    .content()
                    .startsWith("# Figures\n<!-- written by bench/sse.sh: begin -->")
                    .contains(
                            "| | nobody watches | 50 watch |",
                            "Each of the 50 watchers saw",
                            "3 readers that read nothing");
            assertThat(folder.resolve("target")).isEmptyDirectory();
        } finally {
            bench.destroyForcibly().waitFor();
        }
    }

    @Test
    void afterCtrlCNothingIsLeftBehind() throws Exception {
        Process bench = start("--objects", "3000");
        try {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .failFast(() -> !bench.isAlive())
                    .until(() -> console().contains("warm-up"));
            List<ProcessHandle> children = bench.descendants().toList();
            assertThat(children).isNotEmpty();
            new ProcessBuilder("kill", "-s", "INT", Long.toString(bench.pid()))
                    .start()
                    .waitFor();
            assertThat(bench.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(bench.exitValue()).isEqualTo(130);
            Awaitility.await().atMost(PATIENCE).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
            assertThat(folder.resolve("target")).isEmptyDirectory();
        } finally {
            bench.descendants().forEach(ProcessHandle::destroyForcibly);
            bench.destroyForcibly().waitFor();
        }
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                // Who is started in the background by a shell inherits that SIGINT is ignored.
                "/usr/bin/env",
                "--default-signal=INT",
                Tool.JAVA,
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                SseBench.class.getName(),
                "--jar",
                System.getProperty("hubstorage.jar"),
                "--target",
                folder.resolve("target").toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("console.txt").toFile())
                .start();
    }

    private String console() throws IOException {
        return Files.readString(folder.resolve("console.txt"));
    }
}

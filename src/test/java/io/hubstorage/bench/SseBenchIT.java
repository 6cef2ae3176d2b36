package io.hubstorage.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark of the event stream, as {@code bench/sse.sh} starts it, with few of everything. */
final class SseBenchIT {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @EnabledIfSystemProperty(named = "hubstorage.benchmarks", matches = "true", disabledReason = BenchProcess.LONG)
    void everyWatcherSeesTheRunsToTheirEndsAndAllIsTidiedUp() throws Exception {
        Path page = Files.writeString(folder.resolve("page.md"), "# Figures\n");
        try (BenchProcess bench =
                new BenchProcess(SseBench.class, folder, "--quick", "--objects", "1000", "--out", page.toString())) {
            bench.assertEnds(0);
        }
        assertThat(page)
                .content()
                .startsWith("# Figures\n<!-- written by bench/sse.sh: begin -->")
                .contains(
                        "| | nobody watches | 50 watch |",
                        "Each of the 50 watchers saw",
                        "3 readers that read nothing");
    }

    @Test
    void afterCtrlCNothingIsLeftBehind() throws Exception {
        try (BenchProcess bench = new BenchProcess(SseBench.class, folder, "--objects", "1000", "--watchers", "50")) {
            bench.awaitLine("warm-up");
            bench.assertTidiesUpAfterCtrlC();
        }
    }
}

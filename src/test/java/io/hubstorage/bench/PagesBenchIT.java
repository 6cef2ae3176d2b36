package io.hubstorage.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark of the pages, as {@code bench/pages.sh} starts it, with few of everything. */
final class PagesBenchIT {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @EnabledIfSystemProperty(named = "hubstorage.benchmarks", matches = "true", disabledReason = BenchProcess.LONG)
    void everyPageIsPaintedAndAllIsTidiedUp() throws Exception {
        Path page = Files.writeString(folder.resolve("page.md"), "# Figures\n");
        try (BenchProcess bench = new BenchProcess(PagesBench.class, folder, "--quick", "--out", page.toString())) {
            bench.assertEnds(0);
        }
        assertThat(page)
                .content()
                .startsWith("# Figures\n<!-- written by bench/pages.sh: begin -->")
                .containsPattern("\\| Overview \\| \\d+ \\(.+\\) \\| \\d+ \\(.+\\) \\| \\d+ \\|")
                .contains("| Files |", "| Settings |");
    }
}

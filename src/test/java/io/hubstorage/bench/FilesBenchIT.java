package io.hubstorage.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark of the files page, as {@code bench/files.sh} starts it, with few of everything. */
final class FilesBenchIT {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @EnabledIfSystemProperty(named = "hubstorage.benchmarks", matches = "true", disabledReason = BenchProcess.LONG)
    void everySnapshotIsSteppedThroughAndAllIsTidiedUp() throws Exception {
        Path page = Files.writeString(folder.resolve("page.md"), "# Figures\n");
        try (BenchProcess bench = new BenchProcess(FilesBench.class, folder, "--quick", "--out", page.toString())) {
            bench.assertEnds(0);
        }
        assertThat(page)
                .content()
                .startsWith("# Figures\n<!-- written by bench/files.sh: begin -->")
                .contains("5 snapshots of 6,000 keys", "| 100 rows of a folder of 5,000 files |");
    }
}

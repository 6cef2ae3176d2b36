package io.hubstorage.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark of the cycle of proofs, as {@code bench/scrub.sh} starts it, with few of everything. */
final class ScrubBenchIT {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void eachFileIsReadOnceWithinTheLimitAndNoneWhileABackupRuns() throws Exception {
        Path page = Files.writeString(folder.resolve("page.md"), "# Figures\n");
        try (BenchProcess bench = new BenchProcess(ScrubBench.class, folder, "--quick", "--out", page.toString())) {
            bench.assertEnds(0);
        }
        assertThat(page)
                .content()
                .startsWith("# Figures\n<!-- written by bench/scrub.sh: begin -->")
                .contains(
                        "| a whole cycle | as fast as it can | at most 1 MB/s |",
                        "| inodes read more than once | - | 0 |",
                        "| inodes not read, or not to their end | - | 0 |",
                        "| wall s, while files are read |",
                        "Every read taken down in one more backup")
                .containsPattern("\\| inodes read once \\| - \\| 6\\d\\d \\|");
    }

    @Test
    void afterCtrlCNothingIsLeftBehind() throws Exception {
        try (BenchProcess bench = new BenchProcess(ScrubBench.class, folder, "--keys", "500", "--snapshots", "1000")) {
            bench.awaitLine("making snapshot 3 of");
            bench.assertTidiesUpAfterCtrlC();
        }
    }
}

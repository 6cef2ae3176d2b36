package io.hubstorage.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark as {@code bench/run.sh} starts it, with small buckets and what every machine has. */
final class BenchIT {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @EnabledIfSystemProperty(named = "hubstorage.benchmarks", matches = "true", disabledReason = BenchProcess.LONG)
    void eachKindOfCaseGetsItsTableInItsPartOfThePageAndThePictureLiesBesideIt() throws Exception {
        Path page = Files.writeString(folder.resolve("page.md"), "# Figures\n");
        try (BenchProcess bench = start(
                "--quick",
                "--runs=1",
                "--warm-ups=0",
                "--cases=copy-1k,unchanged,verify,start",
                "--tools=hubstorage-image,hubstorage-cold,bare",
                "--section=all of it",
                "--out=" + page)) {
            bench.assertEnds(0);
        }
        assertThat(page)
                .content()
                .startsWith("# Figures\n<!-- written by bench/run.sh, all of it: begin -->")
                .contains(
                        "`bench/run.sh --quick --runs 1 --warm-ups 0 --cases copy-1k,unchanged,verify,start"
                                + " --tools hubstorage-image,hubstorage-cold,bare --section \"all of it\"`",
                        "| 50 × 1 KiB, cold |",
                        "| 5,000 keys, nothing changed |",
                        "| case | HubStorage, as in the container | HubStorage, a process a run |\n",
                        "| 400 of mixed sizes, verified |",
                        "| a start of the service |",
                        "](page-cost.svg)");
        assertThat(folder.resolve("page-cost.svg")).content().startsWith("<svg").contains("as in the container");
    }

    @Test
    @EnabledIfSystemProperty(named = "hubstorage.benchmarks", matches = "true", disabledReason = BenchProcess.LONG)
    void whatIsRestoredIsCheckedByTheServer() throws Exception {
        Path page = folder.resolve("page.md");
        try (BenchProcess bench = start(
                "--quick",
                "--runs=1",
                "--warm-ups=0",
                "--cases=restore-small",
                "--tools=hubstorage,hubstorage-cold",
                "--out=" + page)) {
            bench.assertEnds(0);
            assertThat(bench.console().lines().filter(line -> line.startsWith("  1/1")))
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line).contains(" that write; right"));
        }
        assertThat(page).content().contains("| 500 × 4 KiB, restored |");
    }

    @Test
    void afterCtrlCWhatWasMeasuredIsToldAndNothingIsLeftBehind() throws Exception {
        Path page = Files.writeString(folder.resolve("page.md"), "# Figures\n");
        try (BenchProcess bench =
                start("--quick", "--runs=100000", "--cases=small,large", "--tools=bare", "--out=" + page)) {
            bench.awaitLine("2/100000");
            bench.assertTidiesUpAfterCtrlC();
            assertThat(bench.console()).contains("Stopped. What was measured:", "| 500 × 4 KiB, cold |");
        }
        assertThat(page).hasContent("# Figures\n");
    }

    @Test
    void aToolThatIsNotKnownIsRefusedBeforeAnythingIsMeasured() throws Exception {
        try (BenchProcess bench = start("--quick", "--cases=small", "--tools=bare,tar")) {
            bench.assertEnds(2);
            assertThat(bench.console()).contains("No such tool: tar").doesNotContain("small:");
        }
    }

    private BenchProcess start(String... arguments) throws Exception {
        return new BenchProcess(Bench.class, folder, arguments);
    }
}

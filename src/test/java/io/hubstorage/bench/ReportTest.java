package io.hubstorage.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bench.Contender.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportTest {
    private static final long MIB = 1 << 20;

    private final Contender service = new Contender(Kind.HUBSTORAGE, Path.of("a.jar"), false, Optional.of("1"));
    private final Contender rclone = new Contender(Kind.RCLONE, null, false, Optional.of("rclone v1"));
    private final Contender aws = new Contender(Kind.AWS, null, false, Optional.empty());
    private final CaseResult result = new CaseResult(Case.ALL.getFirst());

    @Test
    void mediansRatiosByRoundAndWhatIsNotInstalledAreShown() {
        double[][] walls = {{1, 2}, {5, 4}, {3, 3}};
        for (double[] wall : walls) {
            result.add(service, new Measured(wall[0], 0.5, 200 * MIB));
            result.add(rclone, new Measured(wall[1], 2, 100 * MIB));
        }
        assertThat(new Report(List.of(service, rclone, aws), List.of(result)).text("A machine."))
                .startsWith("A machine.\n\n")
                .contains("| 10,000 × 4 KiB, cold | 3.00 (1.00 to 5.00) / 0.50 / 200"
                        + " | 3.00 (2.00 to 4.00) / 2.00 / 100 | not installed |\n")
                .contains("| case | HubStorage, warm service |\n")
                .contains("| 10,000 × 4 KiB, cold | 1.00 (0.50 to 1.25); 0.25 |\n");
    }

    @Test
    void aSecondHubStorageIsWhatTheFirstIsComparedWith() {
        Contender other = new Contender(Kind.HUBSTORAGE, Path.of("b.jar"), true, Optional.of("2"));
        result.add(service, new Measured(1, 1, MIB));
        result.add(other, new Measured(2, 4, MIB));

        assertThat(new Report(List.of(service, other), List.of(result)).text("A machine."))
                .contains("Beside HubStorage, warm service (vs), wall; CPU")
                .contains("| 10,000 × 4 KiB, cold | 0.50; 0.25 |\n");
    }

    @Test
    void onlyWhatIsBetweenTheMarksOfThePageIsReplaced(@TempDir Path folder) throws IOException {
        Path page = folder.resolve("page.md");
        Files.writeString(page, "# Title\n");
        Report.write(page, "a.sh", "first\n");
        Report.write(page, "other.sh", "of another script\n");
        Files.writeString(page, Files.readString(page) + "\n## More\n");
        Report.write(page, "a.sh", "second\n");

        assertThat(page)
                .content()
                .startsWith("# Title\n<!--")
                .contains("second\n<!--", "of another script\n<!--")
                .endsWith("-->\n\n## More\n");
        assertThat(page).content().doesNotContain("first");
    }
}

package io.hubstorage.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bench.Contender.Hub;
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

    private final Contender service = hub(Kind.HUBSTORAGE, "");
    private final Contender image = hub(Kind.HUBSTORAGE_IMAGE, "");
    private final Contender cold = hub(Kind.HUBSTORAGE_COLD, "");
    private final Contender rclone = new Contender(Kind.RCLONE, null, Optional.of("rclone v1"));
    private final Contender aws = new Contender(Kind.AWS, null, Optional.empty());
    private final CaseResult result = result("small");

    private static Contender hub(Kind kind, String vs) {
        return new Contender(kind, new Hub(Path.of("a.jar"), Jvm.with(List.of()), vs), Optional.of("HubStorage 1"));
    }

    private static CaseResult result(String id) {
        return new CaseResult(Case.named(id).getFirst());
    }

    private static String text(List<Contender> contenders, CaseResult... results) {
        return new Report(contenders, List.of(results)).text("A machine.", "");
    }

    @Test
    void mediansAndRatiosByRoundAreShown() {
        double[][] walls = {{1, 2}, {5, 4}, {3, 3}};
        for (double[] wall : walls) {
            result.add(service, new Measured(wall[0], 0.5, 200 * MIB));
            result.add(rclone, new Measured(wall[1], 2, 100 * MIB));
        }
        assertThat(text(List.of(service, rclone), result))
                .startsWith("A machine.\n\n")
                .contains("| 10,000 × 4 KiB, cold | 3.00 (1.00 to 5.00) / 0.50 / 200"
                        + " | 3.00 (2.00 to 4.00) / 2.00 / 100 |\n")
                .contains("| case | HubStorage, warm service |\n")
                .contains("| 10,000 × 4 KiB, cold | 1.00 (0.50 to 1.25); 0.25 |\n");
    }

    @Test
    void whatIsNotInstalledIsSaidAndHasNoColumn() {
        result.add(service, new Measured(1, 1, MIB));

        assertThat(text(List.of(service, aws), result))
                .contains("- aws s3 sync: not installed, left out\n")
                .contains("| case | HubStorage, warm service |\n");
    }

    @Test
    void aSecondHubStorageIsWhatTheFirstIsComparedWith() {
        Contender other = hub(Kind.HUBSTORAGE, "first edition");
        result.add(service, new Measured(1, 1, MIB));
        result.add(other, new Measured(2, 4, 4 * MIB));
        result.addIdle(service, 3 * MIB);
        result.addIdle(other, 2 * MIB);

        assertThat(text(List.of(service, other), result))
                .contains("Beside HubStorage, warm service (first edition), wall; CPU; peak memory; that at rest: ")
                .contains("| 10,000 × 4 KiB, cold | 0.50; 0.25; 0.25; 1.50 |\n");
    }

    @Test
    void aCaseThatWasCutOffShowsItsFinishedRunsAndOneThatNeverRanNothing() {
        result.add(service, new Measured(1, 1, MIB));
        result.add(service, new Measured(2, 2, MIB));
        result.add(rclone, new Measured(4, 4, MIB));

        assertThat(text(List.of(service, rclone), result, result("large")))
                .contains("| 10,000 × 4 KiB, cold | 1.50 (1.00 to 2.00) / 1.50 / 1 | 4.00 / 4.00 / 1 |\n")
                .contains("| 10,000 × 4 KiB, cold | 0.25; 0.25 |\n")
                .doesNotContain("4 × 1 GiB");
    }

    @Test
    void theMemoryTableHasTheLargestOfAllRunsAndTheRestAfterThem() {
        result.addPeak(image, 190 * MIB);
        result.addPeak(image, 150 * MIB);
        result.addPeak(rclone, 120 * MIB);
        result.add(image, new Measured(1, 1, 150 * MIB));
        result.add(rclone, new Measured(1, 1, 120 * MIB));
        result.addIdle(image, 99 * MIB);

        assertThat(text(List.of(image, rclone), result)).contains("""
            | case | HubStorage, as in the container | rclone, tuned |
            |---|---|---|
            | 10,000 × 4 KiB, cold | 190 / 99 | 120 |
            """);
    }

    @Test
    void verificationIsToldByTheGigabyte() {
        CaseResult verify = result("verify");
        double gigabytes = verify.measured().bytes() / 1e9;
        verify.add(cold, new Measured(gigabytes / 2, gigabytes, 300 * MIB));

        assertThat(text(List.of(service, cold), verify))
                .contains("| case | HubStorage, a process a run |\n")
                .contains("| 20,000 of mixed sizes, verified | 2.00 / 1.00 / 300 |\n")
                .doesNotContain("wall s (least");
    }

    @Test
    void costByTheKeyIsToldWhereThereAreSeveralNumbersOfKeysAndAnIllustratedPageShowsIt() {
        CaseResult few = result("copy-1k");
        CaseResult many = result("million");
        few.add(service, new Measured(1, 0.25, 100 * MIB));
        assertThat(text(List.of(service), few)).doesNotContain("By the number of keys");

        many.add(service, new Measured(7, 7, 400 * MIB));
        assertThat(new Report(List.of(service), List.of(many, few)).text("A machine.", "cost.svg"))
                .contains("By the number of keys")
                .contains("""
                    |---|---|
                    | 1,000 × 1 KiB, cold | 250 / 100 |
                    | 1,000,000 keys, nothing changed | 7.00 / 400 |
                    """)
                .contains("](cost.svg)");
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

package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class RunPlanTest {
    private final Random random = new Random(7);

    @Test
    void anIdBeginsWithTheSecondOfTheStartInUtc() {
        assertThat(RunPlan.runId(Instant.parse("2026-11-24T00:49:11.999Z"), random))
                .matches("20261124-004911-[2-9a-z]{4}");
    }

    @Test
    void runsOfTheSameSecondDiffer() {
        Instant start = Instant.parse("2026-11-24T00:49:11Z");
        assertThat(Stream.generate(() -> RunPlan.runId(start, random)).limit(50))
                .doesNotHaveDuplicates();
    }

    @Test
    void theOrderOfTheIdsIsTheOrderOfTheRuns() {
        Instant first = Instant.parse("2026-12-31T23:59:59Z");
        List<String> ids = Stream.of(0L, 1L, 3_600L, 40_000_000L)
                .map(first::plusSeconds)
                .map(start -> RunPlan.runId(start, random))
                .toList();
        assertThat(ids).isSorted();
    }
}

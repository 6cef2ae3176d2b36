package io.hubstorage.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.RunResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class JobTest {
    private final Random random = new Random(7);

    @Test
    void theFirstReasonToStopCounts() {
        Job job = new Job();

        assertThat(job.stop(RunResult.FAILED, "no room")).isTrue();
        assertThat(job.stop(RunResult.CANCELLED, "on request")).isTrue();

        assertThat(job.result()).isEqualTo(RunResult.FAILED);
        assertThat(job.reason()).isEqualTo("no room");
        assertThatThrownBy(() -> job.pause(Duration.ofHours(1)))
                .isInstanceOf(CancellationException.class)
                .hasMessage("no room");
        assertThatThrownBy(job::check).isInstanceOf(CancellationException.class);
        assertThatThrownBy(job::beginCommit).isInstanceOf(CancellationException.class);
    }

    @Test
    void aJobThatCommitsCannotBeStoppedAnyMore() {
        Job job = new Job();
        job.beginCommit();

        assertThat(job.stop(RunResult.CANCELLED, "on request")).isFalse();
        assertThat(job.isStopped()).isFalse();
    }

    @Test
    void anIdBeginsWithTheSecondOfTheStartInUtc() {
        assertThat(Job.id(Instant.parse("2026-11-24T00:49:11.999Z"), random)).matches("20261124-004911-[2-9a-z]{4}");
    }

    @Test
    void jobsOfTheSameSecondDiffer() {
        Instant start = Instant.parse("2026-11-24T00:49:11Z");
        assertThat(Stream.generate(() -> Job.id(start, random)).limit(50)).doesNotHaveDuplicates();
    }

    @Test
    void theOrderOfTheIdsIsTheOrderOfTheJobs() {
        Instant first = Instant.parse("2026-12-31T23:59:59Z");
        List<String> ids = Stream.of(0L, 1L, 3_600L, 40_000_000L)
                .map(first::plusSeconds)
                .map(start -> Job.id(start, random))
                .toList();
        assertThat(ids).isSorted();
    }
}

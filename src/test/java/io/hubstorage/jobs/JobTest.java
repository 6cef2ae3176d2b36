package io.hubstorage.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.RunResult;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

final class JobTest {
    @Test
    void theFirstReasonToStopCounts() {
        Job job = new Job(Job.Kind.BACKUP, "a");

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
        Job job = new Job(Job.Kind.BACKUP, "a");
        job.beginCommit();

        assertThat(job.stop(RunResult.CANCELLED, "on request")).isFalse();
        assertThat(job.isStopped()).isFalse();
    }

    @Test
    void whatExcludesEachOtherRunsOneAfterTheOther() throws Jobs.ExcludedException {
        Jobs jobs = new Jobs();
        Job backup = jobs.begin(Job.Kind.BACKUP, "a");

        assertThatThrownBy(() -> jobs.begin(Job.Kind.DRY_RUN, "b"))
                .isInstanceOf(Jobs.ExcludedException.class)
                .hasMessage("a backup is running already (a)");
        assertThatThrownBy(() -> jobs.begin(Job.Kind.BACKUP, "b")).isInstanceOf(Jobs.ExcludedException.class);
        assertThatCode(() -> jobs.begin(Job.Kind.VERIFY, "c")).doesNotThrowAnyException();

        jobs.end(backup);
        jobs.begin(Job.Kind.DRY_RUN, "b");
        assertThatThrownBy(() -> jobs.begin(Job.Kind.BACKUP, "d")).isInstanceOf(Jobs.ExcludedException.class);
    }
}

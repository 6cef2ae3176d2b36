package io.hubstorage.jobs;

import static io.hubstorage.jobs.Runs.T0;
import static io.hubstorage.jobs.Runs.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.snapshot.Layout;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UnfinishedRunsTest {
    @TempDir
    Path folder;

    private final List<Alarm> alarms = new ArrayList<>();

    @Test
    void anUnfinishedRunOfAnEarlierProcessWasInterrupted() {
        HistoryStore.open(folder).append(run("a", RunResult.SUCCESS));
        HistoryStore.open(folder).append(run("b", RunResult.RUNNING));
        assertThat(end(T0.plusSeconds(99)))
                .extracting(RunRecord::runId, run -> run.end().stoppedInOrder())
                .containsExactly(tuple("b", false));
        assertThat(end(T0.plusSeconds(100))).isEmpty();
        RunRecord interrupted = HistoryStore.open(folder).last().orElseThrow();
        assertThat(interrupted.result()).isEqualTo(RunResult.INTERRUPTED);
        assertThat(interrupted.finishedAt()).isEqualTo(T0.plusSeconds(99));
        assertThat(alarms).isEmpty();
    }

    @Test
    void severalAreEndedInTheOrderInWhichTheyBegan() {
        HistoryStore history = HistoryStore.open(folder);
        history.append(run("a", RunResult.RUNNING));
        history.append(run("b", RunResult.RUNNING));
        assertThat(end(T0)).extracting(RunRecord::runId).containsExactly("a", "b");
        assertThat(history.newest(9, null)).extracting(RunRecord::runId).containsExactly("b", "a");
    }

    private List<RunRecord> end(Instant now) {
        return UnfinishedRuns.end(HistoryStore.open(folder), new Layout(folder.resolve("data")), now, alarms::add);
    }
}

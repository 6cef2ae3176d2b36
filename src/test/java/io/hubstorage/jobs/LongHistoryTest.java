package io.hubstorage.jobs;

import static io.hubstorage.jobs.Runs.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A history is read from its end, whatever somebody else has done to it meanwhile. */
final class LongHistoryTest {
    private static final int RUNS = 100_000;

    @TempDir
    Path folder;

    @Test
    void openingAHistoryOfAHundredThousandRunsReadsItsEndOnly() throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(history())) {
            for (int i = 0; i < RUNS; i++) {
                out.write(line(run("run-" + i, i % 9 == 0 ? RunResult.PARTIAL : RunResult.SUCCESS)));
            }
        }
        HistoryStore store = HistoryStore.open(folder, RUNS);
        assertThat(store.bytesRead()).isLessThan(1_000);
        assertThat(ids(store.newest(20, null))).isEqualTo(lastIds(RUNS, 20));
        assertThat(store.lastSuccess().map(RunRecord::runId)).contains("run-99998");
        assertThat(store.bytesRead()).isLessThan(50_000);

        store.append(run("run-" + RUNS, RunResult.RUNNING));
        store.append(run("run-" + RUNS, RunResult.SUCCESS));
        HistoryStore next = HistoryStore.open(folder, RUNS);
        assertThat(ids(next.newest(20, null))).isEqualTo(lastIds(RUNS + 1, 20));
        assertThat(ids(next.newest(2, "run-99999"))).containsExactly("run-99998", "run-99997");
        assertThat(next.bytesRead()).isLessThan(50_000);
        assertThat(next.find("run-7")).contains(run("run-7", RunResult.SUCCESS));
    }

    @Test
    void aHistoryThatWasEditedByHandIsReadAnew() throws IOException {
        HistoryStore store = threeRuns();
        FileTime before =
                FileTime.fromMillis(Files.getLastModifiedTime(history()).toMillis() - 60_000);
        List<String> lines = Files.readAllLines(history());
        Files.write(history(), List.of(lines.get(2), lines.get(0), lines.get(1)));
        Files.setLastModifiedTime(history(), before);
        assertThat(ids(store.newest(9, null))).containsExactly("b", "a", "c");
        assertThat(ids(HistoryStore.open(folder).newest(9, null))).containsExactly("b", "a", "c");
        Files.write(history(), List.of(lines.get(1)));
        assertThat(ids(store.newest(9, null))).containsExactly("b");
        Files.delete(history());
        assertThat(store.newest(9, null)).isEmpty();
        store.append(run("e", RunResult.SUCCESS));
        assertThat(ids(HistoryStore.open(folder).newest(9, null))).containsExactly("e");
    }

    @Test
    void aTornLastLineCostsNoMoreThanItself() throws IOException {
        HistoryStore store = threeRuns();
        Files.writeString(history(), "{\"run_id\":\"torn\",\"tr", StandardOpenOption.APPEND);
        assertThat(ids(HistoryStore.open(folder).newest(9, null))).containsExactly("c", "b", "a");
        HistoryStore.open(folder).append(run("d", RunResult.SUCCESS));
        assertThat(ids(store.newest(9, null))).containsExactly("d", "c", "b", "a");
        assertThat(Files.readAllLines(history())).hasSize(5);
    }

    @Test
    void aRecordIsWrittenWhileSomebodyReads() throws Exception {
        HistoryStore store = threeRuns();
        HistoryFile file = new HistoryFile(history(), 2);
        List<String> read = file.query(null, runs -> {
            Future<?> appended = CompletableFuture.runAsync(() -> {
                file.append(run("d", RunResult.SUCCESS));
                file.append(run("e", RunResult.SUCCESS));
            });
            assertThat(appended).succeedsWithin(Duration.ofMinutes(1));
            return ids(runs.toList());
        });
        assertThat(Files.readAllLines(history())).as("compacted meanwhile").hasSize(2);
        assertThat(read).containsExactly("c", "b");
        assertThat(ids(store.newest(9, null))).containsExactly("e", "d");
    }

    @Test
    void linesAreCountedAnewOnlyWhenSomebodyElseHasWritten() {
        HistoryStore store = threeRuns();
        long read = store.bytesRead();
        store.append(run("d", RunResult.SUCCESS));
        assertThat(store.bytesRead()).isEqualTo(read);
        HistoryStore.open(folder).append(run("e", RunResult.SUCCESS));
        store.append(run("f", RunResult.SUCCESS));
        assertThat(store.bytesRead()).isGreaterThan(read);
    }

    @Test
    void theIndexOfEarlierVersionsGoes() throws IOException {
        Path index = Files.writeString(folder.resolve("history.index"), "old");
        HistoryStore.open(folder);
        assertThat(index).doesNotExist();
    }

    private HistoryStore threeRuns() {
        HistoryStore store = HistoryStore.open(folder);
        List.of("a", "b", "c").forEach(id -> store.append(run(id, RunResult.SUCCESS)));
        return store;
    }

    private Path history() {
        return HistoryStore.in(folder);
    }

    private static String line(RunRecord run) {
        return BusJson.encode(run).encode() + "\n";
    }

    private static List<String> ids(List<? extends JobRecord> jobs) {
        return jobs.stream().map(JobRecord::runId).toList();
    }

    private static List<String> lastIds(int runs, int count) {
        return IntStream.range(0, count).mapToObj(i -> "run-" + (runs - 1 - i)).toList();
    }
}

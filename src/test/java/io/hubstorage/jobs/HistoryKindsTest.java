package io.hubstorage.jobs;

import static io.hubstorage.jobs.Runs.restore;
import static io.hubstorage.jobs.Runs.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.LogCapture;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of several kinds in one history. */
final class HistoryKindsTest {
    @TempDir
    Path folder;

    private void write(String line) throws IOException {
        Files.writeString(HistoryStore.in(folder), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static List<String> ids(List<? extends JobRecord> jobs) {
        return jobs.stream().map(JobRecord::runId).toList();
    }

    @Test
    void aLineOfAnEarlierVersionIsABackups() throws IOException {
        JsonObject line = BusJson.encode(run("old", RunResult.SUCCESS));
        line.remove("kind");
        write(line.encode());
        HistoryStore store = HistoryStore.open(folder);
        store.append(restore("new", RunResult.SUCCESS));
        assertThat(store.page(null, 9, null))
                .containsExactly(restore("new", RunResult.SUCCESS), run("old", RunResult.SUCCESS));
        assertThat(store.lastSuccess()).contains(run("old", RunResult.SUCCESS));
        assertThat(Files.readAllLines(HistoryStore.in(folder)).getLast()).startsWith("{\"kind\":\"restore\",");
    }

    @Test
    void aKindThatOnlyALaterVersionKnowsIsPassedOverWithoutAWordAndStays() throws IOException {
        HistoryStore store = HistoryStore.open(folder, 3);
        try (LogCapture log = LogCapture.of(HistoryFile.class.getName())) {
            write("{\"kind\":\"prune\",\"run_id\":\"p\",\"result\":\"running\"}");
            write("{\"kind\":\"prune\",\"run_id\":\"p\",\"result\":\"of a later version\"}");
            write("{\"kind\":\"polish\",\"something\":1}");
            for (int i = 0; i < 9; i++) {
                store.append(run("run-" + i, RunResult.SUCCESS));
            }
            assertThat(ids(store.page(null, 99, null))).containsExactly("run-8", "run-7", "run-6");
            assertThat(log.lines()).noneMatch(line -> line.contains("left out"));
        }
        assertThat(Files.readAllLines(HistoryStore.in(folder)))
                .as("compacted")
                .hasSizeLessThan(12)
                .startsWith(
                        "{\"kind\":\"prune\",\"run_id\":\"p\",\"result\":\"of a later version\"}",
                        "{\"kind\":\"polish\",\"something\":1}");
    }

    @Test
    void howeverManyJobsOfOtherKindsThereWereNoBackupIsForgotten() throws IOException {
        HistoryStore store = HistoryStore.open(folder, 10);
        store.append(run("first", RunResult.SUCCESS));
        store.append(run("second", RunResult.PARTIAL));
        for (int i = 0; i < 60; i++) {
            store.append(restore("r-" + i, RunResult.RUNNING));
            store.append(restore("r-" + i, RunResult.FAILED));
            assertThat(Files.readAllLines(HistoryStore.in(folder))).hasSizeLessThanOrEqualTo(2 + 21);
        }
        HistoryStore next = HistoryStore.open(folder, 10);
        assertThat(ids(next.newest(99, null))).containsExactly("second", "first");
        assertThat(next.lastSuccess()).map(RunRecord::runId).contains("first");
        assertThat(next.find("first")).isPresent();
        assertThat(next.page(JobKind.RESTORE, 99, null))
                .hasSize(10)
                .first()
                .isEqualTo(restore("r-59", RunResult.FAILED));
        assertThat(next.find("r-49")).isEmpty();
    }

    @Test
    void aProcessThatAppendsOnceDoesNotCompactWhatHasToStay() throws IOException {
        HistoryStore store = HistoryStore.open(folder, 10);
        for (int i = 0; i < 10; i++) {
            store.append(run("b-" + i, RunResult.SUCCESS));
            store.append(restore("r-" + i, RunResult.SUCCESS));
        }
        HistoryStore next = HistoryStore.open(folder, 10);
        next.append(run("b-10", RunResult.SUCCESS));
        assertThat(Files.readAllLines(HistoryStore.in(folder))).hasSize(21);
    }

    /** A failed restore is no failed backup, and a good one is no good backup. */
    @Test
    void whatIsAskedAboutRunsIsToldOfBackupsAlone() {
        HistoryStore store = HistoryStore.open(folder);
        store.append(run("good", RunResult.SUCCESS));
        store.append(run("bad", RunResult.FAILED));
        store.append(restore("r-good", RunResult.SUCCESS));
        store.append(restore("r-bad", RunResult.FAILED));
        store.append(restore("r-now", RunResult.RUNNING));

        assertThat(store.last()).map(RunRecord::runId).contains("bad");
        assertThat(store.lastReal()).map(RunRecord::runId).contains("bad");
        assertThat(store.lastEnded()).map(RunRecord::runId).contains("bad");
        assertThat(store.lastSuccess()).map(RunRecord::runId).contains("good");
        assertThat(store.<List<String>>query(runs -> ids(runs.toList()))).containsExactly("bad", "good");
        assertThat(ids(store.newest(9, null))).containsExactly("bad", "good");
        assertThat(store.unfinished(RunRecord.class)).isEmpty();

        assertThat(ids(store.unfinished(RestoreRecord.class))).containsExactly("r-now");
        assertThat(store.lastEnded(JobKind.RESTORE)).map(JobRecord::runId).contains("r-bad");
        assertThat(store.lastSuccess(JobKind.RESTORE)).map(JobRecord::runId).contains("r-good");
        assertThat(store.lastEnded(JobKind.BACKUP)).map(JobRecord::runId).contains("bad");
        assertThat(store.lastSuccess(JobKind.BACKUP)).map(JobRecord::runId).contains("good");
    }

    @Test
    void aDryRunIsNoSuccessOfItsKind() {
        HistoryStore store = HistoryStore.open(folder);
        store.append(run("dry", RunResult.SUCCESS, true));
        assertThat(store.lastEnded(JobKind.BACKUP)).isPresent();
        assertThat(store.lastSuccess(JobKind.BACKUP)).isEmpty();
    }

    @Test
    void pageByPageAllKindsAreThereToTheEnd() {
        HistoryStore store = HistoryStore.open(folder);
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            JobRecord job = i % 3 == 0 ? run("j-" + i, RunResult.SUCCESS) : restore("j-" + i, RunResult.SUCCESS);
            store.append(job);
            all.addFirst(job.runId());
        }
        List<String> read = new ArrayList<>();
        for (String before = null; read.size() < 25; before = read.getLast()) {
            List<JobRecord> page = store.page(null, 7, before);
            assertThat(page).isNotEmpty();
            read.addAll(ids(page));
        }
        assertThat(read).isEqualTo(all);
        assertThat(store.page(null, 7, "j-0")).isEmpty();
        assertThat(ids(store.page(JobKind.BACKUP, 2, "j-5")))
                .as("the id of one of another kind")
                .containsExactly("j-3", "j-0");
        assertThat(store.page(null, 7, "unknown")).isEmpty();
    }
}

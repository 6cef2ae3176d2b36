package io.hubstorage.jobs;

import static io.hubstorage.jobs.Runs.restore;
import static io.hubstorage.jobs.Runs.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Trigger;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How jobs are looked for, page by page. */
final class HistorySearchTest {
    @TempDir
    Path folder;

    private static JobMessage.Query query(int limit, @Nullable String before) {
        return new JobMessage.Query((JobKind) null, limit, before);
    }

    private static JobMessage.Query of(
            List<JobKind> kinds, @Nullable String bucket, List<RunResult> results, int limit) {
        return new JobMessage.Query(kinds, limit, null, bucket, results, List.of());
    }

    private static List<String> ids(JobMessage.Page page) {
        return page.jobs().stream().map(JobRecord::runId).toList();
    }

    private static RunRecord of(String bucket, RunRecord run) {
        return new RunRecord(
                run.start(),
                run.end(),
                run.current(),
                List.of(new RunRecord.BucketRecord(
                        bucket, new BucketOutcome(run.result(), false, BucketCounts.ZERO, List.of(), 0, null), true)),
                List.of());
    }

    /** Each with its line to begin and its line to end, and one that goes on. */
    private void write(int jobs) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(HistoryStore.in(folder))) {
            for (int i = 0; i < jobs; i++) {
                out.write(BusJson.mapper().writeValueAsString(run("j-" + i, RunResult.RUNNING)) + "\n");
                out.write(BusJson.mapper().writeValueAsString(run("j-" + i, RunResult.SUCCESS)) + "\n");
            }
        }
    }

    @Test
    void theLastPageOfAHundredThousandJobsReadsNoMoreThanTheFirst() throws IOException {
        write(50_000);
        HistoryFile file = new HistoryFile(HistoryStore.in(folder), 50_000);
        List<String> read = new ArrayList<>();
        String before = null;
        do {
            JobMessage.Page page = file.search(new HistorySearch(query(1000, before), 1000, _ -> false));
            assertThat(page.searchedTo()).as("each page is full").isNull();
            read.addAll(ids(page));
            before = page.next();
        } while (before != null);
        assertThat(read)
                .hasSize(50_000)
                .startsWith("j-49999", "j-49998")
                .endsWith("j-0")
                .doesNotHaveDuplicates();
        assertThat(file.bytesRead()).as("twice the file at most").isLessThan(2 * Files.size(HistoryStore.in(folder)));
    }

    @Test
    void whatIsRareIsLookedForInBoundedStepsThatSayHowFarTheyCame() throws IOException {
        HistoryStore store = HistoryStore.open(folder);
        store.append(restore("rare", RunResult.FAILED));
        byte[] first = Files.readAllBytes(HistoryStore.in(folder));
        write(50_000);
        byte[] rest = Files.readAllBytes(HistoryStore.in(folder));
        assertThat(rest.length).isGreaterThan(2 * HistorySearch.MOST);
        Files.write(HistoryStore.in(folder), first);
        try (var out = Files.newOutputStream(HistoryStore.in(folder), java.nio.file.StandardOpenOption.APPEND)) {
            out.write(rest);
        }
        JobMessage.Query asked = of(List.of(JobKind.RESTORE, JobKind.DRILL), null, List.of(RunResult.FAILED), 5);
        JobMessage.Page page = store.search(asked, _ -> false);
        int steps = 1;
        while (page.jobs().isEmpty()) {
            assertThat(page.next()).isNotNull();
            assertThat(page.searchedTo()).isNotNull();
            page = store.search(
                    new JobMessage.Query(asked.kind(), 5, page.next(), null, asked.result(), List.of()), _ -> false);
            steps++;
        }
        assertThat(ids(page)).containsExactly("rare");
        assertThat(page.next()).isNull();
        assertThat(steps).isBetween(3, 3 + 2 * rest.length / HistorySearch.MOST);
    }

    @Test
    void filtersGoTogether() {
        HistoryStore store = HistoryStore.open(folder);
        store.append(of("music", run("a", RunResult.SUCCESS)));
        store.append(of("music", run("b", RunResult.PARTIAL)));
        store.append(of("docs", run("c", RunResult.FAILED)));
        store.append(restore("d", RunResult.FAILED));

        assertThat(ids(store.search(query(9, null), _ -> false))).containsExactly("d", "c", "b", "a");
        assertThat(ids(store.search(of(List.of(JobKind.BACKUP), null, List.of(), 9), _ -> false)))
                .containsExactly("c", "b", "a");
        assertThat(ids(store.search(of(List.of(), "music", List.of(), 9), _ -> false)))
                .containsExactly("b", "a");
        assertThat(ids(store.search(
                        of(List.of(), "music", List.of(RunResult.PARTIAL, RunResult.FAILED), 9), _ -> false)))
                .containsExactly("b");
        assertThat(ids(store.search(
                        new JobMessage.Query(List.of(), 9, null, null, List.of(), List.of(Trigger.CATCH_UP)),
                        _ -> false)))
                .isEmpty();
    }

    @Test
    void theBeginningOfAJobThatHasEndedIsNoJobOfItsOwnOnALaterPage() {
        HistoryStore store = HistoryStore.open(folder);
        store.append(restore("long", RunResult.RUNNING));
        store.append(run("a", RunResult.SUCCESS));
        store.append(run("b", RunResult.SUCCESS));
        store.append(restore("long", RunResult.SUCCESS));

        JobMessage.Page first = store.search(query(2, null), _ -> false);
        assertThat(ids(first)).containsExactly("long", "b");
        assertThat(ids(store.search(query(2, first.next()), _ -> false))).containsExactly("a");
    }

    @Test
    void oneThatGoesOnIsFoundWhereItBegan() {
        HistoryStore store = HistoryStore.open(folder);
        store.append(restore("long", RunResult.RUNNING));
        store.append(run("a", RunResult.SUCCESS));
        String before = store.search(query(1, null), _ -> false).next();
        assertThat(ids(store.search(query(2, before), "long"::equals))).containsExactly("long");
    }

    @Test
    void aCursorIsStillGoodAfterTheFileWasCompacted() throws IOException {
        write(3);
        HistoryStore store = HistoryStore.open(folder);
        String before = store.search(query(1, null), _ -> false).next();
        List<String> lines = Files.readAllLines(HistoryStore.in(folder));
        Files.write(HistoryStore.in(folder), lines.subList(1, lines.size()));
        assertThat(ids(store.search(query(9, before), _ -> false))).containsExactly("j-1", "j-0");
        assertThat(ids(store.search(query(9, "unknown@77"), _ -> false))).isEmpty();
    }

    @Test
    void aJobIsFoundWithThoseOfItsKindBesideIt() {
        HistoryStore store = HistoryStore.open(folder);
        for (String id : List.of("a", "b", "c")) {
            store.append(run(id, RunResult.RUNNING));
            store.append(restore("r-" + id, RunResult.SUCCESS));
            store.append(run(id, RunResult.SUCCESS));
        }
        assertThat(store.place("b")).hasValue(new HistoryPlace(run("b", RunResult.SUCCESS), "a", "c"));
        assertThat(store.place("a")).map(HistoryPlace::older).isEmpty();
        assertThat(store.place("c")).map(HistoryPlace::newer).isEmpty();
        assertThat(store.place("r-b")).hasValue(new HistoryPlace(restore("r-b", RunResult.SUCCESS), "r-a", "r-c"));
        assertThat(store.place("none")).isEmpty();
    }
}

package io.hubstorage.jobs;

import static io.hubstorage.jobs.Runs.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.read.ListAppender;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.Examples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class HistoryStoreTest {
    @TempDir
    Path folder;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger().detachAppender(log);
    }

    @Test
    void anEmptyFolderHasNoHistory() {
        HistoryStore store = HistoryStore.open(folder.resolve("not/yet"));
        assertThat(store.last()).isEmpty();
        assertThat(store.newest(10, null)).isEmpty();
        store.append(run("a", RunResult.SUCCESS));
        assertThat(folder.resolve("not/yet/history.jsonl")).exists();
    }

    @Test
    void theLastLineOfARunCounts() {
        HistoryStore store = HistoryStore.open(folder);
        store.append(run("a", RunResult.RUNNING));
        assertThat(store.last()).get().extracting(RunRecord::result).isEqualTo(RunResult.RUNNING);
        store.append(run("a", RunResult.PARTIAL));
        assertThat(store.newest(10, null)).containsExactly(run("a", RunResult.PARTIAL));
        assertThat(HistoryStore.open(folder).newest(10, null)).containsExactly(run("a", RunResult.PARTIAL));
    }

    @Test
    void pagesGoFromNewToOld() {
        HistoryStore store = HistoryStore.open(folder);
        for (String id : List.of("a", "b", "c", "d")) {
            store.append(run(id, RunResult.SUCCESS));
        }
        assertThat(ids(store.newest(2, null))).containsExactly("d", "c");
        assertThat(ids(store.newest(2, "c"))).containsExactly("b", "a");
        assertThat(store.newest(2, "a")).isEmpty();
        assertThat(store.newest(2, "unknown")).isEmpty();
    }

    @Test
    void dryRunsAndFailuresAreNotTheLastSuccess() {
        HistoryStore store = HistoryStore.open(folder);
        store.append(run("good", RunResult.SUCCESS));
        store.append(run("bad", RunResult.FAILED));
        store.append(run("dry", RunResult.SUCCESS, true));
        assertThat(store.lastSuccess()).get().extracting(RunRecord::runId).isEqualTo("good");
        assertThat(store.last()).get().extracting(RunRecord::runId).isEqualTo("dry");
        assertThat(ids(store.query(runs -> runs.skip(1).toList()))).containsExactly("bad", "good");
    }

    @Test
    void theLastThatEndedIsNotTheOneUnderWay() {
        HistoryStore store = HistoryStore.open(folder);
        assertThat(store.lastEnded()).isEmpty();
        store.append(run("failed", RunResult.FAILED));
        store.append(run("dry", RunResult.SUCCESS, true));
        store.append(run("now", RunResult.RUNNING));
        assertThat(store.lastEnded()).get().extracting(RunRecord::runId).isEqualTo("dry");
        store.append(run("now", RunResult.CANCELLED));
        assertThat(store.lastEnded()).get().extracting(RunRecord::runId).isEqualTo("now");
    }

    @Test
    void aTornLastLineIsForgottenAndTheNextOneBeginsAfresh() throws IOException {
        HistoryStore.open(folder).append(run("a", RunResult.SUCCESS));
        write("{\"run_id\":\"torn\",\"trig");
        HistoryStore store = HistoryStore.open(folder);
        assertThat(ids(store.newest(9, null))).containsExactly("a");
        store.append(run("b", RunResult.SUCCESS));
        store.append(run("c", RunResult.SUCCESS));
        assertThat(ids(store.newest(9, null))).containsExactly("c", "b", "a");
        assertThat(warnings()).isEmpty();
        assertThat(ids(HistoryStore.open(folder).newest(9, null))).containsExactly("c", "b", "a");
    }

    @Test
    void aLastLineThatOnlyLacksItsEndCounts() throws IOException {
        HistoryStore.open(folder).append(run("a", RunResult.SUCCESS));
        Path file = folder.resolve("history.jsonl");
        Files.writeString(file, Files.readString(file).strip());
        HistoryStore store = HistoryStore.open(folder);
        store.append(run("b", RunResult.SUCCESS));
        assertThat(ids(HistoryStore.open(folder).newest(9, null))).containsExactly("b", "a");
    }

    @Test
    void aDamagedLineInTheMiddleIsNamedOnceAndLeftOut() throws IOException {
        HistoryStore.open(folder).append(run("a", RunResult.SUCCESS));
        write("\0\0\0 not json\n\n");
        HistoryStore.open(folder).append(run("b", RunResult.SUCCESS));
        HistoryStore store = HistoryStore.open(folder);
        assertThat(ids(store.newest(9, null))).containsExactly("b", "a");
        assertThat(ids(store.newest(9, null))).containsExactly("b", "a");
        assertThat(warnings())
                .singleElement()
                .asString()
                .contains("byte %d of".formatted(json("a").getBytes(StandardCharsets.UTF_8).length))
                .contains("history.jsonl");
    }

    @Test
    void aLineThatLacksWhatARunMustHaveIsDamaged() throws IOException {
        write("{}\n{\"run_id\":\"x\",\"result\":\"success\"}\nnull\n7\n");
        assertThat(HistoryStore.open(folder).newest(9, null)).isEmpty();
        assertThat(warnings()).hasSize(4);
    }

    @Test
    void whatAnotherProcessAppendsIsSeen() {
        HistoryStore one = HistoryStore.open(folder);
        HistoryStore other = HistoryStore.open(folder);
        one.append(run("a", RunResult.SUCCESS));
        other.append(run("b", RunResult.RUNNING));
        one.append(run("c", RunResult.SUCCESS));
        other.append(run("b", RunResult.SUCCESS));
        assertThat(ids(one.newest(9, null))).containsExactly("b", "c", "a");
        assertThat(one.newest(9, null)).isEqualTo(other.newest(9, null));
        assertThat(one.last()).contains(run("b", RunResult.SUCCESS));
    }

    @Test
    void aFailedAppendIsReportedAndTheNextOneIsWhole() throws IOException {
        HistoryStore store = HistoryStore.open(folder);
        Path file = folder.resolve("history.jsonl");
        Files.createDirectory(file);
        assertThatThrownBy(() -> store.append(run("a", RunResult.SUCCESS)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("history.jsonl");
        Files.delete(file);
        store.append(run("b", RunResult.SUCCESS));
        assertThat(ids(HistoryStore.open(folder).newest(9, null))).containsExactly("b");
    }

    @Test
    void theFileDoesNotGrowWithoutBound() throws IOException {
        HistoryStore store = HistoryStore.open(folder, 10);
        for (int i = 0; i < 60; i++) {
            store.append(run("run-" + i, RunResult.RUNNING));
            store.append(run("run-" + i, RunResult.SUCCESS));
            assertThat(Files.readAllLines(folder.resolve("history.jsonl"))).hasSizeLessThanOrEqualTo(21);
        }
        List<RunRecord> kept = HistoryStore.open(folder, 10).newest(100, null);
        assertThat(kept).hasSize(10).first().isEqualTo(run("run-59", RunResult.SUCCESS));
        assertThat(kept).isEqualTo(store.newest(100, null));
    }

    @Test
    void aCompactedHistoryKeepsItsMode() throws IOException {
        HistoryStore store = HistoryStore.open(folder, 10);
        Path file = folder.resolve("history.jsonl");
        store.append(run("first", RunResult.SUCCESS));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        for (int i = 0; i < 30; i++) {
            store.append(run("run-" + i, RunResult.SUCCESS));
        }
        assertThat(Files.readAllLines(file)).hasSizeLessThanOrEqualTo(21);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
    }

    @Test
    void theFirstRecordOfAProcessCompactsWhatIsMoreThanHalfSuperseded() throws IOException {
        HistoryStore roomy = HistoryStore.open(folder, 1000);
        for (int i = 0; i < 100; i++) {
            roomy.append(run("run-" + i, RunResult.SUCCESS));
        }
        HistoryStore narrow = HistoryStore.open(folder, 10);
        assertThat(narrow.newest(100, null)).isEqualTo(roomy.newest(10, null));
        narrow.append(run("one-more", RunResult.SUCCESS));
        assertThat(Files.readAllLines(folder.resolve("history.jsonl"))).hasSize(10);
        assertThat(roomy.newest(100, null)).hasSize(10).isEqualTo(narrow.newest(100, null));
    }

    @Test
    void whatAnotherProcessAppendsDuringACompactionIsNotLost() throws IOException {
        write(json("a") + json("b") + json("c") + "damaged\n");
        AppenderBase<ILoggingEvent> other = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                if (event.getFormattedMessage().contains("cannot be read")) {
                    HistoryStore.open(folder).append(run("e", RunResult.SUCCESS));
                }
            }
        };
        other.start();
        logger().addAppender(other);
        HistoryStore store = HistoryStore.open(folder, 2);
        try {
            store.append(run("d", RunResult.SUCCESS));
        } finally {
            logger().detachAppender(other);
        }
        assertThat(ids(HistoryStore.open(folder).newest(9, null))).containsExactly("e", "d", "c", "b", "a");
        store.append(run("f", RunResult.SUCCESS));
        assertThat(Files.readAllLines(folder.resolve("history.jsonl"))).hasSize(2);
        assertThat(ids(store.newest(9, null))).containsExactly("f", "e");
    }

    @Test
    void compactingKeepsLinesAsTheyAreWritten() throws IOException {
        write(json("old").replaceFirst("\\{", "{\"of_a_later_version\":1,"));
        HistoryStore store = HistoryStore.open(folder, 3);
        for (String id : List.of("a", "a", "a", "a", "b", "b")) {
            store.append(run(id, RunResult.SUCCESS));
        }
        assertThat(ids(store.newest(9, null))).containsExactly("b", "a", "old");
        assertThat(Files.readAllLines(folder.resolve("history.jsonl")))
                .hasSize(3)
                .first()
                .asString()
                .contains("of_a_later_version");
    }

    @Test
    void theLastSuccessIsFoundAnewWhenTheFileHasChanged() throws IOException {
        HistoryStore store = HistoryStore.open(folder);
        assertThat(store.lastSuccess()).isEmpty();
        write(json("a"));
        assertThat(store.lastSuccess()).contains(run("a", RunResult.SUCCESS));
        store.append(run("a", RunResult.FAILED));
        assertThat(store.lastSuccess()).isEmpty();
        Files.delete(folder.resolve("history.jsonl"));
        assertThat(store.last()).isEmpty();
    }

    @Test
    void aRareRunIsNotForgottenForTheFrequentOnes() throws IOException {
        RunRecord rare = covering("rare", "photos");
        StringBuilder lines = new StringBuilder(BusJson.encode(rare).encode()).append('\n');
        for (int i = 0; i < 1_200; i++) {
            lines.append(BusJson.encode(covering("run-" + i, "hot")).encode()).append('\n');
        }
        write(lines.toString());
        HistoryStore store = HistoryStore.open(folder);
        assertThat(store.lastSafe(List.of("photos", "hot")))
                .hasEntrySatisfying("photos", safe -> assertThat(safe.run()).isEqualTo(rare));
        assertThat(store.lastJudged(List.of("photos", "nowhere"))).containsOnlyKeys("photos");
    }

    private static RunRecord covering(String id, String bucket) {
        RunRecord run = run(id, RunResult.SUCCESS);
        BucketOutcome outcome = new BucketOutcome(RunResult.SUCCESS, false, BucketCounts.ZERO, List.of(), 0, null);
        return new RunRecord(
                run.start(),
                run.end(),
                run.current(),
                List.of(new RunRecord.BucketRecord(bucket, outcome, true)),
                List.of());
    }

    /** Whatever is appended, in whatever order of ids, folding by hand gives what the store tells. */
    @Test
    void foldsAnySequenceOfRecords() {
        qt().withExamples(Examples.upTo(25))
                .forAll(lists().of(integers().between(0, 30)).ofSizeBetween(0, 40))
                .checkAssert(this::foldsLikeAMap);
    }

    private void foldsLikeAMap(List<Integer> appended) {
        try {
            Path own = Files.createTempDirectory(folder, "fold");
            HistoryStore store = HistoryStore.open(own);
            SequencedMap<String, RunRecord> expected = new LinkedHashMap<>();
            RunResult[] results = RunResult.values();
            for (int number : appended) {
                RunRecord run = run("run-" + number % 7, results[number % results.length], number % 2 == 0);
                store.append(run);
                expected.putLast(run.runId(), run);
            }
            List<RunRecord> newestFirst = new ArrayList<>(expected.values());
            Collections.reverse(newestFirst);
            assertThat(store.newest(1000, null)).isEqualTo(newestFirst);
            assertThat(HistoryStore.open(own).newest(1000, null)).isEqualTo(newestFirst);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String text) throws IOException {
        Files.writeString(folder.resolve("history.jsonl"), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String json(String id) {
        return BusJson.encode(run(id, RunResult.SUCCESS)).encode() + "\n";
    }

    private static List<String> ids(List<RunRecord> runs) {
        return runs.stream().map(RunRecord::runId).toList();
    }

    private List<String> warnings() {
        return log.list.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(HistoryFile.class);
    }
}

package io.hubstorage.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.Tally;
import io.hubstorage.restore.Journal.Outcome;
import io.hubstorage.restore.PlanLine.Action;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
    private static final RestorePlan.Counts COUNTS = new RestorePlan.Counts(
            4, 400, new Tally(3, 300), Tally.ZERO, Tally.of(100), Map.of(), Map.of(), Tally.ZERO);

    @TempDir
    Path folder;

    private Journal open(@Nullable String mark) throws IOException {
        return Journal.open(folder.resolve("journal.jsonl"), 4, mark);
    }

    private static PlanLine line(long number) {
        return new PlanLine(number, "photos", "k" + number, "k" + number, 100, Action.WRITE, null, null, null);
    }

    private void writeSome() throws IOException {
        try (Journal journal = open("first")) {
            journal.begin(line(1));
            journal.end(line(1), Outcome.WRITTEN, null, null);
            journal.begin(line(2));
            journal.end(line(2), Outcome.FAILED, "damaged", "It is \u00e4 damaged \"file\".\n");
            journal.begin(line(3));
        }
    }

    @Test
    void whatItHasIsKnownAfterTheProcessHasEnded() throws IOException {
        writeSome();

        try (Journal journal = open("first")) {
            assertThat(journal.isEnded(1)).isTrue();
            assertThat(journal.isEnded(2)).isTrue();
            assertThat(journal.isEnded(3)).isFalse();
            assertThat(journal.isBegun(3)).isTrue();
            assertThat(journal.isBegun(4)).isFalse();
            RestoreRecord.Outcome outcome = journal.outcome(COUNTS);
            assertThat(outcome.written()).isEqualTo(Tally.of(100));
            assertThat(outcome.identical()).isEqualTo(Tally.of(100));
            assertThat(outcome.failed()).isEqualTo(Map.of("damaged", Tally.of(100)));
            assertThat(outcome.left()).isEqualTo(Tally.of(100));
            assertThat(outcome.problems()).isEmpty();
        }
    }

    @Test
    void aLineThatWasCutOffIsWrittenOver() throws IOException {
        writeSome();
        Path file = folder.resolve("journal.jsonl");
        Files.writeString(file, "{\"ended\":3,\"size\":1", StandardOpenOption.APPEND);

        try (Journal journal = open("first")) {
            assertThat(journal.isBegun(3)).isTrue();
            journal.end(line(3), Outcome.WRITTEN, null, null);
        }

        try (Journal journal = open("first")) {
            assertThat(journal.isEnded(3)).isTrue();
            assertThat(journal.outcome(COUNTS).written()).isEqualTo(new Tally(2, 200));
        }
    }

    @Test
    void aDamagedLineInTheMiddleIsAnError() throws IOException {
        writeSome();
        Files.writeString(folder.resolve("journal.jsonl"), "nonsense\n", StandardOpenOption.APPEND);

        assertThatThrownBy(() -> open("first")).isInstanceOf(IOException.class).hasMessageContaining("damaged");
    }

    @Test
    void whatWasWrittenBeforeTheDiskWasAttachedAgainIsOnlyBegun() throws IOException {
        writeSome();

        try (Journal journal = open("second")) {
            assertThat(journal.isEnded(1)).isFalse();
            assertThat(journal.isBegun(1)).isTrue();
            assertThat(journal.isEnded(2)).isTrue();
            assertThat(journal.outcome(COUNTS).left()).isEqualTo(new Tally(2, 200));
            journal.end(line(1), Outcome.WRITTEN, null, null);
        }

        try (Journal journal = open("second")) {
            assertThat(journal.isEnded(1)).isTrue();
            assertThat(journal.outcome(COUNTS).written()).isEqualTo(Tally.of(100));
        }
    }

    @Test
    void whatAServerHasConfirmedOutlivesThat() throws IOException {
        writeSome();

        try (Journal journal = open(null)) {
            assertThat(journal.isEnded(1)).isTrue();
        }
    }

    @Test
    void whatWasWrittenByAnotherMarkIsStillKnownAsWritten() throws IOException {
        writeSome();

        try (Journal journal = open("second")) {
            assertThat(journal.wasWritten(1)).isTrue();
            assertThat(journal.isGoneOnWith()).isTrue();
        }
    }
}

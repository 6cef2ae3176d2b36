package io.hubstorage.notify.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Severity;
import io.hubstorage.notify.alerts.Alerts.Addressed;
import io.hubstorage.notify.alerts.Alerts.Decision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OutboxTest {
    private static final Instant T0 = Instant.parse("2026-11-10T12:00:00Z");

    @TempDir
    Path folder;

    private static AlertState state(long number) {
        return new AlertState(number, T0, T0, List.of(), Map.of());
    }

    private static Decision decision(int number, String... channels) {
        return new Decision(state(number), List.of(new Addressed(message("m" + number), List.of(channels))));
    }

    private static Message message(String id) {
        return message(id, "Text ".repeat(500));
    }

    private static Message message(String id, String text) {
        return new Message(
                id,
                T0,
                Event.DAMAGE,
                Severity.CRITICAL,
                Message.State.RAISED,
                "stored files",
                "Title with \"quotes\", ümlauts\nand a line end",
                text,
                List.of(new Message.Fact("Since", "today")),
                "",
                null);
    }

    private static List<String> ids(Outbox outbox, String channel) {
        return outbox.pending(channel).stream().map(Message::id).toList();
    }

    private Path file() {
        return folder.resolve("notify.jsonl");
    }

    @Test
    void whatWasWrittenIsThereAfterARestart() throws IOException {
        try (Outbox outbox = Outbox.open(folder)) {
            outbox.decided(decision(1, "a", "b"));
            outbox.decided(decision(2, "a"));
            outbox.delivered("a", "m1", T0.plusSeconds(1));
        }
        try (Outbox outbox = Outbox.open(folder)) {
            assertThat(outbox.state()).contains(state(2));
            assertThat(outbox.pending("b")).containsExactly(message("m1"));
            assertThat(ids(outbox, "a")).containsExactly("m2");
            assertThat(outbox.sent("a", T0.plusSeconds(2))).containsExactly(T0.plusSeconds(1));
            assertThat(outbox.sent("a", T0.plusSeconds(3602))).isEmpty();
        }
    }

    /** A kill in the middle of a line, and one in the middle of the file system's work: nothing but the line is lost. */
    @Test
    void aLineThatWasCutOffAnywhereNeverHappenedAndSpoilsNoOther() throws IOException {
        byte[] whole;
        try (Outbox outbox = Outbox.open(folder)) {
            outbox.decided(decision(1, "a"));
            outbox.decided(
                    new Decision(state(2), List.of(new Addressed(message("m2", "Zwölf Töne, €, 𝄞"), List.of("a")))));
            whole = Files.readAllBytes(file());
        }
        int second = whole.length - 1;
        while (whole[second - 1] != '\n') {
            second--;
        }
        for (int length = second; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            try (Outbox outbox = Outbox.open(folder)) {
                assertThat(ids(outbox, "a")).as("cut at %d", length).containsExactly("m1");
                // To write takes its time; within a character, and here and there.
                if (whole[length] >= 0 && length % 23 != 0) {
                    continue;
                }
                outbox.decided(decision(3, "a"));
            }
            try (Outbox outbox = Outbox.open(folder)) {
                assertThat(ids(outbox, "a")).containsExactly("m1", "m3");
            }
        }
    }

    @Test
    void aDamagedCharacterCostsItselfAndTheFileIsKept() throws IOException {
        try (Outbox outbox = Outbox.open(folder)) {
            outbox.decided(decision(1, "a"));
        }
        byte[] damaged = Files.readAllBytes(file());
        int umlaut = new String(damaged, StandardCharsets.ISO_8859_1).indexOf('\u00c3');
        damaged[umlaut] = (byte) 0xff;
        Files.write(file(), damaged);
        for (int start = 0; start < 2; start++) {
            try (Outbox outbox = Outbox.open(folder)) {
                assertThat(ids(outbox, "a")).containsExactly("m1");
                outbox.delivered("b", "m1", T0);
            }
        }
        assertThat(folder.resolve("notify.damaged.jsonl")).hasBinaryContent(damaged);
    }

    @Test
    void aFileThatCannotBeReadIsPutAsideAndMessagesGoOutAllTheSame() throws IOException {
        // Folders in their places: none of the two can be opened, whoever asks.
        Files.createDirectories(file().resolve("in the way"));
        Files.createDirectories(folder.resolve(".notify.lock"));
        try (Outbox outbox = Outbox.open(folder)) {
            assertThat(outbox.state()).isEmpty();
            outbox.decided(decision(1, "a"));
            assertThat(ids(outbox, "a")).containsExactly("m1");
        }
        assertThat(folder.resolve("notify.damaged.jsonl/in the way")).exists();
        try (Outbox outbox = Outbox.open(folder)) {
            assertThat(ids(outbox, "a")).containsExactly("m1");
        }
    }

    @Test
    void whatAClockDatedAheadThatWasPutBackSinceCountsForNothing() throws IOException {
        try (Outbox outbox = Outbox.open(folder)) {
            outbox.decided(decision(1, "a"));
            outbox.delivered("a", "m1", T0.plusSeconds(86_400));
            assertThat(outbox.sent("a", T0)).isEmpty();
            outbox.decided(decision(2, "a"));
            outbox.delivered("a", "m2", T0);
            assertThat(outbox.sent("a", T0.plusSeconds(86_401))).isEmpty();
        }
    }

    @Test
    void onceClosedItWritesNothingMore() throws IOException {
        Outbox before = Outbox.open(folder);
        before.decided(decision(1, "a"));
        before.close();
        try (Outbox outbox = Outbox.open(folder)) {
            before.delivered("a", "m1", T0);
            outbox.decided(decision(2, "a"));
        }
        try (Outbox outbox = Outbox.open(folder)) {
            assertThat(ids(outbox, "a")).containsExactly("m1", "m2");
        }
    }

    @Test
    void aDamagedLineCostsThatLineAndTheFileIsKept() throws IOException {
        try (Outbox outbox = Outbox.open(folder)) {
            outbox.decided(decision(1, "a"));
        }
        Files.writeString(file(), "{\"messages\": 7}\n", StandardOpenOption.APPEND);
        byte[] damaged = Files.readAllBytes(file());
        try (Outbox outbox = Outbox.open(folder)) {
            outbox.decided(decision(2, "a"));
            assertThat(ids(outbox, "a")).containsExactly("m1", "m2");
        }
        assertThat(folder.resolve("notify.damaged.jsonl")).hasBinaryContent(damaged);
    }

    @Test
    void aLongFileIsRewrittenAndLosesNothing() throws IOException {
        try (Outbox outbox = Outbox.open(folder)) {
            outbox.decided(decision(0, "dead"));
            for (int i = 1; i <= 200; i++) {
                outbox.decided(decision(i, "a"));
                outbox.delivered("a", "m" + i, T0.plusSeconds(i));
            }
        }
        assertThat(Files.size(file())).isLessThan(300_000);
        try (Outbox outbox = Outbox.open(folder)) {
            assertThat(outbox.state()).contains(state(200));
            assertThat(ids(outbox, "dead")).containsExactly("m0");
            assertThat(outbox.pending("a")).isEmpty();
            assertThat(outbox.sent("a", T0.plusSeconds(200))).hasSize(200);
        }
    }

    @Test
    void whatCannotBeWrittenIsRememberedAndWrittenWithTheNextLine() throws IOException {
        try (Outbox outbox = Outbox.open(folder)) {
            // A folder in its place: neither a line nor a new file can be written.
            Files.createDirectories(file().resolve("in the way"));
            outbox.decided(decision(1, "a"));
            assertThat(ids(outbox, "a")).containsExactly("m1");
            Files.delete(file().resolve("in the way"));
            Files.delete(file());
            outbox.decided(decision(2, "a"));
        }
        try (Outbox outbox = Outbox.open(folder)) {
            assertThat(ids(outbox, "a")).containsExactly("m1", "m2");
        }
    }

    @Test
    void severalAreFoldedInThePlaceOfTheFirst() throws IOException {
        try (Outbox outbox = Outbox.open(folder)) {
            IntStream.rangeClosed(1, 4).forEach(i -> outbox.decided(decision(i, "a", "b")));
            outbox.folded("a", List.of("m2", "m3"), message("fold"));
        }
        try (Outbox outbox = Outbox.open(folder)) {
            assertThat(ids(outbox, "a")).containsExactly("m1", "fold", "m4");
            assertThat(ids(outbox, "b")).containsExactly("m1", "m2", "m3", "m4");
        }
    }

    @Test
    void itBelongsToOneProcessAtATime() throws IOException {
        try (Outbox _ = Outbox.open(folder)) {
            assertThatThrownBy(() -> Outbox.open(folder)).isInstanceOf(IOException.class);
        }
    }
}

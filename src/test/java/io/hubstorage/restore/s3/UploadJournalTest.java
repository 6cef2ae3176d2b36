package io.hubstorage.restore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.restore.s3.UploadJournal.Upload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UploadJournalTest {
    private static final Instant NOW = Instant.parse("2026-11-27T06:30:00Z");

    private static final Instant UNKNOWN = NOW.plus(Duration.ofMinutes(10));

    @TempDir
    private Path folder;

    private UploadJournal journal() {
        return new UploadJournal(folder.resolve("restore/uploads.jsonl"));
    }

    @Test
    void whatHasBegunAndNotEndedIsKnownToTheNextProcess() throws Exception {
        assertThat(journal().open()).isEmpty();
        UploadJournal first = journal();
        for (String key : List.of("ended", "begun", "asked for", "\u0000 \u65e5\ud83d\ude00\n")) {
            first.begins(key, NOW);
        }
        first.begun("ended", NOW, "1");
        first.begun("begun", NOW, "2");
        first.ended("ended", NOW);

        assertThat(journal().open())
                .containsExactly(
                        new Upload("begun", NOW, UNKNOWN, "2"),
                        new Upload("asked for", NOW, UNKNOWN, null),
                        new Upload("\u0000 \u65e5\ud83d\ude00\n", NOW, UNKNOWN, null));
        journal().delete();
        assertThat(journal().open()).isEmpty();
    }

    @Test
    void oneThatCouldNotBeEndedIsNotForgottenForTheNextOfItsKey() throws Exception {
        UploadJournal journal = journal();
        Instant later = NOW.plusSeconds(60);
        journal.begins("k", NOW);
        journal.begun("k", NOW, "1");
        journal.begins("k", later);
        journal.unanswered("k", later, later.plusSeconds(5));
        journal.begins("k", later.plusSeconds(9));
        journal.begun("k", later.plusSeconds(9), "3");
        journal.ended("k", later.plusSeconds(9));

        assertThat(journal().open())
                .containsExactly(
                        new Upload("k", NOW, UNKNOWN, "1"), new Upload("k", later, later.plusSeconds(5), null));
    }

    @Test
    void aLineThatAKillHasCutOffIsNoneWhereverItWasCut() throws Exception {
        journal().begun("one", NOW, "1");
        Path file = folder.resolve("restore/uploads.jsonl");
        byte[] whole = Files.readAllBytes(file);
        byte[] line =
                "{\"key\":\"日\",\"begins\":\"2026-11-27T06:30:00Z\",\"id\":\"2\"}\n".getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut < line.length - 2; cut++) {
            Files.write(file, whole);
            Files.write(file, Arrays.copyOf(line, cut), StandardOpenOption.APPEND);
            UploadJournal next = journal();
            assertThat(next.open()).as("cut at %d", cut).containsExactly(new Upload("one", NOW, UNKNOWN, "1"));

            next.begun("three", NOW, "3");
            assertThat(journal().open())
                    .as("cut at %d", cut)
                    .containsExactly(new Upload("one", NOW, UNKNOWN, "1"), new Upload("three", NOW, UNKNOWN, "3"));
        }
    }
}

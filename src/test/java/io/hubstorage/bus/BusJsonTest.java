package io.hubstorage.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class BusJsonTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"trigger\": \"bus\"}|trigger: found \"bus\", allowed: manual, schedule, first, catch_up, cli",
                "{\"trigger\": 7}|trigger: found 7, allowed: manual, schedule, first, catch_up, cli",
                "{\"dry_run\": \"yes\"}|dry_run: found \"yes\", allowed: true or false",
                "{\"dry_run\": \" \"}|dry_run: found \" \", allowed: true or false",
                "{\"dry_run\": \"\"}|dry_run: found \"\", allowed: true or false",
                "{\"dry_run\": {}}|dry_run: found an object, allowed: true or false",
                "{\"buckets\": \"photos\"}|buckets: found \"photos\", allowed: a list",
                "{\"buckets\": [1]}|buckets[0]: found 1, allowed: a text",
                "{\"buckets\": [\"photos\", {}]}|buckets[1]: found an object, allowed: a text",
                "{\"buckets\": [\"photos\", null]}|buckets[1]: found nothing, allowed: a text that is not empty",
                "{\"buckets\": [\" \"]}|buckets[0]: found a blank text, allowed: a text that is not empty",
                "{\"dryrun\": true}|dryrun: found a member of that name, allowed: only buckets, dry_run, schedule,"
                        + " trigger"
            })
    void aRequestThatDoesNotFitIsAnsweredInASentence(String body, String sentence) {
        assertThatThrownBy(() -> BusJson.request(new JsonObject(body), BackupMessage.Start.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence);
    }

    static Stream<Enum<?>> aWordIsWrittenAndReadAsItIsNamed() {
        return Stream.of(
                        Trigger.values(),
                        RunResult.values(),
                        RunPhase.values(),
                        BucketCounts.Fate.values(),
                        Alarm.Kind.values(),
                        S3Message.Outcome.values(),
                        StatusMessage.State.values(),
                        StatusMessage.Standing.values(),
                        StatusMessage.Condition.Kind.values(),
                        TransferMessage.Mode.values(),
                        TransferMessage.Trust.values(),
                        TransferMessage.Outcome.values(),
                        TransferMessage.Remedy.values())
                .flatMap(Stream::of);
    }

    @ParameterizedTest
    @MethodSource
    void aWordIsWrittenAndReadAsItIsNamed(Enum<?> value) {
        assertThat(BusJson.mapper().convertValue(value, String.class)).isEqualTo(BusJson.word(value));
        assertThat(BusJson.mapper().convertValue(BusJson.word(value), value.getDeclaringClass()))
                .isEqualTo(value);
    }

    @Test
    void wordsOfLaterVersionsAreReadAsWhatTheyAreNearest() {
        Alarm alarm = Alarm.of(Alarm.Kind.SHRUNK, "photos", Instant.EPOCH, "It shrank.", "Look.");
        assertThat(BusJson.decode(BusJson.encode(alarm).put("kind", "from_later"), Alarm.class)
                        .kind())
                .isEqualTo(Alarm.Kind.OTHER);
        RunStart start = new RunStart("r1", Trigger.SCHEDULE, false, true, Instant.EPOCH);
        assertThat(BusJson.decode(BusJson.encode(start).put("trigger", "from_later"), RunStart.class)
                        .trigger())
                .isEqualTo(Trigger.MANUAL);
    }

    @Test
    void whatIsNeededIsAskedFor() {
        assertThatThrownBy(() -> BusJson.request(new JsonObject(), S3Message.FilterTrial.class))
                .hasMessage("bucket: found nothing, allowed: a text");
        assertThatThrownBy(
                        () -> BusJson.request(new JsonObject().put("limit", "all"), BackupMessage.HistoryQuery.class))
                .hasMessage("limit: found \"all\", allowed: a whole number");
        assertThat(BusJson.request(null, BackupMessage.Start.class))
                .isEqualTo(new BackupMessage.Start(null, false, null));
    }

    @Test
    void longTextsAreNotRepeatedAndRecordsOfLaterVersionsAreStillRead() {
        assertThatThrownBy(() ->
                        BusJson.request(new JsonObject().put("trigger", "x".repeat(5_000)), BackupMessage.Start.class))
                .satisfies(e -> assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(200));
        assertThat(BusJson.decode(new JsonObject().put("run_id", "r1").put("later", 1), BackupMessage.Accepted.class))
                .isEqualTo(new BackupMessage.Accepted("r1"));
    }
}

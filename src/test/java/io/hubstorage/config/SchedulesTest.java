package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code automation.schedules}: what is allowed there, and which words say what is not. */
final class SchedulesTest {
    private static JsonObject schedule(Object name, String... buckets) {
        return JsonObject.of("name", name, "interval_hours", 24, "buckets", new JsonArray(List.of(buckets)));
    }

    private static JsonObject json(@Nullable Boolean dynamic, JsonObject... schedules) {
        return JsonObject.of(
                "s3_buckets",
                JsonArray.of("photos", JsonObject.of("name", "music", "prefix", "a/")),
                "use_dynamic_buckets",
                dynamic,
                "automation",
                JsonObject.of("schedules", new JsonArray(List.of(schedules))));
    }

    private static List<Problem> problems(JsonObject json) {
        return catchThrowableOfType(ConfigException.class, () -> ConfigParser.parse(json))
                .problems();
    }

    @Test
    void aScheduleHasANameATimeAndBuckets() {
        JsonObject cron = JsonObject.of("name", "x", "cron", "0 3 * * 0", "buckets", JsonArray.of("music"));
        assertThat(ConfigParser.parse(json(null, schedule("Täglich, 03:00", "photos"), cron))
                        .automation()
                        .schedules())
                .containsExactly(
                        new HubConfig.Schedule("Täglich, 03:00", 24.0, null, List.of("photos")),
                        new HubConfig.Schedule("x", null, "0 3 * * 0", List.of("music")));
        assertThat(ConfigParser.parse(new JsonObject()).automation().schedules())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " x", "x ", "a\nb", "x\n", "\t", "12345678901234567890123456789012345678901"})
    void aNameIsOneLineOfAtMostFortyCharacters(String name) {
        assertThat(problems(json(null, schedule(name, "photos"))))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.path()).isEqualTo("automation.schedules[0].name");
                    assertThat(problem.allowed()).isEqualTo("1 to 40 characters, without blanks around them");
                });
    }

    @Test
    void eachNameIsThereOnceAndMainIsTaken() {
        assertThat(problems(json(null, schedule("x", "photos"), schedule("x", "music"), schedule("main", "music"))))
                .extracting(Problem::path)
                .containsExactly(
                        "automation.schedules[1].name",
                        "automation.schedules[2].name",
                        "automation.schedules[2].buckets[0]");
        assertThat(problems(json(null, schedule("main", "photos"))))
                .containsExactly(new Problem(
                        "automation.schedules[0].name",
                        "\"main\"",
                        "each name once; \"main\" is the schedule of all other buckets"));
    }

    @Test
    void aBucketIsInOneScheduleOnce() {
        assertThat(problems(json(null, schedule("x", "photos", "photos"), schedule("y", "music", "photos"))))
                .containsExactly(
                        new Problem(
                                "automation.schedules[0].buckets[1]",
                                "\"photos\"",
                                "each bucket once, and in one schedule; x has it"),
                        new Problem(
                                "automation.schedules[1].buckets[1]",
                                "\"photos\"",
                                "each bucket once, and in one schedule; x has it"));
    }

    @Test
    void aBucketThatIsNotBackedUpIsRefusedUnlessBucketsAreFound() {
        assertThat(problems(json(false, schedule("x", "films"))))
                .containsExactly(new Problem(
                        "automation.schedules[0].buckets[0]",
                        "\"films\"",
                        "a bucket that is backed up, see s3_buckets"));
        assertThat(ConfigParser.parse(json(true, schedule("x", "films", "films@archive")))
                        .scheduledApart())
                .containsExactly("films", "films@archive");
        assertThat(problems(json(true, schedule("x", "../films"))))
                .extracting(Problem::path)
                .containsExactly("automation.schedules[0].buckets[0]");
        assertThat(ConfigParser.parse(json(null, schedule("x", "films")).put("s3_buckets", JsonArray.of("*")))
                        .scheduledApart())
                .containsExactly("films");
    }

    @Test
    void oneThatDoesNotSayWhenIsRefused() {
        assertThat(problems(json(null, JsonObject.of("name", "x", "cron", " ", "buckets", JsonArray.of("photos")))))
                .containsExactly(new Problem(
                        "automation.schedules[0]", "\"x\"", "a schedule that says when, by cron or interval_hours"));
        assertThat(problems(json(
                        null, JsonObject.of("name", "x", "cron", "61 * * * *", "buckets", JsonArray.of("photos")))))
                .singleElement()
                .satisfies(problem -> assertThat(problem.allowed()).contains("minute (0-59) is '61'"));
    }

    @Test
    void aSaveOverTheWebMayNotBringMoreThanFitsIntoTheMemory() {
        JsonArray many = new JsonArray(
                IntStream.range(0, 10_001).mapToObj(i -> "bucket-" + i).toList());
        JsonObject save = json(true, JsonObject.of("name", "x", "interval_hours", 24, "buckets", many));
        assertThat(catchThrowableOfType(ConfigException.class, () -> RemoteSave.checkSize(json(true), save))
                        .problems())
                .containsExactly(new Problem(
                        "automation.schedules", "10002 members", "at most 10000 (over the web and the bus)"));
        RemoteSave.checkSize(save, save);
    }
}

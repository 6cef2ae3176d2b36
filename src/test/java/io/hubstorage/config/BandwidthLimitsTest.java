package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.longs;

import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage.Problem;
import io.hubstorage.config.HubConfig.Limit;
import io.hubstorage.testkit.Examples;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quicktheories.core.Gen;

/** {@code transfer.limits}: what is allowed there, and which limit holds when. */
final class BandwidthLimitsTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static JsonObject limit(String from, String to, Object rate) {
        return JsonObject.of("from", from, "to", to, "mbit_per_second", rate);
    }

    private static HubConfig config(JsonObject... limits) {
        return ConfigParser.parse(JsonObject.of(
                "automation", JsonObject.of("time_zone", "Europe/Berlin"),
                "transfer", JsonObject.of("limits", new JsonArray(List.of(limits)))));
    }

    private static Instant berlin(String localTime) {
        return ZonedDateTime.parse(localTime + "[Europe/Berlin]").toInstant();
    }

    private static @Nullable String at(HubConfig config, String localTime) {
        BandwidthLimit limit = config.bandwidthLimit(berlin(localTime));
        return limit == null
                ? null
                : limit.inWords()
                        + (limit.until() == null
                                ? ""
                                : " until "
                                        + limit.until()
                                                .atZone(BERLIN)
                                                .toLocalDateTime()
                                                .toString()
                                                .replace('T', ' '));
    }

    private static List<Problem> problems(JsonObject... limits) {
        return catchThrowableOfType(ConfigException.class, () -> config(limits)).problems();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-26T07:59:59+01:00, ",
        "2026-11-26T08:00:00+01:00, 20 Mbit/s until 2026-11-26 18:00",
        "2026-11-26T17:59:59+01:00, 20 Mbit/s until 2026-11-26 18:00",
        "2026-11-26T18:00:00+01:00, ",
        "2026-11-26T22:30:00+01:00, 2.5 Mbit/s until 2026-11-27 06:00",
        "2026-11-27T05:59:00+01:00, 2.5 Mbit/s until 2026-11-27 06:00",
    })
    void aLimitHoldsFromItsFirstMomentToTheOneBeforeItsLastAlsoPastMidnight(String time, @Nullable String expected) {
        assertThat(at(config(limit("08:00", "18:00", 20), limit("22:30", "06:00", 2.5)), time))
                .isEqualTo(expected);
    }

    @Test
    void ofSeveralTheLowestCountsAndHoldsUntilAnotherRateFollows() {
        HubConfig config = config(limit("08:00", "18:00", 20), limit("09:00", "12:00", 5), limit("12:00", "13:00", 5));

        assertThat(at(config, "2026-11-26T08:30:00+01:00")).isEqualTo("20 Mbit/s until 2026-11-26 09:00");
        assertThat(at(config, "2026-11-26T10:00:00+01:00")).isEqualTo("5 Mbit/s until 2026-11-26 13:00");
    }

    @Test
    void theSameTimeTwiceIsTheWholeDayAndNeverEnds() {
        assertThat(at(config(limit("08:00", "08:00", 20)), "2026-11-26T07:59:00+01:00"))
                .isEqualTo("20 Mbit/s");
        assertThat(at(config(limit("08:00", "18:00", 7), limit("18:00", "08:00", 7)), "2026-11-26T08:00:00+01:00"))
                .as("two halves of a day")
                .isEqualTo("7 Mbit/s");
    }

    @Test
    void whatClocksSkipIsSkippedAndWhatTheyShowTwiceCountsTwice() {
        HubConfig config = config(limit("01:00", "02:30", 20));

        assertThat(at(config, "2026-03-29T01:30:00+01:00"))
                .as("02:30 does not come")
                .isEqualTo("20 Mbit/s until 2026-03-29 03:00");
        assertThat(at(config, "2026-10-25T02:10:00+02:00"))
                .as("in summer time")
                .isEqualTo("20 Mbit/s until 2026-10-25 02:30");
        assertThat(at(config, "2026-10-25T02:40:00+02:00")).isNull();
        assertThat(at(config, "2026-10-25T02:10:00+01:00"))
                .as("an hour later, in winter time")
                .isEqualTo("20 Mbit/s until 2026-10-25 02:30");
    }

    private static Gen<Limit> limits() {
        Gen<LocalTime> times = integers().between(0, 47).map(half -> LocalTime.of(half / 2, half % 2 * 30));
        return times.zip(times, integers().between(1, 3), (from, to, rate) -> new Limit(from, to, rate));
    }

    /** Walked through by the minute, over days on which clocks are changed as well as over others. */
    @Test
    void whatIsSaidOfTheEndOfALimitIsWhatComes() {
        List<Instant> days = List.of(
                berlin("2026-03-28T12:00:00+01:00"),
                berlin("2026-10-24T12:00:00+02:00"),
                berlin("2026-11-26T12:00:00+01:00"));
        qt().withExamples(Examples.upTo(200))
                .forAll(
                        lists().of(limits()).ofSizeBetween(1, 4),
                        longs().between(0, 24 * 60),
                        integers().between(0, days.size() - 1))
                .checkAssert((limits, minute, day) -> {
                    BandwidthTimetable timetable = new BandwidthTimetable(new ArrayList<>(limits), BERLIN);
                    Instant now = days.get(day).plus(Duration.ofMinutes(minute));
                    BandwidthLimit said = timetable.at(now);
                    assertThat(said == null ? OptionalDouble.empty() : OptionalDouble.of(said.mbitPerSecond()))
                            .isEqualTo(naively(limits, now));
                    Instant end = now;
                    while (end.isBefore(now.plus(Duration.ofDays(2)))
                            && naively(limits, end).equals(naively(limits, now))) {
                        end = end.plus(Duration.ofMinutes(1));
                    }
                    boolean ends = !naively(limits, end).equals(naively(limits, now));
                    if (said != null) {
                        assertThat(said.until()).isEqualTo(ends ? end : null);
                    }
                });
    }

    private static OptionalDouble naively(List<Limit> limits, Instant moment) {
        int minute = moment.atZone(BERLIN).toLocalTime().toSecondOfDay() / 60;
        return limits.stream()
                .filter(limit -> {
                    int length = Math.floorMod(minuteOf(limit.to()) - minuteOf(limit.from()), 1440);
                    return Math.floorMod(minute - minuteOf(limit.from()), 1440) < (length == 0 ? 1440 : length);
                })
                .mapToDouble(Limit::mbitPerSecond)
                .min();
    }

    private static int minuteOf(LocalTime time) {
        return time.getHour() * 60 + time.getMinute();
    }

    @Test
    void noLimitIsRefusedInASentenceThatSaysWhatToDo() {
        assertThat(problems(limit("08:00", "18:00", 0))).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo("transfer.limits[0].mbit_per_second");
            assertThat(problem.found()).isEqualTo("0");
            assertThat(problem.allowed())
                    .contains("0.1 to 100000 Mbit/s")
                    .contains("remove the entry")
                    .contains("start backups at other hours");
        });
    }

    @Test
    void eachWrongEntryIsNamedWhereItStands() {
        assertThat(problems(limit("08:00", "18:00", 1), limit("8 am", "24:00", -1), new JsonObject()))
                .extracting(Problem::path)
                .containsExactlyInAnyOrder(
                        "transfer.limits[1].from",
                        "transfer.limits[1].to",
                        "transfer.limits[1].mbit_per_second",
                        "transfer.limits[2].from",
                        "transfer.limits[2].to",
                        "transfer.limits[2].mbit_per_second");
    }

    @Test
    void thereMayBeNinetySixOfThem() {
        JsonObject[] many = new JsonObject[97];
        java.util.Arrays.setAll(many, _ -> limit("08:00", "18:00", 1));

        assertThat(config(java.util.Arrays.copyOf(many, 96)).transfer().limits())
                .hasSize(96);
        assertThat(problems(many)).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo("transfer.limits");
            assertThat(problem.allowed()).contains("at most 96");
        });
    }

    @Test
    void theyAreWrittenAsTheyAreRead() {
        assertThat(BusJson.encode(config(limit("08:00", "18:00", 20.0)))
                        .getJsonObject("transfer")
                        .getJsonArray("limits"))
                .isEqualTo(new JsonArray().add(limit("08:00", "18:00", 20.0)));
    }
}

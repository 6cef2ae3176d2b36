package io.hubstorage.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import io.hubstorage.testkit.Examples;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quicktheories.core.Gen;

final class IsoTimeTest {
    /** From long before the year 0 to long after the year 9999, and often without a fraction. */
    private static final Gen<Instant> TIMES = longs().between(-70_000_000_000L, 300_000_000_000L)
            .zip(
                    integers().between(0, 3),
                    integers().between(0, 999),
                    (second, unit, count) ->
                            Instant.ofEpochSecond(second, unit == 0 ? 0 : count * (long) Math.pow(10, 3 * unit - 3)));

    @Test
    void everyTimeIsReadAsItIsWritten() {
        qt().withExamples(Examples.upTo(20_000))
                .forAll(TIMES)
                .check(time -> IsoTime.parse(time.toString()).equals(time));
    }

    @Test
    void everyTimeIsWrittenAsJavaWritesIt() {
        qt().withExamples(Examples.upTo(20_000))
                .forAll(TIMES)
                .check(time -> IsoTime.format(time).equals(time.toString()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000-01-01T00:00:00Z",
                "-0001-12-31T23:59:59Z",
                "9999-12-31T23:59:59.999Z",
                "+10000-01-01T00:00:00Z",
                "1969-12-31T23:59:59.001Z",
                "2026-01-01T00:00:00.000001Z"
            })
    void theFirstAndLastOfTheUsualTimesAreWrittenAsJavaWritesThem(String text) {
        assertThat(IsoTime.format(Instant.parse(text))).isEqualTo(text);
    }

    @Test
    void everyTextMeansWhatItMeansToJava() {
        qt().withExamples(Examples.upTo(20_000))
                .forAll(TIMES, integers().between(0, 40), integers().between(0, 12))
                .check((time, at, with) -> {
                    StringBuilder text = new StringBuilder(time.toString());
                    int place = at % text.length();
                    if (with == 12) {
                        text.deleteCharAt(place);
                    } else {
                        text.setCharAt(place, "0123456789.Z".charAt(with));
                    }
                    return meaning(text).equals(javas(text));
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Z",
                "2026-02-29T00:00:00Z",
                "2024-02-29T23:59:59.999999999Z",
                "2100-02-29T00:00:00Z",
                "2026-13-01T00:00:00Z",
                "2026-00-01T00:00:00Z",
                "2026-04-31T00:00:00Z",
                "2026-04-00T00:00:00Z",
                "2026-01-01T24:00:00Z",
                "2026-01-01T24:00:01Z",
                "2026-12-31T23:59:60Z",
                "2026-01-01T00:60:00Z",
                "2026-01-01T00:00:00.Z",
                "2026-01-01T00:00:00.1234567890Z",
                "2026-01-01T00:00:00,5Z",
                "2026-01-01T00:00:00+01:00",
                "2026-01-01T00:00:00",
                "2026-01-01t00:00:00z",
                "+12026-01-01T00:00:00Z",
                "-001-01-01T00:00:00Z",
                "２０２６-01-01T00:00:00Z"
            })
    void whatIsUnusualMeansWhatItMeansToJava(String text) {
        assertThat(meaning(text)).isEqualTo(javas(text));
    }

    private static Optional<Instant> meaning(CharSequence text) {
        try {
            return Optional.of(IsoTime.parse(text));
        } catch (DateTimeException none) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> javas(CharSequence text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException none) {
            return Optional.empty();
        }
    }
}

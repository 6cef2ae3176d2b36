package io.hubstorage.verify.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.VerifyRecord;
import io.hubstorage.bus.Verifying;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.HubConfig;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When the proofs go on by themselves. */
final class ProofTimesTest {
    private static final Instant NOW = at("2026-11-20T12:00:00Z");

    private static Instant at(String text) {
        return Instant.parse(text);
    }

    private static HubConfig config(double days, @Nullable String window, String zone) {
        JsonObject verify = new JsonObject().put("cycle_days", days).put("window", window);
        return ConfigParser.parse(
                new JsonObject().put("verify", verify).put("automation", new JsonObject().put("time_zone", zone)));
    }

    private static VerifyRecord.Cycle cycle(String began, @Nullable String finished) {
        return new VerifyRecord.Cycle(
                1, at(began), finished == null ? null : at(finished), Tally.ZERO, Tally.ZERO, 5, null);
    }

    private static ProofTimes first(HubConfig config, @Nullable String oldest) {
        return new ProofTimes(config, VerifyRecord.Cycle.NONE, oldest == null ? null : at(oldest), null);
    }

    private static VerifyRecord ended(RunResult result, String finished) {
        return Verifying.record("a", at("2026-11-20T01:00:00Z"), new RunEnd(result, at(finished), 1, "why"));
    }

    @Test
    void theFirstCycleIsDueWhenTheOldestDownloadIsAsOldAsACycle() {
        assertThat(first(config(30, null, "UTC"), "2026-11-01T00:00:00Z").next(NOW))
                .contains(at("2026-12-01T00:00:00Z"));
        assertThat(first(config(30, null, "UTC"), "2026-01-01T00:00:00Z").next(NOW))
                .contains(NOW);
        assertThat(first(config(30, null, "UTC"), null).next(NOW)).isEmpty();
        assertThat(first(config(0, null, "UTC"), "2026-01-01T00:00:00Z").next(NOW))
                .isEmpty();
    }

    @Test
    void aCycleThatGoesOnIsDueNowAndTheNextOneACycleAfterTheLastBegan() {
        HubConfig config = config(10, null, "UTC");
        assertThat(new ProofTimes(config, cycle("2026-11-19T00:00:00Z", null), null, null).next(NOW))
                .contains(NOW);
        assertThat(new ProofTimes(config, cycle("2026-11-19T00:00:00Z", "2026-11-19T05:00:00Z"), null, null).next(NOW))
                .contains(at("2026-11-29T00:00:00Z"));
        assertThat(new ProofTimes(config, cycle("2026-11-01T00:00:00Z", "2026-11-19T05:00:00Z"), null, null).next(NOW))
                .contains(NOW);
    }

    @Test
    void afterAClockThatWasAheadItIsDueAtOnceAndStaysDue() {
        Instant later = NOW.plus(Duration.ofDays(11));
        for (RunResult result : List.of(RunResult.SUCCESS, RunResult.CANCELLED, RunResult.FAILED)) {
            ProofTimes times = new ProofTimes(
                    config(10, null, "UTC"),
                    cycle("2036-11-19T00:00:00Z", "2036-11-19T05:00:00Z"),
                    null,
                    ended(result, "2036-11-19T05:00:00Z"));
            assertThat(times.next(NOW)).contains(NOW);
            assertThat(times.next(later)).contains(later);
        }
        assertThat(first(config(10, null, "UTC"), "2036-11-19T00:00:00Z").next(NOW))
                .contains(NOW);
    }

    /** Berlin's clocks go an hour ahead in the night of 29 March 2026, and back in that of 25 October. */
    @ParameterizedTest
    @CsvSource({
        "2026-11-20T12:00:00Z, 2026-11-20T21:00:00Z",
        "2026-11-20T20:59:59Z, 2026-11-20T21:00:00Z",
        "2026-11-20T21:00:00Z, 2026-11-20T21:00:00Z",
        "2026-11-21T04:59:59Z, 2026-11-21T04:59:59Z",
        "2026-11-21T05:00:00Z, 2026-11-21T21:00:00Z",
        "2026-03-29T03:59:59Z, 2026-03-29T03:59:59Z",
        "2026-03-29T04:00:00Z, 2026-03-29T20:00:00Z",
        "2026-10-25T04:59:59Z, 2026-10-25T04:59:59Z"
    })
    void itKeepsToItsHoursByTheClocksOfTheZone(String now, String next) {
        ProofTimes times = new ProofTimes(
                config(10, "22:00-06:00", "Europe/Berlin"), cycle("2026-01-01T00:00:00Z", null), null, null);
        assertThat(times.next(at(now))).contains(at(next));
    }

    @Test
    void whatSomebodyPausedGoesOnWhenItsHoursBeginAgain() {
        VerifyRecord.Cycle goesOn = cycle("2026-11-19T00:00:00Z", null);
        VerifyRecord paused = ended(RunResult.CANCELLED, "2026-11-20T11:00:00Z");
        assertThat(new ProofTimes(config(10, "10:00-18:00", "UTC"), goesOn, null, paused).next(NOW))
                .contains(at("2026-11-21T10:00:00Z"));
        assertThat(new ProofTimes(config(10, null, "UTC"), goesOn, null, paused).next(NOW))
                .contains(at("2026-11-21T11:00:00Z"));
        assertThat(new ProofTimes(
                                config(10, null, "UTC"),
                                goesOn,
                                null,
                                ended(RunResult.INTERRUPTED, "2026-11-20T11:59:00Z"))
                        .next(NOW))
                .contains(NOW);
    }

    @Test
    void whatHasJustFailedIsTriedAgainAnHourLater() {
        assertThat(new ProofTimes(
                                config(10, null, "UTC"),
                                cycle("2026-11-19T00:00:00Z", null),
                                null,
                                ended(RunResult.FAILED, "2026-11-20T11:59:00Z"))
                        .next(NOW))
                .contains(at("2026-11-20T12:59:00Z"));
    }
}

package io.hubstorage.notify.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Severity;
import io.hubstorage.notify.alerts.Policy.Subscriber;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What changes while something is wrong: who is told, what exactly is wrong, the clock. */
final class ChangesTest {
    /** A Tuesday. */
    private static final Instant T0 = Instant.parse("2026-11-10T12:00:00Z");

    @TempDir
    Path folder;

    private final World world = new World("photos", "docs");

    @AutoClose
    private Simulation simulation;

    @BeforeEach
    void begin() {
        simulation = new Simulation(folder, policy(null, "mail"), world);
    }

    private static Policy policy(Policy.@Nullable Weekly digest, String... channels) {
        return new Policy(
                Stream.of(channels)
                        .map(name -> new Subscriber(name, Subscriber.USUAL, Severity.INFO, true, Set.of()))
                        .toList(),
                new Policy.Rhythm(Duration.ofHours(24), 20, null, digest),
                ZoneOffset.UTC,
                "");
    }

    private void at(int hours) {
        simulation.step(T0.plus(Duration.ofHours(hours)));
    }

    private List<String> told(String channel) {
        return simulation.arrivals().stream()
                .filter(each -> each.channel().equals(channel))
                .map(each -> "%d %s"
                        .formatted(
                                Duration.between(T0, each.at()).toHours(),
                                each.message().state()))
                .toList();
    }

    @Test
    void aChannelThatComesLaterIsToldWhatIsWrongAlreadyAndTheOthersAreRemindedOnTime() {
        world.buckets.put("photos", Standing.FAILING);
        at(0);
        simulation.policy(policy(null, "mail", "phone"));
        at(10);
        at(11);
        at(24);
        world.buckets.put("photos", Standing.SAFE);
        at(25);
        assertThat(told("mail")).containsExactly("0 RAISED", "24 REMINDED", "25 RESOLVED");
        assertThat(told("phone")).containsExactly("10 RAISED", "24 REMINDED", "25 RESOLVED");
    }

    @Test
    void aChannelThatComesWhenAReminderIsDueIsToldThatItHasBegun() {
        world.buckets.put("photos", Standing.FAILING);
        at(0);
        simulation.policy(policy(null, "mail", "phone"));
        at(24);
        assertThat(told("mail")).containsExactly("0 RAISED", "24 REMINDED");
        assertThat(told("phone")).containsExactly("24 RAISED");
    }

    @Test
    void whatIsDecidedWhileNobodyListensIsToldOnceSomebodyDoes() {
        simulation.policy(policy(null));
        world.buckets.put("photos", Standing.FAILING);
        at(0);
        simulation.policy(policy(null, "mail"));
        at(20);
        at(30);
        at(44);
        assertThat(told("mail")).containsExactly("20 RAISED", "44 REMINDED");
    }

    @Test
    void aChannelThatIsRenamedIsToldUnderItsNewNameAndThatItIsOver() {
        world.buckets.put("photos", Standing.FAILING);
        at(0);
        simulation.policy(policy(null, "post"));
        at(1);
        world.buckets.put("photos", Standing.SAFE);
        at(2);
        assertThat(told("post")).containsExactly("1 RAISED", "2 RESOLVED");
    }

    @Test
    void damageThatDoublesIsToldAgain() {
        int hour = 0;
        for (String damage : List.of(
                "1 file is damaged, in a.",
                "2 files are damaged, in a.",
                "3 files are damaged, in a.",
                "4 files are damaged, in a.",
                "1,200 files are damaged, in 2 snapshots.",
                "900 files are damaged, in 2 snapshots.")) {
            world.conditions.put(Condition.Kind.DAMAGE, damage);
            at(hour++);
        }
        assertThat(simulation.to("mail").map(Message::title))
                .containsExactly(
                        "1 file is damaged, in a",
                        "2 files are damaged, in a",
                        "4 files are damaged, in a",
                        "1,200 files are damaged, in 2 snapshots");
    }

    /** To the judgement of jobs it is all one of which kind the record is. */
    @Test
    void anotherRestoreThatDoesNotGoWellIsToldAndTheSameOneOnce() {
        world.last.put(JobKind.RESTORE, World.run("r1", T0, RunResult.FAILED, "photos", 1));
        at(0);
        at(1);
        world.last.put(JobKind.RESTORE, World.run("r2", T0.plus(Duration.ofHours(2)), RunResult.FAILED, "photos", 1));
        at(2);
        at(3);
        assertThat(told("mail")).containsExactly("0 RAISED", "2 RAISED");
    }

    @Test
    void aClockThatWasAYearAheadNeitherSilencesNorRepeats() {
        int year = 365 * 24;
        world.buckets.put("photos", Standing.FAILING);
        world.conditions.put(Condition.Kind.CONFIG, "config.json is no JSON.");
        at(year);
        // Put right: what is known to be wrong is reminded of, what was only watched is told.
        at(0);
        at(1);
        assertThat(told("mail")).containsExactly(year + " RAISED", "0 REMINDED", "1 RAISED");
        world.buckets.put("photos", Standing.SAFE);
        world.conditions.clear();
        at(2);
        assertThat(told("mail")).endsWith("2 RESOLVED", "2 RESOLVED");
    }

    @Test
    void aClockThatIsPutBackALittleRemindsNobody() {
        world.buckets.put("photos", Standing.FAILING);
        at(1);
        at(0);
        assertThat(told("mail")).containsExactly("1 RAISED");
    }

    @Test
    void aDigestThatIsSwitchedOnComesAtTheEndOfTheWeekAndNotAtOnce() {
        int monday = 5 * 24 + 20;
        int nextMonday = monday + 7 * 24;
        at(0);
        at(monday + 24);
        simulation.policy(policy(new Policy.Weekly(DayOfWeek.MONDAY, LocalTime.of(8, 0)), "mail"));
        at(monday + 25);
        at(nextMonday - 1);
        assertThat(told("mail")).isEmpty();
        at(nextMonday);
        assertThat(told("mail")).containsExactly(nextMonday + " INFO");
    }

    /** On 25 October 2026 the clocks of Berlin go back: that week has 169 hours. */
    @Test
    void aWeekIsOneByTheClocksOfTheZone() {
        Policy berlin = new Policy(List.of(), policy(null).rhythm(), ZoneId.of("Europe/Berlin"), "");
        assertThat(berlin.weekBefore(Instant.parse("2026-10-26T07:00:00Z")))
                .isEqualTo(Instant.parse("2026-10-19T06:00:00Z"));
    }
}

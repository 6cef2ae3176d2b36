package io.hubstorage.notify.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Severity;
import io.hubstorage.notify.alerts.Policy.Subscriber;
import io.hubstorage.notify.alerts.Simulation.Arrival;
import io.hubstorage.testkit.Examples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random histories: whatever lasts is told once, reminded of on time and resolved once, also over restarts at random moments. */
final class AlertHistoriesTest {
    private static final Instant BEGIN = Instant.parse("2026-11-01T00:00:00Z");
    private static final Duration TICK = Duration.ofMinutes(30);
    private static final Duration REMINDER = Duration.ofHours(12);
    private static final int TICKS = 300;
    /** So long all is well in the end that everything is over, however often it came back. */
    private static final int CALM = 40;

    /** Each has an event of its own, so that each is told in messages of its own; all are told at once. */
    private static final Map<Event, Condition.Kind> CONDITIONS =
            Map.of(Event.DAMAGE, Condition.Kind.DAMAGE, Event.JOB_FAILED, Condition.Kind.DRILL);

    private static final List<Event> EVENTS =
            List.of(Event.DAMAGE, Event.JOB_FAILED, Event.BACKUP_PARTIAL, Event.BACKUP_FAILED);

    private static final Policy POLICY = new Policy(
            List.of(
                    new Subscriber("all", Subscriber.USUAL, Severity.INFO, true, Set.of()),
                    new Subscriber("urgent", Subscriber.USUAL, Severity.CRITICAL, true, Set.of()),
                    new Subscriber("brief", Set.of(Event.BACKUP_PARTIAL), Severity.INFO, false, Set.of())),
            new Policy.Rhythm(REMINDER, 1000, null, null),
            ZoneOffset.UTC,
            "");

    @TempDir
    Path folder;

    private int runs;

    /** For each event, at which ticks it is so. */
    private static Map<Event, boolean[]> history(Random random) {
        Map<Event, boolean[]> history = new HashMap<>();
        for (Event event : EVENTS) {
            boolean[] so = new boolean[TICKS];
            boolean now = false;
            for (int tick = 0; tick < TICKS - CALM; ) {
                int length = random.nextInt(4) == 0 ? 1 + random.nextInt(60) : 1 + random.nextInt(6);
                for (int end = Math.min(TICKS - CALM, tick + length); tick < end; tick++) {
                    so[tick] = now;
                }
                now = !now;
            }
            history.put(event, so);
        }
        return history;
    }

    private static Instant at(int tick) {
        return BEGIN.plus(TICK.multipliedBy(tick));
    }

    private List<Arrival> play(Map<Event, boolean[]> history, IntPredicate dies) {
        World world = new World("partial", "failing");
        try (Simulation simulation =
                new Simulation(Files.createDirectory(folder.resolve("run" + runs++)), POLICY, world, dies)) {
            for (int tick = 0; tick < TICKS; tick++) {
                for (Map.Entry<Event, Condition.Kind> each : CONDITIONS.entrySet()) {
                    if (Objects.requireNonNull(history.get(each.getKey()))[tick]) {
                        world.conditions.put(each.getValue(), each.getKey().word());
                    } else {
                        world.conditions.remove(each.getValue());
                    }
                }
                world.buckets.put(
                        "partial",
                        Objects.requireNonNull(history.get(Event.BACKUP_PARTIAL))[tick]
                                ? Standing.PARTIAL
                                : Standing.SAFE);
                world.buckets.put(
                        "failing",
                        Objects.requireNonNull(history.get(Event.BACKUP_FAILED))[tick]
                                ? Standing.FAILING
                                : Standing.SAFE);
                simulation.step(at(tick));
            }
            assertThat(simulation.waiting()).isZero();
            return simulation.arrivals();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hears(String channel, Event event) {
        return switch (channel) {
            case "all" -> true;
            case "urgent" -> event.severity() == Severity.CRITICAL;
            default -> event == Event.BACKUP_PARTIAL;
        };
    }

    @Test
    void whateverLastsIsToldOnceRemindedOfOnTimeAndResolvedOnce() {
        qt().withExamples(Examples.upTo(4))
                .withShrinkCycles(0)
                .withFixedSeed(14)
                .forAll(longs().all())
                .checkAssert(seed -> check(new Random(seed)));
    }

    private void check(Random random) {
        Map<Event, boolean[]> history = history(random);
        List<Arrival> arrivals = play(history, _ -> false);
        for (String channel : List.of("all", "urgent", "brief")) {
            for (Event event : EVENTS) {
                List<Arrival> told = arrivals.stream()
                        .filter(each ->
                                each.channel().equals(channel) && each.message().event() == event)
                        .toList();
                if (hears(channel, event)) {
                    checkOne(told, Objects.requireNonNull(history.get(event)), !channel.equals("brief"));
                } else {
                    assertThat(told).isEmpty();
                }
            }
        }
        Random kills = new Random(random.nextLong());
        assertThat(texts(play(history, _ -> kills.nextInt(6) == 0))).isEqualTo(texts(arrivals));
    }

    private static List<String> texts(List<Arrival> arrivals) {
        return arrivals.stream()
                .map(each -> each.channel() + " " + each.message())
                .sorted()
                .toList();
    }

    /** How long what came back so often within a day has to stay away to be over. */
    private static Duration hold(int spells) {
        return switch (spells) {
            case 1 -> Duration.ZERO;
            case 2 -> Duration.ofHours(1);
            case 3 -> Duration.ofHours(2);
            case 4 -> Duration.ofHours(4);
            default -> Duration.ofHours(8);
        };
    }

    /** What one channel was told of one thing, beside when it was so. */
    private static void checkOne(List<Arrival> told, boolean[] so, boolean reminders) {
        Map<Instant, Message.State> states = new HashMap<>();
        told.forEach(each -> assertThat(states.put(each.at(), each.message().state()))
                .as("two messages at once")
                .isNull());
        boolean raised = false;
        int spells = 0;
        Instant last = Instant.EPOCH;
        @Nullable Instant gone = null;
        for (int tick = 0; tick < TICKS; tick++) {
            Instant now = at(tick);
            Message.State state = states.get(now);
            if (so[tick] && !raised) {
                assertThat(state).as("told at once, at %s", now).isEqualTo(Message.State.RAISED);
                spells = gone != null && !now.isAfter(gone.plus(Duration.ofDays(1))) ? spells + 1 : 1;
                raised = true;
                last = now;
                gone = null;
            } else if (so[tick] && reminders && !now.isBefore(last.plus(REMINDER))) {
                assertThat(state).as("reminded at %s", now).isEqualTo(Message.State.REMINDED);
                last = now;
                gone = null;
            } else if (!so[tick] && raised) {
                gone = gone == null ? now : gone;
                boolean over = !now.isBefore(gone.plus(hold(spells)));
                assertThat(state).as("over at %s", now).isEqualTo(over ? Message.State.RESOLVED : null);
                raised = !over;
            } else {
                assertThat(state).as("nothing to tell at %s", now).isNull();
                gone = so[tick] ? null : gone;
            }
        }
        assertThat(raised).as("over in the end").isFalse();
    }
}

package io.hubstorage.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.HubConfig;
import io.hubstorage.testkit.Examples;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The planner beside a model that keeps a log of all runs and works out from it, each time anew, what must start now: under random
 * schedules, runs by hand, results, refusals, pauses and restarts.
 */
final class PlannerModelTest {
    private static final List<String> BUCKETS = List.of("a-a", "b-b", "c-c", "d-d", "e-e");
    private static final int STEPS = 80;

    /** A run as it was begun, and what it turns out to have tried. */
    private record Run(
            RunStart start, Set<String> buckets, @Nullable RunRecord end) {
        Run ended(RunRecord record) {
            return new Run(start, buckets, record);
        }
    }

    private static final class World {
        private final Random random;
        private final HubConfig config;
        private final List<Schedule> schedules;
        /** In the order in which they began. */
        private final List<Run> log = new ArrayList<>();

        private final Map<String, Instant> retryAt = new HashMap<>();
        private Planner planner;
        private Instant now = Instant.parse("2026-03-27T00:00:00Z");
        private Instant plannedAt = now;
        private boolean paused;
        private int runs;

        World(long seed) {
            random = new Random(seed);
            config = config();
            schedules = Schedule.of(config);
            planner = new Planner(config);
            restart();
        }

        /** Some buckets in up to three schedules, the others in main; now and then none is left to it. */
        private HubConfig config() {
            JsonArray apart = new JsonArray();
            int from = 0;
            for (int i = 0; i < random.nextInt(4) && from < BUCKETS.size(); i++) {
                int to = Math.min(BUCKETS.size(), from + 1 + random.nextInt(3));
                JsonObject one =
                        new JsonObject().put("name", "s" + i).put("buckets", new JsonArray(BUCKETS.subList(from, to)));
                apart.add(
                        random.nextBoolean()
                                ? one.put("interval_hours", 1 + random.nextInt(48))
                                : one.put("cron", random.nextInt(60) + " " + random.nextInt(24) + " * * *"));
                from = to;
            }
            return ConfigParser.parse(new JsonObject()
                    .put("s3_buckets", new JsonArray(BUCKETS))
                    .put(
                            "automation",
                            new JsonObject()
                                    .put("interval_hours", 1 + random.nextInt(12))
                                    .put("time_zone", "Europe/Berlin")
                                    .put("schedules", apart)));
        }

        private boolean isRunning() {
            return !log.isEmpty() && log.getLast().end() == null;
        }

        void step() {
            now = now.plus(Duration.ofMinutes(random.nextInt(180)));
            if (isRunning() && random.nextInt(10) < 6) {
                end(
                        List.of(RunResult.SUCCESS, RunResult.PARTIAL, RunResult.FAILED, RunResult.CANCELLED)
                                .get(random.nextInt(4)),
                        false);
            }
            if (!isRunning() && random.nextInt(10) == 0) {
                byHand();
            }
            if (random.nextInt(12) == 0) {
                restart();
            }
            if (random.nextInt(20) == 0) {
                pause(!paused);
            }
            tick();
        }

        private void byHand() {
            int kind = random.nextInt(4);
            Set<String> buckets = new HashSet<>(BUCKETS);
            if (kind == 1) {
                buckets.removeIf(bucket -> random.nextBoolean());
            } else if (kind == 2) {
                buckets.retainAll(
                        schedules.get(random.nextInt(schedules.size())).buckets());
            }
            if (buckets.isEmpty()) {
                return;
            }
            boolean all = buckets.size() == BUCKETS.size();
            RunStart start = new RunStart("r" + runs++, Trigger.MANUAL, kind == 3, all, now);
            log.add(new Run(start, buckets, null));
            planner.started(start, now);
            forgetRefusals(log.getLast());
        }

        private void end(RunResult result, boolean inOrder) {
            Run run = log.getLast();
            List<RunRecord.BucketRecord> tried = new ArrayList<>();
            if (result.judges() && (result != RunResult.FAILED || random.nextBoolean())) {
                for (String bucket : run.buckets()) {
                    tried.add(new RunRecord.BucketRecord(
                            bucket, new BucketOutcome(result, false, BucketCounts.ZERO, List.of(), 0, null), true));
                }
            }
            RunRecord record = new RunRecord(
                    run.start(),
                    new RunEnd(result, now, 1, null, inOrder),
                    RunRecord.CurrentSnapshot.NONE,
                    tried,
                    List.of());
            log.set(log.size() - 1, run.ended(record));
            if (result != RunResult.INTERRUPTED) {
                planner.finished(record, now);
                forgetRefusals(log.getLast());
                if (random.nextBoolean()) {
                    // The answer to a question that was asked before.
                    planner.started(run.start(), now);
                }
            }
        }

        /** The program ends, with what it was doing, and begins anew with what is written down. */
        private void restart() {
            if (isRunning()) {
                end(RunResult.INTERRUPTED, random.nextBoolean());
            }
            List<RunRecord> newestFirst = new ArrayList<>();
            log.reversed().forEach(run -> newestFirst.add(run.end()));
            planner = new Planner(config);
            planner.begin(config, Plan.Past.of(schedules, newestFirst.iterator(), null), paused, now);
            plannedAt = now;
            retryAt.clear();
        }

        private void pause(boolean pause) {
            paused = pause;
            planner.pause(pause, now);
            plannedAt = now;
            retryAt.clear();
        }

        private void forgetRefusals(Run run) {
            schedules.stream()
                    .filter(schedule -> serves(run, schedule))
                    .forEach(schedule -> retryAt.remove(schedule.name()));
        }

        /** What starts is what the model says; it is accepted or refused. */
        void tick() {
            Optional<String> expected = expected();
            Optional<Schedule> found = planner.toStart(now);
            assertThat(found.map(Schedule::name)).as("at %s", now).isEqualTo(expected);
            found.ifPresent(this::answer);
        }

        private void answer(Schedule schedule) {
            Trigger trigger = planner.ask(schedule);
            assertThat(planner.toStart(now)).as("one thing at a time").isEmpty();
            if (random.nextInt(6) == 0) {
                retryAt.put(schedule.name(), now.plus(planner.refused(now)));
                return;
            }
            boolean isMain = schedule.name().equals("main");
            Set<String> buckets = new HashSet<>(isMain && schedules.size() == 1 ? BUCKETS : schedule.buckets());
            boolean all = buckets.size() == BUCKETS.size();
            RunStart start = new RunStart("r" + runs++, trigger, false, all, now, schedule.name());
            log.add(new Run(start, buckets, null));
            boolean heardFirst = random.nextBoolean();
            if (heardFirst) {
                planner.started(start, now);
            }
            planner.accepted(start.runId(), now);
            if (!heardFirst) {
                planner.started(start, now);
            }
            forgetRefusals(log.getLast());
        }

        /** By the rules as they are told to people. */
        private boolean serves(Run run, Schedule schedule) {
            if (run.start().dryRun()) {
                return false;
            }
            boolean asked = Boolean.TRUE.equals(run.start().allBuckets())
                    || schedule.name().equals(run.start().schedule());
            RunRecord end = run.end();
            boolean tried = end != null
                    && !end.buckets().isEmpty()
                    && !schedule.buckets().isEmpty()
                    && run.buckets().containsAll(schedule.buckets());
            return asked || tried;
        }

        private Optional<String> expected() {
            if (paused || isRunning()) {
                return Optional.empty();
            }
            String first = null;
            Instant firstDue = null;
            boolean firstCutOff = false;
            for (Schedule schedule : schedules) {
                List<Run> served = log.reversed().stream()
                        .filter(run -> serves(run, schedule))
                        .toList();
                boolean cutOff = isCutOff(served);
                Instant due = cutOff || served.isEmpty()
                        ? plannedAt
                        : schedule.timetable()
                                .next(served.getFirst().start().startedAt())
                                .orElseThrow();
                boolean ready = !due.isAfter(now)
                        && !retryAt.getOrDefault(schedule.name(), now).isAfter(now);
                boolean sooner = firstDue == null
                        || (cutOff && !firstCutOff)
                        || (cutOff == firstCutOff && due.isBefore(firstDue));
                if (ready && sooner) {
                    first = schedule.name();
                    firstDue = due;
                    firstCutOff = cutOff;
                }
            }
            return Optional.ofNullable(first);
        }

        /** Taken up at once, but after a crash only once. */
        private static boolean isCutOff(List<Run> served) {
            return !served.isEmpty()
                    && isInterrupted(served.getFirst())
                    && (!isCrash(served.getFirst()) || served.size() < 2 || !isCrash(served.get(1)));
        }

        private static boolean isInterrupted(Run run) {
            RunRecord end = run.end();
            return end != null && end.result() == RunResult.INTERRUPTED;
        }

        private static boolean isCrash(Run run) {
            RunRecord end = run.end();
            return end != null && isInterrupted(run) && !end.end().stoppedInOrder();
        }

        /** After a long time away each schedule catches up on what it missed, once, however much that is. */
        void catchUp() {
            if (isRunning()) {
                end(RunResult.SUCCESS, false);
            }
            pause(false);
            retryAt.clear();
            now = now.plus(Duration.ofDays(40));
            restart();
            List<String> started = new ArrayList<>();
            for (int i = 0; i < 3 * schedules.size(); i++) {
                Optional<Schedule> due = planner.toStart(now);
                if (due.isPresent()) {
                    started.add(due.get().name());
                    planner.ask(due.get());
                    RunStart start = new RunStart(
                            "r" + runs++,
                            Trigger.CATCH_UP,
                            false,
                            false,
                            now,
                            due.get().name());
                    planner.accepted(start.runId(), now);
                    log.add(new Run(start, Set.copyOf(due.get().buckets()), null));
                    end(RunResult.SUCCESS, false);
                }
            }
            assertThat(started)
                    .containsExactlyInAnyOrderElementsOf(
                            schedules.stream().map(Schedule::name).toList());
        }
    }

    @Test
    void whatStartsIsWhatTheLogOfAllRunsSaysMustStart() {
        qt().withExamples(Examples.upTo(200)).forAll(longs().all()).checkAssert(seed -> {
            World world = new World(seed);
            for (int i = 0; i < STEPS; i++) {
                world.step();
            }
            world.catchUp();
        });
    }
}

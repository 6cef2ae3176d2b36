package io.hubstorage.notify.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.LoginAttack;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.bus.WorkersMessage;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Severity;
import io.hubstorage.notify.alerts.Policy.Subscriber;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong in the life of a backup, and for each what arrives, and when. */
final class IncidentsTest {
    private static final Instant T0 = Instant.parse("2026-11-10T12:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Policy POLICY = new Policy(
            List.of(new Subscriber("mail", Subscriber.USUAL, Severity.INFO, true, Set.of())),
            new Policy.Rhythm(Duration.ofHours(24), 20, null, null),
            ZoneOffset.UTC,
            "https://backups.example.com");

    @TempDir
    Path folder;

    private final World world = new World("photos", "docs");
    private Instant now = T0;

    /** Lets so many minutes pass. */
    private void pass(Simulation simulation, int minutes) {
        for (int i = 0; i < minutes; i++) {
            simulation.step(now);
            now = now.plus(MINUTE);
        }
    }

    private static List<String> told(Simulation simulation) {
        return simulation.arrivals().stream()
                .map(each -> "%s %s %s: %s"
                        .formatted(
                                each.at().toString().substring(11, 16),
                                each.message().state(),
                                each.message().event().word(),
                                each.message().title()))
                .toList();
    }

    private Simulation simulation() {
        return new Simulation(folder, POLICY, world);
    }

    @Test
    void theDiskFills() {
        try (Simulation simulation = simulation()) {
            pass(simulation, 1);
            world.freeBytes = 12 * World.GIB;
            pass(simulation, 10);
            world.freeBytes = 400 * World.GIB;
            pass(simulation, 20);
            assertThat(told(simulation))
                    .containsExactly(
                            "12:03 RAISED disk_low: The disk of the data folder is almost full: 12.0 GiB free",
                            "12:21 RESOLVED disk_low: The disk of the data folder has room again");
            assertThat(simulation.to("mail").findFirst().orElseThrow().link())
                    .isEqualTo("https://backups.example.com/storage");
        }
    }

    @Test
    void s3IsDownForAnHour() {
        try (Simulation simulation = simulation()) {
            world.running = true;
            pass(simulation, 3);
            world.waiting = new RunState.Waiting(RunState.Waiting.S3, "connection refused", now, List.of(), null);
            pass(simulation, 60);
            world.waiting = null;
            pass(simulation, 10);
            assertThat(told(simulation))
                    .containsExactly(
                            "12:08 RAISED source_unreachable: S3 can't be reached since 10 November, 12:03: connection"
                                    + " refused",
                            "13:05 RESOLVED source_unreachable: S3 can be reached again");
        }
    }

    @Test
    void aBucketShrinksAndSomebodyLooks() {
        try (Simulation simulation = simulation()) {
            world.alarms.put(
                    "a",
                    Alarm.of(Alarm.Kind.SHRUNK, "docs-900-600", now, "Bucket docs lost 33 % of its objects.", "Look.")
                            .about("docs", "hublink_20261110120000"));
            pass(simulation, 30);
            world.alarms.clear();
            pass(simulation, 2);
            assertThat(told(simulation))
                    .containsExactly(
                            "12:00 RAISED bucket_shrank: Bucket docs lost 33 % of its objects",
                            "12:30 RESOLVED bucket_shrank: Somebody has looked at it: Bucket docs lost 33 % of its"
                                    + " objects");
        }
    }

    private void there(String name) {
        world.workers.put(name, new WorkersMessage.Worker(name, false, now, now, 0, 0));
    }

    private void lost(String name, int seconds) {
        Instant since = now.plusSeconds(seconds);
        world.workers.put(
                name, new WorkersMessage.Worker(name, WorkersMessage.State.LOST, false, T0, since, since, null, 0, 0));
    }

    @Test
    void aWorkerThatIsBackWithinTenMinutesIsNoNews() {
        try (Simulation simulation = simulation()) {
            there("rack-2");
            pass(simulation, 3);
            for (int i = 0; i < 5; i++) {
                lost("rack-2", 0);
                pass(simulation, 10);
                there("rack-2");
                pass(simulation, 1);
            }
            assertThat(told(simulation)).isEmpty();
        }
    }

    @Test
    void aSwitchFailsAndTheWorkersBehindItComeBackOneAfterTheOther() {
        try (Simulation simulation = simulation()) {
            there("rack-2");
            there("rack-3");
            there("rack-4");
            pass(simulation, 3);
            lost("rack-2", 2);
            lost("rack-3", 0);
            lost("rack-4", 41);
            pass(simulation, 30);
            there("rack-2");
            pass(simulation, 1);
            there("rack-3");
            there("rack-4");
            pass(simulation, 10);
            assertThat(told(simulation))
                    .containsExactly(
                            "12:13 RAISED worker_missing: 3 workers are missing: rack-3, rack-2 and rack-4",
                            "12:35 RESOLVED worker_missing: 3 problems are over: rack-3, rack-2 and rack-4");
            assertThat(simulation.to("mail").map(Message::text))
                    .first()
                    .asString()
                    .contains("Worker rack-4 is lost", "Backups go on all the same.");
            assertThat(simulation.to("mail").map(Message::text))
                    .last()
                    .asString()
                    .contains("Worker rack-4 is back");
            assertThat(simulation.to("mail").findFirst().orElseThrow().link())
                    .isEqualTo("https://backups.example.com/storage#workers");
        }
    }

    @Test
    void aWorkerThatIsLostAfterAnotherIsToldByItselfAndThatSomebodyForgetsItToo() {
        try (Simulation simulation = simulation()) {
            there("rack-2");
            there("rack-3");
            pass(simulation, 3);
            lost("rack-2", 0);
            pass(simulation, 20);
            lost("rack-3", 0);
            pass(simulation, 20);
            world.workers.remove("rack-2");
            pass(simulation, 20);
            assertThat(told(simulation))
                    .containsExactly(
                            "12:13 RAISED worker_missing: Worker rack-2 is lost",
                            "12:33 RAISED worker_missing: Worker rack-3 is lost",
                            "12:43 RESOLVED worker_missing: Worker rack-2 is no longer expected");
        }
    }

    @Test
    void aWorkerThatIsNotLetInIsToldWithWhatToDo() {
        try (Simulation simulation = simulation()) {
            world.workers.put(
                    "rack-2",
                    new WorkersMessage.Worker(
                            "rack-2",
                            WorkersMessage.State.REFUSED,
                            false,
                            now,
                            now,
                            now,
                            "its clock is 3 min ahead of the service's. Set both by NTP.",
                            0,
                            0));
            pass(simulation, 15);
            there("rack-2");
            pass(simulation, 5);
            assertThat(told(simulation))
                    .containsExactly(
                            "12:10 RAISED worker_missing: Worker rack-2 is not let in",
                            "12:16 RESOLVED worker_missing: Worker rack-2 is back");
            assertThat(simulation.to("mail").findFirst().orElseThrow().text()).contains("Set both by NTP.");
        }
    }

    @Test
    void aScrubFindsDamage() {
        try (Simulation simulation = simulation()) {
            world.conditions.put(Condition.Kind.DAMAGE, "3 files are damaged.");
            pass(simulation, 60);
            world.conditions.clear();
            pass(simulation, 2);
            assertThat(told(simulation))
                    .containsExactly(
                            "12:00 RAISED damage: 3 files are damaged",
                            "13:00 RESOLVED damage: No stored file is damaged any more");
        }
    }

    @Test
    void nobodyLogsInButAnAttacker() {
        try (Simulation simulation = simulation()) {
            for (int i = 0; i < 6; i++) {
                world.attack = new LoginAttack(now, "203.0.113.9", 10);
                pass(simulation, 10);
            }
            pass(simulation, 70);
            assertThat(told(simulation))
                    .containsExactly(
                            "12:00 RAISED login_attack: Somebody tries passwords, last from 203.0.113.9",
                            "13:51 RESOLVED login_attack: Nobody has tried passwords for an hour");
        }
    }

    @Test
    void aBackupIsLateThoughNothingRunsAndNothingIsHeard() {
        try (Simulation simulation = simulation()) {
            world.overdue = true;
            world.buckets.put("photos", Standing.LATE);
            world.buckets.put("docs", Standing.LATE);
            pass(simulation, 24 * 60 + 20);
            assertThat(told(simulation))
                    .containsExactly(
                            "12:15 RAISED backup_late: The backup is late: none has succeeded yet",
                            "12:15 REMINDED backup_late: Reminder: The backup is late: none has succeeded yet (for 1"
                                    + " d)");
        }
    }

    @Test
    void twoHundredBucketsThatFailTogetherAreOneMessage() {
        for (int i = 0; i < 200; i++) {
            world.buckets.put("bucket" + i, Standing.FAILING);
        }
        try (Simulation simulation = simulation()) {
            pass(simulation, 3);
            world.buckets.replaceAll((_, _) -> Standing.SAFE);
            pass(simulation, 1);
            assertThat(told(simulation))
                    .containsExactly(
                            "12:00 RAISED backup_failed: 200 buckets couldn't be backed up: bucket0, bucket1, bucket2"
                                    + " and 197 more",
                            "12:03 RESOLVED backup_failed: 200 problems are over: bucket0, bucket1, bucket2 and 197"
                                    + " more");
        }
    }

    @Test
    void whatCannotBeToldIsNeitherWrongNorOver() {
        try (Simulation simulation = simulation()) {
            world.buckets.put("photos", Standing.FAILING);
            world.overdue = true;
            pass(simulation, 20);
            // The disk is pulled out, and the scheduler hangs.
            world.buckets.put("photos", Standing.NEVER);
            world.schedulerAnswers = false;
            pass(simulation, 20);
            assertThat(told(simulation)).hasSize(2).noneMatch(line -> line.contains("RESOLVED"));
            world.buckets.put("photos", Standing.SAFE);
            world.schedulerAnswers = true;
            world.overdue = false;
            pass(simulation, 1);
            assertThat(told(simulation)).hasSize(4);
        }
    }
}

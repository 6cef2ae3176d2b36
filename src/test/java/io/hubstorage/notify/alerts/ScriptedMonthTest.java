package io.hubstorage.notify.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.LoginAttack;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.config.TimeWindow;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Severity;
import io.hubstorage.notify.alerts.Policy.Subscriber;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A month with everything in it, and exactly what arrives; and the same month in a process that is killed at every point. */
final class ScriptedMonthTest {
    private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
    private static final Duration TICK = Duration.ofMinutes(10);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("dd EEE HH:mm", Locale.ENGLISH).withZone(ZONE);

    private static final Policy POLICY = new Policy(
            List.of(
                    new Subscriber("mail", Subscriber.USUAL, Severity.INFO, true, Set.of()),
                    new Subscriber("phone", Subscriber.USUAL, Severity.CRITICAL, false, Set.of()),
                    new Subscriber(
                            "check",
                            Set.of(
                                    Event.BACKUP_STARTED,
                                    Event.BACKUP_SUCCEEDED,
                                    Event.BACKUP_PARTIAL,
                                    Event.BACKUP_FAILED),
                            Severity.INFO,
                            true,
                            Set.of(JobKind.BACKUP))),
            new Policy.Rhythm(
                    Duration.ofHours(24),
                    4,
                    new TimeWindow(LocalTime.of(22, 0), LocalTime.of(7, 0)),
                    new Policy.Weekly(DayOfWeek.MONDAY, LocalTime.of(8, 0))),
            ZONE,
            "");

    @TempDir
    static Path undisturbedFolder;

    private static Simulation undisturbed;

    @TempDir
    Path folder;

    private static Instant at(int day, int hour, int minute) {
        return LocalDateTime.of(2026, 11, 1, hour, minute)
                .plusDays(day - 1)
                .atZone(ZONE)
                .toInstant();
    }

    /** The month; backups run every night from 2:00 to 2:20. */
    private static void play(Simulation simulation, World world) {
        for (Instant now = at(1, 0, 0); now.isBefore(at(31, 0, 0)); now = now.plus(TICK)) {
            happen(simulation, world, now);
            simulation.step(now);
        }
    }

    private static void happen(Simulation simulation, World world, Instant now) {
        LocalDateTime local = LocalDateTime.ofInstant(now, ZONE);
        int day = local.getDayOfMonth();
        LocalTime time = local.toLocalTime();
        if (time.equals(LocalTime.of(2, 0))) {
            simulation.began(world.running(now));
        }
        if (time.equals(LocalTime.of(2, 20))) {
            night(simulation, world, now, day);
        }
        switch ("%d %s".formatted(day, time)) {
            // S3 is down for an hour.
            case "10 14:00" -> {
                world.running = true;
                world.waiting = new RunState.Waiting(RunState.Waiting.S3, "connection refused", now, List.of(), null);
            }
            case "10 15:00" -> world.waiting = null;
            case "10 15:30" -> world.running = false;
            case "12 09:00" -> world.alarms.clear();
            case "14 10:00" -> world.paused = true;
            case "15 12:00" -> world.paused = false;
            // The disk fills slowly, then altogether; old snapshots are removed.
            case "16 09:00" ->
                world.conditions.put(
                        Condition.Kind.DISK,
                        "The disk of the data folder is full about 20 November if it goes on like this.");
            case "17 10:00" -> world.freeBytes = 10 * World.GIB;
            case "17 18:00" -> {
                world.freeBytes = 600 * World.GIB;
                world.conditions.remove(Condition.Kind.DISK);
            }
            // More at once than an hour may have.
            case "18 15:00" -> {
                world.conditions.put(
                        Condition.Kind.DRILL, "In the last drill 2 of 20 files did not come back as they were.");
                world.conditions.put(Condition.Kind.CONFIG, "config.json is no JSON.");
                world.overdue = true;
                world.freeBytes = World.GIB;
                world.alarms.put("x", shrunk("music", now));
                world.conditions.put(
                        Condition.Kind.HISTORY, "How backups end cannot be written down: the disk is full.");
                world.buckets.put("photos", Standing.PARTIAL);
            }
            case "18 17:00" -> {
                world.conditions.clear();
                world.overdue = false;
                world.freeBytes = 600 * World.GIB;
                world.alarms.clear();
                world.buckets.put("photos", Standing.SAFE);
            }
            case "20 12:00" -> {
                simulation.down("mail", true);
                world.conditions.put(Condition.Kind.REPLICATION, "The second copy does not have all snapshots.");
            }
            case "20 16:00" -> simulation.down("mail", false);
            case "20 18:00" -> world.conditions.clear();
            // Two that wake nobody.
            case "22 01:00" -> {
                world.conditions.put(
                        Condition.Kind.DRILL, "In the last drill 2 of 20 files did not come back as they were.");
                world.conditions.put(Condition.Kind.CONFIG, "config.json is no JSON.");
            }
            case "22 09:00" -> world.conditions.clear();
            case "25 03:30" -> world.conditions.put(Condition.Kind.DAMAGE, "3 files are damaged.");
            case "25 11:00" -> world.conditions.clear();
            case "27 13:10", "27 13:20" -> world.attack = new LoginAttack(now, "203.0.113.9", 40);
            default -> {}
        }
        // Comes and goes every 20 minutes for six hours.
        if (day == 28 && !time.isBefore(LocalTime.of(11, 0)) && time.isBefore(LocalTime.of(17, 0))) {
            world.buckets.put("docs", local.getMinute() / 10 % 4 < 2 ? Standing.PARTIAL : Standing.SAFE);
        } else if (day == 28 && time.equals(LocalTime.of(17, 0))) {
            world.buckets.put("docs", Standing.SAFE);
        }
    }

    private static void night(Simulation simulation, World world, Instant now, int day) {
        RunResult result = switch (day) {
            case 3, 4, 5 -> RunResult.FAILED;
            case 8 -> RunResult.PARTIAL;
            default -> RunResult.SUCCESS;
        };
        world.buckets.put("photos", day >= 3 && day <= 5 ? Standing.FAILING : Standing.SAFE);
        world.buckets.put("docs", day == 8 ? Standing.PARTIAL : Standing.SAFE);
        if (day == 11) {
            world.alarms.put("a", shrunk("documents", now));
        }
        simulation.ended(World.run("run" + day, now, result, "documents", day < 11 ? 1000 : 690));
    }

    private static Alarm shrunk(String bucket, Instant at) {
        return Alarm.of(
                        Alarm.Kind.SHRUNK,
                        bucket,
                        at,
                        "Bucket %s has 690 objects, 31 %% fewer than before.".formatted(bucket),
                        "Look into the bucket.")
                .about(bucket, null);
    }

    private static List<String> table(String channel) {
        return undisturbed.arrivals().stream()
                .filter(each -> each.channel().equals(channel))
                .map(each -> "%s %s %s: %s"
                        .formatted(
                                TIME.format(each.at()),
                                each.message().state(),
                                each.message().severity().word(),
                                each.message().title()))
                .toList();
    }

    private static List<String> whole(String table) {
        return table.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    @BeforeAll
    static void playUndisturbed() {
        World world = new World("photos", "docs", "documents", "music");
        try (Simulation month = new Simulation(undisturbedFolder, POLICY, world)) {
            play(month, world);
            undisturbed = month;
            assertThat(month.waiting()).isZero();
        }
    }

    @Test
    void peopleAreToldInExactlyTheseMessages() {
        assertThat(table("mail")).isEqualTo(whole(MAIL));
        assertThat(table("phone")).isEqualTo(whole(PHONE));
    }

    @Test
    void aDeadMansSwitchHearsEveryRunAtOnceInQuietHoursToo() {
        List<String> expected = new ArrayList<>();
        for (int day = 1; day <= 30; day++) {
            RunResult result =
                    day >= 3 && day <= 5 ? RunResult.FAILED : day == 8 ? RunResult.PARTIAL : RunResult.SUCCESS;
            expected.add(TIME.format(at(day, 2, 0)) + " RUNNING");
            expected.add("%s %s".formatted(TIME.format(at(day, 2, 20)), result));
        }
        assertThat(undisturbed.arrivals().stream()
                        .filter(each -> each.channel().equals("check"))
                        .map(each -> "%s %s"
                                .formatted(
                                        TIME.format(each.at()),
                                        Objects.requireNonNull(each.message().job())
                                                .result())))
                .isEqualTo(expected);
    }

    /** At one point of three, from another one on each time, so that in the end it has died at each. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aProcessKilledAtEveryThirdPointTellsTheSameAndRepeatsOnlyUnderTheSameId(int first) {
        assertThat(undisturbed.points()).isGreaterThan(500);
        World world = new World("photos", "docs", "documents", "music");
        try (Simulation month = new Simulation(folder, POLICY, world, point -> point % 3 == first)) {
            play(month, world);
            assertThat(all(month)).isEqualTo(all(undisturbed));
            assertThat(month.kills()).isGreaterThan(undisturbed.points() / 3);
        }
    }

    private static List<String> all(Simulation simulation) {
        return Stream.of("mail", "phone", "check")
                .flatMap(
                        channel -> simulation.to(channel).map(Message::toString).map(text -> channel + " " + text))
                .toList();
    }

    private static final String MAIL = """
        02 Mon 08:00 INFO info: Your week: 2 backups, all well
        03 Tue 02:20 RAISED critical: Bucket photos couldn't be backed up: access denied
        04 Wed 07:00 REMINDED critical: Reminder: Bucket photos couldn't be backed up: access denied (for 1 d)
        05 Thu 07:00 REMINDED critical: Reminder: Bucket photos couldn't be backed up: access denied (for 2 d)
        06 Fri 07:00 RESOLVED info: Bucket photos is backed up again
        08 Sun 07:00 RAISED warning: Bucket docs isn't backed up completely: 3 objects could not be copied
        09 Mon 07:00 RESOLVED info: Bucket docs is backed up again
        09 Mon 08:00 INFO info: Your week: 7 backups, 4 not well
        10 Tue 14:10 RAISED warning: S3 can't be reached since 10 November, 14:00: connection refused
        10 Tue 15:10 RESOLVED info: S3 can be reached again
        11 Wed 02:20 RAISED critical: Bucket documents has 690 objects, 31 % fewer than before
        12 Thu 07:00 REMINDED critical: Reminder: Bucket documents has 690 objects, 31 % fewer than before (for 1 d)
        12 Thu 09:00 RESOLVED info: Somebody has looked at it: Bucket documents has 690 objects, 31 % fewer than before
        14 Sat 10:10 RAISED warning: The schedule is paused
        15 Sun 10:10 REMINDED warning: Reminder: The schedule is paused (for 1 d)
        15 Sun 12:00 RESOLVED info: Backups start by themselves again
        16 Mon 08:00 INFO info: Your week: 7 backups, all well; documents shrank 31 %
        16 Mon 09:10 RAISED warning: The disk of the data folder is full about 20 November if it goes on like this
        17 Tue 09:10 REMINDED warning: Reminder: The disk of the data folder is full about 20 November if it goes on like this (for 1 d)
        17 Tue 10:10 RAISED critical: The disk of the data folder is almost full: 10.0 GiB free
        17 Tue 18:00 RESOLVED info: The disk isn't about to fill up any more
        17 Tue 18:10 RESOLVED info: The disk of the data folder has room again
        18 Wed 15:00 RAISED warning: Bucket photos isn't backed up completely: 3 objects could not be copied
        18 Wed 15:00 RAISED warning: In the last drill 2 of 20 files did not come back as they were
        18 Wed 15:00 RAISED critical: Bucket music has 690 objects, 31 % fewer than before
        18 Wed 15:10 INFO critical: 2 things need a look: history and disk (and 1 more)
        18 Wed 16:00 RAISED critical: The backup is late: none has succeeded yet
        18 Wed 17:00 RESOLVED info: Bucket photos is backed up again
        18 Wed 17:00 RESOLVED info: The restore drill went well again
        18 Wed 17:00 RESOLVED info: The configuration is in order again
        18 Wed 17:00 INFO info: Backups are recorded again (and 2 more)
        18 Wed 18:00 RESOLVED info: The disk of the data folder has room again
        20 Fri 16:50 RAISED warning: The second copy does not have all snapshots
        20 Fri 18:00 RESOLVED info: The second copy is complete again
        22 Sun 07:00 INFO warning: In the last drill 2 of 20 files did not come back as they were (and 1 more)
        22 Sun 09:00 RESOLVED info: The restore drill went well again
        22 Sun 09:00 RESOLVED info: The configuration is in order again
        23 Mon 08:00 INFO info: Your week: 7 backups, all well
        25 Wed 03:30 RAISED critical: 3 files are damaged
        25 Wed 11:00 RESOLVED info: No stored file is damaged any more
        27 Fri 13:10 RAISED warning: Somebody tries passwords, last from 203.0.113.9
        27 Fri 14:30 RESOLVED info: Nobody has tried passwords for an hour
        28 Sat 11:00 RAISED warning: Bucket docs isn't backed up completely: 3 objects could not be copied
        28 Sat 11:20 RESOLVED info: Bucket docs is backed up again
        28 Sat 11:40 RAISED warning: Bucket docs isn't backed up completely: 3 objects could not be copied (2 times within a day)
        28 Sat 18:00 RESOLVED info: Bucket docs is backed up again
        30 Mon 08:00 INFO info: Your week: 7 backups, all well
        """;

    private static final String PHONE = """
        03 Tue 02:20 RAISED critical: Bucket photos couldn't be backed up: access denied
        06 Fri 07:00 RESOLVED info: Bucket photos is backed up again
        11 Wed 02:20 RAISED critical: Bucket documents has 690 objects, 31 % fewer than before
        12 Thu 09:00 RESOLVED info: Somebody has looked at it: Bucket documents has 690 objects, 31 % fewer than before
        17 Tue 10:10 RAISED critical: The disk of the data folder is almost full: 10.0 GiB free
        17 Tue 18:10 RESOLVED info: The disk of the data folder has room again
        18 Wed 15:00 RAISED critical: Bucket music has 690 objects, 31 % fewer than before
        18 Wed 15:10 RAISED critical: 2 things need a look: history and disk
        18 Wed 15:20 RAISED critical: The backup is late: none has succeeded yet
        18 Wed 17:00 RESOLVED info: Backups are recorded again
        18 Wed 17:00 RESOLVED info: Somebody has looked at it: Bucket music has 690 objects, 31 % fewer than before
        18 Wed 17:00 RESOLVED info: The backup is no longer late
        18 Wed 18:00 RESOLVED info: The disk of the data folder has room again
        25 Wed 03:30 RAISED critical: 3 files are damaged
        25 Wed 11:00 RESOLVED info: No stored file is damaged any more
        """;
}

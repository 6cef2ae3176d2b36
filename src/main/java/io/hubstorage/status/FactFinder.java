package io.hubstorage.status;

import io.hubstorage.bus.DrillRecord;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.LoginAttack;
import io.hubstorage.bus.ReplicationRecord;
import io.hubstorage.bus.ReplicationStart;
import io.hubstorage.bus.RetentionRecord;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.schedule.Schedule;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.verify.scrub.Integrity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what a judgement needs from disk: what the newest snapshot holds, what the history says, what is wrong with
 * either. Blocking; use it from one thread at a time. Cheap when nothing has changed since it was last asked.
 */
final class FactFinder {
    private static final Logger LOG = LoggerFactory.getLogger(FactFinder.class);
    private static final int FULL_SOON_DAYS = 14;
    /** A message of an attack is sent every ten minutes at the most, as long as it goes on. */
    private static final Duration ATTACK_OVER = Duration.ofHours(1);

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMMM", Locale.ENGLISH);

    private final ConfigStore config;
    private final HistoryStore history;
    private final AlarmStore alarms;
    private final InstantSource clock;
    private Integrity.@Nullable Finder integrityOf;
    private @Nullable Seen seen;
    /** Does not change unless {@link #seen} does. */
    private Facts.@Nullable Past past;

    private record Seen(
            HubConfig config,
            Path data,
            @Nullable FileTime changed,
            @Nullable RunRecord last) {}

    FactFinder(ConfigStore config, HistoryStore history, AlarmStore alarms, InstantSource clock) {
        this.config = config;
        this.history = history;
        this.alarms = alarms;
        this.clock = clock;
    }

    Facts find(Facts.Rooms rooms) {
        HubConfig frozen = config.config();
        Path data = config.dataPath();
        List<Condition> conditions = new ArrayList<>();
        dataFolder(data, rooms.scheduler()).ifPresent(conditions::add);
        Facts.Past found = past(frozen, data, conditions);
        memory().ifPresent(conditions::add);
        Integrity integrity = integrity(data, conditions);
        damage(integrity).ifPresent(conditions::add);
        drill().ifPresent(conditions::add);
        retention(frozen).ifPresent(conditions::add);
        disk(rooms.space()).ifPresent(conditions::add);
        replication(frozen.replication()).ifPresent(conditions::add);
        WorkersCondition.condition(rooms.workers(), clock.instant()).ifPresent(conditions::add);
        login(rooms.attack()).ifPresent(conditions::add);
        config.current().broken().stream()
                .map(file -> new Condition(
                        Condition.Kind.CONFIG,
                        file.sentence(),
                        "Mend the file, or save in the settings. " + file.instead()))
                .forEach(conditions::add);
        return new Facts(
                clock.instant(),
                frozen,
                rooms,
                found,
                conditions,
                alarms.list().open(),
                free(data),
                integrity.cycle().cycleNumber() == 0 ? "" : integrity.sentence(clock.instant(), frozen.zone()));
    }

    private Optional<Condition> dataFolder(Path data, SchedulerMessage.@Nullable Status scheduler) {
        RunState.Waiting refused = scheduler == null ? null : scheduler.waiting();
        return new Destination(new Layout(data), config.settings().configFolder())
                .problem(false)
                // What only a run has found out counts too.
                .or(() -> Optional.ofNullable(refused).map(waiting -> new FolderAccess.Problem(waiting.cause(), "")))
                .map(problem -> new Condition(
                        Condition.Kind.DATA_FOLDER,
                        problem.what(),
                        (problem.remedy() + " It is tried again every minute.").strip(),
                        refused == null ? null : refused.since()));
    }

    private Optional<Condition> memory() {
        Path folder = config.settings().configFolder();
        Optional<FolderAccess.Problem> access =
                FolderAccess.ask(folder).or(() -> FolderAccess.askFile(HistoryStore.in(folder)));
        return access.or(() -> history.unwritable()
                        .or(alarms::unwritable)
                        .map(why -> new FolderAccess.Problem(
                                why + ".", "See whether the disk of %s is well and has room.".formatted(folder))))
                .map(problem -> new Condition(
                        Condition.Kind.HISTORY,
                        "How backups end cannot be written down: " + problem.what(),
                        problem.remedy()));
    }

    private Integrity integrity(Path data, List<Condition> conditions) {
        Layout layout = new Layout(data);
        Integrity.Finder finder = integrityOf;
        if (finder == null || !finder.isOf(layout)) {
            finder = new Integrity.Finder(layout);
            integrityOf = finder;
        }
        try {
            return finder.find();
        } catch (IOException e) {
            LOG.debug("What is proven and what is damaged cannot be told", e);
            if (conditions.stream().noneMatch(known -> known.kind() == Condition.Kind.DATA_FOLDER)) {
                conditions.add(new Condition(
                        Condition.Kind.DAMAGE,
                        "What is damaged cannot be told: %s.".formatted(e.getMessage()),
                        "Look whether %s can be read.".formatted(layout.hub())));
            }
            return Integrity.UNKNOWN;
        }
    }

    private static Optional<Condition> damage(Integrity integrity) {
        return integrity.damage().files() == 0
                ? Optional.empty()
                : Optional.of(new Condition(
                        Condition.Kind.DAMAGE,
                        integrity.damaged(),
                        "The Storage page names each. Look whether the disk is sound; newer backups fetch again what"
                                + " the newest snapshot lacks. It is over when they are repaired, or found right in a"
                                + " later cycle.",
                        integrity.damage().since()));
    }

    private Optional<Condition> drill() {
        return history.lastDecisive(JobKind.DRILL)
                .filter(last -> !last.succeeded())
                .map(last -> new Condition(
                        Condition.Kind.DRILL,
                        last instanceof DrillRecord drill
                                        && drill.outcome().different().objects() > 0
                                ? "In the last drill %s of %s did not come back as they were."
                                        .formatted(
                                                Sizes.number(drill.outcome()
                                                        .different()
                                                        .objects()),
                                                Sizes.count(
                                                        drill.outcome()
                                                                .sampled()
                                                                .objects(),
                                                        "file"))
                                : "The last drill could not be held.",
                        "%s It is over with the next drill that goes well.".formatted(last.message()),
                        last.finishedAt()));
    }

    private Optional<Condition> retention(HubConfig frozen) {
        long go = history.lastEnded(JobKind.RETENTION)
                .filter(last -> frozen.retention().enabled() && last.dryRun())
                .filter(RetentionRecord.class::isInstance)
                .map(last -> ((RetentionRecord) last).outcome().go())
                .orElse(0L);
        return go == 0
                ? Optional.empty()
                : Optional.of(new Condition(
                        Condition.Kind.RETENTION,
                        "Retention waits for you: by its policy, which nobody has confirmed, %s would go."
                                .formatted(Sizes.count(go, "snapshot")),
                        "Look at the preview on the storage page, or by the command 'retain', and start it there."));
    }

    /** Told in time to do something about it; without figures that change all the time. */
    private Optional<Condition> disk(SpaceMessage.@Nullable Current space) {
        LocalDate full = space == null ? null : space.fullAbout();
        Long growth = space == null ? null : space.growthBytesPerDay();
        LocalDate today = LocalDate.ofInstant(clock.instant(), config.config().zone());
        return full == null || growth == null || full.isAfter(today.plusDays(FULL_SOON_DAYS))
                ? Optional.empty()
                : Optional.of(new Condition(
                        Condition.Kind.DISK,
                        "The disk of the data folder is full about %s if it goes on like this."
                                .formatted(DAY.format(full)),
                        "Every day takes about %s more. Remove old snapshots, let retention do that, or move to a larger disk."
                                .formatted(Sizes.bytes(growth))));
    }

    /** Of the configured copy: others are looked after by whoever asks for them. */
    private Optional<Condition> replication(HubConfig.Replication copy) {
        return copy.folder()
                .flatMap(to -> history.lastDecisive(JobKind.REPLICATION, to, last -> tellsOfAll(last, to.toString())))
                .filter(last -> !last.succeeded())
                .map(last -> new Condition(
                        Condition.Kind.REPLICATION,
                        "The second copy does not have all snapshots.",
                        "%s It is over with the next replication of all snapshots that goes well."
                                .formatted(last.message()),
                        last.finishedAt()));
    }

    private Optional<Condition> login(@Nullable LoginAttack attack) {
        return attack == null || attack.at().plus(ATTACK_OVER).isBefore(clock.instant())
                ? Optional.empty()
                : Optional.of(new Condition(
                        Condition.Kind.LOGIN,
                        "Somebody tries passwords or tokens: %s wrong, last from %s."
                                .formatted(Sizes.number(attack.tries()), attack.client()),
                        "Further tries from there are refused for a while. If it isn't you, see who can reach this"
                                + " HubStorage, and that its password is long.",
                        attack.at()));
    }

    /** That the newest was copied, or some were, does not say that the others are there. */
    private static boolean tellsOfAll(JobRecord last, String to) {
        return last instanceof ReplicationRecord copy
                && copy.what().to().equals(to)
                && (!copy.succeeded() || copy.what().selection().contains(ReplicationStart.ALL));
    }

    private Facts.Past past(HubConfig frozen, Path data, List<Condition> conditions) {
        try {
            Seen now = new Seen(frozen, data, changed(data), history.last().orElse(null));
            Facts.Past known = past;
            if (known != null && now.equals(seen)) {
                return known;
            }
            Facts.Past read = read(frozen, data);
            past = read;
            seen = now;
            return read;
        } catch (IOException e) {
            conditions.add(new Condition(
                    Condition.Kind.DATA_FOLDER,
                    "The snapshots in %s cannot be listed: %s.".formatted(data, e.getMessage()),
                    "Look whether the disk is mounted and readable."));
        } catch (UncheckedIOException e) {
            conditions.add(new Condition(
                    Condition.Kind.HISTORY,
                    "The history cannot be read: %s.".formatted(e.getMessage()),
                    "Give HubStorage's user the right to read and write it."));
        }
        return Facts.Past.NOTHING;
    }

    private Facts.Past read(HubConfig frozen, Path data) throws IOException {
        Optional<SnapshotInfo> newest = new Snapshots(new Layout(data)).newest();
        Certificate certificate = newest.map(SnapshotInfo::certificate).orElse(null);
        RunRecord lastFound =
                history.query(runs -> Standings.lastFound(frozen, runs)).orElse(null);
        Set<String> names = new HashSet<>(Standings.wanted(frozen, lastFound, certificate));
        if (certificate != null) {
            certificate.buckets().forEach(bucket -> names.add(bucket.name()));
        }
        return new Facts.Past(
                bySchedule(frozen),
                lastFound,
                history.lastDecisive().orElse(null),
                history.lastJudged(names),
                history.lastSafe(names),
                certificate,
                newest.isPresent() && certificate == null);
    }

    private Map<String, RunRecord> bySchedule(HubConfig frozen) {
        Set<Schedule> open = new HashSet<>(Standings.schedules(frozen));
        Map<String, RunRecord> newest = new HashMap<>();
        return history.query(runs -> {
            Iterator<RunRecord> newestFirst =
                    runs.filter(run -> run.result().judges()).iterator();
            while (!open.isEmpty() && newestFirst.hasNext()) {
                RunRecord run = newestFirst.next();
                open.removeIf(schedule -> schedule.servedBy(run) && newest.putIfAbsent(schedule.name(), run) == null);
            }
            return newest;
        });
    }

    private static @Nullable FileTime changed(Path data) throws IOException {
        try {
            return Files.getLastModifiedTime(data);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static @Nullable Long free(Path data) {
        try {
            Path there = data;
            while (!Files.exists(there)) {
                there = Objects.requireNonNull(there.toAbsolutePath().getParent());
            }
            return Files.getFileStore(there).getUsableSpace();
        } catch (IOException e) {
            return null;
        }
    }
}

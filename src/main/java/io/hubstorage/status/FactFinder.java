package io.hubstorage.status;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what a judgement needs from disk: what the newest snapshot holds, what the history says, what is wrong with
 * either. Blocking; use it from one thread at a time. Cheap when nothing has changed since it was last asked.
 */
final class FactFinder {
    private final ConfigStore config;
    private final HistoryStore history;
    private final AlarmStore alarms;
    private final InstantSource clock;
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
        config.current().broken().stream()
                .map(file -> new Condition(
                        Condition.Kind.CONFIG,
                        file.sentence(),
                        "Mend the file, or save on the configuration page. " + file.instead()))
                .forEach(conditions::add);
        return new Facts(
                clock.instant(), frozen, rooms, found, conditions, alarms.list().open(), free(data));
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
                        (problem.remedy() + " It is tried again every minute.").strip()));
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
        RunRecord lastWhole = history.lastDecisive(true).orElse(null);
        Set<String> names = new HashSet<>(Standings.wanted(frozen, lastWhole, certificate));
        if (certificate != null) {
            certificate.buckets().forEach(bucket -> names.add(bucket.name()));
        }
        return new Facts.Past(
                lastWhole,
                history.lastDecisive(false).orElse(null),
                history.lastJudged(names),
                history.lastSafe(names),
                certificate,
                newest.isPresent() && certificate == null);
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

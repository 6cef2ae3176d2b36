package io.hubstorage.jobs;

import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Sizes;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs of which the history knows no end, because their process had none, or nothing any more. Blocking. */
public final class UnfinishedRuns {
    private static final Logger LOG = LoggerFactory.getLogger(UnfinishedRuns.class);

    private UnfinishedRuns() {}

    /**
     * Tells how they ended, and writes down anew what the history has lost and the snapshots still know; call it when the
     * data folder is there and no run is under way in it.
     *
     * @param raise hears of what was lost
     * @return what the history says now of those that had no end, the oldest first
     * @throws UncheckedIOException when the history cannot be read or written
     */
    public static List<RunRecord> end(HistoryStore history, Layout layout, Instant now, Consumer<Alarm> raise) {
        Snapshots snapshots = new Snapshots(layout);
        // A run that could not be written down was told of by its own alarm.
        boolean unwritten = history.unwritable().isPresent();
        List<RunRecord> ended = history.unfinished(RunRecord.class).reversed().stream()
                .map(run -> certificate(snapshots, run)
                        .map(certificate ->
                                certificate.record("The snapshot %s is whole; the program ended before it could say so."
                                        .formatted(certificate.snapshot())))
                        .orElseGet(() -> interrupted(run, now)))
                .toList();
        for (RunRecord run : ended) {
            LOG.info("Run {}: {}", run.runId(), run.message());
            history.append(run);
        }
        int lost = restore(history, snapshots);
        if (lost > 0 && !unwritten) {
            raise.accept(alarm(lost, now));
        }
        return ended;
    }

    private static Optional<Certificate> certificate(Snapshots snapshots, RunRecord run) {
        try {
            return snapshots.madeBy(run.runId(), run.startedAt());
        } catch (IOException e) {
            LOG.warn("Whether run {} made a snapshot cannot be told: {}", run.runId(), e.getMessage());
            return Optional.empty();
        }
    }

    private static RunRecord interrupted(RunRecord run, Instant now) {
        return run.with(new RunEnd(
                RunResult.INTERRUPTED,
                now,
                run.attempts(),
                "The program ended in the middle of this run; the next run takes up what it had transferred."));
    }

    /** Writes down the runs that made a snapshot after the last one the history knows of; returns how many there were. */
    private static int restore(HistoryStore history, Snapshots snapshots) {
        Instant known = history.lastReal().map(RunRecord::startedAt).orElse(Instant.MIN);
        List<Certificate> lost;
        try (Stream<SnapshotInfo> newestFirst = snapshots.newestFirst(null)) {
            lost = newestFirst
                    .map(SnapshotInfo::certificate)
                    .filter(Objects::nonNull)
                    .takeWhile(certificate -> certificate.startedAt().isAfter(known))
                    .filter(certificate -> history.find(certificate.runId()).isEmpty())
                    .limit(HistoryStore.KEEP)
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("Whether the history has lost runs cannot be told: {}", e.getMessage());
            return 0;
        }
        lost.reversed()
                .forEach(certificate -> history.append(
                        certificate.record("Told by the certificate of %s; the history of this run was lost."
                                .formatted(certificate.snapshot()))));
        return lost.size();
    }

    private static Alarm alarm(int lost, Instant now) {
        return Alarm.of(
                Alarm.Kind.HISTORY_LOST,
                "",
                now,
                lost == 1
                        ? "The history had lost a run whose snapshot is there; it was taken from the certificate."
                        : "The history had lost %s runs whose snapshots are there; they were taken from the certificates."
                                .formatted(Sizes.number(lost)),
                "Runs that made no snapshot cannot be told any more. Look whether the configuration folder is the"
                        + " right one, whether its disk is sound, and whether another HubStorage writes to this data"
                        + " folder.");
    }
}

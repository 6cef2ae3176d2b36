package io.hubstorage.backup;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.history.HistoryStore;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs of which the history knows no end, because their process had none. Blocking. */
public final class UnfinishedRuns {
    private static final Logger LOG = LoggerFactory.getLogger(UnfinishedRuns.class);

    private UnfinishedRuns() {}

    /**
     * Tells how they ended; call it when the data folder is there and no run is under way in it.
     *
     * @return what the history says of them now, the oldest first
     */
    public static List<RunRecord> end(HistoryStore history, Layout layout, Instant now) {
        Snapshots snapshots = new Snapshots(layout);
        return history.interruptUnfinished(now, run -> certificate(snapshots, run));
    }

    private static Optional<Certificate> certificate(Snapshots snapshots, RunRecord run) {
        try {
            return snapshots.madeBy(run.runId(), run.startedAt());
        } catch (IOException e) {
            LOG.warn("Whether run {} made a snapshot cannot be told: {}", run.runId(), e.getMessage());
            return Optional.empty();
        }
    }
}

package io.hubstorage.transfer;

import io.hubstorage.keys.Paths;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns differences, in key order, into the spool and into fetch tasks.
 *
 * <p>As long as everything agrees with the last snapshot nothing is spooled: "the last snapshot's lines up to this key" says
 * the same in a few bytes, and most runs never get further.
 */
final class Planner implements Difference.Sink {
    /** Takes fetch tasks; may block. */
    @FunctionalInterface
    interface Fetches {
        void submit(FetchTask task) throws IOException, InterruptedException;
    }

    /** Takes decisions and numbers them. */
    @FunctionalInterface
    interface Decisions {
        long write(PlannedEntry planned) throws IOException;
    }

    private final ShardProgress progress;
    private final Paths paths;
    private final Decisions spool;
    private final int previousSource;
    private final Fetches fetches;
    private boolean agreeing = true;
    private boolean different;
    private @Nullable String agreedThrough;

    /** @param previousSource the index of the source that is the last snapshot, -1 when there is none */
    Planner(ShardProgress progress, Paths paths, Decisions spool, int previousSource, Fetches fetches) {
        this.progress = progress;
        this.paths = paths;
        this.spool = spool;
        this.previousSource = previousSource;
        this.fetches = fetches;
    }

    @Override
    public void accept(Difference difference) throws IOException, InterruptedException {
        switch (difference) {
            case Difference.Unchanged(int source, ManifestEntry entry, boolean asRecorded) -> {
                progress.linked.add(entry.size());
                place(source, entry, EntryState.LINKED, asRecorded);
            }
            case Difference.Gone(Difference.Version(int source, ManifestEntry entry), boolean asRecorded) -> {
                progress.carried.add(entry.size());
                place(source, entry, EntryState.CARRIED, asRecorded);
            }
            case Difference.Archived(Difference.Version previous) -> {
                if (previous != null) {
                    progress.kept.add(previous.entry().size());
                    place(previous.source(), previous.entry(), EntryState.KEPT, false);
                }
            }
            case Difference.Dropped _ -> {
                agreeing = false;
                different = true;
            }
            case Difference.Changed changed -> fetch(changed);
        }
    }

    /** Whether the new snapshot is known to differ from the last, whatever the fetches bring. */
    boolean isDifferent() {
        return different;
    }

    /** How far the shard is nothing but the last snapshot's lines; the spool has the rest. */
    Agreement agreement() {
        return new Agreement(agreedThrough);
    }

    private void place(int source, ManifestEntry entry, EntryState state, boolean asRecorded) throws IOException {
        String path = paths.allocate(entry.key(), entry.size());
        boolean samePath = path.equals(entry.path());
        if (agreeing
                && asRecorded
                && samePath
                && source == previousSource
                && Agreement.stateAfter(entry.state()) == state) {
            agreedThrough = entry.key();
            return;
        }
        agreeing = false;
        different |= !samePath;
        spool.write(new PlannedEntry(
                PlannedEntry.Action.LINK,
                source,
                entry.path(),
                entry.withPath(path).withState(state),
                null));
    }

    private void fetch(Difference.Changed changed) throws IOException, InterruptedException {
        agreeing = false;
        String key = changed.object().key();
        String path = paths.allocate(key, changed.object().size());
        if (changed.candidate() == null) {
            progress.toDownload.add(changed.object().size());
        }
        Difference.Version previous = changed.previous();
        ManifestEntry fallback = previous == null
                ? null
                : previous.entry().withPath(paths.withSize(previous.entry().size()));
        ManifestEntry target = new ManifestEntry(
                key,
                path,
                changed.object().size(),
                changed.object().etag(),
                Instant.EPOCH,
                null,
                null,
                null,
                Map.of(),
                Map.of(),
                EntryState.DOWNLOADED);
        long sequence = spool.write(new PlannedEntry(
                PlannedEntry.Action.FETCH,
                previous == null ? -1 : previous.source(),
                previous == null ? null : previous.entry().path(),
                target,
                fallback));
        fetches.submit(new FetchTask(
                sequence,
                path,
                changed.object(),
                changed.candidate(),
                previous,
                fallback == null ? null : fallback.path(),
                changed.refetch()));
    }
}

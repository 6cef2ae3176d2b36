package io.hubstorage.space;

import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The snapshots of a data folder, as far as what stays depends on them. A certificate never changes, so each is read once;
 * only the names and the pins are asked for each time. Blocking; thread-safe.
 */
public final class SnapshotCatalog {
    private Path data = Path.of("");
    private Map<String, SnapshotSummary> known = Map.of();
    /** Most snapshots have the same buckets, which ended the same way: each such list is held once. */
    private final Map<List<SnapshotSummary.Bucket>, List<SnapshotSummary.Bucket>> buckets = new HashMap<>();

    /** All of them, the newest first, those of the old tool last; without those whose certificate cannot be read. */
    public synchronized List<SnapshotSummary> list(Layout layout) throws IOException {
        if (!layout.data().equals(data)) {
            known = Map.of();
            data = layout.data();
        }
        Snapshots snapshots = new Snapshots(layout);
        Map<String, SnapshotSummary> all = new HashMap<>();
        List<SnapshotSummary> listed = new ArrayList<>();
        buckets.clear();
        for (Snapshots.Folder folder : (Iterable<Snapshots.Folder>) snapshots.folders(null)::iterator) {
            Optional<SnapshotSummary> summary = summary(snapshots, folder);
            if (summary.isPresent()) {
                listed.add(summary.get());
                all.put(folder.name(), summary.get());
            }
        }
        known = all;
        return listed;
    }

    private Optional<SnapshotSummary> summary(Snapshots snapshots, Snapshots.Folder folder) throws IOException {
        SnapshotSummary before = known.get(folder.name());
        if (before == null || before.legacy() != folder.legacy()) {
            return snapshots.find(folder.name()).map(SnapshotSummary::of).map(this::shared);
        }
        boolean pinned = Files.exists(Layout.pin(folder.path()), LinkOption.NOFOLLOW_LINKS);
        return Optional.of(shared(before.pinned() == pinned ? before : before.withPin(pinned)));
    }

    private SnapshotSummary shared(SnapshotSummary summary) {
        List<SnapshotSummary.Bucket> same = buckets.putIfAbsent(summary.buckets(), summary.buckets());
        return same == null ? summary : summary.withBuckets(same);
    }
}

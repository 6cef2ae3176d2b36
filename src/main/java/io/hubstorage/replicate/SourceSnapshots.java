package io.hubstorage.replicate;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.ReplicationStart;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.Snapshots;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The snapshots of the data folder, by name.
 *
 * @param legacy those of the old tool
 */
record SourceSnapshots(Layout layout, NavigableSet<String> certified, NavigableSet<String> legacy) {
    static SourceSnapshots of(Layout layout) throws IOException {
        SourceSnapshots found = new SourceSnapshots(layout, new TreeSet<>(), new TreeSet<>());
        try (Stream<Snapshots.Folder> folders = new Snapshots(layout).folders(null)) {
            folders.forEach(folder -> (folder.legacy() ? found.legacy : found.certified).add(folder.name()));
        }
        return found;
    }

    /**
     * The names of those that are to be in the copy, the oldest first.
     *
     * @param asked as in {@link ReplicationStart}
     * @throws ReplyException by {@link Bus#refusal}, with {@link Bus#NOT_FOUND}, where one is not there
     */
    List<String> selected(List<String> asked) {
        if (asked.contains(ReplicationStart.ALL)) {
            return List.copyOf(certified);
        }
        if (asked.contains(ReplicationStart.LATEST)) {
            return certified.isEmpty() ? List.of() : List.of(certified.last());
        }
        for (String name : asked) {
            if (!certified.contains(name)) {
                throw Bus.refusal(
                        Bus.NOT_FOUND,
                        legacy.contains(name)
                                ? "%s was made by the old tool: nothing tells what its files must be, so that they cannot be proven."
                                        .formatted(name)
                                : "There is no snapshot %s in %s.".formatted(name, layout.data()));
            }
        }
        return asked.stream().sorted().toList();
    }
}

package io.hubstorage.verify;

import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The folders that can be verified: all snapshots, and those too that other commands pass over because they are too damaged
 * to be one. Blocking.
 */
public final class SnapshotFolders {
    private final Layout layout;

    /** Those below this layout's data folder. */
    public SnapshotFolders(Layout layout) {
        this.layout = layout;
    }

    /** The names of all: the damaged ones, whose age nobody knows, then the newest first. */
    public List<String> all() throws IOException {
        List<String> whole = names(new Snapshots(layout).list());
        List<String> all = damaged(whole);
        all.addAll(whole);
        return all;
    }

    /** The newest, and any damaged one, since that may be newer. */
    public List<String> newest() throws IOException {
        List<String> whole = names(new Snapshots(layout).list());
        List<String> newest = damaged(whole);
        newest.addAll(whole.subList(0, Math.min(1, whole.size())));
        return newest;
    }

    /** Whether there is a folder of that name, whatever its state. */
    public boolean exists(String name) {
        return name.startsWith(Layout.SNAPSHOT_PREFIX)
                && name.indexOf('/') < 0
                && name.indexOf('\\') < 0
                && Files.isDirectory(layout.snapshot(name), LinkOption.NOFOLLOW_LINKS);
    }

    private List<String> damaged(List<String> whole) throws IOException {
        List<String> damaged = new ArrayList<>();
        if (Files.isDirectory(layout.data())) {
            try (DirectoryStream<Path> folders =
                    Files.newDirectoryStream(layout.data(), Layout.SNAPSHOT_PREFIX + "*")) {
                for (Path folder : folders) {
                    String name = folder.getFileName().toString();
                    if (exists(name) && !whole.contains(name)) {
                        damaged.add(name);
                    }
                }
            }
        }
        damaged.sort(null);
        return damaged;
    }

    private static List<String> names(List<SnapshotInfo> snapshots) {
        return snapshots.stream().map(SnapshotInfo::name).toList();
    }
}

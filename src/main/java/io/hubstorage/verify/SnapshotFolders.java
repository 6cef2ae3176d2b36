package io.hubstorage.verify;

import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The folders that can be verified: all snapshots, and those too that other commands pass over because they are too damaged
 * to be one. Blocking.
 */
public record SnapshotFolders(Layout layout) {
    /** The names of all, the greatest, which is the newest, first. */
    public List<String> all() throws IOException {
        if (!Files.isDirectory(layout.data())) {
            return List.of();
        }
        List<String> all = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(layout.data(), Layout.SNAPSHOT_PREFIX + "*")) {
            for (Path folder : folders) {
                String name = folder.getFileName().toString();
                if (exists(name)) {
                    all.add(name);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        all.sort(Comparator.reverseOrder());
        return all;
    }

    /** The newest, and the damaged ones that are newer still. */
    public List<String> newest() throws IOException {
        Optional<String> whole = new Snapshots(layout).newest().map(SnapshotInfo::name);
        return all().stream()
                .filter(name -> whole.isEmpty()
                        || name.equals(whole.get())
                        || (name.compareTo(whole.get()) > 0 && isDamaged(name)))
                .toList();
    }

    /** The old tool's snapshots are not: they have neither certificate nor manifests. */
    private boolean isDamaged(String name) {
        Path folder = layout.snapshot(name);
        return Files.exists(Layout.certificate(folder), LinkOption.NOFOLLOW_LINKS)
                || Files.exists(folder.resolve("manifest"), LinkOption.NOFOLLOW_LINKS)
                || !Files.isDirectory(folder.resolve("s3"), LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether there is a folder of that name, whatever its state. */
    public boolean exists(String name) {
        return name.startsWith(Layout.SNAPSHOT_PREFIX)
                && name.indexOf('/') < 0
                && name.indexOf('\\') < 0
                && Files.isDirectory(layout.snapshot(name), LinkOption.NOFOLLOW_LINKS);
    }
}

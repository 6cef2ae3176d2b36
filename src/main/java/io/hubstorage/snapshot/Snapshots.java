package io.hubstorage.snapshot;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots in a data folder. Ordered by when their runs began, which their certificates say; those of the old tool
 * count as older than all others and are ordered by name. Blocking; reads the disk each time; thread-safe.
 */
public final class Snapshots {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    private static final Comparator<SnapshotInfo> OLDEST_FIRST = Comparator.comparing(
                    SnapshotInfo::startedAt, Comparator.nullsFirst(Comparator.<Instant>naturalOrder()))
            .thenComparing(SnapshotInfo::name);

    private final Layout layout;

    /** Those below this layout's data folder. */
    public Snapshots(Layout layout) {
        this.layout = layout;
    }

    /** All of them, the newest first. Folders that are no snapshots are ignored, with a warning if they look like one. */
    public List<SnapshotInfo> list() throws IOException {
        if (!Files.isDirectory(layout.data())) {
            return List.of();
        }
        List<SnapshotInfo> found = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(layout.data(), Layout.SNAPSHOT_PREFIX + "*")) {
            for (Path folder : folders) {
                read(folder).ifPresent(found::add);
            }
        }
        found.sort(OLDEST_FIRST.reversed());
        return found;
    }

    /** The newest, if there is any. */
    public Optional<SnapshotInfo> newest() throws IOException {
        return list().stream().findFirst();
    }

    /** The certificate of the one that this run made, if it made one. */
    public Optional<Certificate> madeBy(String runId) throws IOException {
        return list().stream()
                .map(SnapshotInfo::certificate)
                .filter(Objects::nonNull)
                .filter(certificate -> certificate.runId().equals(runId))
                .findFirst();
    }

    /** The one of that name; empty also for a name that is none. */
    public Optional<SnapshotInfo> find(String name) throws IOException {
        boolean plain = name.startsWith(Layout.SNAPSHOT_PREFIX) && name.indexOf('/') < 0 && name.indexOf('\\') < 0;
        return plain ? read(layout.snapshot(name)) : Optional.empty();
    }

    private static Optional<SnapshotInfo> read(Path folder) {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                || !Files.isDirectory(folder.resolve("s3"), LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        String name = folder.getFileName().toString();
        Path file = Layout.certificate(folder);
        if (!Files.exists(file)) {
            return Optional.of(new SnapshotInfo(name, folder, null));
        }
        try {
            return Optional.of(new SnapshotInfo(name, folder, Certificate.read(file)));
        } catch (IOException e) {
            LOG.warn("The snapshot {} is ignored, because its certificate cannot be read: {}", folder, e.getMessage());
            return Optional.empty();
        }
    }
}

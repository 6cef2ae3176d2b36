package io.hubstorage.snapshot;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots in a data folder, in the order of their names, which say when their runs began; those of the old tool, whose
 * names are in local time, count as older than all others. Names cost one look at the data folder, and everything else is
 * read only of the snapshots that are asked for, so that ten thousand are as quick as ten. Blocking; reads the disk each
 * time; thread-safe.
 */
public final class Snapshots {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    /** What only a snapshot is called, so that none has to be looked at to be counted. */
    private static final Pattern USUAL = Pattern.compile(Pattern.quote(Layout.SNAPSHOT_PREFIX) + "\\d{14}");

    private final Layout layout;

    public Snapshots(Layout layout) {
        this.layout = layout;
    }

    /**
     * A snapshot of which nothing has been read yet.
     *
     * @param legacy whether the old tool made it, and left no certificate
     */
    public record Folder(String name, Path path, boolean legacy) {}

    /** All of them, the newest first. Memory grows with their number and with their buckets: only where there are few. */
    public List<SnapshotInfo> list() throws IOException {
        return newestFirst(null).toList();
    }

    /**
     * The newest first, each read when the stream comes to it. Folders that are no snapshots are ignored, with a warning if
     * they look like one.
     *
     * @param before only those that come after the one of this name; null for all
     */
    public Stream<SnapshotInfo> newestFirst(@Nullable String before) throws IOException {
        return folders(before).flatMap(folder -> read(folder.path()).stream());
    }

    /** The same without their certificates, which may turn out to be unreadable. */
    public Stream<Folder> folders(@Nullable String before) throws IOException {
        return folders(names(), before, folder -> true);
    }

    /** How many there are, judged by the names of their folders. */
    public int count() throws IOException {
        return names().size();
    }

    public Optional<SnapshotInfo> newest() throws IOException {
        return newestFirst(null).findFirst();
    }

    /** The newest that has a folder for this bucket, if there is any. */
    public Optional<SnapshotInfo> newestWith(String bucket) throws IOException {
        return folders(names(), null, folder -> isFolder(Layout.tree(folder, bucket)))
                .flatMap(folder -> read(folder.path()).stream())
                .findFirst();
    }

    /**
     * The certificate of the one that this run made, if it made one.
     *
     * @param startedAt of the run: no name says earlier
     */
    public Optional<Certificate> madeBy(String runId, Instant startedAt) throws IOException {
        String earliest = Layout.name(startedAt);
        return folders(null)
                .takeWhile(folder -> !folder.legacy() && folder.name().compareTo(earliest) >= 0)
                .flatMap(folder -> read(folder.path()).stream())
                .flatMap(snapshot -> Stream.ofNullable(snapshot.certificate()))
                .filter(certificate -> certificate.runId().equals(runId))
                .findFirst();
    }

    /** The one of that name; empty also for a name that is none. */
    public Optional<SnapshotInfo> find(String name) throws IOException {
        return isPlain(name) && isSnapshot(layout.snapshot(name)) ? read(layout.snapshot(name)) : Optional.empty();
    }

    /** The same without its certificate, which may turn out to be unreadable. */
    public Optional<Folder> folder(String name) {
        if (!isPlain(name) || !isSnapshot(layout.snapshot(name))) {
            return Optional.empty();
        }
        Path folder = layout.snapshot(name);
        return Optional.of(new Folder(name, folder, !isCertified(folder)));
    }

    private Stream<Folder> folders(List<String> names, @Nullable String before, Predicate<Path> wanted) {
        boolean amongOld = before != null
                && isPlain(before)
                && !isCertified(layout.snapshot(before))
                && isSnapshot(layout.snapshot(before));
        Predicate<String> later = name -> before == null || name.compareTo(before) < 0;
        Stream<Path> ours = amongOld ? Stream.empty() : paths(names, later).filter(Snapshots::isCertified);
        Stream<Path> old = paths(names, amongOld ? later : name -> true).filter(folder -> !isCertified(folder));
        // Both are lazy: the second pass over the names begins only when the first one has brought too few.
        return Stream.concat(
                        ours.filter(wanted).map(folder -> new Folder(name(folder), folder, false)),
                        old.filter(wanted).map(folder -> new Folder(name(folder), folder, true)))
                .filter(folder -> isSnapshot(folder.path()));
    }

    private Stream<Path> paths(List<String> names, Predicate<String> wanted) {
        return names.stream().filter(wanted).map(layout::snapshot);
    }

    private List<String> names() throws IOException {
        if (!Files.isDirectory(layout.data())) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(layout.data(), Layout.SNAPSHOT_PREFIX + "*")) {
            for (Path folder : folders) {
                String name = name(folder);
                if (USUAL.matcher(name).matches() || isSnapshot(folder)) {
                    names.add(name);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        names.sort(Comparator.reverseOrder());
        return names;
    }

    private static boolean isPlain(String name) {
        return name.startsWith(Layout.SNAPSHOT_PREFIX) && name.indexOf('/') < 0 && name.indexOf('\\') < 0;
    }

    private static boolean isCertified(Path folder) {
        return Files.exists(Layout.certificate(folder));
    }

    private static boolean isSnapshot(Path folder) {
        return isFolder(folder) && isFolder(folder.resolve("s3"));
    }

    private static boolean isFolder(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static String name(Path folder) {
        return folder.getFileName().toString();
    }

    private static Optional<SnapshotInfo> read(Path folder) {
        Path file = Layout.certificate(folder);
        if (!Files.exists(file)) {
            return Optional.of(new SnapshotInfo(name(folder), folder, null));
        }
        try {
            return Optional.of(new SnapshotInfo(name(folder), folder, Certificate.read(file)));
        } catch (IOException e) {
            LOG.warn("The snapshot {} is ignored, because its certificate cannot be read: {}", folder, e.getMessage());
            return Optional.empty();
        }
    }
}

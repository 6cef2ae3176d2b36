package io.hubstorage.repair;

import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.LineNeedle;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.repair.DamagedFile.Name;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds, for many damaged files at once, the other names of their inodes, and other files that should have their content: reads
 * the manifests of all snapshots from front to back, first those of the buckets that are concerned, then the others as far as
 * something is still missing. Lines of other contents are passed over without being understood. Memory grows with the damaged
 * files, and with nothing else. Used by one thread; blocking.
 */
final class NameSearch {
    private static final Logger LOG = LoggerFactory.getLogger(NameSearch.class);

    private final Layout layout;
    private final Runnable check;
    /** The snapshots that were searched, by name: one that is new may have an old name, as when its removal was undone. */
    private final Set<String> searched = new HashSet<>();

    NameSearch(Layout layout, Runnable check) {
        this.layout = layout;
        this.check = check;
    }

    /** In all snapshots. */
    void search(Collection<DamagedFile> files) throws IOException {
        // Before links are counted: else one that a backup adds in between might count for one that is then not looked
        // for.
        List<Snapshots.Folder> snapshots = unsearched();
        for (DamagedFile file : files) {
            for (DamagedFile.Target target : file.targets()) {
                if (target.inode() != null) {
                    file.expect(target.inode(), links(target.name().file(layout)));
                }
            }
        }
        Set<String> concerned = files.stream()
                .flatMap(file -> file.targets().stream())
                .map(target -> target.damage().bucket())
                .collect(Collectors.toSet());
        pass(files, snapshots, concerned::contains);
        pass(
                files.stream().filter(NameSearch::lacksAnything).toList(),
                snapshots,
                bucket -> !concerned.contains(bucket));
        snapshots.forEach(each -> searched.add(each.name()));
    }

    /** Whether there is no snapshot that was not searched. */
    boolean isUpToDate() throws IOException {
        return unsearched().isEmpty();
    }

    /**
     * In the snapshots that were made since, which may have linked a damaged file.
     *
     * @param files all that the search is still for: nothing is looked for twice
     */
    void catchUp(Collection<DamagedFile> files) throws IOException {
        List<Snapshots.Folder> since = unsearched();
        if (!since.isEmpty()) {
            // A backup has added links to what it has linked.
            for (DamagedFile file : files) {
                file.inodes().forEach(inode -> file.expect(inode, Integer.MAX_VALUE));
            }
            pass(files, since, _ -> true);
            since.forEach(each -> searched.add(each.name()));
        }
    }

    private List<Snapshots.Folder> unsearched() throws IOException {
        try (Stream<Snapshots.Folder> folders = new Snapshots(layout).folders(null)) {
            return folders.filter(folder -> !folder.legacy() && !searched.contains(folder.name()))
                    .toList();
        }
    }

    private static boolean lacksAnything(DamagedFile file) {
        return !file.entry().directory() && (file.lacksNames() || file.twins().isEmpty());
    }

    private interface Wanted {
        boolean bucket(String name);
    }

    private void pass(Collection<DamagedFile> files, List<Snapshots.Folder> snapshots, Wanted wanted)
            throws IOException {
        Map<String, List<DamagedFile>> bySha256 = new HashMap<>();
        Set<Object> damaged = new HashSet<>();
        for (DamagedFile file : files) {
            if (!file.entry().directory()) {
                bySha256.computeIfAbsent(file.sha256(), _ -> new ArrayList<>()).add(file);
                damaged.addAll(file.inodes());
            }
        }
        if (bySha256.isEmpty()) {
            return;
        }
        LineNeedle needle = LineNeedle.ofDigests(bySha256.keySet());
        for (Snapshots.Folder snapshot : snapshots) {
            for (String bucket : buckets(snapshot)) {
                if (wanted.bucket(bucket)) {
                    check.run();
                    manifest(snapshot, bucket, needle, bySha256, damaged);
                }
            }
        }
    }

    private static List<String> buckets(Snapshots.Folder snapshot) {
        try {
            return SnapshotInfo.called(snapshot.path()).stream().sorted().toList();
        } catch (IOException e) {
            LOG.warn("Nothing is looked for in {}: {}", snapshot.name(), e.toString());
            return List.of();
        }
    }

    /** One that is damaged is passed over: it is no way to anything that could be believed. */
    private void manifest(
            Snapshots.Folder snapshot,
            String bucket,
            LineNeedle needle,
            Map<String, List<DamagedFile>> bySha256,
            Set<Object> damaged)
            throws IOException {
        Path manifest = Layout.manifest(snapshot.path(), bucket);
        if (OwnFiles.leadsAway(snapshot.path(), manifest)
                || !Files.isRegularFile(manifest, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (ManifestReader reader = ManifestReader.open(manifest, needle)) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                for (DamagedFile file : bySha256.getOrDefault(String.valueOf(entry.fileSha256()), List.of())) {
                    compare(file, snapshot, bucket, entry, damaged);
                }
            }
        } catch (IOException e) {
            LOG.warn("{} is not searched to its end: {}", manifest, e.getMessage());
        }
    }

    private void compare(
            DamagedFile file, Snapshots.Folder snapshot, String bucket, ManifestEntry entry, Set<Object> damaged) {
        boolean same = file.isSame(bucket, entry);
        if (entry.directory()
                || entry.fileSize() != file.entry().fileSize()
                || !(file.lacksNames() || file.lacksTwins(same))
                || !KeyPath.staysInside(entry.path())) {
            return;
        }
        Name name = new Name(snapshot.name(), bucket, entry.key(), entry.path());
        Path path = name.file(layout);
        if (OwnFiles.leadsAway(snapshot.path(), path)) {
            return;
        }
        BasicFileAttributes found = OwnFiles.regular(path);
        if (found == null) {
            return;
        }
        Object inode = DamagedFile.inode(path, found);
        boolean ours = file.inodes().contains(inode);
        boolean twin = !damaged.contains(inode) && found.size() == entry.fileSize() && file.lacksTwins(same);
        if (ours || twin) {
            file.found(name, inode, same);
        }
    }

    /** Names of an inode, also those outside of snapshots. */
    static long links(Path file) {
        try {
            return ((Number) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS)).longValue();
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException _) {
            return Integer.MAX_VALUE;
        }
    }
}

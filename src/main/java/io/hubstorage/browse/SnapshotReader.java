package io.hubstorage.browse;

import io.hubstorage.bus.Sizes;
import io.hubstorage.manifest.CorruptManifestException;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.LineNeedle;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestIndex;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.LegacyTree;
import io.hubstorage.snapshot.OwnFiles;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One snapshot, read by bucket and key. A path on the disk is never made from what somebody asks for: a bucket must be one
 * of the snapshot's folders, and a file's path comes from its entry, is checked to stay inside, and is followed through no
 * symbolic link. Blocking.
 *
 * @param legacy whether the old tool made it
 */
public record SnapshotReader(String name, Path folder, boolean legacy) {
    public SnapshotReader(SnapshotInfo snapshot) {
        this(snapshot.name(), snapshot.folder(), snapshot.legacy());
    }

    public SnapshotReader(Snapshots.Folder snapshot) {
        this(snapshot.name(), snapshot.path(), snapshot.legacy());
    }

    public boolean has(String bucket) {
        return isName(bucket)
                && Files.isDirectory(tree(bucket), LinkOption.NOFOLLOW_LINKS)
                && !OwnFiles.leadsAway(folder, tree(bucket));
    }

    /** Whether it leads to a folder's own children alone. */
    private static boolean isName(String bucket) {
        return !bucket.isEmpty()
                && !bucket.equals(".")
                && !bucket.equals("..")
                && bucket.chars().noneMatch(unit -> unit == '/' || unit == '\\' || unit == 0);
    }

    /** What is called like a bucket in it, in no order: cheap, and {@link #has} looks more closely. */
    public List<String> bucketNames() throws IOException {
        return SnapshotInfo.called(folder);
    }

    /**
     * The bucket's entries.
     *
     * @throws NotThereException when it has no such bucket
     */
    public KeyCursor open(String bucket) throws IOException {
        checkBucket(bucket);
        return legacy ? new LegacyTree(tree(bucket)) : ManifestReader.open(manifest(bucket));
    }

    /**
     * Likewise; that something is not there is never said by the manifest's index alone.
     *
     * @throws NotThereException when it has no such bucket
     */
    public KeyCursor openDoubting(String bucket) throws IOException {
        checkBucket(bucket);
        return legacy ? new LegacyTree(tree(bucket)) : ManifestReader.openDoubting(manifest(bucket));
    }

    /** The bucket's entries; none when it has no such bucket. */
    public KeyCursor openIfThere(String bucket) throws IOException {
        return has(bucket) ? open(bucket) : KeyCursor.empty();
    }

    /** At least those of the bucket's entries whose keys hold the needle; all of them when there is none. */
    KeyCursor open(String bucket, @Nullable LineNeedle needle) throws IOException {
        if (needle == null || legacy) {
            return open(bucket);
        }
        checkBucket(bucket);
        return ManifestReader.open(manifest(bucket), needle);
    }

    /** The bytes of the bucket's manifest; 0 where there is none. */
    long manifestSize(String bucket) {
        try {
            return legacy ? 0 : Files.size(Layout.manifest(folder, bucket));
        } catch (IOException e) {
            return 0;
        }
    }

    /** What changes when another manifest takes the place of this one, which none should ever do. */
    public String stamp(String bucket) {
        try {
            BasicFileAttributes file = Files.readAttributes(
                    legacy ? tree(bucket) : Layout.manifest(folder, bucket),
                    BasicFileAttributes.class,
                    LinkOption.NOFOLLOW_LINKS);
            return "%s %s %d".formatted(folder, file.lastModifiedTime(), file.size());
        } catch (IOException e) {
            return folder + " is not there";
        }
    }

    /** The frames of the bucket's manifest; none when there is no manifest. */
    List<ManifestIndex.Frame> frames(String bucket) throws IOException {
        checkBucket(bucket);
        return legacy
                ? List.of()
                : ManifestIndex.read(ManifestIndex.beside(manifest(bucket))).frames();
    }

    /**
     * The entry of one key.
     *
     * @throws NotThereException when there is none
     */
    public ManifestEntry entry(String bucket, String key) throws IOException {
        return find(bucket, key)
                .orElseThrow(() -> new NotThereException("The snapshot %s holds no such key.".formatted(name)));
    }

    /**
     * The entry of one key, if there is one, at the cost of that one.
     *
     * @throws NotThereException when there is no such bucket
     */
    public Optional<ManifestEntry> find(String bucket, String key) throws IOException {
        checkBucket(bucket);
        return legacy ? LegacyTree.find(tree(bucket), key) : ManifestReader.find(manifest(bucket), key);
    }

    /**
     * The regular file of an entry that is no directory marker.
     *
     * @throws NotThereException when it is gone, has another size than the entry, or stands where it must not
     */
    public Path file(String bucket, ManifestEntry entry) throws IOException {
        Path file = place(bucket, entry);
        BasicFileAttributes found = OwnFiles.leadsAway(folder, file) ? null : OwnFiles.regular(file);
        if (found == null) {
            throw new NotThereException(
                    "The file is not on the disk any more. Verify the snapshot, and look in an older one.");
        }
        if (found.size() != entry.fileSize()) {
            throw new NotThereException(
                    "The file was damaged on the disk: it has %s bytes, not %s. Look in an older one."
                            .formatted(Sizes.number(found.size()), Sizes.number(entry.fileSize())));
        }
        return file;
    }

    /** Where the entry's file or folder should be: always below the bucket's folder. Does not look whether it is there. */
    Path place(String bucket, ManifestEntry entry) throws NotThereException {
        Path tree = tree(bucket);
        try {
            Path place = tree.resolve(entry.path());
            if (place.startsWith(tree) && place.normalize().equals(place)) {
                return place;
            }
        } catch (InvalidPathException e) {
            // said below
        }
        throw new NotThereException("The file's name in the manifest leads out of the bucket's folder.");
    }

    private Path tree(String bucket) {
        return Layout.tree(folder, bucket);
    }

    private void checkBucket(String bucket) throws IOException {
        if (!has(bucket)) {
            throw new NotThereException("The snapshot %s holds nothing of this bucket.".formatted(name));
        }
    }

    private Path manifest(String bucket) throws IOException {
        Path manifest = Layout.manifest(folder, bucket);
        if (OwnFiles.leadsAway(folder, manifest) || OwnFiles.regular(manifest) == null) {
            throw new CorruptManifestException(manifest, "it is gone", null);
        }
        return manifest;
    }
}

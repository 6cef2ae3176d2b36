package io.hubstorage.browse;

import io.hubstorage.snapshot.CorruptManifestException;
import io.hubstorage.snapshot.KeyCursor;
import io.hubstorage.snapshot.LineNeedle;
import io.hubstorage.snapshot.ManifestCursor;
import io.hubstorage.snapshot.ManifestEntry;
import io.hubstorage.snapshot.ManifestIndex;
import io.hubstorage.snapshot.OwnFiles;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.TreeCursor;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One snapshot, read by bucket and key. A path on the disk is never made from what somebody asks for: a bucket must be one
 * of the snapshot's folders, and a file's path comes from its entry, is checked to stay inside, and is followed through no
 * symbolic link. Blocking.
 */
public record SnapshotReader(SnapshotInfo snapshot) {
    /** The buckets that it holds something of, sorted. */
    public List<String> buckets() throws IOException {
        return snapshot.buckets();
    }

    /** Whether it holds anything of the bucket. */
    public boolean has(String bucket) throws IOException {
        return buckets().contains(bucket);
    }

    /**
     * The bucket's entries.
     *
     * @throws NotThereException when it has no such bucket
     */
    public KeyCursor open(String bucket) throws IOException {
        checkBucket(bucket);
        return snapshot.legacy() ? new TreeCursor(snapshot.tree(bucket)) : ManifestCursor.open(manifest(bucket));
    }

    /** The bucket's entries; none when it has no such bucket. */
    public KeyCursor openIfThere(String bucket) throws IOException {
        return has(bucket) ? open(bucket) : KeyCursor.empty();
    }

    /** At least those of the bucket's entries whose keys hold the needle; all of them when there is none. */
    KeyCursor open(String bucket, @Nullable LineNeedle needle) throws IOException {
        if (needle == null || snapshot.legacy()) {
            return open(bucket);
        }
        checkBucket(bucket);
        return ManifestCursor.open(manifest(bucket), needle);
    }

    /** The frames of the bucket's manifest; none when there is no manifest. */
    List<ManifestIndex.Frame> frames(String bucket) throws IOException {
        checkBucket(bucket);
        return snapshot.legacy()
                ? List.of()
                : ManifestIndex.read(ManifestIndex.beside(manifest(bucket))).frames();
    }

    /**
     * The entry of one key.
     *
     * @throws NotThereException when there is none
     */
    public ManifestEntry entry(String bucket, String key) throws IOException {
        try (KeyCursor entries = open(bucket)) {
            entries.seek(key, null);
            ManifestEntry entry = entries.next();
            if (entry == null || !entry.key().equals(key)) {
                throw new NotThereException("The snapshot %s holds no such key.".formatted(snapshot.name()));
            }
            return entry;
        }
    }

    /**
     * The regular file of an entry that is no directory marker.
     *
     * @throws NotThereException when it is gone, has another size than the entry, or stands where it must not
     */
    public Path file(String bucket, ManifestEntry entry) throws IOException {
        Path file = place(bucket, entry);
        BasicFileAttributes found = OwnFiles.leadsAway(snapshot.folder(), file) ? null : OwnFiles.regular(file);
        if (found == null) {
            throw new NotThereException(
                    "The file is not on the disk any more. Verify the snapshot, and look in an older one.");
        }
        if (found.size() != entry.size()) {
            throw new NotThereException(
                    "The file was damaged on the disk: it has %d bytes, not %d. Look in an older one."
                            .formatted(found.size(), entry.size()));
        }
        return file;
    }

    /** Where the entry's file or folder should be: always below the bucket's folder. Does not look whether it is there. */
    Path place(String bucket, ManifestEntry entry) throws NotThereException {
        Path tree = snapshot.tree(bucket);
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

    private void checkBucket(String bucket) throws IOException {
        if (!has(bucket)) {
            throw new NotThereException("The snapshot %s holds nothing of this bucket.".formatted(snapshot.name()));
        }
    }

    private Path manifest(String bucket) throws IOException {
        Path manifest = snapshot.manifest(bucket);
        if (OwnFiles.leadsAway(snapshot.folder(), manifest) || OwnFiles.regular(manifest) == null) {
            throw new CorruptManifestException(manifest, "it is gone", null);
        }
        return manifest;
    }
}

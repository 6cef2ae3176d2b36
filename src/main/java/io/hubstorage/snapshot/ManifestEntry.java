package io.hubstorage.snapshot;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One key of a snapshot: a line of its manifest, and of the journal before that.
 *
 * @param key as S3 names it
 * @param path of the file, relative to the bucket's folder, joined by {@code /}; see {@link KeyPath}
 * @param size in bytes
 * @param etag without quotes; absent for files of snapshots that kept none
 * @param sha256 of the whole file, in lower-case hex; absent when never computed
 * @param storageClass absent for the standard one
 * @param version the S3 version id
 * @param headers content headers such as {@code Content-Type}, by their usual names
 * @param metadata user metadata, names without {@code x-amz-meta-}
 */
public record ManifestEntry(
        String key,
        String path,
        long size,
        @Nullable String etag,
        Instant lastModified,
        @Nullable String sha256,
        @Nullable String storageClass,
        @Nullable String version,
        Map<String, String> headers,
        Map<String, String> metadata,
        EntryState state) {
    /** Copies the maps. */
    public ManifestEntry {
        headers = Map.copyOf(headers);
        metadata = Map.copyOf(metadata);
    }

    /** Whether this is a directory marker, so that {@code path} is a folder and there is no file. */
    public boolean directory() {
        return KeyPath.isDirectoryMarker(key, size);
    }

    /** The same key and content in another state. */
    public ManifestEntry withState(EntryState other) {
        return new ManifestEntry(
                key, path, size, etag, lastModified, sha256, storageClass, version, headers, metadata, other);
    }

    /** The same under another path. */
    public ManifestEntry withPath(String other) {
        return new ManifestEntry(
                key, other, size, etag, lastModified, sha256, storageClass, version, headers, metadata, state);
    }
}

package io.hubstorage.manifest;

import io.hubstorage.keys.KeyPath;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One key of a snapshot: a line of its manifest, and of a change log before that.
 *
 * @param key as S3 names it
 * @param path of the file, relative to the bucket's folder, joined by {@code /}; see {@link KeyPath}
 * @param size in bytes
 * @param etag without quotes; absent for files of snapshots that kept none
 * @param lastModified as S3 lists it
 * @param sha256 of the whole file, in lower-case hex; absent when never computed
 * @param verified what proved, on arrival, that the file is what S3 has: {@code md5}, {@code crc64nvme}, {@code sha256}, …, the
 *     same with {@code multipart-} before it where it was compared part by part, {@link #LENGTH} or {@link #EMPTY}; absent when
 *     that was not recorded
 * @param storageClass absent for the standard one
 * @param version the S3 version id
 * @param headers content headers such as {@code Content-Type}, by their usual names
 * @param metadata user metadata, names without {@code x-amz-meta-}
 * @param fileTime when the file on the disk was last written to, where that is not {@code lastModified} although its
 *     content is right: the object has new metadata since, or somebody touched the file; see {@link #timeOnDisk}
 * @param details whatever else S3 told of it
 */
public record ManifestEntry(
        String key,
        String path,
        long size,
        @Nullable String etag,
        Instant lastModified,
        @Nullable String sha256,
        @Nullable String verified,
        @Nullable String storageClass,
        @Nullable String version,
        Map<String, String> headers,
        Map<String, String> metadata,
        EntryState state,
        @Nullable Instant fileTime,
        ObjectDetails details) {
    /** Nothing but the length could be compared. */
    public static final String LENGTH = "length";

    /** There are no bytes to compare. */
    public static final String EMPTY = "empty";

    /** Copies the maps. */
    public ManifestEntry {
        headers = Map.copyOf(headers);
        metadata = Map.copyOf(metadata);
    }

    /** Of a file with the time of its object, of which nothing more is known. */
    public ManifestEntry(
            String key,
            String path,
            long size,
            @Nullable String etag,
            Instant lastModified,
            @Nullable String sha256,
            @Nullable String verified,
            @Nullable String storageClass,
            @Nullable String version,
            Map<String, String> headers,
            Map<String, String> metadata,
            EntryState state) {
        this(
                key,
                path,
                size,
                etag,
                lastModified,
                sha256,
                verified,
                storageClass,
                version,
                headers,
                metadata,
                state,
                null,
                ObjectDetails.NONE);
    }

    /** Of which is not recorded how it was verified. */
    public ManifestEntry(
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
        this(key, path, size, etag, lastModified, sha256, null, storageClass, version, headers, metadata, state);
    }

    /** Whether this is a directory marker, so that {@code path} is a folder and there is no file. */
    public boolean directory() {
        return KeyPath.isDirectoryMarker(key, size);
    }

    /** The time that its file has on the disk, as far as the disk can tell times apart. */
    public Instant timeOnDisk() {
        return fileTime == null ? lastModified : fileTime;
    }

    /** The same, with a file of another time than its object's. */
    public ManifestEntry withFileTime(Instant time) {
        return with(path, state, time.equals(lastModified) ? null : time, details);
    }

    /** The same key and content in another state. */
    public ManifestEntry withState(EntryState other) {
        return with(path, other, fileTime, details);
    }

    /** The same under another path. */
    public ManifestEntry withPath(String other) {
        return with(other, state, fileTime, details);
    }

    /** The same with other details. */
    public ManifestEntry withDetails(ObjectDetails other) {
        return with(path, state, fileTime, other);
    }

    private ManifestEntry with(
            String otherPath, EntryState otherState, @Nullable Instant otherTime, ObjectDetails otherDetails) {
        return new ManifestEntry(
                key,
                otherPath,
                size,
                etag,
                lastModified,
                sha256,
                verified,
                storageClass,
                version,
                headers,
                metadata,
                otherState,
                otherTime,
                otherDetails);
    }
}

package io.hubstorage.manifest;

import io.hubstorage.keys.KeyPath;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One key of a snapshot: a line of its manifest, and of a change log before that.
 *
 * @param key as S3 names it
 * @param path of the file, relative to the bucket's folder, joined by {@code /}; see {@link KeyPath}
 * @param content the bytes
 * @param metadata what S3 told of the object beside its bytes, which can change while they stay
 * @param fileTime when the file on the disk was last written to, where that is not {@code lastModified} although its
 *     content is right: the object has new metadata since, or somebody touched the file; see {@link #timeOnDisk}
 */
public record ManifestEntry(
        String key,
        String path,
        Content content,
        Metadata metadata,
        EntryState state,
        @Nullable Instant fileTime) {
    /** FAT keeps times to two seconds. */
    private static final Duration TIME_STEP = Duration.ofSeconds(2);

    /** Nothing but the length could be compared. */
    public static final String LENGTH = "length";

    /** There are no bytes to compare. */
    public static final String EMPTY = "empty";

    /** Of a file with the time of its object. */
    public ManifestEntry(String key, String path, Content content, Metadata metadata, EntryState state) {
        this(key, path, content, metadata, state, null);
    }

    /**
     * The bytes of an object, and what is known of them.
     *
     * @param size in bytes
     * @param etag without quotes; absent for files of snapshots that kept none
     * @param sha256 of the whole file, in lower-case hex; absent when never computed
     * @param verified what proved, on arrival, that the file is what S3 has: {@code md5}, {@code crc64nvme}, {@code sha256}, …, the
     *     same with {@code multipart-} before it where it was compared part by part, {@link #LENGTH} or {@link #EMPTY}; absent
     *     when that was not recorded
     * @param stored the file, where it holds the content compressed; absent where the file is the content
     */
    public record Content(
            long size,
            @Nullable String etag,
            @Nullable String sha256,
            @Nullable String verified,
            Upload upload,
            @Nullable Stored stored) {
        /** Of which nothing more is known. */
        public Content(long size, @Nullable String etag) {
            this(size, etag, null, null, Upload.UNKNOWN);
        }

        /** Whose file it is as it is. */
        public Content(
                long size, @Nullable String etag, @Nullable String sha256, @Nullable String verified, Upload upload) {
            this(size, etag, sha256, verified, upload, null);
        }

        public Content withUpload(Upload other) {
            return new Content(size, etag, sha256, verified, other, stored);
        }

        /**
         * The same content in another file.
         *
         * @throws IllegalArgumentException when there is no hash of the content itself, without which nothing is compressed
         */
        public Content withStored(@Nullable Stored other) {
            if (other != null && sha256 == null) {
                throw new IllegalArgumentException("a compressed file needs the SHA-256 of its content too");
            }
            return new Content(size, etag, sha256, verified, upload, other);
        }
    }

    /**
     * A file that holds its content compressed by zstd; see {@link StoredContent}.
     *
     * @param size of the file, in bytes
     * @param sha256 of the file, in lower-case hex
     * @param level by which it was compressed
     */
    public record Stored(long size, String sha256, int level) {}

    /**
     * How an object was uploaded, as far as S3 told: no later run can find it out.
     *
     * @param partSize the size in bytes of all parts but the last; 0 when that is not known, or says too little
     * @param partSizes the size of each part, in order, where {@code partSize} says too little; otherwise empty
     * @param checksums as S3 sends them, base64 by algorithm ({@code CRC32}, {@code SHA256}, …)
     * @param checksumType {@code FULL_OBJECT}, or {@code COMPOSITE} for a checksum of the parts' checksums
     */
    public record Upload(
            long partSize,
            List<Long> partSizes,
            Map<String, String> checksums,
            @Nullable String checksumType) {
        /** Shared, because nothing is known of most objects. */
        public static final Upload UNKNOWN = new Upload(0, List.of(), Map.of(), null);

        public Upload {
            partSizes = List.copyOf(partSizes);
            checksums = Map.copyOf(checksums);
        }
    }

    /**
     * What S3 told of an object beside its bytes.
     *
     * @param lastModified as S3 lists it
     * @param storageClass absent for the standard one
     * @param version the S3 version id
     * @param headers content headers such as {@code Content-Type}, by their usual names
     * @param user the user's own metadata, names without {@code x-amz-meta-}
     * @param tags the tag set when it was last asked for
     * @param properties S3's own headers of the object: encryption, object lock, expiry, redirect, by their names in lower case
     */
    public record Metadata(
            Instant lastModified,
            @Nullable String storageClass,
            @Nullable String version,
            Map<String, String> headers,
            Map<String, String> user,
            Map<String, String> tags,
            Map<String, String> properties) {
        public Metadata {
            headers = Map.copyOf(headers);
            user = Map.copyOf(user);
            tags = Map.copyOf(tags);
            properties = Map.copyOf(properties);
        }

        /** Of which nothing but the time is known. */
        public Metadata(Instant lastModified) {
            this(lastModified, null, null, Map.of(), Map.of(), Map.of(), Map.of());
        }

        public Metadata withTags(Map<String, String> other) {
            return new Metadata(lastModified, storageClass, version, headers, user, other, properties);
        }
    }

    public long size() {
        return content.size;
    }

    public @Nullable String etag() {
        return content.etag;
    }

    public @Nullable String sha256() {
        return content.sha256;
    }

    /** The file, where it holds the content compressed; null where the file is the content. */
    public @Nullable Stored stored() {
        return content.stored;
    }

    /** What the file has on the disk, in bytes: the {@link #size} of the content, or less. */
    public long fileSize() {
        return content.stored == null ? content.size : content.stored.size;
    }

    /** Of the file on the disk: the {@link #sha256} of the content, unless that is compressed there. */
    public @Nullable String fileSha256() {
        return content.stored == null ? content.sha256 : content.stored.sha256;
    }

    public @Nullable String verified() {
        return content.verified;
    }

    public Instant lastModified() {
        return metadata.lastModified;
    }

    /** Whether this is a directory marker, so that {@code path} is a folder and there is no file. */
    public boolean directory() {
        return KeyPath.isDirectoryMarker(key, size());
    }

    /** The time that its file has on the disk, as far as the disk can tell times apart. */
    public Instant timeOnDisk() {
        return fileTime == null ? lastModified() : fileTime;
    }

    /** Whether its file, which was last written to then, has not been written to since it was stored. */
    public boolean hasTimeOnDisk(FileTime lastModified) {
        return Duration.between(timeOnDisk(), lastModified.toInstant()).abs().compareTo(TIME_STEP) <= 0;
    }

    /** The same, with a file of another time than its object's. */
    public ManifestEntry withFileTime(Instant time) {
        return new ManifestEntry(key, path, content, metadata, state, time.equals(lastModified()) ? null : time);
    }

    public ManifestEntry withState(EntryState other) {
        return new ManifestEntry(key, path, content, metadata, other, fileTime);
    }

    public ManifestEntry withPath(String other) {
        return new ManifestEntry(key, other, content, metadata, state, fileTime);
    }

    /** The same content in another file. */
    public ManifestEntry withStored(@Nullable Stored other) {
        return new ManifestEntry(key, path, content.withStored(other), metadata, state, fileTime);
    }

    /** The same bytes in the same file, whose object has other metadata now. */
    public ManifestEntry withMetadata(Metadata other) {
        return new ManifestEntry(key, path, content, other, state, null).withFileTime(timeOnDisk());
    }
}

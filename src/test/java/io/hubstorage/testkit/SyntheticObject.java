package io.hubstorage.testkit;

import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;

/**
 * An object of a {@link SyntheticBucket}. Its body follows from {@code seed} and {@code size}.
 *
 * @param etag without quotes: the MD5 of a small body, else hexadecimal digits that end in {@code -N}, as after an upload in
 *     parts
 * @param storageClass {@code GLACIER} and {@code DEEP_ARCHIVE} are refused at GET unless {@code restored}
 * @param headers further headers of GET and HEAD, for example {@code Content-Type} or {@code x-amz-version-id}
 * @param metadata user metadata, without {@code x-amz-meta-}
 */
public record SyntheticObject(
        String key,
        long size,
        long seed,
        String etag,
        Instant lastModified,
        String storageClass,
        boolean restored,
        Map<String, String> headers,
        Map<String, String> metadata) {
    /** When every first version was last modified. */
    public static final Instant FIRST_MODIFIED = Instant.parse("2026-01-15T10:00:00Z");

    /** Bodies up to this size have a true MD5 as their ETag. */
    public static final long REAL_ETAG_LIMIT = 256 * 1024;

    private static final long PART = 8 * 1024 * 1024;

    /** An object in class {@code STANDARD} without any metadata. */
    public static SyntheticObject of(String key, long size, long seed) {
        return of(key, size, seed, etagOf(seed, size));
    }

    static SyntheticObject of(String key, long size, long seed, String etag) {
        return new SyntheticObject(key, size, seed, etag, FIRST_MODIFIED, "STANDARD", false, Map.of(), Map.of());
    }

    /** The same object with another time. */
    public SyntheticObject withLastModified(Instant time) {
        return new SyntheticObject(key, size, seed, etag, time, storageClass, restored, headers, metadata);
    }

    /** The same object with another ETag, which need not be true. */
    public SyntheticObject withEtag(String other) {
        return new SyntheticObject(key, size, seed, other, lastModified, storageClass, restored, headers, metadata);
    }

    /** The same object in another storage class, restored from it or not. */
    public SyntheticObject withStorageClass(String other, boolean nowRestored) {
        return new SyntheticObject(key, size, seed, etag, lastModified, other, nowRestored, headers, metadata);
    }

    /** The same object with other headers and user metadata. */
    public SyntheticObject withMetadata(Map<String, String> otherHeaders, Map<String, String> otherMetadata) {
        return new SyntheticObject(
                key,
                size,
                seed,
                etag,
                lastModified,
                storageClass,
                restored,
                Map.copyOf(otherHeaders),
                Map.copyOf(otherMetadata));
    }

    /** The whole body; only for what fits into an array. */
    public byte[] body() {
        return SyntheticBody.bytes(seed, 0, Math.toIntExact(size));
    }

    /** A range of the body. */
    public byte[] body(long offset, int length) {
        return SyntheticBody.bytes(seed, offset, length);
    }

    /** The SHA-256 of the body, in lower-case hexadecimal digits; made by reading it all. */
    public String sha256() {
        return SyntheticBody.digest("SHA-256", seed, size);
    }

    /** Whether a GET is refused until the object is restored. */
    boolean archived() {
        return !restored && (storageClass.equals("GLACIER") || storageClass.equals("DEEP_ARCHIVE"));
    }

    static String etagOf(long seed, long size) {
        if (size <= REAL_ETAG_LIMIT) {
            return SyntheticBody.digest("MD5", seed, size);
        }
        return partsEtag(seed, size);
    }

    /** As after an upload in parts: it says nothing about the body that could be checked. */
    static String partsEtag(long seed, long size) {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(SyntheticBody.mix(seed + 1)) + hex.toHexDigits(SyntheticBody.mix(seed + size)) + "-"
                + (size + PART - 1) / PART;
    }
}

package io.hubstorage.testkit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object of a {@link SyntheticBucket}. Its body follows from {@code seed} and {@code size}, unless somebody has written it.
 *
 * @param etag without quotes: the MD5 of a small body, else hexadecimal digits that end in {@code -N}, as after an upload in
 *     parts; empty where the server gives none
 * @param storageClass {@code GLACIER} and {@code DEEP_ARCHIVE} are refused at GET unless {@code restored}
 * @param headers further headers of GET and HEAD, for example {@code Content-Type} or {@code x-amz-version-id}
 * @param metadata user metadata, without {@code x-amz-meta-}
 * @param parts the sizes of the parts it was uploaded in; empty for an upload in one piece
 * @param customerKey base64 of the key without which it cannot be read (SSE-C)
 * @param written what a client has written; null for what follows from the seed
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
        Map<String, String> metadata,
        List<Long> parts,
        @Nullable String customerKey,
        @Nullable WrittenBody written) {
    /** When every first version was last modified. */
    public static final Instant FIRST_MODIFIED = Instant.parse("2026-01-15T10:00:00Z");

    /** Bodies up to this size have a true MD5 as their ETag. */
    public static final long REAL_ETAG_LIMIT = 256 * 1024;

    /** The size of the parts that most clients upload in. */
    static final long PART = 8 * 1024 * 1024;

    /** An object in class {@code STANDARD} without any metadata. */
    public static SyntheticObject of(String key, long size, long seed) {
        return of(key, size, seed, etagOf(seed, size));
    }

    static SyntheticObject of(String key, long size, long seed, String etag) {
        return new SyntheticObject(
                key, size, seed, etag, FIRST_MODIFIED, "STANDARD", false, Map.of(), Map.of(), List.of(), null, null);
    }

    /** The same object with another time. */
    public SyntheticObject withLastModified(Instant time) {
        return new SyntheticObject(
                key, size, seed, etag, time, storageClass, restored, headers, metadata, parts, customerKey, written);
    }

    /** The same object with another ETag, which need not be true. */
    public SyntheticObject withEtag(String other) {
        return new SyntheticObject(
                key,
                size,
                seed,
                other,
                lastModified,
                storageClass,
                restored,
                headers,
                metadata,
                parts,
                customerKey,
                written);
    }

    /** The same object in another storage class, restored from it or not. */
    public SyntheticObject withStorageClass(String other, boolean nowRestored) {
        return new SyntheticObject(
                key,
                size,
                seed,
                etag,
                lastModified,
                other,
                nowRestored,
                headers,
                metadata,
                parts,
                customerKey,
                written);
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
                Map.copyOf(otherMetadata),
                parts,
                customerKey,
                written);
    }

    /** The same object, uploaded in parts of these sizes: its ETag is the MD5 of their MD5s. */
    public SyntheticObject inParts(List<Long> sizes) {
        return new SyntheticObject(
                key,
                size,
                seed,
                ChecksumKind.hex(ChecksumKind.composite("MD5", seed, sizes)) + "-" + sizes.size(),
                lastModified,
                storageClass,
                restored,
                headers,
                metadata,
                List.copyOf(sizes),
                customerKey,
                written);
    }

    /** The same object, uploaded in parts of this size but for the last. */
    public SyntheticObject inParts(long each) {
        return inParts(parts(size, each));
    }

    static List<Long> parts(long size, long each) {
        List<Long> sizes = new ArrayList<>();
        for (long left = size; left > 0; left -= each) {
            sizes.add(Math.min(each, left));
        }
        return sizes;
    }

    /** The same object uploaded in one piece, with the true MD5 of all of it as ETag. */
    public SyntheticObject inOnePiece() {
        return withEtag(SyntheticBody.digest("MD5", seed, size));
    }

    /** The same object encrypted with KMS: the ETag looks like an MD5 and is none. */
    public SyntheticObject withKms() {
        return withMetadata(Map.of("x-amz-server-side-encryption", "aws:kms"), metadata)
                .withEtag(SyntheticBody.digest("MD5", seed + 1, 16));
    }

    /** The same object encrypted with a key of the customer's, in base64; its ETag is no MD5 either. */
    public SyntheticObject withCustomerKey(String base64) {
        return new SyntheticObject(
                key,
                size,
                seed,
                SyntheticBody.digest("MD5", seed + 1, 16),
                lastModified,
                storageClass,
                restored,
                Map.of("x-amz-server-side-encryption-customer-algorithm", "AES256"),
                metadata,
                parts,
                base64,
                written);
    }

    /** The whole body; only for what fits into an array. */
    public byte[] body() {
        return body(0, Math.toIntExact(size));
    }

    /** A range of the body. */
    public byte[] body(long offset, int length) {
        if (written != null) {
            return Arrays.copyOfRange(written.bytes(), Math.toIntExact(offset), Math.toIntExact(offset + length));
        }
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

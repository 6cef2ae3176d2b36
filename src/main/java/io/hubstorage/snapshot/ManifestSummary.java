package io.hubstorage.snapshot;

/**
 * A finished manifest, as the certificate names it.
 *
 * @param entries in it
 * @param bytes the sum of their sizes
 * @param sha256 of the {@code .jsonl.zst} file, in lower-case hex
 */
public record ManifestSummary(long entries, long bytes, String sha256) {}

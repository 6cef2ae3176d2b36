package io.hubstorage.manifest;

import io.hubstorage.bus.Tally;
import java.util.Map;

/**
 * A finished manifest, as the certificate names it.
 *
 * @param entries in it
 * @param bytes the sum of their sizes
 * @param sha256 of the {@code .jsonl.zst} file, in lower-case hex
 * @param verified how the entries were verified on arrival, by the word in {@link ManifestEntry#verified}; empty in snapshots
 *     that did not record it
 */
public record ManifestSummary(long entries, long bytes, String sha256, Map<String, Tally> verified) {
    public ManifestSummary {
        verified = VerifiedCounts.copyOf(verified);
    }
}

package io.hubstorage.browse;

import io.hubstorage.manifest.ManifestEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * One key over all snapshots.
 *
 * @param versions its different contents, the newest first, and at most {@link #MOST_VERSIONS}
 * @param more whether older snapshots hold further contents
 */
public record KeyVersions(String bucket, String key, List<Version> versions, int snapshots, boolean more) {
    /** A file that changes with every run must not fill the memory. */
    static final int MOST_VERSIONS = 100;

    public KeyVersions {
        versions = List.copyOf(versions);
    }

    /**
     * One content.
     *
     * @param entry as the newest snapshot has it that holds this content
     */
    public record Version(ManifestEntry entry, String first, String last, int snapshots) {}

    /** Collects the entries of one key, the newest snapshot's first. */
    static final class Builder {
        private final List<Version> versions = new ArrayList<>();
        private int snapshots;
        private boolean more;

        void add(String snapshot, ManifestEntry entry) {
            snapshots++;
            for (int i = 0; i < versions.size(); i++) {
                Version known = versions.get(i);
                if (Comparison.sameContent(known.entry(), entry)) {
                    versions.set(i, new Version(known.entry(), snapshot, known.last(), known.snapshots() + 1));
                    return;
                }
            }
            if (versions.size() < MOST_VERSIONS) {
                versions.add(new Version(entry, snapshot, snapshot, 1));
            } else {
                more = true;
            }
        }

        KeyVersions build(String bucket, String key) {
            return new KeyVersions(bucket, key, versions, snapshots, more);
        }
    }
}

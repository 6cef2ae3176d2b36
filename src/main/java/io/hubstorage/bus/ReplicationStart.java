package io.hubstorage.bus;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a replication. A flat object in JSON, which may be empty.
 *
 * @param to the folder of the copy, a whole path; as {@code replication.to} says when absent
 * @param snapshots {@code all} or {@code latest} alone, or names of snapshots; all when absent or empty
 * @param prune whether snapshots that the data folder has no more go from the copy, too; as {@code replication.prune} says when absent
 * @param maxMbPerSecond how fast files are copied, in 1,000,000 bytes a second; as {@code replication.max_mb_per_second} says when
 *     absent
 */
public record ReplicationStart(
        @Nullable Trigger trigger,
        @Nullable String to,
        List<String> snapshots,
        @Nullable Boolean prune,
        @Nullable Double maxMbPerSecond) {
    public static final String ALL = "all";
    public static final String LATEST = "latest";
    public static final double LEAST_MB = 0.1;

    /** Copies the list, without what it says twice. */
    public ReplicationStart {
        snapshots = snapshots == null || snapshots.isEmpty()
                ? List.of(ALL)
                : snapshots.stream().distinct().toList();
    }

    /** What is wrong with it, in a phrase. */
    public Optional<String> problem() {
        if (snapshots.size() > 1 && (snapshots.contains(ALL) || snapshots.contains(LATEST))) {
            return Optional.of("snapshots: found %s, allowed: all alone, latest alone, or names of snapshots"
                    .formatted(String.join(", ", snapshots)));
        }
        return maxMbPerSecond != null && !(maxMbPerSecond == 0 || maxMbPerSecond >= LEAST_MB)
                ? Optional.of("max_mb_per_second: found %s, allowed: %s or more, or 0 for no limit"
                        .formatted(maxMbPerSecond, LEAST_MB))
                : Optional.empty();
    }
}

package io.hubstorage.bus;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a drill. A flat object in JSON, which may be empty.
 *
 * @param sample how many files are brought back, 1 to 1000; of each bucket one at least, so that it may be more; 20 when absent
 * @param buckets of the newest snapshot that has them; all when absent or empty
 * @param to {@code s3://bucket/prefix}, below which a prefix of the drill's own is made and removed; as {@code verify.drill_to} says when
 *     absent, and without that a folder in the data folder
 * @param seed of the choice, to try the same files again
 */
public record DrillStart(
        @Nullable Trigger trigger,
        @Nullable Integer sample,
        List<String> buckets,
        @Nullable String to,
        @Nullable Long seed) {
    public static final int USUAL = 20;
    public static final int MOST = 1_000;

    public DrillStart {
        buckets = buckets == null ? List.of() : List.copyOf(buckets);
        sample = sample == null ? USUAL : sample;
    }

    /** What is wrong with it, in a phrase. */
    public Optional<String> problem() {
        return sample != null && sample >= 1 && sample <= MOST
                ? Optional.empty()
                : Optional.of("sample: found %d, allowed: 1 to %d".formatted(sample, MOST));
    }
}

package io.hubstorage.bus;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks for snapshots to be removed. A flat object in JSON, which may be empty.
 *
 * @param digest of the preview that somebody has looked at: just what it says is removed, and its policy counts as confirmed from then
 *     on. Without it, what the policy says now, and nothing unless somebody has confirmed that policy
 * @param snapshot this one alone, by hand, whatever the policy says of it; needs no digest
 */
public record RetentionStart(
        @Nullable Trigger trigger,
        @Nullable String digest,
        @Nullable String snapshot) {
    /** What is wrong with it, in a phrase. */
    public Optional<String> problem() {
        if (snapshot != null && snapshot.isBlank()) {
            return Optional.of("snapshot: found a blank text, allowed: the name of a snapshot");
        }
        return snapshot != null && digest != null
                ? Optional.of("snapshot: found it beside a digest, allowed: one of the two")
                : Optional.empty();
    }
}

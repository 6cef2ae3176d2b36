package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The whole state of the replication in progress: what {@code replication.progress} carries. A flat object in JSON. */
public record ReplicationState(
        String runId,
        Trigger trigger,
        Instant startedAt,
        Instant at,
        RunPhase phase,
        @JsonUnwrapped ReplicationRecord.What what,
        @JsonUnwrapped ReplicationRecord.Outcome outcome,
        @JsonUnwrapped Position position)
        implements JobState {
    /**
     * Where it is.
     *
     * @param snapshot that is being copied; absent between two
     * @param done what of it is in the copy
     * @param total what it holds
     */
    public record Position(@Nullable String snapshot, Tally done, Tally total) {
        public static final Position NONE = new Position(null, Tally.ZERO, Tally.ZERO);
    }
}

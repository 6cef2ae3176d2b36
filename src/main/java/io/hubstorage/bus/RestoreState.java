package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole state of the restore in progress: what {@code restore.progress} carries. A flat object in JSON.
 *
 * @param transfers some of the objects that are being written now, at most eight
 */
public record RestoreState(
        String runId,
        Trigger trigger,
        Instant startedAt,
        Instant at,
        @JsonUnwrapped RestoreRecord.What what,
        @JsonUnwrapped Progress progress,
        List<RunState.Transfer> transfers)
        implements JobState {
    /**
     * How far it is.
     *
     * @param retryAt when what failed is tried again, while {@link RunPhase#RETRYING}
     * @param outcome so far; what is not settled is {@code left}
     * @param toWrite what the plan says is to be written
     * @param bytesWritten of it, the objects that are under way included
     * @param etaSeconds a guess
     */
    public record Progress(
            RunPhase phase,
            @Nullable Instant retryAt,
            @JsonUnwrapped RestoreRecord.Outcome outcome,
            Tally toWrite,
            long bytesWritten,
            double bytesPerSecond,
            @Nullable Long etaSeconds) {}
}

package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;

/**
 * The whole state of the proofs in progress: what {@code verify.progress} carries. A flat object in JSON.
 *
 * @param phase {@link RunPhase#PREPARING} while it looks at what there is, {@link RunPhase#WAITING} for the end of a backup
 */
public record VerifyState(
        String runId,
        Trigger trigger,
        Instant startedAt,
        Instant at,
        RunPhase phase,
        @JsonUnwrapped VerifyRecord.Cycle cycle,
        @JsonUnwrapped VerifyRecord.Outcome outcome)
        implements JobState {}

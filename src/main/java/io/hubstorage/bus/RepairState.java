package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;

/** The whole state of the repair in progress: what {@code repair.progress} carries. A flat object in JSON. */
public record RepairState(
        String runId,
        Trigger trigger,
        Instant startedAt,
        Instant at,
        RunPhase phase,
        @JsonUnwrapped RepairMessage.Request what,
        @JsonUnwrapped RepairRecord.Outcome outcome)
        implements JobState {}

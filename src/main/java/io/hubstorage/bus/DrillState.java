package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;

/** The whole state of the drill in progress: what {@code drill.progress} carries. A flat object in JSON. */
public record DrillState(
        String runId,
        Trigger trigger,
        Instant startedAt,
        Instant at,
        RunPhase phase,
        @JsonUnwrapped DrillRecord.What what,
        @JsonUnwrapped DrillRecord.Outcome outcome)
        implements JobState {}

package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;

/** The whole state of the retention in progress: what {@code retention.progress} carries. A flat object in JSON. */
public record RetentionState(
        String runId,
        Trigger trigger,
        Instant startedAt,
        Instant at,
        RunPhase phase,
        @JsonUnwrapped RetentionRecord.What what,
        @JsonUnwrapped RetentionRecord.Outcome outcome)
        implements JobState {}

package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;

/**
 * The whole state of a job that is under way, as {@code hubstorage.<kind>.progress} tells it: a record, and a flat object in JSON
 * with the member {@code kind}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RunState.class, name = "backup"),
    @JsonSubTypes.Type(value = RestoreState.class, name = "restore"),
    @JsonSubTypes.Type(value = DrillState.class, name = "drill"),
    @JsonSubTypes.Type(value = VerifyState.class, name = "verify"),
    @JsonSubTypes.Type(value = RepairState.class, name = "repair"),
    @JsonSubTypes.Type(value = RetentionState.class, name = "retention"),
    @JsonSubTypes.Type(value = ReplicationState.class, name = "replication")
})
public sealed interface JobState
        permits RunState, RestoreState, DrillState, VerifyState, RepairState, RetentionState, ReplicationState {
    default JobKind kind() {
        return switch (this) {
            case RunState _ -> JobKind.BACKUP;
            case RestoreState _ -> JobKind.RESTORE;
            case DrillState _ -> JobKind.DRILL;
            case VerifyState _ -> JobKind.VERIFY;
            case RepairState _ -> JobKind.REPAIR;
            case RetentionState _ -> JobKind.RETENTION;
            case ReplicationState _ -> JobKind.REPLICATION;
        };
    }

    String runId();

    /** When it was so. */
    Instant at();
}

package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One job as the history keeps it and {@code hubstorage.<kind>.finished} tells it: a record, and a flat object in JSON whose member
 * {@code kind} says which one. Without that member it is a backup's, as in the lines of earlier versions.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RunRecord.class, name = "backup"),
    @JsonSubTypes.Type(value = RestoreRecord.class, name = "restore"),
    @JsonSubTypes.Type(value = DrillRecord.class, name = "drill"),
    @JsonSubTypes.Type(value = VerifyRecord.class, name = "verify"),
    @JsonSubTypes.Type(value = RepairRecord.class, name = "repair"),
    @JsonSubTypes.Type(value = RetentionRecord.class, name = "retention"),
    @JsonSubTypes.Type(value = ReplicationRecord.class, name = "replication")
})
public sealed interface JobRecord
        permits RunRecord, RestoreRecord, DrillRecord, VerifyRecord, RepairRecord, RetentionRecord, ReplicationRecord {
    default JobKind kind() {
        return switch (this) {
            case RunRecord _ -> JobKind.BACKUP;
            case RestoreRecord _ -> JobKind.RESTORE;
            case DrillRecord _ -> JobKind.DRILL;
            case VerifyRecord _ -> JobKind.VERIFY;
            case RepairRecord _ -> JobKind.REPAIR;
            case RetentionRecord _ -> JobKind.RETENTION;
            case ReplicationRecord _ -> JobKind.REPLICATION;
        };
    }

    /** Names the job, and sorts it by when it began. */
    String runId();

    Trigger trigger();

    Instant startedAt();

    RunEnd end();

    /** The same with another end. */
    JobRecord with(RunEnd other);

    /** Whether it was about this bucket by name. What is about all that is stored, as a cycle of proofs, is about none. */
    default boolean concerns(String bucket) {
        return switch (this) {
            case RunRecord run -> run.tried().anyMatch(each -> each.bucket().equals(bucket));
            case RestoreRecord restore -> restore.what().buckets().contains(bucket);
            case RepairRecord repair -> repair.what().buckets().contains(bucket);
            case DrillRecord _, VerifyRecord _, RetentionRecord _, ReplicationRecord _ -> false;
        };
    }

    /** Whether it only tried out what it would do. */
    default boolean dryRun() {
        return false;
    }

    /** Whether it did, and not only tried out, all that it was there for. */
    default boolean succeeded() {
        return result() == RunResult.SUCCESS;
    }

    /** Whether nothing is missing that its readers rely on, and that JSON can leave out. */
    default boolean whole() {
        return end() != null
                && Stream.of(runId(), trigger(), startedAt(), result()).allMatch(Objects::nonNull);
    }

    default RunResult result() {
        return end().result();
    }

    default @Nullable Instant finishedAt() {
        return end().finishedAt();
    }

    default @Nullable String message() {
        return end().message();
    }
}

package io.hubstorage.bus;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests to the restore room and their answers; what is planned is asked for by a {@link RestoreRequest}. */
public sealed interface RestoreMessage {
    /** Where a restore stands. */
    enum State {
        PLANNING,
        /** It can be started. */
        PLANNED,
        /** It cannot, and its plan says why. */
        REFUSED,
        RUNNING,
        /** Its record says how; where something is left, starting it again goes on. */
        ENDED
    }

    /**
     * One restore.
     *
     * @param request as it was asked for, with snapshot, buckets and target filled in once it is planned
     * @param progress while it runs in this process
     * @param record once it was started
     */
    record View(
            String id,
            State state,
            Instant createdAt,
            RestoreRequest request,
            @Nullable RestorePlan plan,
            @Nullable RestoreState progress,
            @Nullable RestoreRecord record)
            implements RestoreMessage {}

    /** Starts what was planned, or goes on with it; the digest is that of the plan. */
    record Start(String id, String digest, @Nullable Trigger trigger) implements RestoreMessage {}

    /** It has begun. */
    record Started(String runId) implements RestoreMessage {}

    /** Asks for one. */
    record Get(String id) implements RestoreMessage {}

    /**
     * Asks for those that there are, the newest first.
     *
     * @param limit 1 to 1000, 50 when absent
     * @param before only those older than this one
     */
    record Query(@Nullable Integer limit, @Nullable String before) implements RestoreMessage {}

    /**
     * Restores, the newest first.
     *
     * @param folder below which restores to a folder may write; absent where none may
     */
    record Page(List<View> restores, @Nullable String folder) implements RestoreMessage {}

    /** Stops the one that runs; {@code id}, when given, must be its. */
    record Cancel(@Nullable String id) implements RestoreMessage {}

    /** Forgets a plan that is not under way, and stops one that is being made. What was written stays, and so does its record. */
    record Remove(String id) implements RestoreMessage {}

    /** Nothing more to say. */
    record Done(String id) implements RestoreMessage {}

    /**
     * Asks for the objects of a plan.
     *
     * @param action {@code write}, {@code identical}, {@code skip}, {@code fail} or {@code delete}; or {@code not_written}, once
     *     it has ended, for what was skipped or failed after all; every one when absent
     * @param after as the page before said in {@code next}
     * @param limit 1 to 1000, 100 when absent
     */
    record ObjectsQuery(
            String id,
            @Nullable String action,
            @Nullable Long after,
            @Nullable Integer limit) implements RestoreMessage {}

    /**
     * Objects in the order of the plan.
     *
     * @param next absent on the last page
     */
    record Objects(List<Item> objects, @Nullable Long next) implements RestoreMessage {}

    /** What there was in the target when the plan was made. */
    record Seen(long size, Instant lastModified) {}

    /** One object of a plan. */
    record Item(
            String bucket,
            String key,
            String to,
            long size,
            String action,
            @Nullable String reason,
            @Nullable String detail,
            @Nullable Seen found) {}
}

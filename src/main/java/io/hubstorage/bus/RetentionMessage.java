package io.hubstorage.bus;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests about what is kept and what was removed, and their answers; a removal is asked for by a {@link RetentionStart}. */
public sealed interface RetentionMessage {
    /**
     * How retention stands.
     *
     * @param enabled whether it runs by itself
     * @param confirmed whether somebody has confirmed a preview of this policy; as long as nobody has, it removes nothing by itself
     * @param policy as {@code retention} in the configuration
     * @param last the newest one that has ended, whoever asked for it
     * @param trash what can be had back, and what is being deleted, the newest snapshot first
     */
    record Status(
            boolean enabled,
            boolean confirmed,
            Object policy,
            @Nullable RetentionRecord last,
            List<Removed> trash) implements RetentionMessage {}

    /**
     * A snapshot that was removed.
     *
     * @param byHand whether somebody wanted just this one removed; else the policy did
     * @param until when its deletion begins, unless the disk gets too full before; absent once it has begun
     * @param freedBytes what the disk gets back by it, in whole blocks; absent where nobody knows
     * @param shortened why its deletion began before its time; absent when it did not
     */
    record Removed(
            String snapshot,
            boolean byHand,
            Instant removedAt,
            @Nullable Instant until,
            @Nullable Long freedBytes,
            @Nullable String shortened)
            implements RetentionMessage {}

    /**
     * Asks what the policy, or another one, would do. Nothing is removed.
     *
     * @param rules to try in place of those of the configuration, with the members that {@code retention} has for them; what it does not
     *     name is 0. Absent for those of the configuration
     * @param snapshot counts what removing this one alone frees; absent for all that would go
     */
    record Query(
            @Nullable Map<String, Object> rules, @Nullable String snapshot) implements RetentionMessage {}

    /**
     * What the policy says now of every snapshot.
     *
     * @param digest to be given to start just this
     * @param confirmed as in {@link Status}
     * @param suspended a sentence that says why nothing goes now, whatever the rules say; absent when the rules decide
     * @param freedBytes what the disk gets back when all that do not stay, or the one that was asked about, have been deleted, in whole
     *     blocks; absent as long as it is being counted: ask again
     * @param undoHours how long they can be had back
     * @param verdicts of all snapshots, the newest first, those of the old tool last
     */
    record Preview(
            String digest,
            boolean confirmed,
            @Nullable String suspended,
            @Nullable Long freedBytes,
            double undoHours,
            List<Verdict> verdicts)
            implements RetentionMessage {}

    /**
     * What becomes of one snapshot.
     *
     * @param startedAt absent for one of the old tool
     * @param stays whether there is a reason for it
     * @param removable whether it can be removed by hand
     */
    record Verdict(String snapshot, @Nullable Instant startedAt, boolean stays, boolean removable, List<Reason> reasons)
            implements RetentionMessage {}

    /**
     * Why a snapshot stays.
     *
     * @param kind {@code pinned}, {@code in_use}, {@code last_success}, {@code newest}, {@code alarm}, {@code legacy}, {@code future},
     *     {@code clock} or {@code rule}; later versions may know more
     * @param text a phrase for people: {@code daily 3 of 14}
     */
    record Reason(String kind, String text) implements RetentionMessage {}

    /** Brings back what was removed: this snapshot, or every one that still can be. */
    record Undo(@Nullable String snapshot) implements RetentionMessage {}

    /**
     * What came back, and what did not.
     *
     * @param restored names of snapshots
     * @param refused those that were asked for and did not come back, with the reason
     */
    record Undone(List<String> restored, List<Refused> refused) implements RetentionMessage {}

    /** One that did not come back. */
    record Refused(String snapshot, String why) implements RetentionMessage {}

    /** Stops the one that runs; {@code run_id}, when given, must be its. Also the answer. */
    record Cancel(@Nullable String runId) implements RetentionMessage {}
}

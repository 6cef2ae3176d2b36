package io.hubstorage.bus;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One run as the history keeps it and {@code backup.finished} tells it.
 *
 * @param allBuckets whether it was to cover every configured bucket, not only some that were asked for; absent in records
 *     of earlier versions
 * @param snapshot the snapshot that holds the truth as of this run: the one it made, or the earlier one that still agrees
 * @param newSnapshot whether this run made it
 * @param attempts how many attempts it took
 * @param message one sentence for people: what happened and, when something is wrong, what to do
 * @param alarms what somebody should look at although the run succeeded
 * @param filesCheckedAt when the files of this run's buckets were last looked at, each by name, size and time, the bucket
 *     looked at longest ago; absent where nothing was concluded from it, and in records of earlier versions
 * @param stoppedInOrder of one that was interrupted: whether the program was told to stop, and did not just end
 */
public record RunRecord(
        String runId,
        Trigger trigger,
        boolean dryRun,
        @Nullable Boolean allBuckets,
        Instant startedAt,
        @Nullable Instant finishedAt,
        RunResult result,
        @Nullable String snapshot,
        boolean newSnapshot,
        int attempts,
        List<BucketRecord> buckets,
        BucketCounts totals,
        @Nullable String message,
        List<Alarm> alarms,
        @Nullable Instant filesCheckedAt,
        boolean stoppedInOrder) {
    /** Copies the alarms; records of earlier versions have none. */
    public RunRecord {
        alarms = alarms == null ? List.of() : List.copyOf(alarms);
    }

    /** Whether it was to cover every configured bucket. Earlier versions did not say, but linked over what a run left out. */
    public boolean coversAllBuckets() {
        return allBuckets == null ? buckets.stream().noneMatch(BucketRecord::isLeftOut) : allBuckets;
    }

    /** Whether every configured bucket was safe when it ended. */
    public boolean leavesAllSafe() {
        return !dryRun && result == RunResult.SUCCESS && coversAllBuckets();
    }

    /** The buckets that it was to back up. */
    public Stream<BucketRecord> tried() {
        return buckets.stream().filter(bucket -> !bucket.isLeftOut());
    }

    /** Of a run that concludes nothing from the files there are. */
    public RunRecord(
            String runId,
            Trigger trigger,
            boolean dryRun,
            @Nullable Boolean allBuckets,
            Instant startedAt,
            @Nullable Instant finishedAt,
            RunResult result,
            @Nullable String snapshot,
            boolean newSnapshot,
            int attempts,
            List<BucketRecord> buckets,
            BucketCounts totals,
            @Nullable String message,
            List<Alarm> alarms) {
        this(
                runId,
                trigger,
                dryRun,
                allBuckets,
                startedAt,
                finishedAt,
                result,
                snapshot,
                newSnapshot,
                attempts,
                buckets,
                totals,
                message,
                alarms,
                null);
    }

    /** Of a run that was not stopped with the program. */
    public RunRecord(
            String runId,
            Trigger trigger,
            boolean dryRun,
            @Nullable Boolean allBuckets,
            Instant startedAt,
            @Nullable Instant finishedAt,
            RunResult result,
            @Nullable String snapshot,
            boolean newSnapshot,
            int attempts,
            List<BucketRecord> buckets,
            BucketCounts totals,
            @Nullable String message,
            List<Alarm> alarms,
            @Nullable Instant filesCheckedAt) {
        this(
                runId,
                trigger,
                dryRun,
                allBuckets,
                startedAt,
                finishedAt,
                result,
                snapshot,
                newSnapshot,
                attempts,
                buckets,
                totals,
                message,
                alarms,
                filesCheckedAt,
                false);
    }

    /** The same, stopped because the program was told to stop. */
    public RunRecord inOrder() {
        return new RunRecord(
                runId,
                trigger,
                dryRun,
                allBuckets,
                startedAt,
                finishedAt,
                result,
                snapshot,
                newSnapshot,
                attempts,
                buckets,
                totals,
                message,
                alarms,
                filesCheckedAt,
                true);
    }

    /** The same, whose message goes on with this. */
    public RunRecord saying(String more) {
        return new RunRecord(
                runId,
                trigger,
                dryRun,
                allBuckets,
                startedAt,
                finishedAt,
                result,
                snapshot,
                newSnapshot,
                attempts,
                buckets,
                totals,
                message == null ? more : message + more,
                alarms,
                filesCheckedAt,
                stoppedInOrder);
    }

    /**
     * One bucket of a run.
     *
     * @param result how it ended; of one that was left out, how it ended when it was last part of a run
     * @param leftOut whether it was no part of this run, and is in the snapshot as it was in the one before
     * @param listingComplete whether the listing reached its end; if not, nothing was concluded from it
     * @param failures the first of them, named
     * @param failuresTotal how many there were in all
     * @param error why the bucket as a whole failed
     */
    public record BucketRecord(
            String bucket,
            RunResult result,
            boolean leftOut,
            boolean listingComplete,
            BucketCounts counts,
            List<Failure> failures,
            long failuresTotal,
            @Nullable String error) {
        /** Whether it was no part of the run; earlier versions called that a success without a listing. */
        public boolean isLeftOut() {
            return leftOut || (result == RunResult.SUCCESS && !listingComplete);
        }
    }

    /**
     * Something that looks like a mistake outside of HubStorage. Until somebody has looked, no snapshot from before it may
     * be pruned.
     *
     * @param kind {@code shrunk}: the bucket lost more objects than {@code guards.max_shrink_percent} allows
     * @param before objects listed by the last run
     * @param now objects listed by this run
     * @param message one sentence for people
     */
    public record Alarm(String bucket, String kind, long before, long now, String message) {}

    /** One object that could not be copied. */
    public record Failure(String key, String kind, String cause) {}
}

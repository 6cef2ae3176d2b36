package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One run as the history keeps it and {@code backup.finished} tells it; a flat object in JSON.
 *
 * @param alarms what somebody should look at although the run succeeded
 */
public record RunRecord(
        @JsonUnwrapped RunStart start,
        @JsonUnwrapped RunEnd end,
        @JsonUnwrapped CurrentSnapshot current,
        List<BucketRecord> buckets,
        List<Alarm> alarms)
        implements JobRecord {
    /**
     * The snapshot that is current when a run has ended.
     *
     * @param snapshot its name: of the one that the run made, or of the earlier one that has all that S3 lists
     * @param newSnapshot whether this run made it
     * @param filesCheckedAt when the files of the run's buckets were last looked at, each by name, size and time, the bucket
     *     looked at longest ago; absent where nothing was concluded from it, and in records of earlier versions
     */
    public record CurrentSnapshot(
            @Nullable String snapshot,
            boolean newSnapshot,
            @Nullable Instant filesCheckedAt) {
        /** Nothing was concluded, and nothing made. */
        public static final CurrentSnapshot NONE = new CurrentSnapshot(null, false, null);
    }

    /** Copies the alarms; records of earlier versions have none. */
    public RunRecord {
        alarms = alarms == null ? List.of() : List.copyOf(alarms);
    }

    public static RunRecord running(RunStart start) {
        return new RunRecord(
                start, new RunEnd(RunResult.RUNNING, null, 0, null), CurrentSnapshot.NONE, List.of(), List.of());
    }

    @Override
    public String runId() {
        return start.runId();
    }

    @Override
    public Trigger trigger() {
        return start.trigger();
    }

    @Override
    public boolean dryRun() {
        return start.dryRun();
    }

    @Override
    public Instant startedAt() {
        return start.startedAt();
    }

    public @Nullable String snapshot() {
        return current.snapshot();
    }

    public boolean newSnapshot() {
        return current.newSnapshot();
    }

    public int attempts() {
        return end.attempts();
    }

    /** The sum over the buckets. */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public BucketCounts totals() {
        return buckets.stream().map(BucketRecord::counts).reduce(BucketCounts.ZERO, BucketCounts::plus);
    }

    /** Whether it was to cover every configured bucket. Earlier versions did not say, but linked over what a run left out. */
    public boolean coversAllBuckets() {
        return start.allBuckets() == null
                ? buckets.stream().noneMatch(bucket -> bucket.outcome().leftOut())
                : start.allBuckets();
    }

    /** Whether every configured bucket was safe when it ended. */
    public boolean leavesAllSafe() {
        return !dryRun() && result() == RunResult.SUCCESS && coversAllBuckets();
    }

    @Override
    public boolean succeeded() {
        return leavesAllSafe();
    }

    @Override
    public boolean whole() {
        return start != null && JobRecord.super.whole() && buckets != null;
    }

    /** The buckets that it was to back up. */
    public Stream<BucketRecord> tried() {
        return buckets.stream().filter(bucket -> !bucket.outcome().leftOut());
    }

    @Override
    public RunRecord with(RunEnd other) {
        return new RunRecord(start, other, current, buckets, alarms);
    }

    /** One bucket of a run; unless {@code listingComplete}, nothing was concluded from its listing. */
    public record BucketRecord(String bucket, @JsonUnwrapped BucketOutcome outcome, boolean listingComplete) {
        /** Earlier versions called one that was no part of the run a success without a listing. */
        public BucketRecord {
            if (outcome.result() == RunResult.SUCCESS && !listingComplete) {
                outcome = new BucketOutcome(
                        outcome.result(),
                        true,
                        outcome.counts(),
                        outcome.failures(),
                        outcome.failuresTotal(),
                        outcome.error());
            }
        }

        public RunResult result() {
            return outcome.result();
        }

        public BucketCounts counts() {
            return outcome.counts();
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

    public record Failure(String key, String kind, String cause) {}
}

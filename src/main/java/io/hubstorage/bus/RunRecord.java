package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One run as the history keeps it and {@code backup.finished} tells it; a flat object in JSON.
 *
 * @param alarms what somebody should look at although the run succeeded
 * @param workersLost workers on other machines that fell silent meanwhile; what they had to do others did
 */
public record RunRecord(
        @JsonUnwrapped RunStart start,
        @JsonUnwrapped RunEnd end,
        @JsonUnwrapped CurrentSnapshot current,
        List<BucketRecord> buckets,
        List<Alarm> alarms,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<WorkersMessage.Lost> workersLost)
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

    /** Copies the lists, which records of earlier versions have not. */
    public RunRecord {
        alarms = alarms == null ? List.of() : List.copyOf(alarms);
        workersLost = workersLost == null ? List.of() : List.copyOf(workersLost);
    }

    /** Of a run that no worker was lost in. */
    public RunRecord(
            RunStart start, RunEnd end, CurrentSnapshot current, List<BucketRecord> buckets, List<Alarm> alarms) {
        this(start, end, current, buckets, alarms, List.of());
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

    /** Why something failed, grouped: one cause for all that ask for the same of whoever reads of them. Empty where nothing failed. */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public List<FailureCause> causes() {
        return FailureCause.of(tried(), end);
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
        return new RunRecord(start, other, current, buckets, alarms, workersLost);
    }

    /** The same, with these. */
    public RunRecord losing(List<WorkersMessage.Lost> workers) {
        return new RunRecord(start, end, current, buckets, alarms, workers);
    }

    /** One bucket of a run; unless {@code listingComplete}, nothing was concluded from its listing. */
    public record BucketRecord(String bucket, @JsonUnwrapped BucketOutcome outcome, boolean listingComplete) {
        /** Earlier versions called one that was no part of the run a success without a listing. */
        public BucketRecord {
            if (outcome.result() == RunResult.SUCCESS && !listingComplete) {
                outcome = outcome.asLeftOut();
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

    /**
     * One object that could not be copied.
     *
     * @param kind a word for it: one of those that S3 failures have, or of {@link FailureCause}
     * @param cause a sentence for people
     * @param size in bytes, where that is known
     */
    public record Failure(
            String key,
            String kind,
            String cause,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Long size) {
        /** Of one whose size nobody knows. */
        public Failure(String key, String kind, String cause) {
            this(key, kind, cause, null);
        }

        /** As what it counts. */
        public Tally tally() {
            return Tally.of(size == null ? 0 : size);
        }

        /**
         * Some of them to name: as many as a record has room for, of each kind a few, else the first ones. In their order.
         */
        public static List<Failure> some(Stream<Failure> all) {
            Naming naming = new Naming();
            all.forEach(naming::add);
            return naming.named();
        }
    }

    /** Chooses what failures are named, as they come, and remembers no more than that. Not thread-safe. */
    public static final class Naming {
        private final Map<String, Integer> ofKind = new HashMap<>();
        private final List<Failure> named = new ArrayList<>();

        public void add(Failure failure) {
            if (ofKind.merge(failure.kind(), 1, Integer::sum) <= FailureCause.EXAMPLES) {
                named.add(failure);
                makeRoom();
            } else if (named.size() < BucketOutcome.MAX_FAILURES) {
                named.add(failure);
            }
        }

        /** The last one goes of the kind that has the most; with more kinds than there is room for, the last one. */
        private void makeRoom() {
            if (named.size() > BucketOutcome.MAX_FAILURES) {
                Map<String, Integer> counts = new HashMap<>();
                named.forEach(failure -> counts.merge(failure.kind(), 1, Integer::sum));
                String most = Collections.max(counts.entrySet(), Map.Entry.comparingByValue())
                        .getKey();
                for (int i = named.size() - 1; i >= 0; i--) {
                    if (named.get(i).kind().equals(most)) {
                        named.remove(i);
                        return;
                    }
                }
            }
        }

        public List<Failure> named() {
            return List.copyOf(named);
        }
    }
}

package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole state of the run in progress: what {@code backup.progress} carries, as a flat object. Counts never go down within
 * an attempt, but for {@code failed} and {@code kept} of objects that are tried again.
 *
 * @param buckets in the order of the configuration
 * @param transfers some of the objects that are being downloaded now, at most eight
 */
public record RunState(
        @JsonUnwrapped RunStart start,
        Instant at,
        @JsonUnwrapped Stage stage,
        List<BucketState> buckets,
        @JsonUnwrapped Progress progress,
        List<Transfer> transfers)
        implements JobState {
    /**
     * What the run does.
     *
     * @param attempt 1 for the first
     * @param retryAt when the next attempt begins, while {@link RunPhase#RETRYING}
     * @param waiting what the whole run waits for, while it does
     * @param bandwidthLimit how fast it may download, while there is a limit
     */
    public record Stage(
            RunPhase phase,
            int attempt,
            int maxAttempts,
            @Nullable Instant retryAt,
            @Nullable String message,
            @Nullable Waiting waiting,
            @Nullable BandwidthLimit bandwidthLimit) {}

    /**
     * How far it is.
     *
     * @param totals the sum over the buckets
     * @param toDownload what is known to need a download, done ones included; grows while listing
     * @param bytesPerSecond received, smoothed over some seconds
     * @param objectsPerSecond settled (linked or downloaded), smoothed
     * @param etaSeconds a guess, absent while still listing
     */
    public record Progress(
            BucketCounts totals,
            Tally toDownload,
            long bytesReceived,
            double bytesPerSecond,
            double objectsPerSecond,
            @Nullable Long etaSeconds) {
        public static final Progress NONE = new Progress(BucketCounts.ZERO, Tally.ZERO, 0, 0, 0, null);
    }

    @Override
    public String runId() {
        return start.runId();
    }

    public RunPhase phase() {
        return stage.phase();
    }

    public @Nullable Waiting waiting() {
        return stage.waiting();
    }

    /** The keys of {@link #transfers}, {@code bucket/key}. */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public List<String> inFlight() {
        return transfers.stream().map(each -> each.bucket() + "/" + each.key()).toList();
    }

    /**
     * Work that cannot go on, because what it needs does not do its part; it goes on by itself as soon as that does.
     *
     * @param what {@code s3} or, before a run can begin, {@code data_folder}
     * @param cause in a few plain words: {@code connection refused}, {@code timed out}, {@code 503 SlowDown}
     * @param buckets which ones it concerns; empty where buckets are still being looked for
     * @param detail the last failure in full, with what to do; absent where nothing is known but silence
     */
    public record Waiting(
            String what,
            String cause,
            Instant since,
            List<String> buckets,
            @Nullable String detail) {
        /** For {@link #what()}. */
        public static final String S3 = "s3";

        /** For {@link #what()}. */
        public static final String DATA_FOLDER = "data_folder";
    }

    /** One object on its way: body bytes received so far, no more than {@code size}. */
    public record Transfer(String bucket, String key, long size, long received) {}

    /**
     * One bucket of the run.
     *
     * @param progress of all its shards together
     * @param waiting what this bucket waits for, while it does, be it alone or with the others
     */
    public record BucketState(
            String bucket,
            RunPhase phase,
            @JsonUnwrapped TransferMessage.Progress progress,
            @Nullable String error,
            @Nullable Waiting waiting) {}
}

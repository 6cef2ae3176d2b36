package io.hubstorage.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code config.json}, validated, as {@link ConfigParser} reads it; members are named as in {@code conf/config.schema.json},
 * which also has their meanings, and absent ones have been given their defaults. Holds no secret.
 *
 * @param buckets the configured buckets; empty together with {@code dynamicBuckets} off means "needs set-up"
 * @param dynamicBuckets every bucket found, by {@code use_dynamic_buckets} or {@code ["*"]}
 * @param awsProfile {@code aws_profile} of an old file; the environment's {@code AWS_PROFILE} wins
 * @param localBasePath {@code local_base_path}; the environment's {@code HUBSTORAGE_DATA_PATH} wins. Ask
 *     {@link ConfigStore#dataPath} for what holds
 */
public record HubConfig(
        @JsonProperty("s3_buckets") List<BucketSpec> buckets,
        @JsonProperty("use_dynamic_buckets") boolean dynamicBuckets,
        SyncOptions syncOptions,
        Logging logging,
        Automation automation,
        Guards guards,
        Verify verify,
        Transfer transfer,
        @Nullable String awsProfile,
        @Nullable String localBasePath) {

    /** The same but for the buckets. */
    public HubConfig withBuckets(List<BucketSpec> others, boolean dynamic) {
        return new HubConfig(
                List.copyOf(others),
                dynamic,
                syncOptions,
                logging,
                automation,
                guards,
                verify,
                transfer,
                awsProfile,
                localBasePath);
    }

    /** Whether requests to a bucket say that we pay for them. */
    public boolean requestPayer(String bucket) {
        return syncOptions.requestPayer()
                || buckets.stream().anyMatch(spec -> spec.name().equals(bucket) && spec.requestPayer());
    }

    /** The same with the schedule switched on. */
    public HubConfig withSchedule() {
        return new HubConfig(
                buckets,
                dynamicBuckets,
                syncOptions,
                logging,
                new Automation(
                        true,
                        automation.intervalHours(),
                        automation.cron(),
                        automation.timeZone(),
                        automation.maxRetries(),
                        automation.retryDelayMinutes()),
                guards,
                verify,
                transfer,
                awsProfile,
                localBasePath);
    }

    /**
     * A bucket.
     *
     * @param prefix what its keys must begin with; empty for all
     * @param requestPayer whether we agree to pay for the requests, which some buckets of others demand; see
     *     {@link SyncOptions#requestPayer}
     */
    public record BucketSpec(String name, String prefix, boolean requestPayer) {
        /** A bucket whose owner pays. */
        public BucketSpec(String name, String prefix) {
            this(name, prefix, false);
        }

        /**
         * Whether a bucket can have this name, by S3's rules of today and those of older buckets and other servers; such a
         * name is also safe as the name of a folder.
         */
        public static boolean isName(String text) {
            return ConfigSchema.isBucketName(text);
        }
    }

    /**
     * What is copied.
     *
     * @param delete whether a key gone from S3 is absent from the next snapshot; else it is carried on
     * @param excludePatterns AWS CLI patterns, applied first
     * @param includePatterns AWS CLI patterns, applied after; the last match wins
     * @param storageClass for what is written to S3 (restore); no effect on a backup
     * @param sse likewise
     * @param requestPayer whether we agree to pay for the requests in every bucket that demands it
     */
    public record SyncOptions(
            boolean delete,
            List<String> excludePatterns,
            List<String> includePatterns,
            @Nullable String storageClass,
            boolean sse,
            boolean requestPayer) {}

    /** Log level and rotation. {@code file} is absent when the default place is meant. */
    public record Logging(String level, @Nullable String file, int maxSizeMb, int backupCount) {}

    /**
     * The schedule.
     *
     * @param intervalHours from the start of one run to the start of the next; fractions count
     * @param cron a five-field Unix expression that replaces the interval
     * @param timeZone of {@code cron}; the system's when absent
     * @param maxRetries further attempts after the first
     */
    public record Automation(
            boolean enabled,
            double intervalHours,
            @Nullable String cron,
            @Nullable String timeZone,
            int maxRetries,
            double retryDelayMinutes) {}

    /**
     * When a result is suspicious.
     *
     * @param maxShrinkPercent a bucket that lost more than this since the last snapshot raises an alarm
     */
    public record Guards(double maxShrinkPercent) {}

    /**
     * How the copies on the disk are watched.
     *
     * @param presenceHours where looking at every file of the newest snapshot (name, size, time) takes long, it is done once
     *     in so many hours; elsewhere each run does it
     */
    public record Verify(double presenceHours) {}

    /**
     * How much S3 is asked for at once.
     *
     * @param maxConcurrentRequests requests for objects that may be under way at the same time, over all buckets; as many of
     *     them as the server answers in good time are used
     */
    public record Transfer(int maxConcurrentRequests) {}
}

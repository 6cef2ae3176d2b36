package io.hubstorage.config;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.bus.BusJson;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code config.json}, validated, as {@link ConfigParser} reads it; members are named as in {@code conf/config.schema.json},
 * which also has their meanings, and absent ones have been given their defaults. Holds no secret.
 */
public record HubConfig(
        @JsonUnwrapped Selection selection,
        SyncOptions syncOptions,
        Logging logging,
        Automation automation,
        Guards guards,
        Verify verify,
        Transfer transfer,
        @JsonUnwrapped Overruled overruled) {

    /** The same but for these members, named and nested as in the file. */
    public HubConfig with(JsonObject members) {
        return BusJson.decode(BusJson.encode(this).mergeIn(members, true), HubConfig.class);
    }

    public boolean requestPayer(String bucket) {
        return syncOptions.requestPayer()
                || selection.named(bucket).filter(BucketSpec::requestPayer).isPresent();
    }

    /** How fast bodies may come from S3 at a moment; null for as fast as they do. */
    public @Nullable BandwidthLimit bandwidthLimit(Instant now) {
        String zone = automation.timeZone();
        return transfer.limits().isEmpty()
                ? null
                : new BandwidthTimetable(transfer.limits(), zone == null ? ZoneId.systemDefault() : ZoneId.of(zone))
                        .at(now);
    }

    /**
     * Which buckets are copied.
     *
     * @param dynamic every bucket found, too, by {@code use_dynamic_buckets} or {@code ["*"]}
     */
    public record Selection(
            @JsonProperty("s3_buckets") List<BucketSpec> buckets,
            @JsonProperty("use_dynamic_buckets") boolean dynamic) {
        /** Means "needs set-up". */
        @JsonIgnore
        public boolean isEmpty() {
            return buckets.isEmpty() && !dynamic;
        }

        public List<String> names() {
            return buckets.stream().map(BucketSpec::name).toList();
        }

        public Optional<BucketSpec> named(String name) {
            return buckets.stream().filter(spec -> spec.name.equals(name)).findFirst();
        }
    }

    /**
     * Of old files; the environment wins.
     *
     * @param awsProfile {@code AWS_PROFILE} wins
     * @param localBasePath {@code HUBSTORAGE_DATA_PATH} wins; ask {@link ConfigStore#dataPath} for what holds
     */
    public record Overruled(
            @Nullable String awsProfile, @Nullable String localBasePath) {}

    /**
     * A bucket.
     *
     * @param prefix what its keys must begin with; empty for all
     * @param requestPayer whether we agree to pay for the requests, which some buckets of others demand; see
     *     {@link SyncOptions#requestPayer}
     */
    public record BucketSpec(String name, String prefix, boolean requestPayer) {
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
     * @param timeZone of {@code cron} and of the limits by time of day; the system's when absent
     * @param maxRetries further attempts after the first
     */
    public record Automation(
            boolean enabled,
            double intervalHours,
            @Nullable String cron,
            @Nullable String timeZone,
            int maxRetries,
            double retryDelayMinutes) {}

    /** A bucket that lost more than this since the last snapshot raises an alarm. */
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
     * @param limits how fast bodies may come at which hours; where several hold the lowest counts, where none does there is no
     *     limit. Ask {@link HubConfig#bandwidthLimit} for what holds
     */
    public record Transfer(int maxConcurrentRequests, List<Limit> limits) {}

    /**
     * How fast bodies may come from S3 at some hours of the day, all of them together.
     *
     * @param from the first moment, by the clocks of {@link Automation#timeZone}
     * @param to the first moment after it; on the next day where that is not later than {@code from}, so that the same time
     *     twice is the whole day
     */
    public record Limit(
            @JsonFormat(pattern = "HH:mm") LocalTime from,
            @JsonFormat(pattern = "HH:mm") LocalTime to,
            double mbitPerSecond) {
        boolean holdsAt(LocalTime time) {
            return from.isBefore(to)
                    ? !time.isBefore(from) && time.isBefore(to)
                    : !time.isBefore(from) || time.isBefore(to);
        }
    }
}

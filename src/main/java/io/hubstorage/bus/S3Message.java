package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers of the S3 room. */
public sealed interface S3Message {
    /** Every bucket of the account, by name. */
    record Buckets(List<Bucket> buckets) implements S3Message {}

    /** One bucket. */
    record Bucket(
            String name,
            @Nullable Instant created,
            @Nullable String region) implements S3Message {}

    /**
     * What works and what does not.
     *
     * @param ok whether no step failed
     * @param credentials the specification's {@code configured}, {@code has_access_key}, {@code has_secret_key}, and where
     *     the keys came from
     * @param identity who we are to S3, when there is a service that says so
     */
    record Diagnosis(
            boolean ok,
            String endpoint,
            String region,
            Credentials credentials,
            @Nullable Identity identity,
            List<Step> steps)
            implements S3Message {}

    /** Which credentials were found, never the credentials themselves. */
    record Credentials(
            boolean configured,
            boolean hasAccessKey,
            boolean hasSecretKey,
            @Nullable String source,
            @Nullable String profile)
            implements S3Message {}

    /** The caller as STS names it. */
    record Identity(String account, String arn, String userId) implements S3Message {}

    /** One step of the diagnosis: what was tried, how it went, and what to do about it. */
    record Step(
            String name,
            Outcome outcome,
            String detail,
            @Nullable String remedy) implements S3Message {}

    /** How a step went. */
    enum Outcome {
        /** As it should. */
        @JsonProperty("ok")
        OK,
        /** Not needed for a backup, or not offered by this server. */
        @JsonProperty("skipped")
        SKIPPED,
        /** A backup cannot work like this. */
        @JsonProperty("failed")
        FAILED
    }
}

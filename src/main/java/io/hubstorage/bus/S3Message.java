package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Questions to the S3 room, and its answers. */
public sealed interface S3Message {
    /**
     * Asks for the buckets of the account.
     *
     * @param runId the run that cannot go on without them: an outage is waited out, unless that run is cancelled meanwhile;
     *     absent to be told of a failure at once
     */
    record Discover(@Nullable String runId) implements S3Message {}

    /**
     * Every bucket of the accounts, by name.
     *
     * @param undiscovered the accounts that did not tell, where there are several and another one may have; a lone one that does
     *     not fails the question
     */
    record Buckets(List<Bucket> buckets, List<Undiscovered> undiscovered) implements S3Message {
        public Buckets(List<Bucket> buckets) {
            this(buckets, List.of());
        }
    }

    /**
     * A bucket.
     *
     * @param name as it is called everywhere, {@link BucketName}
     * @param account that it is of; absent for the one that the environment names
     */
    record Bucket(
            String name,
            @Nullable Instant created,
            @Nullable String region,
            @Nullable String account) implements S3Message {
        /** Of the account that the environment names. */
        public Bucket(String name, @Nullable Instant created, @Nullable String region) {
            this(name, created, region, null);
        }

        /** The bucket that S3 calls so, known to be of an account. */
        public Bucket of(@Nullable String itsAccount) {
            return new Bucket(new BucketName(name, itsAccount).toString(), created, region, itsAccount);
        }

        /** Whether its name says the same: a server may name what is none of its, or no bucket. */
        @JsonIgnore
        public boolean isCalledByItsAccount() {
            return Objects.equals(BucketName.parse(name).account(), account);
        }
    }

    /**
     * An account whose buckets could not be listed.
     *
     * @param account absent for the one that the environment names
     * @param error why
     */
    record Undiscovered(@Nullable String account, String error) implements S3Message {
        /** What its buckets are called, whichever they are: {@code *@archive}. */
        public String buckets() {
            return new BucketName("*", account).toString();
        }

        /** Whether it is the account of a bucket of that name. */
        public boolean mayHave(String bucket) {
            return Objects.equals(BucketName.parse(bucket).account(), account);
        }
    }

    /**
     * What works and what does not.
     *
     * @param ok whether no step failed
     * @param credentials the specification's {@code configured}, {@code has_access_key}, {@code has_secret_key}, and where
     *     the keys came from
     * @param identity who we are to S3, when there is a service that says so
     * @param steps none where nothing of the account is backed up, but of named ones
     * @param accounts the named ones, each by itself; {@code ok} is of all
     */
    record Diagnosis(
            boolean ok,
            String endpoint,
            String region,
            Credentials credentials,
            @Nullable Identity identity,
            List<Step> steps,
            List<AccountDiagnosis> accounts)
            implements S3Message {
        /** Without named accounts. */
        public Diagnosis(
                boolean ok,
                String endpoint,
                String region,
                Credentials credentials,
                @Nullable Identity identity,
                List<Step> steps) {
            this(ok, endpoint, region, credentials, identity, steps, List.of());
        }

        /** All that there is, first what is of the account that the environment names; steps of others tell whose they are. */
        public List<Step> allSteps() {
            return Stream.concat(
                            steps.stream(),
                            accounts.stream()
                                    .flatMap(each -> each.steps().stream()
                                            .map(step -> step.named("%s: %s".formatted(each.account(), step.name())))))
                    .toList();
        }
    }

    /** What works and what does not with a named account, as {@link Diagnosis} says it of the other one. */
    record AccountDiagnosis(
            String account,
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
            @Nullable String remedy) implements S3Message {
        Step named(String other) {
            return new Step(other, outcome, detail, remedy);
        }
    }

    /**
     * Asks what patterns would do to the keys of a bucket, of which only a first part is looked at.
     *
     * @param prefix only keys that begin with it; all when absent
     * @param exclude patterns as in {@code config.json}; none when absent
     * @param include likewise
     */
    record FilterTrial(
            String bucket,
            @Nullable String prefix,
            @Nullable List<String> exclude,
            @Nullable List<String> include) implements S3Message {}

    /**
     * What the patterns would do.
     *
     * @param snapshot whose manifest named the keys; absent when S3 listed them
     * @param complete whether every key was looked at
     * @param looked how many keys were, and their bytes
     * @param copied what would be copied, that which is included again among it
     * @param included what an exclude catches but an include brings back
     * @param excludePatterns how many keys each exclude matches, in the order given
     * @param includePatterns likewise for each include
     */
    record FilterOutcome(
            @Nullable String snapshot,
            boolean complete,
            Tally looked,
            Caught copied,
            Caught excluded,
            Caught included,
            List<PatternMatches> excludePatterns,
            List<PatternMatches> includePatterns)
            implements S3Message {}

    /** Some keys by number and bytes, and the first of them by name. */
    record Caught(long objects, long bytes, List<String> sample) {}

    /** How many of the keys looked at a pattern matches. */
    record PatternMatches(String pattern, long objects) {}

    enum Outcome {
        OK,
        /** Not needed for a backup, or not offered by this server. */
        SKIPPED,
        /** A backup cannot work like this. */
        FAILED
    }
}

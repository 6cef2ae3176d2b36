package io.hubstorage.bus;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Why something of a run failed, and what to do about it: one for all that failed for the same reason, however many they are.
 *
 * @param cause a stable word, such as {@code access_denied}
 * @param title what to call it on a screen
 * @param advice what to do, in one sentence
 * @param objects how many could not be copied for that reason; none where only whole buckets, or the run, failed
 * @param bytes how many bytes these have, as far as is known
 * @param buckets in which it happened, in the order of the record; empty where the run as a whole failed
 * @param examples the first few
 */
public record FailureCause(
        String cause,
        String title,
        String advice,
        long objects,
        long bytes,
        List<String> buckets,
        List<Example> examples) {
    /** So many examples are named of each cause. */
    public static final int EXAMPLES = 5;

    /** The kind of a failure that is not one of S3's: the snapshot's own file is lost, and so is what it could be fetched from. */
    public static final String MISSING = "missing";

    /** The kind of a failure that is not one of S3's: there is no room on the destination's disk. */
    public static final String DISK_FULL = "disk-full";

    /** The kind of a failure that is not one of S3's: the data folder, or its disk, cannot be used. */
    public static final String DISK = "disk";

    /** The kind of a failure that is not one of S3's: which buckets there are could not be found out. */
    public static final String DISCOVERY = "discovery";

    /** The kind of a failure that is not one of S3's: the configuration names no bucket, or one that there is not. */
    public static final String CONFIGURATION = "configuration";

    /** The kind of a failure of which nothing is known but words. */
    public static final String UNKNOWN = "unknown";

    /**
     * One thing that failed.
     *
     * @param bucket absent where the run as a whole failed
     * @param key absent where the bucket as a whole failed
     */
    public record Example(@Nullable String bucket, @Nullable String key, String error) {}

    /** Whether it kept whole buckets, or the whole run, from being copied. */
    private boolean isOfWhole() {
        return examples.stream().anyMatch(example -> example.key() == null);
    }

    /** The causes; each stands for the kinds of failures that ask for the same of whoever reads of them. */
    private enum Cause {
        ACCESS_DENIED(
                "Access denied (403)",
                "Grant the credentials s3:GetObject on these objects and s3:ListBucket on their bucket, then retry.",
                "access-denied"),
        CREDENTIALS(
                "Credentials refused",
                "Check the access key and the secret, whether they have expired, and this machine's clock; then retry.",
                "auth"),
        NO_SUCH_BUCKET(
                "The bucket doesn't exist",
                "Check its name and the endpoint, or take it off the list in Settings.",
                "no-such-bucket"),
        NOT_FOUND(
                "Listed, but not there (404)",
                "S3 lists these objects and doesn't have them: repair or delete them on the server, then retry.",
                "not-found",
                "vanished"),
        CONNECTION(
                "Can't reach S3",
                "Check that the server runs, the network, and the endpoint in Settings; then retry.",
                "unreachable",
                "connection",
                "gateway",
                "closed"),
        TIMEOUT(
                "S3 didn't answer in time",
                "Retry when the server or the network is less busy; allow fewer requests at once if it stays so.",
                "timeout"),
        TLS(
                "No secure connection to S3",
                "Check the server's certificate; name the authority of a private one in AWS_CA_BUNDLE.",
                "tls"),
        THROTTLED(
                "S3 asks for fewer requests (503)",
                "Retry later, or lower transfer.max_concurrent_requests.",
                "throttled"),
        SERVER_ERROR(
                "Error inside the server (5xx)",
                "Retry; look into the server's own log if it stays so.",
                "server-error"),
        CORRUPT_BODY(
                "The content isn't what S3 says it is",
                "Retry; if it stays so, the object is damaged on the server: upload it again.",
                "corrupt",
                "cut-body"),
        CHANGED(
                "Changed while it was read",
                "Retry when nothing writes to these objects, or leave them out by a filter.",
                "changed"),
        ENCRYPTED(
                "Encrypted with another key (SSE-C)",
                "Put the key that these objects are encrypted with into HUBSTORAGE_SSE_C_KEY, then retry.",
                "customer-key",
                "customer-key-not-wanted"),
        REGION(
                "The bucket is in another region",
                "Set the region, and the endpoint where there is one, to the bucket's.",
                "region"),
        LISTING(
                "The listing can't be trusted",
                "Retry; if it stays so, the server doesn't list as S3 does, so nothing is concluded from it.",
                "listing",
                "listing-order",
                "unreadable"),
        REFUSED(
                "S3 refused the request",
                "Look at what the server said; this may be something that it can't do.",
                "refused",
                "range",
                "not-implemented"),
        MISSING(
                "Lost from the backup disk",
                "Repair the damaged files: another snapshot, or S3, may still have them.",
                FailureCause.MISSING),
        DISK_FULL(
                "The backup disk is full",
                "Make room or use a larger disk; what was downloaded is kept for the next run.",
                FailureCause.DISK_FULL),
        DISK(
                "The backup disk can't be used",
                "Check that the disk is connected, mounted and writable; then retry.",
                FailureCause.DISK),
        DISCOVERY(
                "Can't find out which buckets there are",
                "Check the endpoint and whether the credentials may list buckets, or name the buckets in Settings.",
                FailureCause.DISCOVERY),
        CONFIGURATION(
                "The configuration doesn't fit", "Check the list of buckets in Settings.", FailureCause.CONFIGURATION),
        OTHER("Failed for another reason", "Look at what is said about each, then retry.");

        private static final Map<String, Cause> BY_KIND = new TreeMap<>();

        static {
            for (Cause cause : values()) {
                cause.kinds.forEach(kind -> BY_KIND.put(kind, cause));
            }
        }

        private final String title;
        private final String advice;

        @SuppressWarnings("ImmutableEnumChecker") // it is one that nobody can change
        private final List<String> kinds;

        Cause(String title, String advice, String... kinds) {
            this.title = title;
            this.advice = advice;
            this.kinds = List.of(kinds);
        }

        static Cause of(@Nullable String kind) {
            return kind == null ? OTHER : BY_KIND.getOrDefault(kind, OTHER);
        }
    }

    /** All of one cause. */
    private static final class Group {
        private Tally tally = Tally.ZERO;
        private final Set<String> buckets = new LinkedHashSet<>();
        private final List<Example> examples = new ArrayList<>();

        private void add(@Nullable String bucket, Tally more) {
            tally = tally.plus(more);
            if (bucket != null) {
                buckets.add(bucket);
            }
        }

        private void example(Example example) {
            if (examples.size() < EXAMPLES) {
                examples.add(example);
            }
        }

        private FailureCause of(Cause cause) {
            return new FailureCause(
                    BusJson.word(cause),
                    cause.title,
                    cause.advice,
                    tally.objects(),
                    tally.bytes(),
                    List.copyOf(buckets),
                    List.copyOf(examples));
        }
    }

    /**
     * Those of a run: first what failed as a whole, then what concerns the most objects.
     *
     * @param buckets that were part of it
     * @param end of the run; it has a cause of its own where the run was stopped
     */
    static List<FailureCause> of(Stream<RunRecord.BucketRecord> buckets, RunEnd end) {
        Map<Cause, Group> groups = new TreeMap<>();
        if (end.cause() != null) {
            group(groups, end.cause()).example(new Example(null, null, String.valueOf(end.message())));
        }
        buckets.forEach(bucket -> add(groups, bucket.bucket(), bucket.outcome()));
        return groups.entrySet().stream()
                .map(entry -> entry.getValue().of(entry.getKey()))
                .sorted(Comparator.comparing((FailureCause cause) -> !cause.isOfWhole())
                        .thenComparing(
                                Comparator.comparingLong(FailureCause::objects).reversed()))
                .toList();
    }

    private static Group group(Map<Cause, Group> groups, @Nullable String kind) {
        return groups.computeIfAbsent(Cause.of(kind), _ -> new Group());
    }

    private static void add(Map<Cause, Group> groups, String bucket, BucketOutcome outcome) {
        if (outcome.error() != null) {
            Group group = group(groups, outcome.errorKind());
            group.add(bucket, Tally.ZERO);
            group.example(new Example(bucket, null, outcome.error()));
        }
        outcome.failuresByKind().forEach((kind, tally) -> group(groups, kind).add(bucket, tally));
        outcome.failures()
                .forEach(failure ->
                        group(groups, failure.kind()).example(new Example(bucket, failure.key(), failure.cause())));
    }
}

package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is to be restored, as of when, and where to. A flat object in JSON, as all requests are, and so with more members than a record
 * should have: of parts that are unwrapped, Jackson does not notice a member that it does not know (tried with 2.23), and one that is
 * misspelled must be refused here.
 *
 * @param snapshot the name of one, or {@code latest}, which is meant when neither it nor {@code at} is there
 * @param at the newest snapshot that was begun then or before
 * @param buckets of the snapshot; all of them when absent or empty
 * @param prefixes a key is restored when it begins with one of them, or is one of {@code keys}; all are when both are absent
 * @param include patterns as in {@code sync_options}, likewise {@code exclude}
 * @param absentIn only what that snapshot has not
 * @param to {@code s3://bucket/prefix}
 * @param toDir an absolute path
 * @param inPlace the name of the bucket to restore into itself, typed by a person; then there is no {@code to}
 * @param overwrite {@link Overwrite#NEVER} when absent
 * @param deleteExtra whether what the snapshot has not is deleted there, as far as the filter reaches
 * @param storageClass the one to write, instead of the recorded one and of {@code sync_options.storage_class}
 * @param sse whether to ask S3 to encrypt (AES256); as {@code sync_options.sse} says when absent
 */
public record RestoreRequest(
        @Nullable String snapshot,
        @Nullable Instant at,
        List<String> buckets,
        List<String> prefixes,
        List<String> keys,
        List<String> include,
        List<String> exclude,
        @Nullable String absentIn,
        @Nullable String to,
        @Nullable String toDir,
        @Nullable String inPlace,
        Overwrite overwrite,
        boolean deleteExtra,
        boolean createBucket,
        boolean withoutTags,
        @Nullable String storageClass,
        @Nullable Boolean sse) {
    /** For {@link #snapshot()}. */
    public static final String LATEST = "latest";

    /** Of {@code keys}, and of {@code prefixes}. */
    public static final int MOST = 10_000;

    private static final int MOST_PATTERNS = 1_000;
    private static final int LONGEST = 1_024;
    private static final Pattern STORAGE_CLASS = Pattern.compile("[A-Z][A-Z0-9_]{1,40}");

    /** What happens to what is there already and is not the same. */
    public enum Overwrite {
        @JsonProperty("never")
        NEVER,
        @JsonProperty("if-different")
        IF_DIFFERENT,
        @JsonProperty("if-older")
        IF_OLDER,
        /** Also what is the same is written again. */
        @JsonProperty("always")
        ALWAYS
    }

    /** What is wrong with it, whatever there is to be restored; each a sentence. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        Map.of("prefixes", prefixes, "keys", keys).forEach((name, list) -> {
            if (list.size() > MOST) {
                problems.add("%s: found %d, allowed: at most %d".formatted(name, list.size(), MOST));
            }
        });
        if (include.size() + exclude.size() > MOST_PATTERNS) {
            problems.add("include, exclude: found %d patterns, allowed: at most %d"
                    .formatted(include.size() + exclude.size(), MOST_PATTERNS));
        }
        Stream.of(include, exclude)
                .flatMap(List::stream)
                .filter(pattern -> pattern.length() > LONGEST)
                .forEach(pattern ->
                        problems.add("include, exclude: a pattern may have %d characters at most".formatted(LONGEST)));
        if (storageClass != null && !STORAGE_CLASS.matcher(storageClass).matches()) {
            problems.add("storage_class: found \"%s\", allowed: an S3 storage class such as STANDARD_IA"
                    .formatted(storageClass));
        }
        return problems;
    }

    /** The same with what {@code latest}, a time, all buckets and no target came to. */
    public RestoreRequest resolved(String snapshotName, List<String> bucketNames, String place) {
        return new RestoreRequest(
                snapshotName,
                at,
                bucketNames,
                prefixes,
                keys,
                include,
                exclude,
                absentIn,
                toDir == null && inPlace == null ? place : to,
                toDir,
                inPlace,
                overwrite,
                deleteExtra,
                createBucket,
                withoutTags,
                storageClass,
                sse);
    }

    /** Copies the lists; those that are absent are empty. */
    public RestoreRequest {
        buckets = buckets == null ? List.of() : List.copyOf(buckets);
        prefixes = prefixes == null ? List.of() : List.copyOf(prefixes);
        keys = keys == null ? List.of() : List.copyOf(keys);
        include = include == null ? List.of() : List.copyOf(include);
        exclude = exclude == null ? List.of() : List.copyOf(exclude);
        overwrite = overwrite == null ? Overwrite.NEVER : overwrite;
    }
}

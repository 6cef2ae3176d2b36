package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a restore will do. A flat object in JSON.
 *
 * @param snapshot the one that {@code latest} or a time came to
 * @param to where, for people
 * @param requests how many S3 is asked for to write all of it; 0 for a folder
 * @param warnings what a person should know before it starts, a sentence each
 * @param problems why it cannot be started, a sentence each with what to do
 * @param digest what has to be given to start exactly this
 */
public record RestorePlan(
        @Nullable String snapshot,
        @Nullable String to,
        @JsonUnwrapped Counts counts,
        long requests,
        List<String> warnings,
        List<String> problems,
        @Nullable String digest) {
    public RestorePlan {
        warnings = List.copyOf(warnings);
        problems = List.copyOf(problems);
    }

    /** With these warnings before its own. */
    public RestorePlan warned(List<String> others) {
        return new RestorePlan(
                snapshot,
                to,
                counts,
                requests,
                Stream.concat(others.stream(), warnings.stream()).toList(),
                problems,
                digest);
    }

    /** Of which nothing but the reasons is known. */
    public static RestorePlan refused(List<String> problems) {
        return new RestorePlan(null, null, Counts.NONE, 0, List.of(), problems, null);
    }

    /**
     * <em>planned = write + identical + skipped + failed</em>, to the object and the byte.
     *
     * @param objects planned: what is selected in the snapshot
     * @param bytes of them
     * @param replace of those to be written, the ones that replace something else
     * @param skipped by reason
     * @param failed by reason: what cannot be restored
     * @param delete what the target has and the snapshot has not; part of no sum
     */
    public record Counts(
            long objects,
            long bytes,
            Tally write,
            Tally replace,
            Tally identical,
            Map<String, Tally> skipped,
            Map<String, Tally> failed,
            Tally delete) {
        public static final Counts NONE =
                new Counts(0, 0, Tally.ZERO, Tally.ZERO, Tally.ZERO, Map.of(), Map.of(), Tally.ZERO);
    }
}

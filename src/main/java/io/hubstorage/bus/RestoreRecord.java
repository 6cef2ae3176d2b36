package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One restore as the history keeps it and {@code restore.finished} tells it; a flat object in JSON. */
public record RestoreRecord(
        String runId,
        Trigger trigger,
        Instant startedAt,
        @JsonUnwrapped RunEnd end,
        @JsonUnwrapped What what,
        @JsonUnwrapped Outcome outcome)
        implements JobRecord {
    /**
     * What is brought back, and where to.
     *
     * @param snapshot its name
     * @param to for people: {@code s3://bucket/prefix/}, or a folder
     */
    public record What(
            @Nullable String snapshot,
            List<String> buckets,
            @Nullable String to) {
        public What {
            buckets = buckets == null ? List.of() : List.copyOf(buckets);
        }
    }

    /**
     * What became of every object: <em>planned = written + identical + skipped + failed + left</em>, to the object and the byte, where
     * nothing is left once the restore has come to its end.
     *
     * @param identical the target had it already
     * @param skipped what the target has stayed, by reason
     * @param failed by reason
     * @param left not tried, or tried in vain by a restore that was stopped; starting it again goes on with them
     * @param deleted what the snapshot has not; part of no sum
     * @param spared was to be deleted and was not, by reason; part of no sum
     */
    public record Outcome(
            Tally planned,
            Tally written,
            Tally identical,
            Map<String, Tally> skipped,
            Map<String, Tally> failed,
            Tally left,
            Tally deleted,
            Map<String, Tally> spared) {
        public static final Outcome NONE =
                new Outcome(Tally.ZERO, Tally.ZERO, Tally.ZERO, Map.of(), Map.of(), Tally.ZERO, Tally.ZERO, Map.of());

        public Outcome {
            skipped = skipped == null ? Map.of() : Map.copyOf(skipped);
            failed = failed == null ? Map.of() : Map.copyOf(failed);
            spared = spared == null ? Map.of() : Map.copyOf(spared);
        }

        /** The right-hand side of the equation. */
        public Tally accounted() {
            return Stream.of(written, identical, sum(skipped), sum(failed), left)
                    .reduce(Tally.ZERO, Tally::plus);
        }

        public static Tally sum(Map<String, Tally> byReason) {
            return byReason.values().stream().reduce(Tally.ZERO, Tally::plus);
        }

        /** What does not add up, a sentence each. */
        public List<String> problems() {
            List<String> problems = new ArrayList<>();
            if (!planned.equals(accounted())) {
                problems.add("%s objects (%s bytes) were planned, but %s (%s) are accounted for"
                        .formatted(
                                Sizes.number(planned.objects()),
                                Sizes.number(planned.bytes()),
                                Sizes.number(accounted().objects()),
                                Sizes.number(accounted().bytes())));
            }
            return problems;
        }
    }

    @Override
    public RestoreRecord with(RunEnd other) {
        return new RestoreRecord(runId, trigger, startedAt, other, what, outcome);
    }

    @Override
    public boolean whole() {
        return JobRecord.super.whole() && what != null && outcome != null;
    }
}

package io.hubstorage.restore;

import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.restore.targets.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a plan comes to, and what a person should know of that. For one thread. */
final class PlanCounter {
    private Tally planned = Tally.ZERO;
    private Tally write = Tally.ZERO;
    private Tally replace = Tally.ZERO;
    private Tally identical = Tally.ZERO;
    private Tally delete = Tally.ZERO;
    private final Map<String, Tally> skipped = new TreeMap<>();
    private final Map<String, Tally> failed = new TreeMap<>();
    private long requests;
    private long largest;
    private long tagged;
    private long withoutHash;
    private @Nullable String refusal;
    /** In the target, as far as the filter reaches. */
    private long seen;

    void planned(long size) {
        planned = planned.plus(Tally.of(size));
    }

    /** Something is there. */
    void see() {
        seen++;
    }

    /** @param why the empty text where it is the same */
    void keep(String why, long size) {
        if (why.isEmpty()) {
            identical = identical.plus(Tally.of(size));
        } else {
            skipped.merge(why, Tally.of(size), Tally::plus);
        }
    }

    void delete(long size) {
        delete = delete.plus(Tally.of(size));
    }

    /** @param sentence that says more, of the first of its kind; empty for none */
    void fail(String reason, long size, String sentence) {
        failed.merge(reason, Tally.of(size), Tally::plus);
        refusal = refusal == null && reason.equals("refused") ? sentence : refusal;
    }

    boolean isEmpty() {
        return planned.objects() == 0 && delete.objects() == 0;
    }

    long requests() {
        return requests;
    }

    void write(ManifestEntry entry, boolean replaces, long asked) {
        Tally one = Tally.of(entry.size());
        write = write.plus(one);
        replace = replaces ? replace.plus(one) : replace;
        requests += asked;
        largest = Math.max(largest, entry.size());
        tagged += entry.metadata().tags().isEmpty() ? 0 : 1;
        withoutHash += entry.sha256() == null && !entry.directory() ? 1 : 0;
    }

    Target.Demand demand() {
        return new Target.Demand(write, largest, tagged, delete.objects());
    }

    RestorePlan.Counts counts() {
        return new RestorePlan.Counts(
                planned.objects(), planned.bytes(), write, replace, identical, skipped, failed, delete);
    }

    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        Tally missing = failed.getOrDefault("missing", Tally.ZERO);
        if (missing.objects() > 0) {
            warnings.add(
                    "%s cannot be restored, because the file in the snapshot is gone or has another size. Look in an older snapshot."
                            .formatted(Sizes.objects(missing.objects())));
        }
        if (refusal != null) {
            warnings.add("%s cannot be restored there: %s"
                    .formatted(
                            Sizes.objects(
                                    failed.getOrDefault("refused", Tally.ZERO).objects()),
                            refusal));
        }
        if (withoutHash > 0) {
            warnings.add("Of %s the snapshot has no SHA-256, so only the size can be checked."
                    .formatted(Sizes.count(withoutHash, "file")));
        }
        return warnings;
    }

    Optional<String> shrinkProblem(double maxPercent) {
        double share = seen == 0 ? 0 : 100.0 * delete.objects() / seen;
        return share <= maxPercent
                ? Optional.empty()
                : Optional.of(
                        "It would delete %s of the %s that are there (%.0f %%), more than the %s %% that guards.max_shrink_percent allows. See whether the target and the filter are the right ones."
                                .formatted(Sizes.number(delete.objects()), Sizes.objects(seen), share, maxPercent));
    }
}

package io.hubstorage.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** All that was measured in one case, round by round; may still grow. */
final class CaseResult {
    private final Case measured;
    private final Map<String, List<Measured>> runs = new LinkedHashMap<>();
    private final Map<String, CopyCheck> checks = new LinkedHashMap<>();
    private final Map<String, Long> highest = new LinkedHashMap<>();
    private final Map<String, Long> idle = new LinkedHashMap<>();

    CaseResult(Case measured) {
        this.measured = measured;
    }

    Case measured() {
        return measured;
    }

    /** Whether there is anything to tell. */
    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** A run that counts. */
    void add(Contender contender, Measured run) {
        runs.computeIfAbsent(contender.id(), ignored -> new ArrayList<>()).add(run);
    }

    /** The peak of a run, of which there may be more than of those that count. */
    void addPeak(Contender contender, long peak) {
        highest.merge(contender.id(), peak, Math::max);
    }

    /** Keeps the worst. */
    void add(Contender contender, CopyCheck check) {
        checks.merge(contender.id(), check, CopyCheck::or);
    }

    /** What a service holds when it has had nothing to do for a while, in bytes. */
    void addIdle(Contender contender, long resident) {
        idle.put(contender.id(), resident);
    }

    @Nullable
    CopyCheck check(Contender contender) {
        return checks.get(contender.id());
    }

    /** The largest resident set of all runs, warm-ups included, in bytes; absent when none is known. */
    @Nullable
    Long highest(Contender contender) {
        return highest.get(contender.id());
    }

    /** The resident set at rest, in bytes; absent where it was not looked at. */
    @Nullable
    Long idle(Contender contender) {
        return idle.get(contender.id());
    }

    /** What was measured of a tool; absent when it did not run. */
    @Nullable
    Spread spread(Contender contender, ToDoubleFunction<Measured> figure) {
        List<Measured> of = runs.get(contender.id());
        return of == null ? null : Spread.of(of.stream().mapToDouble(figure).toArray());
    }

    /** A tool's figure by another's, round by round: what slows a round down slows both. */
    @Nullable
    Spread ratio(Contender contender, Contender base, ToDoubleFunction<Measured> figure) {
        List<Measured> over = runs.get(contender.id());
        List<Measured> under = runs.get(base.id());
        if (over == null || under == null) {
            return null;
        }
        return Spread.of(IntStream.range(0, Math.min(over.size(), under.size()))
                .mapToDouble(i -> figure.applyAsDouble(over.get(i)) / figure.applyAsDouble(under.get(i)))
                .toArray());
    }

    /** The median of some figures, and the least and the greatest of them. */
    record Spread(double least, double median, double greatest) {
        static Spread of(double[] figures) {
            double[] sorted = figures.clone();
            Arrays.sort(sorted);
            int middle = sorted.length / 2;
            double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
            return new Spread(sorted[0], median, sorted[sorted.length - 1]);
        }
    }
}

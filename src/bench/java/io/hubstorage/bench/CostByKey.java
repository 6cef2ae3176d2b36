package io.hubstorage.bench;

import io.hubstorage.bench.CaseResult.Spread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** How cost and memory grow with the number of keys: of the cases that differ in nothing else. */
final class CostByKey {
    private static final double MICROS = 1e6;
    private static final double MEBIBYTE = 1 << 20;

    private final List<Contender> contenders;
    private final List<CaseResult> results;

    CostByKey(List<Contender> contenders, List<CaseResult> results) {
        this.contenders = contenders.stream().filter(Contender::installed).toList();
        this.results = results.stream()
                .filter(each -> each.measured().tellsCostByKey() && !each.isEmpty())
                .sorted(Comparator.comparing(
                                (CaseResult each) -> each.measured().kind())
                        .thenComparingInt(each -> each.measured().bucket().objects()))
                .toList();
    }

    /** Whether there is more than one number of keys. */
    boolean hasCurve() {
        return results.stream()
                        .map(each -> each.measured().bucket().objects())
                        .distinct()
                        .count()
                > 1;
    }

    /** Medians. */
    String table() {
        return Report.table(contenders, results, (result, contender) -> {
            Spread cpu = result.spread(contender, run -> micros(result, run));
            Spread peak = result.spread(contender, CostByKey::mebibytes);
            return cpu == null || peak == null
                    ? "-"
                    : Report.threeDigits(cpu.median()) + " / "
                            + (peak.median() == 0 ? "-" : Report.threeDigits(peak.median()));
        });
    }

    /** The same as an SVG. */
    String picture() {
        return new LogChart(
                        "CPU time a key and peak memory against the number of keys",
                        List.of(
                                new LogChart.Panel(
                                        "CPU time a key", "keys of 1 KiB", CostByKey::micros, series(this::micros)),
                                new LogChart.Panel(
                                        "Largest resident set",
                                        "keys of 1 KiB",
                                        value -> String.format(Locale.ROOT, "%,.0f MiB", value),
                                        series((result, run) -> mebibytes(run)))))
                .svg();
    }

    private interface Figure {
        double of(CaseResult result, Measured run);
    }

    private List<LogChart.Series> series(Figure figure) {
        List<LogChart.Series> series = new ArrayList<>();
        for (int i = 0; i < contenders.size(); i++) {
            for (Case.Kind kind : List.of(Case.Kind.COLD, Case.Kind.UNCHANGED)) {
                List<LogChart.Point> points = points(contenders.get(i), kind, figure);
                boolean unchanged = kind == Case.Kind.UNCHANGED;
                if (!points.isEmpty()) {
                    series.add(new LogChart.Series(
                            contenders.get(i).title() + (unchanged ? ": nothing changed" : ": first copy"),
                            i,
                            unchanged,
                            points));
                }
            }
        }
        return series;
    }

    private List<LogChart.Point> points(Contender contender, Case.Kind kind, Figure figure) {
        List<LogChart.Point> points = new ArrayList<>();
        for (CaseResult each : results) {
            ToDoubleFunction<Measured> of = run -> figure.of(each, run);
            Spread spread = each.measured().kind() == kind ? each.spread(contender, of) : null;
            // Zero is unknown, or less than the clock can tell; neither has a place on such an axis.
            if (spread != null && spread.median() > 0) {
                points.add(new LogChart.Point(each.measured().bucket().objects(), spread.median()));
            }
        }
        return points;
    }

    private double micros(CaseResult result, Measured run) {
        return run.cpu() * MICROS / result.measured().bucket().objects();
    }

    private static double mebibytes(Measured run) {
        return run.peak() / MEBIBYTE;
    }

    private static String micros(double value) {
        return String.format(Locale.ROOT, value < 10 && value != Math.rint(value) ? "%.1f µs" : "%.0f µs", value);
    }
}

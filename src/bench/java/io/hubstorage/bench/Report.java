package io.hubstorage.bench;

import io.hubstorage.bench.CaseResult.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.DoubleFunction;
import java.util.function.Predicate;

/** The tables, in Markdown. */
final class Report {
    private static final double MEBIBYTE = 1 << 20;

    private final List<Contender> contenders;
    private final List<CaseResult> results;

    /** Of the cases that have a result; what never ran has no line. */
    Report(List<Contender> contenders, List<CaseResult> results) {
        this.contenders = contenders;
        this.results = results.stream().filter(each -> !each.isEmpty()).toList();
    }

    /**
     * Everything between the marks of the page.
     *
     * @param introduction machine and conditions
     * @param picture what the page calls the picture of {@link #cost}; empty when there is none
     */
    String text(String introduction, String picture) {
        StringBuilder text = new StringBuilder(introduction).append("\n\n");
        contenders.forEach(each ->
                text.append("- %s: %s\n".formatted(each.title(), each.version().orElse("not installed, left out"))));
        comparisons(text);
        memory(text);
        section(
                text,
                "Verified, every byte of every file: GB a second (least to greatest) / CPU s a GB / peak MiB.",
                each -> each.kind() == Case.Kind.VERIFY,
                Report::rates);
        section(
                text,
                "From the process to its first \"ready\": s (least to greatest) / CPU s / MiB.",
                each -> each.kind() == Case.Kind.START,
                Report::figures);
        CostByKey cost = cost();
        if (cost.hasCurve()) {
            text.append("\nBy the number of keys, the medians: CPU µs a key / peak MiB.\n\n")
                    .append(cost.table());
            if (!picture.isEmpty()) {
                text.append("\n![CPU time a key and peak memory against the number of keys; the table above has the"
                        + " same figures](%s)\n".formatted(picture));
            }
        }
        return text.toString();
    }

    /** How cost grows with the number of keys. */
    CostByKey cost() {
        return new CostByKey(contenders, results);
    }

    private void comparisons(StringBuilder text) {
        section(
                text,
                "The median of each: wall s (least to greatest) / CPU s / peak MiB.",
                Case::comparable,
                Report::figures);
        for (Contender base : contenders) {
            List<Contender> others = comparedWith(base);
            List<CaseResult> common = results.stream()
                    .filter(each -> each.spread(base, Measured::wall) != null)
                    .toList();
            if (!others.isEmpty() && !common.isEmpty()) {
                text.append("\nBeside %s, wall; CPU%s: the median of the ratios round by round. Below 1 is less.\n\n"
                        .formatted(base.title(), base.compared() ? "; peak memory; that at rest" : ""));
                text.append(table(others, common, (result, contender) -> ratios(result, contender, base)));
            }
        }
    }

    /** All are measured by rclone, and one HubStorage by the other. */
    private List<Contender> comparedWith(Contender base) {
        return contenders.stream()
                .filter(each -> base.installed() && each.installed() && !each.equals(base))
                .filter(each -> base.kind() == Contender.Kind.RCLONE || (base.compared() && each.kind() == base.kind()))
                .toList();
    }

    /** Where services were looked at when they had nothing to do. */
    private void memory(StringBuilder text) {
        List<CaseResult> rested = results.stream()
                .filter(each -> contenders.stream().anyMatch(contender -> each.idle(contender) != null))
                .toList();
        if (!rested.isEmpty()) {
            text.append(
                    "\nMemory: the largest resident set of all runs, warm-ups included / after a minute with nothing"
                            + " to do, MiB.\n\n");
            text.append(table(contenders, rested, Report::memory));
        }
    }

    private void section(StringBuilder text, String caption, Predicate<Case> which, Cell cell) {
        List<CaseResult> rows =
                results.stream().filter(each -> which.test(each.measured())).toList();
        if (!rows.isEmpty()) {
            text.append("\n").append(caption).append("\n\n").append(table(contenders, rows, cell));
        }
    }

    /** What a table says about a tool in a case. */
    interface Cell {
        String of(CaseResult result, Contender contender);
    }

    /** A line a case, and a column for each tool that has anything to say in one of them. */
    static String table(List<Contender> contenders, List<CaseResult> results, Cell cell) {
        List<Contender> columns = contenders.stream()
                .filter(each -> results.stream()
                        .anyMatch(result -> !cell.of(result, each).equals("-")))
                .toList();
        StringBuilder table = new StringBuilder();
        StringJoiner head = new StringJoiner(" | ", "| case | ", " |\n");
        StringJoiner line = new StringJoiner("|", "|---|", "|\n");
        columns.forEach(each -> {
            head.add(each.title());
            line.add("---");
        });
        table.append(head).append(line);
        for (CaseResult result : results) {
            StringJoiner row = new StringJoiner(" | ", "| " + result.measured().heading() + " | ", " |\n");
            columns.forEach(each -> row.add(cell.of(result, each)));
            table.append(row);
        }
        return table.toString();
    }

    private static String figures(CaseResult result, Contender contender) {
        Spread wall = result.spread(contender, Measured::wall);
        Spread cpu = result.spread(contender, Measured::cpu);
        if (wall == null || cpu == null) {
            return "-";
        }
        CopyCheck check = result.check(contender);
        String verdict = check == null || result.measured().kind() != Case.Kind.FAULTS ? "" : "; " + check;
        return "%s / %s / %s%s"
                .formatted(
                        spread(wall, Report::threeDigits), threeDigits(cpu.median()), peak(result, contender), verdict);
    }

    private static String rates(CaseResult result, Contender contender) {
        double gigabytes = result.measured().bytes() / 1e9;
        Spread rate = result.spread(contender, run -> gigabytes / run.wall());
        Spread cpu = result.spread(contender, run -> run.cpu() / gigabytes);
        return rate == null || cpu == null
                ? "-"
                : "%s / %s / %s"
                        .formatted(spread(rate, Report::hundredths), hundredths(cpu.median()), peak(result, contender));
    }

    private static String peak(CaseResult result, Contender contender) {
        Spread peak = result.spread(contender, run -> run.peak() / MEBIBYTE);
        return peak == null || peak.median() == 0 ? "-" : String.format(Locale.ROOT, "%.0f", peak.median());
    }

    private static String memory(CaseResult result, Contender contender) {
        Long highest = result.highest(contender);
        if (highest == null || highest == 0) {
            return "-";
        }
        Long idle = result.idle(contender);
        return (highest >> 20) + (idle == null ? "" : " / " + (idle >> 20));
    }

    private static String ratios(CaseResult result, Contender contender, Contender base) {
        Spread wall = result.ratio(contender, base, Measured::wall);
        Spread cpu = result.ratio(contender, base, Measured::cpu);
        return wall == null || cpu == null
                ? "-"
                : spread(wall, Report::hundredths)
                        + "; "
                        + spread(cpu, Report::hundredths)
                        + (base.compared() ? memoryRatios(result, contender, base) : "");
    }

    /** Of two of the same kind: those of different ones say little, as each has its own way with memory. */
    private static String memoryRatios(CaseResult result, Contender contender, Contender base) {
        Spread peak = result.ratio(contender, base, Measured::peak);
        Long over = result.idle(contender);
        Long under = result.idle(base);
        return (peak == null ? "" : "; " + spread(peak, Report::hundredths))
                + (over == null || under == null ? "" : "; " + hundredths((double) over / under));
    }

    static String spread(Spread spread, DoubleFunction<String> text) {
        String median = text.apply(spread.median());
        return spread.least() == spread.greatest()
                ? median
                : "%s (%s to %s)".formatted(median, text.apply(spread.least()), text.apply(spread.greatest()));
    }

    static String hundredths(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** With three digits that count, or all before the point. */
    static String threeDigits(double value) {
        return value < 10 ? hundredths(value) : String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
    }

    /**
     * Puts the text between the marks that a script has in a page; a page without them gets both at its end.
     *
     * @param script its name, and what tells this text apart from others of the same script
     */
    static void write(Path page, String script, String text) throws IOException {
        String beginMark = "<!-- written by %s: begin -->".formatted(script);
        String endMark = "<!-- written by %s: end -->".formatted(script);
        String before = Files.exists(page) ? Files.readString(page) : "";
        int begin = before.indexOf(beginMark);
        int end = before.indexOf(endMark);
        String block = beginMark + "\n" + text + endMark;
        Files.writeString(
                page,
                begin < 0 || end < begin
                        ? before + block + "\n"
                        : before.substring(0, begin) + block + before.substring(end + endMark.length()));
    }
}

package io.hubstorage.bench;

import io.hubstorage.bench.CaseResult.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.DoubleFunction;

/** The tables, in Markdown. */
final class Report {
    private final List<Contender> contenders;
    private final List<CaseResult> results;

    Report(List<Contender> contenders, List<CaseResult> results) {
        this.contenders = contenders;
        this.results = results;
    }

    /**
     * Everything between the marks of the page.
     *
     * @param introduction machine and conditions
     */
    String text(String introduction) {
        StringBuilder text = new StringBuilder(introduction).append("\n\n");
        contenders.stream()
                .filter(Contender::installed)
                .forEach(each -> text.append(
                        "- %s: %s\n".formatted(each.title(), each.version().orElseThrow())));
        text.append("\nThe median of each: wall s (least to greatest) / CPU s / peak MiB.\n\n");
        text.append(table(contenders, this::figures));
        for (Contender base : contenders) {
            List<Contender> others = comparedWith(base);
            if (!others.isEmpty()) {
                text.append("\nBeside %s, wall; CPU: the median of the ratios round by round. Below 1 is less.\n\n"
                        .formatted(base.title()));
                text.append(table(others, (result, contender) -> ratios(result, contender, base)));
            }
        }
        return text.toString();
    }

    /** All are measured by rclone, and one HubStorage by the other. */
    private List<Contender> comparedWith(Contender base) {
        return contenders.stream()
                .filter(each -> base.installed() && each.installed() && !each.equals(base))
                .filter(each -> base.kind() == Contender.Kind.RCLONE || (base.compared() && each.kind() == base.kind()))
                .toList();
    }

    private interface Cell {
        String of(CaseResult result, Contender contender);
    }

    private String table(List<Contender> columns, Cell cell) {
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

    private String figures(CaseResult result, Contender contender) {
        Spread wall = result.spread(contender, Measured::wall);
        Spread cpu = result.spread(contender, Measured::cpu);
        Spread peak = result.spread(contender, run -> run.peak() / 1048576.0);
        if (wall == null || cpu == null || peak == null) {
            return contender.installed() ? "-" : "not installed";
        }
        CopyCheck check = result.check(contender);
        String verdict = check == null || result.measured().kind() != Case.Kind.FAULTS ? "" : "; " + check;
        return "%s / %s / %s%s"
                .formatted(
                        spread(wall, Report::seconds),
                        seconds(cpu.median()),
                        peak.median() == 0 ? "-" : String.format(Locale.ROOT, "%.0f", peak.median()),
                        verdict);
    }

    private static String ratios(CaseResult result, Contender contender, Contender base) {
        Spread wall = result.ratio(contender, base, Measured::wall);
        Spread cpu = result.ratio(contender, base, Measured::cpu);
        return wall == null || cpu == null
                ? "-"
                : spread(wall, Report::hundredths) + "; " + spread(cpu, Report::hundredths);
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

    static String seconds(double value) {
        return value < 10 ? hundredths(value) : String.format(Locale.ROOT, "%.1f", value);
    }

    /** Puts the text between the marks that a script has in a page; a page without them gets both at its end. */
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

package io.hubstorage.bench;

import io.hubstorage.bench.CaseResult.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The tables, in Markdown. */
final class Report {
    private static final String BEGIN = "<!-- written by bench/run.sh: begin -->";
    private static final String END = "<!-- written by bench/run.sh: end -->";

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
        text.append("\nThe median of each: wall s / CPU s / peak MiB.\n\n");
        text.append(table(contenders, this::figures));
        for (Contender base : bases()) {
            List<Contender> others = contenders.stream()
                    .filter(each -> each.installed() && !each.equals(base))
                    .toList();
            text.append(
                    "\nBeside %s, wall and CPU, the median of the ratios round by round (least to greatest); below 1 is less than %s.\n\n"
                            .formatted(base.title(), base.title()));
            text.append(table(others, (result, contender) -> ratios(result, contender, base)));
        }
        return text.toString();
    }

    /** Rclone is what everybody is measured by; with a second jar, that one as well. */
    private List<Contender> bases() {
        return contenders.stream()
                .filter(each -> each.installed()
                        && contenders.size() > 1
                        && (each.kind() == Contender.Kind.RCLONE || each.id().equals("hubstorage-vs")))
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
            return "not installed";
        }
        CopyCheck check = result.check(contender);
        String verdict = check == null || result.measured().kind() != Case.Kind.FAULTS ? "" : "; " + check;
        return "%s / %s / %.0f%s".formatted(seconds(wall.median()), seconds(cpu.median()), peak.median(), verdict);
    }

    private static String ratios(CaseResult result, Contender contender, Contender base) {
        return "%s; %s"
                .formatted(
                        ratio(result, contender, base, Measured::wall), ratio(result, contender, base, Measured::cpu));
    }

    private static String ratio(
            CaseResult result, Contender contender, Contender base, ToDoubleFunction<Measured> figure) {
        @Nullable Spread ratio = result.ratio(contender, base, figure);
        return ratio == null
                ? "-"
                : String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", ratio.median(), ratio.least(), ratio.greatest());
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
    }

    /** Puts the text between the marks of a page; a page without them gets both at its end. */
    static void write(Path page, String text) throws IOException {
        String before = Files.exists(page) ? Files.readString(page) : "";
        int begin = before.indexOf(BEGIN);
        int end = before.indexOf(END);
        String block = BEGIN + "\n" + text + END;
        Files.writeString(
                page,
                begin < 0 || end < begin
                        ? before + block + "\n"
                        : before.substring(0, begin) + block + before.substring(end + END.length()));
    }
}

package io.hubstorage.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.DoubleStream;

/**
 * Panels side by side, both axes logarithmic, as an SVG that needs no font, script or file and follows the reader's light or
 * dark scheme.
 */
final class LogChart {
    private static final int PANEL_WIDTH = 470;
    private static final int HEIGHT = 330;
    private static final int LEFT = 72;
    private static final int RIGHT = 78;
    private static final int TOP = 44;
    private static final int BOTTOM = 48;
    private static final int LEGEND_LINE = 20;
    private static final int LABEL_HEIGHT = 13;

    /** A longer name needs the whole width. */
    private static final int LEGEND_LETTERS = 52;

    /** Light and dark, told apart also by who does not see red and green alike. */
    private static final String[][] COLOURS = {
        {"#0b5cad", "#6cb4ff"},
        {"#b45309", "#fbb454"},
        {"#0f766e", "#4fd6c4"},
        {"#7c3aed", "#c0a4ff"},
        {"#be185d", "#ff9cc8"},
        {"#52525b", "#c4c4cc"}
    };

    private final String title;
    private final List<Panel> panels;

    /**
     * A plane.
     *
     * @param label how a value is written
     */
    record Panel(String title, String across, DoubleFunction<String> label, List<Series> series) {}

    /**
     * A line; those of one colour belong together.
     *
     * @param colour its number, from 0
     */
    record Series(String name, int colour, boolean dashed, List<Point> points) {}

    /** Both above zero. */
    record Point(double x, double y) {}

    /** A panel without a single point is left out. */
    LogChart(String title, List<Panel> panels) {
        this.title = title;
        this.panels = panels.stream()
                .filter(each -> each.series.stream().anyMatch(series -> !series.points.isEmpty()))
                .toList();
    }

    /** The whole file. */
    String svg() {
        List<Series> legend = panels.getFirst().series();
        int width = PANEL_WIDTH * panels.size();
        boolean wide = legend.stream().anyMatch(each -> each.name.length() > LEGEND_LETTERS);
        int columns = wide || panels.size() == 1 ? 1 : 2;
        int height = HEIGHT + LEGEND_LINE * Math.ceilDiv(legend.size(), columns) + 14;
        StringBuilder svg = new StringBuilder();
        svg.append("""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">
            <style>
            %s</style>
            <rect class="paper" width="%d" height="%d" rx="8"/>
            """.formatted(width, height, width, height, escaped(title), style(), width, height));
        for (int i = 0; i < panels.size(); i++) {
            new Plane(panels.get(i), i * PANEL_WIDTH).draw(svg);
        }
        for (int i = 0; i < legend.size(); i++) {
            int x = LEFT + i % columns * PANEL_WIDTH;
            int y = HEIGHT + 10 + i / columns * LEGEND_LINE;
            Series each = legend.get(i);
            svg.append("<path %s d=\"M%d %dh34\"/>\n".formatted(stroke(each), x, y));
            svg.append(mark(each, x + 17, y));
            svg.append("<text x=\"%d\" y=\"%d\">%s</text>\n".formatted(x + 42, y + 4, escaped(each.name)));
        }
        return svg.append("</svg>\n").toString();
    }

    private static String style() {
        StringBuilder light = new StringBuilder();
        StringBuilder dark = new StringBuilder();
        for (int i = 0; i < COLOURS.length; i++) {
            String rule = ".c%d { stroke: %s; color: %s }\n";
            light.append(rule.formatted(i, COLOURS[i][0], COLOURS[i][0]));
            dark.append(rule.formatted(i, COLOURS[i][1], COLOURS[i][1]));
        }
        return """
            text { font: 12px system-ui, sans-serif; fill: #1f2328 }
            .title { font-weight: 600; font-size: 13px }
            .paper { fill: #ffffff; stroke: #d0d7de }
            .grid { stroke: #e3e6ea }
            .line { fill: none; stroke-width: 2.2 }
            .dashed { stroke-dasharray: 6 4 }
            .solid-mark { fill: currentColor }
            .open-mark { fill: #ffffff; stroke-width: 2 }
            %s@media (prefers-color-scheme: dark) {
            text { fill: #e6edf3 }
            .paper { fill: #0d1117; stroke: #3d444d }
            .grid { stroke: #2a3038 }
            .open-mark { fill: #0d1117 }
            %s}
            """.formatted(light, dark);
    }

    private static String stroke(Series series) {
        return "class=\"line c%d%s\"".formatted(series.colour % COLOURS.length, series.dashed ? " dashed" : "");
    }

    private static String mark(Series series, double x, double y) {
        return "<circle class=\"c%d %s\" cx=\"%s\" cy=\"%s\" r=\"3.4\"/>\n"
                .formatted(
                        series.colour % COLOURS.length,
                        series.dashed ? "open-mark" : "solid-mark",
                        number(x),
                        number(y));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /** The values that an axis names: 1, 2 and 5 of each decade, no further than one of them beyond what is shown. */
    static List<Double> ticks(double least, double greatest) {
        List<Double> ticks = new ArrayList<>();
        for (int decade = (int) Math.floor(Math.log10(least)); Math.pow(10, decade) <= 10 * greatest; decade++) {
            for (int step : new int[] {1, 2, 5}) {
                ticks.add(step * Math.pow(10, decade));
            }
        }
        while (ticks.size() > 2 && ticks.get(1) <= least) {
            ticks.removeFirst();
        }
        while (ticks.size() > 2 && ticks.get(ticks.size() - 2) >= greatest) {
            ticks.removeLast();
        }
        return ticks;
    }

    /** A number of things, as axes say it. */
    static String count(double value) {
        return value >= 1e6
                ? String.format(Locale.ROOT, "%.0f M", value / 1e6)
                : value >= 1e3
                        ? String.format(Locale.ROOT, "%.0f k", value / 1e3)
                        : String.format(Locale.ROOT, "%.0f", value);
    }

    /** One panel, and where it lies. */
    private static final class Plane {
        private final Panel panel;
        private final int offset;
        private final List<Double> xTicks;
        private final List<Double> yTicks;

        Plane(Panel panel, int offset) {
            this.panel = panel;
            this.offset = offset;
            List<Point> all =
                    panel.series.stream().flatMap(each -> each.points.stream()).toList();
            xTicks = around(all.stream().mapToDouble(Point::x));
            yTicks = around(all.stream().mapToDouble(Point::y));
        }

        private static List<Double> around(DoubleStream values) {
            var range = values.summaryStatistics();
            return ticks(range.getMin(), range.getMax());
        }

        private double x(double value) {
            return offset + LEFT + share(value, xTicks) * (PANEL_WIDTH - LEFT - RIGHT);
        }

        private double y(double value) {
            return HEIGHT - BOTTOM - share(value, yTicks) * (HEIGHT - TOP - BOTTOM);
        }

        private static double share(double value, List<Double> ticks) {
            double least = Math.log(ticks.getFirst());
            return (Math.log(value) - least) / (Math.log(ticks.getLast()) - least);
        }

        void draw(StringBuilder svg) {
            text(svg, "class=\"title\"", offset + LEFT, TOP - 18, panel.title);
            for (double tick : yTicks) {
                grid(svg, x(xTicks.getFirst()), y(tick), x(xTicks.getLast()), y(tick));
                text(svg, "text-anchor=\"end\"", offset + LEFT - 7, y(tick) + 4, panel.label.apply(tick));
            }
            for (double tick : xTicks) {
                if (String.valueOf(tick).startsWith("1")) {
                    grid(svg, x(tick), y(yTicks.getFirst()), x(tick), y(yTicks.getLast()));
                    text(svg, "text-anchor=\"middle\"", x(tick), HEIGHT - BOTTOM + 17, count(tick));
                }
            }
            double middle = (x(xTicks.getFirst()) + x(xTicks.getLast())) / 2;
            text(svg, "text-anchor=\"middle\"", middle, HEIGHT - BOTTOM + 34, panel.across);
            panel.series.forEach(each -> draw(svg, each));
            labels(svg);
        }

        private void draw(StringBuilder svg, Series series) {
            StringBuilder path = new StringBuilder();
            for (Point each : series.points) {
                path.append(path.isEmpty() ? 'M' : 'L')
                        .append(number(x(each.x)))
                        .append(' ')
                        .append(number(y(each.y)));
            }
            svg.append("<path %s d=\"%s\"/>\n".formatted(stroke(series), path));
            series.points.forEach(each -> svg.append(mark(series, x(each.x), y(each.y))));
        }

        /** What each line comes to at its end, moved apart where they would cover each other. */
        private void labels(StringBuilder svg) {
            double free = HEIGHT - BOTTOM + LABEL_HEIGHT / 2.0;
            List<Point> ends = panel.series.stream()
                    .filter(each -> !each.points.isEmpty())
                    .map(each -> each.points.getLast())
                    .sorted(Comparator.comparingDouble(Point::y))
                    .toList();
            for (Point each : ends) {
                double y = Math.min(y(each.y) + 4, free);
                text(svg, "", x(each.x) + 8, y, panel.label.apply(each.y));
                free = y - LABEL_HEIGHT;
            }
        }

        private static void grid(StringBuilder svg, double x1, double y1, double x2, double y2) {
            svg.append("<path class=\"grid\" d=\"M%s %sL%s %s\"/>\n"
                    .formatted(number(x1), number(y1), number(x2), number(y2)));
        }

        private static void text(StringBuilder svg, String attributes, double x, double y, String text) {
            svg.append("<text %s x=\"%s\" y=\"%s\">%s</text>\n"
                    .formatted(attributes, number(x), number(y), escaped(text)));
        }
    }
}

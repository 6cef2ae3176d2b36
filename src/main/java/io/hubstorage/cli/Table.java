package io.hubstorage.cli;

import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import java.util.ArrayList;
import java.util.List;

/** Lines of cells under a head, as wide as they need; the first columns to the left, the others, numbers, to the right. */
final class Table {
    private static final String GAP = "  ";

    private final int left;
    private final List<List<String>> lines = new ArrayList<>();

    /** @param left how many columns are text */
    Table(int left, String... head) {
        this.left = left;
        lines.add(List.of(head));
    }

    /** As many cells as the head has. */
    Table line(String... cells) {
        lines.add(List.of(cells));
        return this;
    }

    List<String> text() {
        int[] widths = new int[lines.getFirst().size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], length(line.get(i)));
            }
        }
        return lines.stream().map(line -> text(line, widths)).toList();
    }

    private String text(List<String> line, int[] widths) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = line.get(i);
            String fill = " ".repeat(widths[i] - length(cell));
            text.append(i == 0 ? "" : GAP).append(i < left ? cell + fill : fill + cell);
        }
        return text.toString().stripTrailing();
    }

    /** {@code 1,234 (5.60 MiB)}; {@code 0} alone for none. */
    static String tally(Tally tally) {
        return tally.objects() == 0
                ? "0"
                : "%s (%s)".formatted(Sizes.number(tally.objects()), Sizes.bytes((double) tally.bytes()));
    }

    /** A key or another text from elsewhere, without the characters that would make a terminal do things. */
    static String printable(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (Character.isISOControl(point) || Character.getType(point) == Character.FORMAT) {
                clean.append("\\u%04x".formatted(point));
            } else {
                clean.appendCodePoint(point);
            }
        });
        return clean.toString();
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}

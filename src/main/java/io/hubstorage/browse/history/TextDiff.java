package io.hubstorage.browse.history;

import com.github.difflib.DiffUtils;
import com.github.difflib.algorithm.myers.MyersDiffWithLinearSpace;
import com.github.difflib.patch.AbstractDelta;
import io.hubstorage.browse.Preview;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.StoredContent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How one text became another, line by line, as far as it can be shown.
 *
 * @param hunks what differs, with some lines around; empty unless both are texts
 * @param truncated whether there is more than what is shown
 * @param coarse whether the texts differ so much that the lines between the first and the last difference were not compared one by
 *     one
 */
public record TextDiff(Kind kind, List<Hunk> hunks, boolean truncated, boolean coarse) {
    /** Of each side. */
    public static final int MOST_BYTES = 1 << 20;

    public static final int MOST_LINES = 64 << 10;

    private static final int MOST_SHOWN = 20_000;
    private static final int AROUND = 3;
    /** Comparisons of two lines: about half a second. */
    private static final int MOST_STEPS = 50_000_000;

    public enum Kind {
        /** Both are UTF-8 text, or one is and the other one is not there. */
        TEXT,
        BINARY,
        TOO_LARGE
    }

    public enum Change {
        SAME,
        ADDED,
        REMOVED
    }

    /** A line without its end. */
    public record Line(Change kind, String text) {}

    /**
     * Lines that follow each other.
     *
     * @param from the number of the first in the older text, counted from one
     * @param to its number in the newer text
     */
    public record Hunk(int from, int to, List<Line> lines) {
        public Hunk {
            lines = List.copyOf(lines);
        }
    }

    public TextDiff {
        hunks = List.copyOf(hunks);
    }

    /** A file of a snapshot. */
    public record Side(Path file, ManifestEntry entry) {}

    /** Compares two files; null is one that is not there. Blocking. */
    public static TextDiff of(@Nullable Side older, @Nullable Side newer) throws IOException {
        List<List<String>> sides = new ArrayList<>();
        for (Side side : new @Nullable Side[] {older, newer}) {
            if (side != null && side.entry.size() > MOST_BYTES) {
                return without(Kind.TOO_LARGE);
            }
            String text = side == null ? "" : text(side);
            if (text == null) {
                return without(Kind.BINARY);
            }
            List<String> lines = text.isEmpty() ? List.of() : List.of(text.split("\n", -1));
            if (lines.size() > MOST_LINES) {
                return without(Kind.TOO_LARGE);
            }
            sides.add(lines);
        }
        return of(sides.getFirst(), sides.getLast(), MOST_STEPS, MOST_SHOWN);
    }

    private static TextDiff without(Kind kind) {
        return new TextDiff(kind, List.of(), false, false);
    }

    private static @Nullable String text(Side side) throws IOException {
        byte[] bytes;
        try (InputStream in = StoredContent.stream(side.file, side.entry)) {
            bytes = in.readNBytes(MOST_BYTES);
        }
        return Preview.text(bytes, bytes.length, false);
    }

    /** Compares lines, until that takes too many steps; then all lines from the first difference to the last count as replaced. */
    static TextDiff of(List<String> older, List<String> newer, int mostSteps, int mostShown) {
        int start = 0;
        int olderEnd = older.size();
        int newerEnd = newer.size();
        while (start < olderEnd && start < newerEnd && older.get(start).equals(newer.get(start))) {
            start++;
        }
        while (olderEnd > start && newerEnd > start && older.get(olderEnd - 1).equals(newer.get(newerEnd - 1))) {
            olderEnd--;
            newerEnd--;
        }
        List<Block> blocks;
        boolean coarse = false;
        try {
            blocks = blocks(older.subList(start, olderEnd), newer.subList(start, newerEnd), start, mostSteps);
        } catch (TooManyStepsException e) {
            blocks = List.of(new Block(start, olderEnd, start, newerEnd));
            coarse = true;
        }
        return new Shown(older, newer, mostShown).diff(blocks, coarse);
    }

    /** Lines of the one that stand in the place of lines of the other; ends are not included. */
    private record Block(int from, int fromEnd, int to, int toEnd) {}

    private static final class TooManyStepsException extends RuntimeException {
        TooManyStepsException() {
            super("too many steps", null, false, false);
        }
    }

    private static List<Block> blocks(List<String> older, List<String> newer, int start, int mostSteps) {
        // Numbers are compared faster than lines, of which many may begin alike.
        Map<String, Integer> numbers = new HashMap<>();
        int[] left = {mostSteps};
        List<Block> blocks = new ArrayList<>();
        for (AbstractDelta<Integer> delta : DiffUtils.diff(
                        numbered(older, numbers),
                        numbered(newer, numbers),
                        new MyersDiffWithLinearSpace<>((one, other) -> {
                            if (left[0]-- == 0) {
                                throw new TooManyStepsException();
                            }
                            return one.intValue() == other.intValue();
                        }))
                .getDeltas()) {
            int from = start + delta.getSource().getPosition();
            int to = start + delta.getTarget().getPosition();
            Block block = new Block(
                    from,
                    from + delta.getSource().size(),
                    to,
                    to + delta.getTarget().size());
            Block last = blocks.isEmpty() ? null : blocks.getLast();
            // Lines that were removed and others in their place come one after the other.
            if (last != null && last.fromEnd == block.from && last.toEnd == block.to) {
                blocks.set(blocks.size() - 1, new Block(last.from, block.fromEnd, last.to, block.toEnd));
            } else {
                blocks.add(block);
            }
        }
        return blocks;
    }

    private static List<Integer> numbered(List<String> lines, Map<String, Integer> numbers) {
        List<Integer> numbered = new ArrayList<>(lines.size());
        for (String line : lines) {
            numbered.add(numbers.computeIfAbsent(line, _ -> numbers.size()));
        }
        return numbered;
    }

    /** Puts blocks that are near each other into one hunk, with the lines around. */
    private static final class Shown {
        private final List<String> older;
        private final List<String> newer;
        private final List<Hunk> hunks = new ArrayList<>();
        private List<Line> lines = new ArrayList<>();
        private int left;
        private boolean cut;

        Shown(List<String> older, List<String> newer, int most) {
            this.older = older;
            this.newer = newer;
            this.left = most;
        }

        TextDiff diff(List<Block> blocks, boolean coarse) {
            int from = 0;
            int to = 0;
            int at = 0;
            for (int i = 0; i < blocks.size() && !cut; i++) {
                Block block = blocks.get(i);
                boolean begins = i == 0 || block.from - blocks.get(i - 1).fromEnd > 2 * AROUND;
                if (begins) {
                    at = Math.max(0, block.from - AROUND);
                    from = at;
                    to = at + block.to - block.from;
                }
                add(Change.SAME, older, at, block.from);
                add(Change.REMOVED, older, block.from, block.fromEnd);
                add(Change.ADDED, newer, block.to, block.toEnd);
                at = block.fromEnd;
                if (i + 1 == blocks.size() || blocks.get(i + 1).from - block.fromEnd > 2 * AROUND) {
                    add(Change.SAME, older, at, Math.min(older.size(), at + AROUND));
                    hunks.add(new Hunk(from + 1, to + 1, lines));
                    lines = new ArrayList<>();
                }
            }
            if (!lines.isEmpty()) {
                hunks.add(new Hunk(from + 1, to + 1, lines));
            }
            return new TextDiff(Kind.TEXT, hunks, cut, coarse);
        }

        private void add(Change kind, List<String> text, int start, int end) {
            int shown = Math.min(left, end - start);
            for (int i = start; i < start + shown; i++) {
                lines.add(new Line(kind, text.get(i)));
            }
            left -= shown;
            cut |= shown < end - start;
        }
    }
}

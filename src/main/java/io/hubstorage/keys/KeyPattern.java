package io.hubstorage.keys;

import java.util.ArrayList;
import java.util.List;

/**
 * One shell-like pattern as Python's {@code fnmatch} reads it: {@code *} any text ({@code /} too), {@code ?} any one
 * character, {@code [seq]} and {@code [!seq]} one character in or not in the set, where {@code a-z} is a range; all else
 * stands for itself, and so does a {@code [} without its {@code ]}. Characters are code points. Matching takes at most
 * the product of both lengths.
 */
public final class KeyPattern {
    /** One place of the pattern. */
    private sealed interface Atom {
        boolean matches(int point);
    }

    private record Literal(int wanted) implements Atom {
        @Override
        public boolean matches(int point) {
            return point == wanted;
        }
    }

    private record Any() implements Atom {
        @Override
        public boolean matches(int point) {
            return true;
        }
    }

    /** Ranges as pairs of first and last. */
    private static final class OneOf implements Atom {
        private final boolean negated;
        private final int[] ranges;

        OneOf(boolean negated, List<Integer> ranges) {
            this.negated = negated;
            this.ranges = ranges.stream().mapToInt(Integer::intValue).toArray();
        }

        @Override
        public boolean matches(int point) {
            for (int i = 0; i < ranges.length; i += 2) {
                if (point >= ranges[i] && point <= ranges[i + 1]) {
                    return !negated;
                }
            }
            return negated;
        }
    }

    /** A gap between two parts. */
    private record Star() implements Atom {
        @Override
        public boolean matches(int point) {
            return true;
        }
    }

    private final Atom[] atoms;

    private KeyPattern(Atom[] atoms) {
        this.atoms = atoms;
    }

    /** Reads the pattern; any text is one. */
    public static KeyPattern compile(String pattern) {
        int[] points = pattern.codePoints().toArray();
        List<Atom> atoms = new ArrayList<>();
        for (int i = 0; i < points.length; i++) {
            switch (points[i]) {
                case '*' -> {
                    if (atoms.isEmpty() || !(atoms.getLast() instanceof Star)) {
                        atoms.add(new Star());
                    }
                }
                case '?' -> atoms.add(new Any());
                case '[' -> {
                    int end = setEnd(points, i);
                    atoms.add(end < 0 ? new Literal('[') : set(points, i + 1, end));
                    i = end < 0 ? i : end;
                }
                default -> atoms.add(new Literal(points[i]));
            }
        }
        return new KeyPattern(atoms.toArray(Atom[]::new));
    }

    /** Whether the whole text from {@code from} matches. */
    public boolean matches(String text, int from) {
        int atom = 0;
        int at = from;
        int starAtom = -1;
        int starAt = from;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            if (atom < atoms.length && atoms[atom] instanceof Star) {
                starAtom = atom++;
                starAt = at;
            } else if (atom < atoms.length && atoms[atom].matches(point)) {
                atom++;
                at += Character.charCount(point);
            } else if (starAtom >= 0) {
                // Only the last star needs to be widened: an earlier one could gain nothing by taking more.
                starAt += Character.charCount(text.codePointAt(starAt));
                at = starAt;
                atom = starAtom + 1;
            } else {
                return false;
            }
        }
        while (atom < atoms.length && atoms[atom] instanceof Star) {
            atom++;
        }
        return atom == atoms.length;
    }

    /** Where the set that opens at {@code open} closes, or -1; a bracket right at its beginning belongs to it. */
    private static int setEnd(int[] points, int open) {
        int i = open + 1;
        if (i < points.length && points[i] == '!') {
            i++;
        }
        if (i < points.length && points[i] == ']') {
            i++;
        }
        while (i < points.length && points[i] != ']') {
            i++;
        }
        return i < points.length ? i : -1;
    }

    /**
     * Python drops ranges that hold nothing and only then looks whether the set begins with {@code !}: {@code [b-a!c]} means
     * {@code [!c]}.
     */
    private static Atom set(int[] points, int from, int to) {
        boolean negated = points[from] == '!';
        List<Integer> ranges = new ArrayList<>();
        for (int i = negated ? from + 1 : from; i < to; ) {
            boolean range = i + 2 < to && points[i + 1] == '-';
            int first = points[i];
            int last = range ? points[i + 2] : first;
            if (first == '!' && ranges.isEmpty() && !negated && last >= first) {
                negated = true;
                // What would have been a range from the ! on are the hyphen and the end of it.
                ranges.addAll(range ? List.of((int) '-', (int) '-', last, last) : List.of());
            } else if (first <= last) {
                ranges.add(first);
                ranges.add(last);
            }
            i += range ? 3 : 1;
        }
        return new OneOf(negated, ranges);
    }
}

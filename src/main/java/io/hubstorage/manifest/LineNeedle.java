package io.hubstorage.manifest;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.Arrays;

/**
 * A text as it stands in a manifest's line, to pass over the lines that do not hold it without understanding them. The case
 * of ASCII letters makes no difference. Immutable.
 */
public final class LineNeedle {
    private final byte[] wanted;
    /** How far one may step when the window ends in this byte (Horspool's algorithm). */
    private final int[] steps = new int[256];

    private LineNeedle(byte[] wanted) {
        this.wanted = wanted;
        Arrays.fill(steps, wanted.length);
        for (int i = 0; i < wanted.length - 1; i++) {
            int step = wanted.length - 1 - i;
            int unit = wanted[i] & 0xFF;
            steps[unit] = step;
            if (unit >= 'a' && unit <= 'z') {
                steps[unit - 'a' + 'A'] = step;
            }
        }
    }

    public static LineNeedle of(String text) {
        byte[] wanted = JsonStringEncoder.getInstance().quoteAsUTF8(text);
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = lower(wanted[i]);
        }
        return new LineNeedle(wanted);
    }

    /** Where it is first found from there on, or -1. */
    int in(byte[] text, int from) {
        int last = wanted.length - 1;
        int at = from;
        while (at + last < text.length) {
            int i = last;
            while (i >= 0 && lower(text[at + i]) == wanted[i]) {
                i--;
            }
            if (i < 0) {
                return at;
            }
            at += steps[text[at + last] & 0xFF];
        }
        return -1;
    }

    private static byte lower(byte unit) {
        return unit >= 'A' && unit <= 'Z' ? (byte) (unit + ('a' - 'A')) : unit;
    }
}

package io.hubstorage.manifest;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A text as it stands in a manifest's line, or one of many digests, to pass over the lines that do not hold it without
 * understanding them. The case of ASCII letters makes no difference to a text. Immutable.
 */
public sealed class LineNeedle {
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

    /**
     * The lines whose files have one of these contents, and a few more.
     *
     * @param sha256 in lower-case hex
     */
    public static LineNeedle ofDigests(Collection<String> sha256) {
        return new Digest(sha256);
    }

    /** A SHA-256 is told from others by its first half, which is read as a number. */
    private static final class Digest extends LineNeedle {
        private static final byte[] MEMBER = "\"sha256\":\"".getBytes(StandardCharsets.US_ASCII);
        private static final int HALF = 16;

        private final Set<Long> wanted;

        Digest(Collection<String> sha256) {
            super(MEMBER);
            wanted = sha256.stream()
                    .map(each -> number(each.getBytes(StandardCharsets.US_ASCII), 0))
                    .collect(Collectors.toUnmodifiableSet());
        }

        @Override
        int in(byte[] text, int from) {
            int at = super.in(text, from);
            while (at >= 0 && !wanted.contains(number(text, at + MEMBER.length))) {
                at = super.in(text, at + MEMBER.length);
            }
            return at;
        }

        private static long number(byte[] text, int from) {
            long number = 0;
            for (int i = from; i < Math.min(text.length, from + HALF); i++) {
                number = (number << 4) | (Character.digit(text[i], 16) & 15);
            }
            return number;
        }
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

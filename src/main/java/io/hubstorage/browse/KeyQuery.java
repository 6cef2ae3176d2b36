package io.hubstorage.browse;

import io.hubstorage.keys.KeyPattern;
import io.hubstorage.manifest.LineNeedle;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What keys are searched for: a text that they hold or, when it has a {@code *} or a {@code ?}, a glob that the whole key
 * matches, as the filters of the configuration read it. The case of ASCII letters makes no difference. Immutable.
 */
public final class KeyQuery {
    private final String text;
    private final @Nullable KeyPattern glob;

    private KeyQuery(String text, @Nullable KeyPattern glob) {
        this.text = text;
        this.glob = glob;
    }

    public static KeyQuery of(String text) {
        String lower = lower(text);
        boolean isGlob = text.indexOf('*') >= 0 || text.indexOf('?') >= 0;
        return new KeyQuery(lower, isGlob ? KeyPattern.compile(lower) : null);
    }

    public boolean matches(String key) {
        String lower = lower(key);
        return glob == null ? lower.contains(text) : glob.matches(lower, 0);
    }

    /** A text that every matching key holds; absent when nothing of the kind is known. */
    @Nullable
    LineNeedle needle() {
        if (glob == null) {
            return LineNeedle.of(text);
        }
        // A set in brackets may match anything: what is around brackets is left out altogether.
        return text.indexOf('[') >= 0
                ? null
                : Arrays.stream(text.split("[*?]+", -1))
                        .filter(part -> !part.isEmpty())
                        .max(Comparator.comparingInt(String::length))
                        .map(LineNeedle::of)
                        .orElse(null);
    }

    private static String lower(String text) {
        StringBuilder lower = null;
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit >= 'A' && unit <= 'Z') {
                lower = lower == null ? new StringBuilder(text) : lower;
                lower.setCharAt(i, (char) (unit + ('a' - 'A')));
            }
        }
        return lower == null ? text : lower.toString();
    }
}

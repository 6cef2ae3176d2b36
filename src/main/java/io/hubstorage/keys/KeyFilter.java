package io.hubstorage.keys;

import java.util.BitSet;
import java.util.List;

/**
 * Which keys are copied, with the AWS CLI's rules: all of them at first; then the excludes in order, then the includes in
 * order, and the last pattern that matches decides. A pattern must match the whole key, relative to the prefix. Immutable
 * and thread-safe.
 */
public final class KeyFilter {
    private final String prefix;
    private final List<KeyPattern> excludes;
    private final List<KeyPattern> includes;

    /**
     * Compiles the patterns.
     *
     * @param prefix what every key given to {@link #accepts} begins with and patterns do not see; empty for none
     */
    public KeyFilter(String prefix, List<String> excludes, List<String> includes) {
        this.prefix = prefix;
        this.excludes = excludes.stream().map(KeyPattern::compile).toList();
        this.includes = includes.stream().map(KeyPattern::compile).toList();
    }

    /** Patterns that see keys below the folder which the prefix names, as with {@code aws s3 sync}. */
    public static KeyFilter below(String prefix, List<String> excludes, List<String> includes) {
        return new KeyFilter(prefix.substring(0, prefix.lastIndexOf('/') + 1), excludes, includes);
    }

    /** Whether the key is copied. */
    public boolean accepts(String key) {
        // An include after every exclude always has the last word, so the order within each list cannot matter.
        return !matches(excludes, key) || matches(includes, key);
    }

    /** Which of the excludes match the key, as indices. */
    public BitSet excluding(String key) {
        return matching(excludes, key);
    }

    /** Which of the includes match the key, as indices. */
    public BitSet including(String key) {
        return matching(includes, key);
    }

    private BitSet matching(List<KeyPattern> patterns, String key) {
        BitSet found = new BitSet(patterns.size());
        for (int i = 0; i < patterns.size(); i++) {
            found.set(i, patterns.get(i).matches(key, prefix.length()));
        }
        return found;
    }

    private boolean matches(List<KeyPattern> patterns, String key) {
        for (KeyPattern pattern : patterns) {
            if (pattern.matches(key, prefix.length())) {
                return true;
            }
        }
        return false;
    }
}

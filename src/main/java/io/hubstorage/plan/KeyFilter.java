package io.hubstorage.plan;

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

    /** Whether the key is copied. */
    public boolean accepts(String key) {
        // An include after every exclude always has the last word, so the order within each list cannot matter.
        return !matches(excludes, key) || matches(includes, key);
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

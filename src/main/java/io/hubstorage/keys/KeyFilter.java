package io.hubstorage.keys;

import java.util.BitSet;
import java.util.List;

/**
 * Which keys are copied, with the AWS CLI's rules: all of them at first; then the excludes in order, then the includes in
 * order, and the last pattern that matches decides. A pattern must match the whole key, relative to the folder that the prefix
 * names. Immutable and thread-safe.
 */
public final class KeyFilter {
    /** How many characters of each key patterns do not see. */
    private final int folderLength;

    private final List<KeyPattern> excludes;
    private final List<KeyPattern> includes;

    /**
     * @param prefix what every key given to {@link #accepts} begins with; patterns see keys below the folder that it names, as
     *     with {@code aws s3 sync}
     */
    public KeyFilter(String prefix, List<String> excludes, List<String> includes) {
        this.folderLength = prefix.lastIndexOf('/') + 1;
        this.excludes = excludes.stream().map(KeyPattern::compile).toList();
        this.includes = includes.stream().map(KeyPattern::compile).toList();
    }

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
            found.set(i, patterns.get(i).matches(key, folderLength));
        }
        return found;
    }

    private boolean matches(List<KeyPattern> patterns, String key) {
        for (KeyPattern pattern : patterns) {
            if (pattern.matches(key, folderLength)) {
                return true;
            }
        }
        return false;
    }
}

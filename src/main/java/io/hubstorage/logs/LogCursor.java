package io.hubstorage.logs;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A place in the log that stays valid when the files are rotated: which file, and the offset of the last line read. */
record LogCursor(long file, long offset) {
    private static final Pattern FORM = Pattern.compile("([0-9a-f]{1,8})-([0-9]{1,18})");

    /** @throws IllegalArgumentException when it is none */
    static LogCursor parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("before: found %s, allowed: what an earlier page gave".formatted(text));
        }
        return new LogCursor(Long.parseLong(matcher.group(1), 16), Long.parseLong(matcher.group(2)));
    }

    @Override
    public String toString() {
        return Long.toHexString(file) + "-" + offset;
    }
}

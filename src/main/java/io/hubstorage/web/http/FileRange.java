package io.hubstorage.web.http;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The one range of a file that a request asks for (RFC 9110). Pure.
 *
 * @param length in bytes; never 0
 */
public record FileRange(long first, long length) {
    private static final Pattern ONE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    /**
     * Reads the header.
     *
     * @return null for the whole file: without the header, with one of several ranges, and with one that is none
     * @throws HttpProblem 416 when the range is beyond the end
     */
    public static @Nullable FileRange of(@Nullable String header, long size) {
        Matcher range = ONE.matcher(header == null ? "" : header.strip());
        if (!range.matches() || (range.group(1).isEmpty() && range.group(2).isEmpty())) {
            return null;
        }
        long first;
        long last = size - 1;
        if (range.group(1).isEmpty()) {
            first = Math.max(0, size - Long.parseLong(range.group(2)));
        } else {
            first = Long.parseLong(range.group(1));
            if (!range.group(2).isEmpty()) {
                long asked = Long.parseLong(range.group(2));
                if (asked < first) {
                    return null;
                }
                last = Math.min(last, asked);
            }
        }
        if (first > last) {
            throw new HttpProblem(
                    416, "The file has %d bytes; the range that was asked for is not in it.".formatted(size));
        }
        return new FileRange(first, last - first + 1);
    }

    public String contentRange(long size) {
        return "bytes %d-%d/%d".formatted(first, first + length - 1, size);
    }
}

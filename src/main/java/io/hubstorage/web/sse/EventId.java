package io.hubstorage.web.sse;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An event's id: {@code <epoch>-<sequence>}.
 *
 * @param epoch names one life of the server process
 * @param sequence counts its events
 */
record EventId(String epoch, long sequence) {
    private static final Pattern FORM = Pattern.compile("([0-9a-z]{1,32})-([0-9]{1,18})");

    /** The id in a {@code Last-Event-ID} header; empty when it is none of ours. */
    static Optional<EventId> parse(@Nullable String header) {
        if (header == null) {
            return Optional.empty();
        }
        Matcher match = FORM.matcher(header.strip());
        return match.matches()
                ? Optional.of(new EventId(match.group(1), Long.parseLong(match.group(2))))
                : Optional.empty();
    }
}

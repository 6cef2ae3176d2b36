package io.hubstorage.notify;

import io.hubstorage.bus.BusJson;
import java.util.stream.Stream;

/** How urgent a message is; in the order of urgency, so that {@code compareTo} can be asked. */
public enum Severity {
    /** Good to know. */
    INFO,
    /** Somebody has to look at it, in a day or two. */
    WARNING,
    /** Somebody has to look at it now; goes out in quiet hours too. */
    CRITICAL;

    /**
     * The one of that {@link #word}.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Severity of(String word) {
        return Stream.of(values())
                .filter(severity -> severity.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no severity: " + word));
    }

    /** As the configuration and messages have it. */
    public String word() {
        return BusJson.word(this);
    }
}

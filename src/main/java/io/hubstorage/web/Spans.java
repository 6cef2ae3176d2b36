package io.hubstorage.web;

import java.time.Duration;
import java.time.Instant;

/** Spans of time in words, as coarse as people say them. */
final class Spans {
    private Spans() {}

    /** {@code 2 h ago}, or {@code just now}. */
    static String ago(Instant then, Instant now) {
        String span = rough(Duration.between(then, now));
        return span.isEmpty() ? "just now" : span + " ago";
    }

    /** {@code in 2 h}, or {@code now}. */
    static String until(Instant then, Instant now) {
        String span = rough(Duration.between(now, then));
        return span.isEmpty() ? "now" : "in " + span;
    }

    /** Empty for less than a minute. */
    private static String rough(Duration span) {
        long minutes = span.toMinutes();
        if (minutes < 1) {
            return "";
        }
        if (minutes < 90) {
            return minutes + " min";
        }
        long hours = Math.round(minutes / 60.0);
        return hours < 48 ? hours + " h" : Math.round(hours / 24.0) + " days";
    }
}

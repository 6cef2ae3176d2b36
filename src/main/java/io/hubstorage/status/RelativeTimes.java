package io.hubstorage.status;

import io.hubstorage.bus.Sizes;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long ago or until when, in the words of {@code webroot/js/format.js}. */
final class RelativeTimes {
    private static final Pattern MOMENT = Pattern.compile("\\{(ago|until|at):([^}]+)\\}");
    /** By this machine's clock: a sentence is for people. */
    private static final DateTimeFormatter TIME_OF_DAY =
            DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());

    private static final int HERE = 5;

    private RelativeTimes() {}

    /** For a text that is filled in later. */
    static String agoMark(Instant then) {
        return "{ago:%s}".formatted(then);
    }

    /** Likewise. */
    static String untilMark(Instant then) {
        return "{until:%s}".formatted(then);
    }

    /** The time of day. */
    static String atMark(Instant then) {
        return "{at:%s}".formatted(then);
    }

    /** The text with its moments in words. */
    static String filled(String text, Instant now) {
        return MOMENT.matcher(text)
                .replaceAll(
                        found -> Matcher.quoteReplacement(words(found.group(), found.group(1), found.group(2), now)));
    }

    private static String words(String mark, String kind, String moment, Instant now) {
        try {
            Instant then = Instant.parse(moment);
            return switch (kind) {
                case "ago" -> ago(then, now);
                case "until" -> until(then, now);
                default -> TIME_OF_DAY.format(then);
            };
        } catch (DateTimeException e) {
            // Not a mark of ours.
            return mark;
        }
    }

    /** {@code 2 h ago}, {@code 36 s ago}, or {@code just now}. */
    static String ago(Instant then, Instant now) {
        Duration span = Duration.between(then, now);
        return span.toSeconds() < HERE ? "just now" : Sizes.roughly(span) + " ago";
    }

    /** {@code in 2 h}, {@code in 34 s}, or {@code now}. */
    static String until(Instant then, Instant now) {
        Duration span = Duration.between(now, then);
        return span.isNegative() || span.isZero() ? "now" : "in " + Sizes.roughly(span);
    }
}

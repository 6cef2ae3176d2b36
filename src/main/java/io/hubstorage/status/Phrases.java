package io.hubstorage.status;

import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.StatusMessage.Bucket;
import io.hubstorage.bus.StatusMessage.State;
import io.hubstorage.bus.StatusMessage.Verdict;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Buckets, what is wrong with them, and moments, in words. How long ago or until when is told as coarsely as people do;
 * {@code webroot/js/format.js} says it in the same words.
 */
final class Phrases {
    private static final int NAMED = 3;
    private static final int CAUSES = 2;
    private static final Pattern MOMENT = Pattern.compile("\\{(ago|until|at):([^}]+)\\}");
    /** By this machine's clock: a sentence is for people. */
    private static final DateTimeFormatter TIME_OF_DAY =
            DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());

    private static final int HERE = 5;

    private Phrases() {}

    /** What is wrong, the most frequent cause first, with the buckets it concerns. */
    static String causes(List<Bucket> bad) {
        Map<String, List<String>> byCause = new LinkedHashMap<>();
        bad.forEach(bucket -> byCause.computeIfAbsent(String.valueOf(bucket.problem()), _ -> new ArrayList<>())
                .add(bucket.bucket()));
        List<String> told = byCause.entrySet().stream()
                .sorted(Comparator.comparingInt(cause -> -cause.getValue().size()))
                .limit(CAUSES)
                .map(cause -> "%s: %s".formatted(listing(cause.getValue()), sentence(cause.getKey())))
                .toList();
        int more = byCause.size() - told.size();
        return String.join(" ", told)
                + (more == 0 ? "" : " %d more %s below.".formatted(more, more == 1 ? "cause is" : "causes are"));
    }

    static String listing(List<String> names) {
        if (names.size() <= 1) {
            return String.join("", names);
        }
        int named = names.size() <= NAMED ? names.size() - 1 : NAMED - 1;
        String last = names.size() <= NAMED ? names.getLast() : names.size() - named + " more";
        return String.join(", ", names.subList(0, named)) + " and " + last;
    }

    static String sentence(@Nullable String phrase) {
        return phrase == null ? "" : phrase.matches("(?s).*[.!?]") ? phrase : phrase + ".";
    }

    static String count(int many) {
        return many == 1 ? "1 bucket" : many + " buckets";
    }

    static String agoMark(Instant then) {
        return "{ago:%s}".formatted(then);
    }

    static String untilMark(Instant then) {
        return "{until:%s}".formatted(then);
    }

    static String atMark(Instant then) {
        return "{at:%s}".formatted(then);
    }

    static Verdict verdict(State state, String title, String detail, Instant now) {
        String more = detail.strip();
        return new Verdict(state, title, more, filled((title + " " + more).strip(), now));
    }

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

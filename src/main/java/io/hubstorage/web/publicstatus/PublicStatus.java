package io.hubstorage.web.publicstatus;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.StatusMessage.Bucket;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.bus.StatusMessage.State;
import io.hubstorage.config.HubConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What everybody may know, taken from the judgement that the dashboard shows: what is not to be told is not in here. Pure.
 *
 * @param state that of the headline
 * @param summary the same in words
 * @param buckets absent where nothing is to be told of them, or nothing is known
 * @param lastSuccess since when every bucket has a good copy that is no older; absent too where one has none yet
 * @param nextRun absent too where none is to come
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record PublicStatus(
        String title,
        State state,
        String summary,
        @Nullable Buckets buckets,
        @Nullable Instant lastSuccess,
        @Nullable Instant nextRun) {
    private static final int PADDING = 10;
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm z", Locale.ENGLISH);

    /** @param each absent where only their number is to be told */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Buckets(
            int total,
            int safe,
            @JsonProperty("list") @Nullable List<Named> each) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Named(String name, Standing state, @Nullable Instant lastSuccess) {}

    /** How a state is said here and looks: on the page, and on the badge. */
    private record Look(String summary, String badge, String tone, String icon) {
        /** The favicon that the dashboard has in such a state. */
        String favicon() {
            return switch (tone) {
                case "good" -> "safe";
                case "warn" -> "late";
                case "bad" -> "failing";
                case "info" -> "running";
                default -> "idle";
            };
        }
    }

    /**
     * What may be told of that.
     *
     * @param status empty where the room that judges does not answer, which is a failure
     * @param scheduler empty where it is not asked for, or does not answer
     */
    static PublicStatus of(
            HubConfig.PublicStatus configured,
            Optional<StatusMessage.Current> status,
            Optional<SchedulerMessage.Status> scheduler,
            Instant now) {
        State state = status.map(StatusMessage.Current::state).orElse(State.FAILING);
        List<Bucket> wanted = status.stream()
                .flatMap(judged -> judged.buckets().stream())
                .filter(bucket -> bucket.state() != Standing.LEFT_OUT)
                .toList();
        Instant last = !configured.lastSuccess() || wanted.stream().anyMatch(bucket -> bucket.checked() == null)
                ? null
                : wanted.stream()
                        .map(Bucket::checked)
                        .filter(Objects::nonNull)
                        .min(Comparator.naturalOrder())
                        .orElse(null);
        Instant next = !configured.nextRun()
                ? null
                : scheduler
                        .filter(SchedulerMessage.Status::startsBackups)
                        .map(SchedulerMessage.Status::runs)
                        .map(SchedulerMessage.Runs::nextBackup)
                        .filter(now::isBefore)
                        .orElse(null);
        return new PublicStatus(
                configured.title(),
                state,
                look(state).summary(),
                status.isEmpty() ? null : buckets(configured, wanted),
                last,
                next);
    }

    private static @Nullable Buckets buckets(HubConfig.PublicStatus configured, List<Bucket> wanted) {
        if (configured.buckets() == HubConfig.PublicStatus.Shown.NONE) {
            return null;
        }
        int safe = (int) wanted.stream()
                .filter(bucket -> bucket.state() == Standing.SAFE)
                .count();
        List<Named> named = configured.buckets() != HubConfig.PublicStatus.Shown.NAMES
                ? null
                : wanted.stream()
                        .map(bucket -> new Named(
                                bucket.bucket(), bucket.state(), configured.lastSuccess() ? bucket.checked() : null))
                        .toList();
        return new Buckets(wanted.size(), safe, named);
    }

    private static Look look(State state) {
        return switch (state) {
            case SAFE -> new Look("All backups are well.", "all well", "good", "shield");
            case RUNNING -> new Look("A backup is running.", "running", "info", "sync");
            case WAITING -> new Look("A backup is waiting to go on.", "waiting", "warn", "clock");
            case LATE -> new Look("Backups are late.", "late", "warn", "clock");
            case ATTENTION -> new Look("Backups go on, but something needs a look.", "needs a look", "warn", "alert");
            case FAILING -> new Look("Backups are failing.", "failing", "bad", "alert");
            case PAUSED -> new Look("Backups are paused.", "paused", "idle", "pause");
            case NEVER_RUN -> new Look("Not everything has been backed up yet.", "not complete yet", "info", "clock");
            case NEEDS_SETUP -> new Look("Nothing is backed up yet.", "not set up", "idle", "gear");
        };
    }

    private static Map<String, String> look(Standing standing) {
        return switch (standing) {
            case SAFE -> Map.of("text", "Safe", "tone", "good");
            case PARTIAL -> Map.of("text", "Incomplete", "tone", "warn");
            case FAILING -> Map.of("text", "Failing", "tone", "bad");
            case LATE -> Map.of("text", "Late", "tone", "warn");
            case NEVER -> Map.of("text", "Not yet", "tone", "info");
            case LEFT_OUT -> Map.of("text", "Left out", "tone", "idle");
        };
    }

    /** For the page's template. */
    Map<String, Object> model(ZoneId zone, Instant now) {
        Look look = look(state);
        Map<String, Object> model = new HashMap<>(Map.of(
                "title",
                title,
                "summary",
                summary,
                "tone",
                look.tone(),
                "icon",
                look.icon(),
                "favicon",
                look.favicon()));
        if (lastSuccess != null) {
            model.put("lastSuccess", moment(lastSuccess, zone, now));
        }
        if (nextRun != null) {
            model.put("nextRun", moment(nextRun, zone, now));
        }
        if (buckets != null) {
            model.put("total", buckets.total());
            model.put("safe", buckets.safe());
            if (buckets.each() != null) {
                model.put(
                        "buckets",
                        buckets.each().stream()
                                .map(bucket -> {
                                    Map<String, Object> row = new HashMap<>(look(bucket.state()));
                                    row.put("name", bucket.name());
                                    if (bucket.lastSuccess() != null) {
                                        row.put("lastSuccess", moment(bucket.lastSuccess(), zone, now));
                                    }
                                    return row;
                                })
                                .toList());
            }
        }
        return model;
    }

    private static Map<String, String> moment(Instant then, ZoneId zone, Instant now) {
        Duration span = Duration.between(then, now);
        String words = span.isNegative()
                ? "in " + Sizes.roughly(span.negated())
                : span.toMinutes() < 1 ? "just now" : Sizes.roughly(span) + " ago";
        return Map.of("iso", then.toString(), "time", MOMENT.withZone(zone).format(then), "words", words);
    }

    /** A flat badge in two halves. What stands in it is from the table above, never from elsewhere. */
    String badge() {
        Look look = look(state);
        String label = "backups";
        int left = width(label);
        int right = width(look.badge());
        String color = switch (look.tone()) {
            case "good" -> "#137a45";
            case "warn" -> "#8f5300";
            case "bad" -> "#b3261e";
            case "info" -> "#1c5fd1";
            default -> "#5d6773";
        };
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="%1$s" height="20" viewBox="0 0 %1$s 20" role="img" \
            aria-label="%2$s: %3$s"><title>%2$s: %3$s</title>\
            <clipPath id="r"><rect width="%1$s" height="20" rx="3"/></clipPath>\
            <g clip-path="url(#r)"><rect width="%4$s" height="20" fill="#3b4450"/>\
            <rect x="%4$s" width="%5$s" height="20" fill="%6$s"/></g>\
            <g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">\
            <text x="%7$s" y="14" textLength="%8$s">%2$s</text>\
            <text x="%9$s" y="14" textLength="%10$s">%3$s</text></g></svg>
            """.formatted(
                        left + right,
                        label,
                        look.badge(),
                        left,
                        right,
                        color,
                        left / 2.0,
                        left - PADDING,
                        left + right / 2.0,
                        right - PADDING);
    }

    /** About as wide as Verdana has it in 11 px; {@code textLength} makes every font fit. */
    private static int width(String text) {
        double width = text.chars()
                .mapToDouble(c -> "ilj t".indexOf(c) >= 0 ? 3.9 : "mw".indexOf(c) >= 0 ? 9.8 : 6.8)
                .sum();
        return (int) Math.round(width) + PADDING;
    }
}

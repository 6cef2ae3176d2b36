package io.hubstorage.notify.alerts;

import io.hubstorage.bus.JobKind;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message.Fact;
import io.hubstorage.notify.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Something that is wrong at a moment.
 *
 * @param key the same as long as it is the same thing: {@code bucket/photos}, {@code condition/disk}
 * @param subject for people, as short as a name
 * @param since when it began; absent where that is not known, so that it began when it was first seen
 */
record Problem(
        String key,
        Event event,
        Severity severity,
        String subject,
        Words words,
        Pace pace,
        @Nullable Instant since) {
    /** The label of the fact that names a job. */
    static final String RUN = "Run";

    private static final String RESTORE = "job/" + JobKind.RESTORE.word();
    private static final Pattern EXTENT = Pattern.compile("([0-9][0-9,]{0,15}) files");

    /**
     * Whether it is told at once to all, though they have heard of it: it is more urgent than what they heard, or twice as many files, or
     * another restore, which somebody waits for.
     *
     * @param told as it was then
     */
    boolean isMoreThan(Problem told) {
        long extent = event == Event.DAMAGE ? extent() : 0;
        return severity.compareTo(told.severity) > 0
                || extent >= Math.max(2, told.extent() * 2)
                || (key.equals(RESTORE) && !runs().equals(told.runs()));
    }

    /** How many files it is about; 1 where it does not say so. */
    private long extent() {
        Matcher files = EXTENT.matcher(words.title);
        return files.lookingAt() ? Long.parseLong(files.group(1).replace(",", "")) : 1;
    }

    private List<Fact> runs() {
        return words.facts.stream().filter(fact -> fact.label().equals(RUN)).toList();
    }

    /**
     * What is said of it.
     *
     * @param title one line without a full stop
     * @param text what it means and what to do
     * @param recovery the title of the message that it is over
     */
    record Words(String title, String text, String recovery, List<Fact> facts) {
        Words {
            facts = List.copyOf(facts);
        }
    }

    /**
     * How fast it is told.
     *
     * @param patience so long it has to last
     * @param settle so long it has to be over
     */
    record Pace(Duration patience, Duration settle) {
        static final Pace AT_ONCE = new Pace(Duration.ZERO, Duration.ZERO);

        static Pace after(Duration patience) {
            return new Pace(patience, Duration.ZERO);
        }
    }
}

package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that has happened and that somebody has to look at. It stays until it is acknowledged, over restarts; what is
 * only so at this moment is no alarm. Whoever finds such a thing publishes it on {@link Addresses#ALARM_RAISE}.
 *
 * @param id says what it is about; the same thing raised again has the same id, and is told once, with a count
 * @param bucket the one concerned, if it is one
 * @param snapshot the one concerned, if it is one
 * @param message one sentence: what has happened
 * @param remedy one sentence or a few: what to do
 */
public record Alarm(
        String id,
        Kind kind,
        @Nullable String bucket,
        @Nullable String snapshot,
        String message,
        String remedy,
        @JsonUnwrapped Occurrences occurrences) {
    private static final int MAX_ID = 100;

    /**
     * When it happened.
     *
     * @param since the first time after it was last acknowledged
     * @param times how often since then
     * @param acknowledgedAt when somebody said to have looked; absent while it is open
     */
    public record Occurrences(
            Instant since,
            Instant last,
            long times,
            @Nullable Instant acknowledgedAt) {}

    /**
     * Says that somebody has looked.
     *
     * @param id of the alarm; absent with {@code all}
     * @param all whether every open alarm is meant
     */
    public record Acknowledge(@Nullable String id, boolean all) {}

    /**
     * The alarms, each the newest first.
     *
     * @param open those that nobody has acknowledged
     * @param acknowledged the last ones that somebody has
     */
    public record Listing(List<Alarm> open, List<Alarm> acknowledged) {}

    public enum Kind {
        /** A bucket lost more objects than {@code guards.max_shrink_percent} allows. */
        SHRUNK,
        /** A file of a snapshot is not what its manifest says. */
        DAMAGE,
        /** The clock went back behind the newest snapshot. */
        CLOCK_MOVED,
        /** What HubStorage had written down about earlier runs or alarms is gone. */
        HISTORY_LOST,
        /** How a run ended could not be written down. */
        HISTORY_UNWRITABLE,
        /** One that a later version knows. */
        @JsonEnumDefaultValue
        OTHER
    }

    /**
     * One to be raised.
     *
     * @param subject what it is about, as short as a name: with the kind it makes the id
     * @param at when it happened; raising it once more with the same time changes nothing
     */
    public static Alarm of(Kind kind, String subject, Instant at, String message, String remedy) {
        String id = (BusJson.word(kind) + (subject.isEmpty() ? "" : "-" + subject)).replaceAll("[^A-Za-z0-9._@-]", "_");
        return new Alarm(
                id.substring(0, Math.min(id.length(), MAX_ID)),
                kind,
                null,
                null,
                message,
                remedy,
                new Occurrences(at, at, 1, null));
    }

    /** The same, about a bucket, a snapshot, or both. */
    public Alarm about(@Nullable String itsBucket, @Nullable String itsSnapshot) {
        return new Alarm(id, kind, itsBucket, itsSnapshot, message, remedy, occurrences);
    }

    /** This one, raised again while it is open. */
    public Alarm again(Alarm raised) {
        return raised.happened(new Occurrences(
                occurrences.since(),
                raised.occurrences.last(),
                occurrences.times() + raised.occurrences.times(),
                null));
    }

    /** The same, of which somebody has said to have looked. */
    public Alarm acknowledged(Instant at) {
        return happened(new Occurrences(occurrences.since(), occurrences.last(), occurrences.times(), at));
    }

    private Alarm happened(Occurrences other) {
        return new Alarm(id, kind, bucket, snapshot, message, remedy, other);
    }

    /** Whether nobody has acknowledged it. */
    @JsonIgnore
    public boolean isOpen() {
        return occurrences.acknowledgedAt() == null;
    }
}

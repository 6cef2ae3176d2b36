package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Locale;
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
 * @param since when it happened first after it was last acknowledged
 * @param last when it happened last
 * @param times how often it happened since then
 * @param acknowledgedAt when somebody said to have looked; absent while it is open
 */
public record Alarm(
        String id,

        @JsonFormat(with = JsonFormat.Feature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE)
        Kind kind,

        @Nullable String bucket,
        @Nullable String snapshot,
        String message,
        String remedy,
        Instant since,
        Instant last,
        long times,
        @Nullable Instant acknowledgedAt) {
    private static final int MAX_ID = 100;

    /** What kind of thing. */
    public enum Kind {
        /** A bucket lost more objects than {@code guards.max_shrink_percent} allows. */
        @JsonProperty("shrunk")
        SHRUNK,
        /** A file of a snapshot is not what its manifest says. */
        @JsonProperty("damage")
        DAMAGE,
        /** The clock went back behind the newest snapshot. */
        @JsonProperty("clock_moved")
        CLOCK_MOVED,
        /** What HubStorage had written down about earlier runs or alarms is gone. */
        @JsonProperty("history_lost")
        HISTORY_LOST,
        /** How a run ended could not be written down. */
        @JsonProperty("history_unwritable")
        HISTORY_UNWRITABLE,
        /** One that a later version knows. */
        @JsonEnumDefaultValue
        @JsonProperty("other")
        OTHER;

        /** As it is written in JSON and in metrics. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One to be raised.
     *
     * @param subject what it is about, as short as a name: with the kind it makes the id
     * @param at when it happened; raising it once more with the same time changes nothing
     */
    public static Alarm of(Kind kind, String subject, Instant at, String message, String remedy) {
        String id = (kind.word() + (subject.isEmpty() ? "" : "-" + subject)).replaceAll("[^A-Za-z0-9._-]", "_");
        return new Alarm(
                id.substring(0, Math.min(id.length(), MAX_ID)), kind, null, null, message, remedy, at, at, 1, null);
    }

    /** The same, about a bucket, a snapshot, or both. */
    public Alarm about(@Nullable String itsBucket, @Nullable String itsSnapshot) {
        return new Alarm(id, kind, itsBucket, itsSnapshot, message, remedy, since, last, times, acknowledgedAt);
    }

    /** Whether nobody has acknowledged it. */
    @JsonIgnore
    public boolean isOpen() {
        return acknowledgedAt == null;
    }
}

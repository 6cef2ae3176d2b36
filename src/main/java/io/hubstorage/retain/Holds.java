package io.hubstorage.retain;

import io.hubstorage.bus.Alarm;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What no rule may take, as whoever asks for a plan knows it.
 *
 * @param inUse snapshots that somebody works with, each with a phrase that says who: {@code a restore reads it}
 * @param alarms those that nobody has acknowledged, of every kind
 * @param lastJob when the last job of any kind ended, as the history says; absent where there was none
 */
public record Holds(
        Map<String, String> inUse,
        List<Alarm> alarms,
        @Nullable Instant lastJob) {
    public static final Holds NONE = new Holds(Map.of(), List.of(), null);

    public Holds {
        inUse = Map.copyOf(inUse);
        alarms = List.copyOf(alarms);
    }
}

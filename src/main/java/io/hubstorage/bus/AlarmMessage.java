package io.hubstorage.bus;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Questions about alarms, and the answers. */
public sealed interface AlarmMessage {
    /**
     * Says that somebody has looked.
     *
     * @param id of the alarm; absent with {@code all}
     * @param all whether every open alarm is meant
     */
    record Acknowledge(@Nullable String id, boolean all) implements AlarmMessage {}

    /**
     * The alarms, each the newest first.
     *
     * @param open those that nobody has acknowledged
     * @param acknowledged the last ones that somebody has
     */
    record Alarms(List<Alarm> open, List<Alarm> acknowledged) implements AlarmMessage {}
}

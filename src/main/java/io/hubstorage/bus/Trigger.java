package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonProperty;

/** Who asked for a run. */
public enum Trigger {
    /** Somebody pressed the button, or called the API or the bus. */
    @JsonEnumDefaultValue
    @JsonProperty("manual")
    MANUAL,
    /** The schedule. */
    @JsonProperty("schedule")
    SCHEDULE,
    /** The schedule, as the first run of all. */
    @JsonProperty("first")
    FIRST,
    /** The start-up check found the last run overdue. */
    @JsonProperty("catch_up")
    CATCH_UP,
    /** The {@code backup} command. */
    @JsonProperty("cli")
    CLI
}

package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;

public enum Trigger {
    /** Somebody pressed the button, or called the API or the bus. */
    @JsonEnumDefaultValue
    MANUAL,
    SCHEDULE,
    /** A schedule, as its first run of all. */
    FIRST,
    /** The start-up check found the last run overdue. */
    CATCH_UP,
    /** The {@code backup} command. */
    CLI
}

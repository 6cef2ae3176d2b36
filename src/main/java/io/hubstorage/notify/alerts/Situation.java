package io.hubstorage.notify.alerts;

import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.LoginAttack;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.WorkersMessage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How things stand at a moment, as the other rooms say. What is absent nobody has told: it says neither that all is well nor that
 * something is wrong.
 *
 * @param status the judgement
 * @param attack one of which was told just now
 */
record Situation(
        Instant now,
        StatusMessage.@Nullable Current status,
        SchedulerMessage.@Nullable Status scheduler,
        JobMessage.@Nullable Status jobs,
        SpaceMessage.@Nullable Current space,
        WorkersMessage.@Nullable Listing workers,
        @Nullable LoginAttack attack) {}

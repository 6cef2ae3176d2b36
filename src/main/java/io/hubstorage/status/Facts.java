package io.hubstorage.status;

import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.LoginAttack;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.bus.WorkersMessage;
import io.hubstorage.config.HubConfig;
import io.hubstorage.jobs.HistoryStore.Judged;
import io.hubstorage.snapshot.Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * @param past what earlier runs have left
 * @param conditions what was found wrong while the facts were gathered
 * @param proofs what is known of the stored files, in a sentence; empty when that is nothing
 */
record Facts(
        Instant now,
        HubConfig config,
        Rooms rooms,
        Past past,
        List<Condition> conditions,
        List<Alarm> alarms,
        @Nullable Long freeBytes,
        String proofs) {
    /** Where nothing is known of the stored files. */
    Facts(
            Instant now,
            HubConfig config,
            Rooms rooms,
            Past past,
            List<Condition> conditions,
            List<Alarm> alarms,
            @Nullable Long freeBytes) {
        this(now, config, rooms, past, conditions, alarms, freeBytes, "");
    }

    /**
     * What the other rooms say of themselves.
     *
     * @param backup absent when the engine does not answer
     * @param scheduler absent when it does not answer, or when there is none
     * @param hasScheduler whether this process has one; a command that runs once has none
     * @param space absent where nobody has told yet
     * @param attack the last one that was told of
     * @param workers absent when nobody tells who copies
     */
    record Rooms(
            BackupMessage.@Nullable Status backup,
            SchedulerMessage.@Nullable Status scheduler,
            boolean hasScheduler,
            SpaceMessage.@Nullable Current space,
            @Nullable LoginAttack attack,
            WorkersMessage.@Nullable Listing workers) {
        Rooms(
                BackupMessage.@Nullable Status backup,
                SchedulerMessage.@Nullable Status scheduler,
                boolean hasScheduler,
                SpaceMessage.@Nullable Current space) {
            this(backup, scheduler, hasScheduler, space, null, null);
        }

        Rooms(
                BackupMessage.@Nullable Status backup,
                SchedulerMessage.@Nullable Status scheduler,
                boolean hasScheduler) {
            this(backup, scheduler, hasScheduler, null);
        }
    }

    /**
     * What the history and the newest snapshot say.
     *
     * @param bySchedule the newest run for each schedule that judges its buckets; absent where there was none
     * @param lastFound the newest run that tells which buckets discovery finds; absent without discovery
     * @param last the newest run of any buckets that judges them
     * @param judged how each bucket ended when it was last part of a run, as far as the history tells
     * @param good likewise, the last time that it was safe then
     * @param newest the newest snapshot's certificate; absent when there is no snapshot, or none of ours
     * @param legacy whether the newest snapshot is one of the old tool
     */
    record Past(
            Map<String, RunRecord> bySchedule,
            @Nullable RunRecord lastFound,
            @Nullable RunRecord last,
            Map<String, Judged> judged,
            Map<String, Judged> good,
            @Nullable Certificate newest,
            boolean legacy) {
        static final Past NOTHING = new Past(Map.of(), null, null, Map.of(), Map.of(), null, false);
    }

    /** What is wrong now, found out or silent, the worst first. */
    List<Condition> allConditions() {
        List<Condition> all = new ArrayList<>(conditions);
        if (rooms.backup() == null) {
            all.add(new Condition(
                    Condition.Kind.ENGINE,
                    "The backup engine does not answer, so nothing can be said about the backups.",
                    "Look into the log, and restart HubStorage if it stays so."));
        }
        SchedulerMessage.Status scheduler = rooms.scheduler();
        if (rooms.hasScheduler() && (scheduler == null || !scheduler.running())) {
            all.add(new Condition(
                    Condition.Kind.SCHEDULER,
                    "The scheduler is not running, so no backup starts by itself.",
                    "Restart HubStorage, and look into the log for the cause."));
        }
        all.sort(Comparator.comparing(Condition::kind));
        return List.copyOf(all);
    }
}

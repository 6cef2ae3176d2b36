package io.hubstorage.notify.alerts;

import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Severity;
import java.time.Duration;

/**
 * What a kind of condition is to those who are told.
 *
 * @param recovery the title of the message that it is over
 * @param patience so long it has to last
 */
record ConditionKind(Event event, Severity severity, String subject, String recovery, Duration patience) {
    /** A room that starts is silent for a moment, and a file that is being edited is broken for one. */
    private static final Duration USUAL = Duration.ofMinutes(2);

    private static final Duration LONGER = Duration.ofMinutes(5);

    static ConditionKind of(Condition.Kind kind) {
        return switch (kind) {
            case ENGINE ->
                new ConditionKind(
                        Event.BACKUP_FAILED, Severity.CRITICAL, "engine", "The backup engine answers again", USUAL);
            case DATA_FOLDER ->
                new ConditionKind(
                        Event.DISK_LOW, Severity.CRITICAL, "disk", "The data folder can be used again", USUAL);
            case HISTORY ->
                new ConditionKind(Event.DISK_LOW, Severity.CRITICAL, "history", "Backups are recorded again", USUAL);
            case SCHEDULER ->
                new ConditionKind(Event.PAUSED, Severity.CRITICAL, "schedule", "The scheduler runs again", USUAL);
            case WAITING ->
                new ConditionKind(Event.SOURCE_UNREACHABLE, Severity.WARNING, "S3", "The backup goes on again", LONGER);
            case CONFIG ->
                new ConditionKind(
                        Event.CONFIG_BROKEN,
                        Severity.WARNING,
                        "configuration",
                        "The configuration is in order again",
                        USUAL);
            case DAMAGE ->
                new ConditionKind(
                        Event.DAMAGE,
                        Severity.CRITICAL,
                        "stored files",
                        "No stored file is damaged any more",
                        Duration.ZERO);
            case DRILL ->
                new ConditionKind(
                        Event.JOB_FAILED,
                        Severity.WARNING,
                        "drill",
                        "The restore drill went well again",
                        Duration.ZERO);
            case REPLICATION ->
                new ConditionKind(
                        Event.JOB_FAILED,
                        Severity.WARNING,
                        "replication",
                        "The second copy is complete again",
                        Duration.ZERO);
            case RETENTION ->
                new ConditionKind(
                        Event.JOB_FAILED,
                        Severity.INFO,
                        "retention",
                        "Retention no longer waits for you",
                        Duration.ZERO);
            case DISK ->
                new ConditionKind(
                        Event.DISK_FORECAST,
                        Severity.WARNING,
                        "disk",
                        "The disk isn't about to fill up any more",
                        USUAL);
            case WORKER ->
                new ConditionKind(
                        Event.WORKER_MISSING,
                        Severity.WARNING,
                        "workers",
                        "All workers are there again",
                        Duration.ZERO);
            case LOGIN ->
                new ConditionKind(
                        Event.LOGIN_ATTACK,
                        Severity.WARNING,
                        "login",
                        "Nobody has tried passwords for an hour",
                        Duration.ZERO);
        };
    }
}

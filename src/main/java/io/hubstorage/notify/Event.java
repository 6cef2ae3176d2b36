package io.hubstorage.notify;

import io.hubstorage.bus.BusJson;
import java.util.stream.Stream;

/** What a message is about: what a channel can be told to take or to leave. */
public enum Event {
    BACKUP_STARTED(Severity.INFO, false),
    /** Every bucket of the run is safe, as on most days. */
    BACKUP_SUCCEEDED(Severity.INFO, false),
    /** Objects or whole buckets kept their previous version. */
    BACKUP_PARTIAL(Severity.WARNING, true),
    /** A run, or a bucket in it, was not backed up at all. */
    BACKUP_FAILED(Severity.CRITICAL, true),
    /** The last good copy is older than the schedule allows, or a run that should have started has not. */
    BACKUP_LATE(Severity.CRITICAL, true),
    /** A bucket lost more objects than {@code guards.max_shrink_percent} allows. */
    BUCKET_SHRANK(Severity.CRITICAL, true),
    /** The disk has less left than the configuration wants free, or the data folder cannot be used. */
    DISK_LOW(Severity.CRITICAL, true),
    /** The disk is full within two weeks if it goes on like this. */
    DISK_FORECAST(Severity.WARNING, true),
    /** Stored files are not what their manifests say, or what HubStorage had written down is gone. */
    DAMAGE(Severity.CRITICAL, true),
    /** Damaged files were put right. */
    REPAIRED(Severity.INFO, true),
    /** A restore, drill, verification, repair, retention or replication did not go well. */
    JOB_FAILED(Severity.WARNING, true),
    JOB_SUCCEEDED(Severity.INFO, false),
    /** What somebody wants to happen before or after jobs has failed, and the job went on or was over. */
    HOOK_FAILED(Severity.WARNING, true),
    /** Somebody tries passwords. */
    LOGIN_ATTACK(Severity.WARNING, true),
    /** A run waits for S3, which does not answer. */
    SOURCE_UNREACHABLE(Severity.WARNING, true),
    /** Nothing is backed up by itself, because somebody paused it or the scheduler does not run. */
    PAUSED(Severity.WARNING, true),
    /** The configuration on disk is not the one in force. */
    CONFIG_BROKEN(Severity.WARNING, true),
    /** A worker on another machine is lost, or not let in. */
    WORKER_MISSING(Severity.WARNING, true),
    /** The week in numbers. */
    DIGEST(Severity.INFO, true),
    /** Somebody tries a channel out. */
    TEST(Severity.INFO, true);

    private final Severity severity;
    private final boolean onByDefault;

    Event(Severity severity, boolean onByDefault) {
        this.severity = severity;
        this.onByDefault = onByDefault;
    }

    /**
     * The one of that {@link #word}.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Event of(String word) {
        return Stream.of(values())
                .filter(event -> event.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no event: " + word));
    }

    /** As the configuration and messages have it. */
    public String word() {
        return BusJson.word(this);
    }

    /** How urgent it is, unless a message says otherwise: that it is over is never urgent. */
    public Severity severity() {
        return severity;
    }

    /** Whether a channel that names no events is told. */
    public boolean onByDefault() {
        return onByDefault;
    }
}

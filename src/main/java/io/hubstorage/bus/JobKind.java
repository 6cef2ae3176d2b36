package io.hubstorage.bus;

import java.util.stream.Stream;

/**
 * What takes long enough to be a job: to have a record, progress, and an end that others hear of. The addresses of each kind
 * have the same form.
 */
public enum JobKind {
    /** Makes a snapshot, or only plans one. */
    BACKUP(RunRecord.class),
    /** Brings objects of a snapshot back, to S3 or into a folder. */
    RESTORE(RestoreRecord.class),
    /** Tries a restore out: brings some files back to a scratch place, compares them, and removes them again. */
    DRILL(DrillRecord.class),
    /** Reads what is stored and compares it with what it was when it came. */
    VERIFY(VerifyRecord.class),
    /** Puts right what is not as the manifests say. */
    REPAIR(RepairRecord.class),
    /** Removes the snapshots that no rule of retention keeps; they can be had back for a while. */
    RETENTION(RetentionRecord.class),
    /** Copies snapshots to another folder, which is a data folder of its own: the second copy. */
    REPLICATION(ReplicationRecord.class);

    private final Class<? extends JobRecord> record;

    JobKind(Class<? extends JobRecord> record) {
        this.record = record;
    }

    /** What the history keeps of one. */
    public Class<? extends JobRecord> record() {
        return record;
    }

    /**
     * The one of that {@link #word}.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static JobKind of(String word) {
        return Stream.of(values())
                .filter(kind -> kind.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no kind of job: " + word));
    }

    /** As messages, addresses and records have it. */
    public String word() {
        return BusJson.word(this);
    }

    /** Request: starts a job, and is answered with its {@code run_id} once it has begun. */
    public String start() {
        return address("start");
    }

    /** Published: the {@link JobState} of a job that has just begun. */
    public String started() {
        return address("started");
    }

    /** Published at most five times a second while a job is under way: its whole {@link JobState}. */
    public String progress() {
        return address("progress");
    }

    /** Published exactly once for each job that was accepted, whatever its end: its {@link JobRecord}. */
    public String finished() {
        return address("finished");
    }

    private String address(String what) {
        return "hubstorage." + word() + "." + what;
    }
}

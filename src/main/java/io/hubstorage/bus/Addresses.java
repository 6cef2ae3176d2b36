package io.hubstorage.bus;

/**
 * Event-bus addresses. All bodies are JSON objects in {@code snake_case}; a request is answered with a JSON object or
 * failed with an HTTP-like code and a reason. Everything but {@code hubstorage.transfer.*} is a public interface.
 */
public final class Addresses {
    /**
     * Request: {@link BackupMessage.Start}, answered by {@link BackupMessage.Accepted}; 409 while a run goes on, 423 while
     * another process is at work on the data folder, 503 while the data folder cannot be written to. A start that is refused
     * is no run: it is in no history, and nothing is published of it but, where the scheduler asked, its own status.
     */
    public static final String BACKUP_START = "hubstorage.backup.start";
    /** Request: {@link BackupMessage.Cancel}; 404 when nothing runs. Answered once the run has been told to stop. */
    public static final String BACKUP_CANCEL = "hubstorage.backup.cancel";
    /** Request: empty, answered by {@link BackupMessage.Status}. */
    public static final String BACKUP_STATUS = "hubstorage.backup.status";
    /** Request: {@link BackupMessage.HistoryQuery}, answered by {@link BackupMessage.History}. */
    public static final String BACKUP_HISTORY = "hubstorage.backup.history";
    /** Published: {@link RunState} of a run that has just begun. */
    public static final String BACKUP_STARTED = "hubstorage.backup.started";
    /** Published at most five times a second: the whole {@link RunState}. */
    public static final String BACKUP_PROGRESS = "hubstorage.backup.progress";
    /**
     * Published exactly once for each run that was accepted, whatever its end: {@link RunRecord}. Listen for a {@code result}
     * other than {@code success}, and look at {@code dry_run}: a dry run copies nothing, so its failure leaves no bucket
     * uncovered. A run that the end of its process cut off is published at the next start of the service, with the result
     * {@code interrupted}. A start that was refused is no run and is not published: whoever asked is told why, and why the
     * scheduler's own starts are refused stands in {@code waiting} of {@link #SCHEDULER_CHANGED}.
     */
    public static final String BACKUP_FINISHED = "hubstorage.backup.finished";

    /** Request: empty, answered by {@link SchedulerMessage.Status}. */
    public static final String SCHEDULER_STATUS = "hubstorage.scheduler.status";
    /** Request: empty; plans anew from history and configuration, answered by {@link SchedulerMessage.Status}. */
    public static final String SCHEDULER_RESTART = "hubstorage.scheduler.restart";
    /** Request: {@link SchedulerMessage.Pause}, answered by {@link SchedulerMessage.Status}. */
    public static final String SCHEDULER_PAUSE = "hubstorage.scheduler.pause";
    /** Published: {@link SchedulerMessage.Status} whenever something in it but the time has changed. */
    public static final String SCHEDULER_CHANGED = "hubstorage.scheduler.changed";

    /** Request: empty, answered by {@link ConfigMessage.Current}. Never carries a secret. */
    public static final String CONFIG_GET = "hubstorage.config.get";
    /** Request: {@link ConfigMessage.Update}; 400 with every problem, 412 when {@code if_match} is stale. */
    public static final String CONFIG_UPDATE = "hubstorage.config.update";
    /** Request: {@link ConfigMessage.Draft}, answered by {@link ConfigMessage.Verdict}; nothing is saved. */
    public static final String CONFIG_VALIDATE = "hubstorage.config.validate";
    /** Published: {@link ConfigMessage.Current} after a save, a hand edit or a change of {@code .env}. */
    public static final String CONFIG_CHANGED = "hubstorage.config.changed";

    /** Request: empty, answered by {@link StatusMessage.Current}. */
    public static final String STATUS = "hubstorage.status";
    /** Published: {@link StatusMessage.Current} whenever something in it but the time has changed. */
    public static final String STATUS_CHANGED = "hubstorage.status.changed";

    /** Request: empty, answered by {@link Alarm.Listing}. */
    public static final String ALARMS_LIST = "hubstorage.alarms.list";
    /** Request: {@link Alarm.Acknowledge}, answered by {@link Alarm.Listing}; 404 when no open alarm has that id. */
    public static final String ALARMS_ACKNOWLEDGE = "hubstorage.alarms.acknowledge";
    /** Published: {@link Alarm.Listing} whenever one was raised or acknowledged. */
    public static final String ALARMS_CHANGED = "hubstorage.alarms.changed";
    /** Internal, published by whoever finds what somebody has to look at: {@link Alarm}. */
    public static final String ALARM_RAISE = "hubstorage.alarms.raise";

    /** Request: empty, answered by {@link S3Message.Buckets}. */
    public static final String S3_DISCOVER = "hubstorage.s3.discover";
    /** Request: empty, answered by {@link S3Message.Diagnosis}. */
    public static final String S3_DIAGNOSE = "hubstorage.s3.diagnose";
    /** Request: {@link S3Message.FilterTrial}, answered by {@link S3Message.FilterOutcome}. */
    public static final String S3_FILTER_PREVIEW = "hubstorage.s3.filter_preview";

    /** Published: {@link LogLine}. */
    public static final String LOG = "hubstorage.log";

    /** Internal request: {@link TransferMessage.Shard}, answered "accepted"; the result is a message of its own. */
    public static final String TRANSFER_SHARD = "hubstorage.transfer.shard";
    /** Internal request: {@link TransferMessage.FindFolders}, answered by {@link TransferMessage.Folders}. */
    public static final String TRANSFER_FOLDERS = "hubstorage.transfer.folders";
    /** Internal, published: {@link TransferMessage.Cancel}. */
    public static final String TRANSFER_CANCEL = "hubstorage.transfer.cancel";
    /** Internal, sent a few times a second while a shard works: {@link TransferMessage.Heartbeat}. */
    public static final String TRANSFER_HEARTBEAT = "hubstorage.transfer.heartbeat";
    /** Internal, sent a few times a second while a run's buckets are looked for: {@link TransferMessage.Discovering}. */
    public static final String TRANSFER_DISCOVERING = "hubstorage.transfer.discovering";
    /** Internal, sent once a shard: {@link TransferMessage.Result}. */
    public static final String TRANSFER_RESULT = "hubstorage.transfer.result";

    private Addresses() {}
}

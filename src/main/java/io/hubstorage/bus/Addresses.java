package io.hubstorage.bus;

/**
 * Event-bus addresses. All bodies are JSON objects in {@code snake_case}; a request is answered with a JSON object or
 * failed with an HTTP-like code and a reason. Everything but {@code hubstorage.transfer.*} and {@code hubstorage.worker.*} is a
 * public interface.
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

    /** Request: {@link JobMessage.Query}, answered by {@link JobMessage.Page}: jobs of every kind. */
    public static final String JOBS_LIST = "hubstorage.jobs.list";
    /** Request: {@link JobMessage.Get}, answered by {@link JobMessage.Found}; 404 when the history knows no such job. */
    public static final String JOBS_GET = "hubstorage.jobs.get";
    /**
     * Request: {@link JobMessage.Cancel}, answered by the same once the job has been told to stop; 404 when it is not under way
     * in this process, 409 when it ends by itself in a moment.
     */
    public static final String JOBS_CANCEL = "hubstorage.jobs.cancel";
    /** Request: empty, answered by {@link JobMessage.Status}. */
    public static final String JOBS_STATUS = "hubstorage.jobs.status";

    /**
     * Request: {@link RestoreRequest}, answered at once by {@link RestoreMessage.View}; the plan is made meanwhile. Restores to a folder
     * need {@code HUBSTORAGE_RESTORE_PATH}.
     */
    public static final String RESTORE_PLAN = "hubstorage.restore.plan";
    /**
     * Request: {@link RestoreMessage.Start}, answered by {@link RestoreMessage.Started}; 409 while another restore goes on or when it has
     * been done, 412 when the digest is not the plan's, 423 while another process is at work on it.
     */
    public static final String RESTORE_START = "hubstorage.restore.start";
    /** Request: {@link RestoreMessage.Cancel}, answered by {@link RestoreMessage.Done}; 404 when nothing runs. */
    public static final String RESTORE_CANCEL = "hubstorage.restore.cancel";
    /** Request: {@link RestoreMessage.Get}, answered by {@link RestoreMessage.View}; 404 when there is none. */
    public static final String RESTORE_STATUS = "hubstorage.restore.status";
    /** Request: {@link RestoreMessage.Query}, answered by {@link RestoreMessage.Page}. */
    public static final String RESTORE_LIST = "hubstorage.restore.list";
    /** Request: {@link RestoreMessage.ObjectsQuery}, answered by {@link RestoreMessage.Objects}. */
    public static final String RESTORE_OBJECTS = "hubstorage.restore.objects";
    /** Request: {@link RestoreMessage.Remove}, answered by {@link RestoreMessage.Done}; 409 while it is under way. */
    public static final String RESTORE_REMOVE = "hubstorage.restore.remove";

    /** Request: {@link DrillStart}, answered by {@link RestoreMessage.Started} once the drill has begun. */
    public static final String DRILL_START = "hubstorage.drill.start";

    /**
     * Request: {@link RetentionStart}, answered by {@link RestoreMessage.Started} once it has begun; 409 while something goes on that reads
     * snapshots or changes them, 412 when the digest is not that of a preview made now, 423 while a backup is under way.
     */
    public static final String RETENTION_START = "hubstorage.retention.start";
    /** Request: {@link RetentionMessage.Cancel}, answered by the same; 404 when nothing runs. */
    public static final String RETENTION_CANCEL = "hubstorage.retention.cancel";
    /** Request: empty, answered by {@link RetentionMessage.Status}. */
    public static final String RETENTION_STATUS = "hubstorage.retention.status";
    /** Request: empty, answered by {@link RetentionMessage.Preview}. */
    public static final String RETENTION_PREVIEW = "hubstorage.retention.preview";
    /** Request: {@link RetentionMessage.Undo}, answered by {@link RetentionMessage.Undone}; 404 when there is nothing to bring back. */
    public static final String RETENTION_UNDO = "hubstorage.retention.undo";

    /**
     * Request: {@link VerifyStart}, answered by {@link VerifyMessage.Started} once it has begun; 409 while it goes on already, or while a
     * repair does.
     */
    public static final String VERIFY_START = "hubstorage.verify.start";
    /** Request: empty, answered by {@link VerifyMessage.Pause} once it has been told to; 404 when nothing is under way. */
    public static final String VERIFY_PAUSE = "hubstorage.verify.pause";
    /** Request: {@link VerifyMessage.Query}, answered by {@link VerifyMessage.Status}. */
    public static final String VERIFY_STATUS = "hubstorage.verify.status";
    /** Published when a job has found that a file is damaged: {@link VerifyMessage.DamageSummary}. */
    public static final String VERIFY_DAMAGED = "hubstorage.verify.damaged";

    /** Request: {@link RepairMessage.Request}, answered at once by {@link RepairMessage.View}; the plan is made meanwhile. */
    public static final String REPAIR_PLAN = "hubstorage.repair.plan";
    /** Request: empty, answered by {@link RepairMessage.View}. */
    public static final String REPAIR_STATUS = "hubstorage.repair.status";
    /**
     * Request: {@link RepairStart}, answered by {@link RestoreMessage.Started}; 409 while what excludes it goes on, 412 when the digest is not
     * that of the last plan, 423 while another process is at it, 503 where {@code verify.repair} is {@code off}.
     */
    public static final String REPAIR_START = "hubstorage.repair.start";

    /**
     * Request: {@link ReplicationStart}, answered by {@link RestoreMessage.Started} once the replication has begun. Over the web and
     * the bus the folder is the configured one, or lies below {@code HUBSTORAGE_REPLICATION_PATH}.
     */
    public static final String REPLICATION_START = "hubstorage.replication.start";

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

    /** Request: empty, answered by {@link SpaceMessage.Current}. */
    public static final String SPACE = "hubstorage.space";

    /** Request: empty, answered by {@link Alarm.Listing}. */
    public static final String ALARMS_LIST = "hubstorage.alarms.list";
    /** Request: {@link Alarm.Acknowledge}, answered by {@link Alarm.Listing}; 404 when no open alarm has that id. */
    public static final String ALARMS_ACKNOWLEDGE = "hubstorage.alarms.acknowledge";
    /** Published: {@link Alarm.Listing} whenever one was raised or acknowledged. */
    public static final String ALARMS_CHANGED = "hubstorage.alarms.changed";
    /** Internal, published by whoever finds what somebody has to look at: {@link Alarm}. */
    public static final String ALARM_RAISE = "hubstorage.alarms.raise";

    /** Request: empty, answered by {@link NotifyMessage.Listing}. */
    public static final String NOTIFY_CHANNELS = "hubstorage.notify.channels";
    /**
     * Request: {@link NotifyMessage.Test}, answered by {@link NotifyMessage.Outcome}, also where nothing could be delivered; 404 when no
     * channel has that name, 409 while it is tested already.
     */
    public static final String NOTIFY_TEST = "hubstorage.notify.test";

    /** Request: empty, answered by {@link AlertMessage.Listing}. */
    public static final String NOTIFY_ALERTS = "hubstorage.notify.alerts";
    /** Request: {@link AlertMessage.Query}, answered by {@link AlertMessage.Deliveries}. */
    public static final String NOTIFY_DELIVERIES = "hubstorage.notify.deliveries";
    /** Published after each attempt to deliver a message: {@link AlertMessage.Delivery}. */
    public static final String NOTIFY_DELIVERED = "hubstorage.notify.delivered";
    /** Internal, published by who guards the login, once in ten minutes at the most: {@link LoginAttack}. */
    public static final String LOGIN_ATTACKED = "hubstorage.login.attacked";

    /** Request: empty, answered by {@link S3Message.Buckets}. */
    public static final String S3_DISCOVER = "hubstorage.s3.discover";
    /** Request: empty, answered by {@link S3Message.Diagnosis}. */
    public static final String S3_DIAGNOSE = "hubstorage.s3.diagnose";
    /** Request: {@link S3Message.FilterTrial}, answered by {@link S3Message.FilterOutcome}. */
    public static final String S3_FILTER_PREVIEW = "hubstorage.s3.filter_preview";

    /** Published: {@link LogLine}. */
    public static final String LOG = "hubstorage.log";

    /** Internal request: {@link TransferMessage.FindFolders}, answered by {@link TransferMessage.Folders}. */
    public static final String TRANSFER_FOLDERS = "hubstorage.transfer.folders";
    /** Internal, sent a few times a second while a shard works: {@link TransferMessage.Heartbeat}. */
    public static final String TRANSFER_HEARTBEAT = "hubstorage.transfer.heartbeat";
    /** Internal, sent a few times a second while a run's buckets are looked for: {@link TransferMessage.Discovering}. */
    public static final String TRANSFER_DISCOVERING = "hubstorage.transfer.discovering";
    /** Internal, once a shard: {@link TransferMessage.Result}. Sent again until it is answered where it comes from another process. */
    public static final String TRANSFER_RESULT = "hubstorage.transfer.result";

    /** Internal request, from a worker in another process: {@link WorkerMessage.Hello}, answered by {@link WorkerMessage.Welcome}. */
    public static final String WORKER_HELLO = "hubstorage.worker.hello";
    /** Internal, sent by a worker that ends: {@link WorkerMessage.Goodbye}. */
    public static final String WORKER_GOODBYE = "hubstorage.worker.goodbye";
    /** The id of the worker in the coordinator's own process, which is all that there is without others. */
    public static final String LOCAL_WORKER = "local";

    /** Request: empty, answered by {@link WorkersMessage.Listing}. */
    public static final String WORKERS_LIST = "hubstorage.workers.list";
    /** Request: {@link WorkersMessage.Forget}, answered by {@link WorkersMessage.Listing}. */
    public static final String WORKERS_FORGET = "hubstorage.workers.forget";

    private Addresses() {}

    /** Internal request to one worker: {@link WorkerMessage.Probe}, answered by {@link WorkerMessage.Probed}. */
    public static String workerFolder(String worker) {
        return "hubstorage.worker.%s.folder".formatted(worker);
    }

    /** Internal request to one worker: {@link TransferMessage.Shard}, answered "accepted"; the result is a message of its own. */
    public static String workerShard(String worker) {
        return "hubstorage.worker.%s.shard".formatted(worker);
    }

    /** Internal, to one worker: {@link TransferMessage.Cancel}. */
    public static String workerCancel(String worker) {
        return "hubstorage.worker.%s.cancel".formatted(worker);
    }

    /** Where a job of this kind is started, as {@link #BACKUP_START}. */
    public static String start(String kind) {
        return "hubstorage.%s.start".formatted(kind);
    }
}

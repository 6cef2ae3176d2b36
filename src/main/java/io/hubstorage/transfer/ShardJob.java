package io.hubstorage.transfer;

import io.hubstorage.bus.BucketName;
import io.hubstorage.bus.FailureCause;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.bus.TransferMessage.Remedy;
import io.hubstorage.config.ConfigException;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.DiskSync;
import io.hubstorage.manifest.CorruptManifestException;
import io.hubstorage.s3.Availability;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** The work on one shard as its worker sees it: can be stopped, says how far it is, and always comes to a result. Runs once, on a
 * virtual thread of its own. */
final class ShardJob {
    private static final Logger LOG = LoggerFactory.getLogger(ShardJob.class);
    private static final long CANCEL_GRACE_MILLIS = 1_000;

    private final Shard shard;
    private final Supplier<S3Access> s3;
    private final ShardProgress progress;
    private final Availability availability = new Availability();
    private final Lease lease;
    private final DownloadRequests requests;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private volatile @Nullable Thread runner;
    private final ShardCopy copy;
    private final @Nullable DiskSync disk;

    ShardJob(Shard shard, DownloadRequests shared, Supplier<S3Access> s3) {
        this(shard, shared, s3, null);
    }

    /** @param disk makes durable what was written before that is told, and is closed then; null where the run does that in the end */
    ShardJob(Shard shard, DownloadRequests shared, Supplier<S3Access> s3, @Nullable DiskSync disk) {
        this.disk = disk;
        this.shard = shard;
        this.progress = new ShardProgress(shard.before());
        this.s3 = shard.options().requestPayer()
                ? () -> s3.get().payingRequests().watchedBy(availability)
                : () -> s3.get().watchedBy(availability);
        this.lease = new Lease(shard.mode() == TransferMessage.Mode.DRY_RUN ? null : shard.lease());
        this.requests = shared.stoppedBy(lease);
        this.copy = new ShardCopy(shard, requests, this.s3, progress, lease);
    }

    @Override
    public String toString() {
        return "shard %d of %s".formatted(shard.index(), shard.bucket());
    }

    boolean isMeant(TransferMessage.Cancel cancel) {
        return cancel.runId().equals(shard.runId())
                && (cancel.shard() == null || cancel.shard().equals(shard.id()));
    }

    TransferMessage.ShardId id() {
        return shard.id();
    }

    /** Whether its run has given it up, so that nobody may hear of its result. Reads the disk. */
    boolean isGivenUp() {
        return lease.isLost();
    }

    /** Makes {@link #run} end soon, with {@link Outcome#CANCELLED}; also while it waits for a server that is silent. */
    void cancel() {
        lease.request();
        // Not whether the lease was asked first: the work may have seen that it is lost, and hang nonetheless.
        if (cancelled.compareAndSet(false, true)) {
            Thread.ofVirtual().name("cancel-" + shard.bucket()).start(this::interruptWhatHangs);
        }
    }

    /** Not at once: an interrupt would also lose what is being written down just now. */
    private void interruptWhatHangs() {
        try {
            boolean over = ended.await(CANCEL_GRACE_MILLIS, TimeUnit.MILLISECONDS);
            Thread running = runner;
            if (!over && running != null) {
                running.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    TransferMessage.Heartbeat heartbeat() {
        return new TransferMessage.Heartbeat(
                shard.runId(),
                shard.id(),
                progress.soFar(progress.isListingComplete()),
                progress.shownInFlight(),
                needsS3() ? availability.service() : null);
    }

    /** Whether anything is still to come from S3; what is linked or written down afterwards needs none. */
    private boolean needsS3() {
        boolean asks = shard.mode() != TransferMessage.Mode.LINK && shard.mode() != TransferMessage.Mode.KEEP;
        return asks && (!progress.isListingComplete() || progress.hasInFlight());
    }

    /** Does the work; whatever happens is in the result. */
    TransferMessage.Result run() {
        runner = Thread.currentThread();
        MDC.put("run", shard.runId());
        try (DiskSync _ = disk;
                FailureLog failures = copy.failureLog()) {
            Ended end = attempt(failures);
            return result(end, failures);
        } catch (IOException e) {
            return result(broken(e), new FailureLog(null));
        } finally {
            ended.countDown();
            MDC.remove("run");
        }
    }

    /** @param kind of which one the error is, as {@link TransferMessage.Failures#ofShard} */
    private record Ended(
            Outcome outcome,
            Remedy remedy,
            @Nullable String error,
            @Nullable String kind) {
        static Ended with(Outcome outcome, Remedy remedy, S3Failure failure) {
            return new Ended(
                    outcome, remedy, failure.getMessage(), failure.kind().word());
        }
    }

    private Ended attempt(FailureLog failures) {
        try {
            lease.check();
            Outcome outcome = copy.run(failures);
            if (disk != null && outcome == Outcome.CHANGED) {
                disk.syncTree(shard.tree());
            }
            return new Ended(outcome, failures.remedy(), null, null);
        } catch (S3Failure.Auth e) {
            return refused(e);
        } catch (Exception | Error e) {
            // An Error too: the run waits for a result, whatever happened.
            return broken(e);
        }
    }

    /** Credentials that the account takes are not why one bucket refuses them: the others may still be copied. */
    private Ended refused(S3Failure.Auth refusal) {
        try {
            if (requests.retrying(s3.get()::acceptsCredentials)) {
                return new Ended(
                        Outcome.FAILED,
                        Remedy.NONE,
                        refusal.getMessage() + " They are accepted elsewhere, so this is about the bucket alone.",
                        refusal.kind().word());
            }
        } catch (CancellationException | InterruptedException e) {
            return broken(e);
        } catch (S3Failure | IOException unknown) {
            LOG.debug("whether the credentials are good is not known", unknown);
        }
        return Ended.with(Outcome.AUTH, Remedy.NONE, refusal);
    }

    private Ended broken(Throwable failure) {
        return switch (failure) {
            case Listing.UnorderedException _ ->
                new Ended(
                        Outcome.UNORDERED,
                        Remedy.COPY,
                        "the server does not list in UTF-8 byte order",
                        S3Failure.Kind.LISTING_ORDER.word());
            case SourceFiles.DamagedException e ->
                new Ended(Outcome.DAMAGED, Remedy.COPY, e.getMessage(), FailureCause.MISSING);
            case CorruptManifestException e ->
                new Ended(Outcome.DAMAGED, Remedy.COPY, e.getMessage(), FailureCause.MISSING);
            case CancellationException _ -> new Ended(Outcome.CANCELLED, Remedy.COPY, null, null);
            case InterruptedException _ -> new Ended(Outcome.CANCELLED, Remedy.COPY, null, null);
            case S3Connection.UnknownAccountException e ->
                new Ended(Outcome.FAILED, Remedy.NONE, e.getMessage(), FailureCause.CONFIGURATION);
            case ConfigException e ->
                new Ended(Outcome.FAILED, Remedy.NONE, e.getMessage(), FailureCause.CONFIGURATION);
            case S3Failure.Permanent e
            when e.kind() == S3Failure.Kind.LISTING_ORDER -> Ended.with(Outcome.UNORDERED, Remedy.NONE, e);
            case S3Failure e ->
                Ended.with(Outcome.FAILED, e instanceof S3Failure.Permanent ? Remedy.NONE : Remedy.COPY, e);
            case IOException e -> brokenByDisk(e);
            case UncheckedIOException e -> brokenByDisk(e);
            default -> {
                LOG.error("shard {} of {} failed in an unforeseen way", shard.index(), shard.bucket(), failure);
                yield new Ended(Outcome.FAILED, Remedy.COPY, "internal error: " + failure, FailureCause.UNKNOWN);
            }
        };
    }

    /** The disk failed; or the job was told to stop, which breaks off what is being written. */
    private Ended brokenByDisk(Exception failure) {
        LOG.debug("shard {} of {} failed", shard.index(), shard.bucket(), failure);
        String message = failure.getMessage();
        // Looked at anew: a run that gave the shard up may have cleared its folders away since the last look.
        if (lease.isRequested() || lease.isLost()) {
            return new Ended(Outcome.CANCELLED, Remedy.COPY, null, null);
        }
        return DiskFull.isCauseOf(failure)
                ? new Ended(Outcome.DISK_FULL, Remedy.NONE, String.valueOf(message), FailureCause.DISK_FULL)
                : new Ended(
                        Outcome.FAILED,
                        Remedy.COPY,
                        "the destination disk failed: " + (message == null ? failure.toString() : message),
                        FailureCause.DISK);
    }

    private TransferMessage.Result result(Ended end, FailureLog failures) {
        return new TransferMessage.Result(
                shard.runId(),
                shard.id(),
                end.outcome(),
                progress.soFar(end.outcome().isComplete()),
                progress.usage(copy.listRequests()),
                failures.told(end.remedy(), end.kind()),
                inWords(end.error()));
    }

    /** With the names of variables as they are in the bucket's account. */
    private @Nullable String inWords(@Nullable String error) {
        if (error == null || BucketName.parse(shard.bucket()).account() == null) {
            return error;
        }
        try {
            return s3.get().inWords(error);
        } catch (S3Connection.UnknownAccountException | ConfigException _) {
            return error;
        }
    }
}

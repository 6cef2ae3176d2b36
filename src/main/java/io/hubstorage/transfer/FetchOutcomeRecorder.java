package io.hubstorage.transfer;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.manifest.ChangeLog;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Settles one fetch after the other: success goes to the change log, anything else falls back on the previous version.
 * Thread-safe.
 */
final class FetchOutcomeRecorder {
    private static final Logger LOG = LoggerFactory.getLogger(FetchOutcomeRecorder.class);

    /** Of each shard, one by one. */
    private static final int FAILURES_LOGGED = 100;

    private final Shard shard;
    private final ObjectFetch fetch;
    private final ChangeLog log;
    private final ShardProgress progress;
    private final FailureLog failures;
    private final boolean again;
    /** Why nothing else that is tried again would fare better. */
    private final AtomicReference<@Nullable S3Failure> hopeless = new AtomicReference<>();

    private final AtomicLong failed = new AtomicLong();

    FetchOutcomeRecorder(Shard shard, ObjectFetch fetch, ChangeLog log, ShardProgress progress, FailureLog failures) {
        this.shard = shard;
        this.fetch = fetch;
        this.log = log;
        this.progress = progress;
        this.failures = failures;
        this.again = shard.mode() == TransferMessage.Mode.RETRY;
    }

    /**
     * @param stopped whether the shard has stopped meanwhile, which breaks off what is under way
     * @throws S3Failure when the whole shard cannot go on
     */
    void settle(FetchTask task, BooleanSupplier stopped) throws IOException, InterruptedException, S3Failure {
        progress.begin(task.key(), task.object().size());
        takeBack(task);
        try {
            fetched(task, fetch(task));
        } catch (S3Failure failure) {
            switch (failure) {
                case S3Failure _ when concernsAll(failure) && !again -> throw failure;
                // Broken off, not failed: the shard's own failure is the one to tell.
                case S3Failure _ when stopped.getAsBoolean() -> throw failure;
                case S3Failure.Vanished _ -> vanished(task);
                case S3Failure.Archived _ -> archived(task);
                default -> failed(task, failure);
            }
        } finally {
            progress.end(task.key());
        }
    }

    private ManifestEntry fetch(FetchTask task) throws IOException, InterruptedException, S3Failure {
        S3Failure known = hopeless.get();
        if (known != null) {
            throw known;
        }
        try {
            return fetch.fetch(task);
        } catch (S3Failure failure) {
            if (concernsAll(failure) && hopeless.compareAndSet(null, failure) && again) {
                LOG.warn("{}: nothing more can be copied now: {}", shard.bucket(), failure.getMessage());
            }
            throw failure;
        }
    }

    /** Nothing else would fare better: one failure of the bucket instead of one of each object. */
    private static boolean concernsAll(S3Failure failure) {
        return failure instanceof S3Failure.Auth
                || failure.isUnreachable()
                // The listing says so too, or the object would not be the reason.
                || failure.kind() == S3Failure.Kind.NO_SUCH_BUCKET;
    }

    private void fetched(FetchTask task, ManifestEntry entry) throws IOException {
        ManifestEntry before = asked(task);
        log.put(entry, before);
        if (before != null
                && entry.state() == EntryState.LINKED
                && !entry.equals(before.withState(entry.state()).withPath(entry.path()))) {
            progress.metadataRefreshed.add(entry.size());
        }
        if (task.refetch()) {
            progress.refetched.add(entry.size());
        }
        progress.listed.addBytes(entry.size() - task.object().size());
        (entry.state() == EntryState.LINKED ? progress.linked : progress.downloaded).add(entry.size());
    }

    /** What an object counted as when it was tried before: from now on it is still to come. */
    private void takeBack(FetchTask task) {
        if (again) {
            progress.failed.undo(task.object().size());
            if (task.fallback() != null) {
                progress.kept.undo(task.fallback().size());
            }
        }
    }

    /** The last snapshot's line of an object whose bytes are the same, and of which only something is asked. */
    private @Nullable ManifestEntry asked(FetchTask task) {
        FetchTask.Candidate candidate = task.candidate();
        return candidate != null
                        && candidate.trusted()
                        && shard.sources().get(candidate.source()).previous()
                ? candidate.entry()
                : null;
    }

    private void failed(FetchTask task, S3Failure failure) throws IOException {
        long many = failed.incrementAndGet();
        // Of what concerns all, it is told once; and half a million lines would tell no more than these.
        LOG.atLevel(concernsAll(failure) || many > FAILURES_LOGGED ? Level.DEBUG : Level.WARN)
                .log("{}/{} could not be copied: {}", shard.bucket(), task.key(), failure.getMessage());
        if (many == FAILURES_LOGGED + 1) {
            LOG.warn(
                    "{}: further objects could not be copied; the log names no more of them, the files that the"
                            + " certificate lists name all",
                    shard.bucket());
        }
        progress.failed.add(task.object().size());
        failures.add(
                new RunRecord.Failure(
                        task.key(),
                        failure.kind().word(),
                        String.valueOf(failure.getMessage()),
                        task.object().size()),
                remedy(failure),
                task);
        fallBack(task, EntryState.KEPT);
    }

    private static TransferMessage.Remedy remedy(S3Failure failure) {
        if (failure instanceof S3Failure.Changed changed) {
            // What changes under every read may hold still the next time.
            return changed.needsListing() ? TransferMessage.Remedy.COPY : TransferMessage.Remedy.RETRY;
        }
        // What is refused only now was granted when the bucket was listed, and may be so again.
        return failure.mayPass() || concernsAll(failure) ? TransferMessage.Remedy.RETRY : TransferMessage.Remedy.NONE;
    }

    private void vanished(FetchTask task) throws IOException {
        progress.vanished.add(task.object().size());
        if (task.fallback() != null && shard.options().delete()) {
            progress.deleted.add(task.fallback().size());
            log.gone(task.key());
        } else {
            fallBack(task, EntryState.CARRIED);
        }
    }

    private void archived(FetchTask task) throws IOException {
        progress.archived.add(task.object().size());
        fallBack(task, EntryState.KEPT);
    }

    /** The last snapshot's version stays in the place of the new one. */
    private void fallBack(FetchTask task, EntryState state) throws IOException {
        ManifestEntry fallback = task.fallback();
        if (fallback != null) {
            log.put(fallback.withState(state), fallback);
            (state == EntryState.KEPT ? progress.kept : progress.carried).add(fallback.size());
        }
    }
}

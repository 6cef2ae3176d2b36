package io.hubstorage.transfer;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.manifest.ChangeLog;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles one fetch after the other: success goes to the change log, anything else falls back on the previous version.
 * Thread-safe.
 */
final class FetchOutcomeRecorder {
    private static final Logger LOG = LoggerFactory.getLogger(FetchOutcomeRecorder.class);

    private final TransferMessage.Shard shard;
    private final ObjectFetch fetch;
    private final ChangeLog log;
    private final ShardProgress progress;
    private final FailureLog failures;

    FetchOutcomeRecorder(
            TransferMessage.Shard shard,
            ObjectFetch fetch,
            ChangeLog log,
            ShardProgress progress,
            FailureLog failures) {
        this.shard = shard;
        this.fetch = fetch;
        this.log = log;
        this.progress = progress;
        this.failures = failures;
    }

    /**
     * Settles it.
     *
     * @param stopped whether the shard has stopped meanwhile, which breaks off what is under way
     * @throws S3Failure when the whole shard cannot go on
     */
    void settle(FetchTask task, BooleanSupplier stopped) throws IOException, InterruptedException, S3Failure {
        progress.begin(task.key(), task.object().size());
        try {
            ManifestEntry entry = fetch.fetch(task);
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
        } catch (S3Failure failure) {
            switch (failure) {
                case S3Failure.Auth auth -> throw auth;
                // Nothing else would fare better: one failure of the bucket instead of one of each object.
                case S3Failure out when out.isUnreachable() -> throw out;
                // The listing says so too, or the object would not be the reason.
                case S3Failure gone when gone.kind().equals(S3Failure.NO_SUCH_BUCKET) -> throw gone;
                case S3Failure.Vanished _ -> vanished(task);
                case S3Failure.Archived _ -> archived(task);
                // Broken off, not failed: the shard's own failure is the one to tell.
                case S3Failure consequence when stopped.getAsBoolean() -> throw consequence;
                default -> failed(task, failure);
            }
        } finally {
            progress.end(task.key());
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
        LOG.warn("{}/{} could not be copied: {}", shard.bucket(), task.key(), failure.getMessage());
        progress.failed.add(task.object().size());
        failures.add(
                new RunRecord.Failure(task.key(), failure.kind(), String.valueOf(failure.getMessage())),
                // What changes under every read may hold still the next time.
                failure.mayPass() || failure instanceof S3Failure.Changed);
        fallBack(task, EntryState.KEPT);
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

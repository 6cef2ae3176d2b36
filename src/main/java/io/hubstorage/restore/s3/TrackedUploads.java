package io.hubstorage.restore.s3;

import io.hubstorage.requests.Requests;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.s3.MultipartUploads;
import io.hubstorage.s3.MultipartUploads.Unfinished;
import io.hubstorage.s3.ObjectWriter;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a restore begins in its bucket and has to end: uploads in parts, and its probe. Each is noted before it begins and when it has
 * ended, because S3 does not tell whose an unfinished upload is. Safe for threads.
 */
final class TrackedUploads {
    private static final Logger LOG = LoggerFactory.getLogger(TrackedUploads.class);

    /** How far the server's clock may be from ours. */
    private static final Duration CLOCKS = Duration.ofMinutes(1);

    private final ObjectWriter writer;
    private final MultipartUploads parts;
    private final Requests requests;
    private final UploadJournal journal;
    private final InstantSource clock;

    TrackedUploads(
            ObjectWriter writer,
            MultipartUploads parts,
            Requests requests,
            UploadJournal journal,
            InstantSource clock) {
        this.writer = writer;
        this.parts = parts;
        this.requests = requests;
        this.journal = journal;
        this.clock = clock;
    }

    /** Does what writes under a key of ours alone, which {@link #clear} clears away if it does not come to its end. */
    <T> T noted(String key, RetryPolicy.Attempt<T> work, BooleanSupplier isClean)
            throws S3Failure, IOException, InterruptedException {
        Instant now = clock.instant();
        journal.begins(key, now);
        try {
            return work.run();
        } finally {
            if (isClean.getAsBoolean()) {
                journal.ended(key, now);
            }
        }
    }

    /** An upload in parts that has been begun. */
    record Begun(String name, Instant at, String id) {}

    /** Begins one. */
    Begun begin(String name, Map<String, String> headers) throws S3Failure, IOException, InterruptedException {
        Instant asked = clock.instant();
        journal.begins(name, asked);
        AtomicBoolean lost = new AtomicBoolean();
        AtomicBoolean refused = new AtomicBoolean();
        String ours = null;
        try {
            String id = requests.send(() -> {
                try {
                    return parts.begin(name, headers);
                } catch (S3Failure failure) {
                    (failure.mayPass() ? lost : refused).set(true);
                    throw failure;
                }
            });
            ours = id;
            // One of its own beside those without an answer.
            Instant at = lost.get() ? clock.instant().plusNanos(1) : asked;
            journal.begun(name, at, id);
            return new Begun(name, at, id);
        } finally {
            if (lost.get()) {
                UploadJournal.Upload unanswered = new UploadJournal.Upload(name, asked, clock.instant(), null);
                journal.unanswered(name, asked, unanswered.until());
                try {
                    abortUnanswered(unanswered, ours);
                } catch (S3Failure failure) {
                    // It stays in the journal in any case: the server may begin it later.
                    LOG.warn("An upload of {} may have been left unfinished: {}", name, failure.getMessage());
                }
            } else if (refused.get()) {
                journal.ended(name, asked);
            }
        }
    }

    /** Ends one that was begun: unless it has become an object, nothing of it stays. */
    void end(Begun begun, boolean done) throws IOException, InterruptedException {
        try {
            if (!done) {
                LOG.debug("Giving up the upload of {} that began at {}", begun.name, begun.at);
                requests.send(() -> parts.abort(begun.name, begun.id));
            }
            journal.ended(begun.name, begun.at);
        } catch (S3Failure failure) {
            // It stays in the journal, for the end of the restore.
            LOG.warn("{}", failure.getMessage());
        }
    }

    /**
     * Ends all that the journal knows of; what could not be ended stays in it.
     *
     * @param probe the key of the object that tries the server, which nobody else has
     */
    void clear(String probe) throws S3Failure, IOException, InterruptedException {
        S3Failure first = null;
        for (UploadJournal.Upload upload : journal.open()) {
            try {
                end(upload, probe);
                journal.ended(upload.key(), upload.begun());
            } catch (S3Failure failure) {
                if (failure.kind() == S3Failure.Kind.NO_SUCH_BUCKET) {
                    // Nothing has outlived it.
                    break;
                }
                if (failure.concernsEverything() || failure.isBroken() || failure instanceof S3Failure.Auth) {
                    throw failure;
                }
                first = first == null ? failure : first;
            }
        }
        if (first != null) {
            throw first;
        }
        journal.delete();
    }

    private void end(UploadJournal.Upload upload, String probe) throws S3Failure, IOException, InterruptedException {
        String name = upload.key();
        String id = upload.id();
        if (name.equals(probe)) {
            for (Unfinished left : requests.send(() -> parts.unfinished(name))) {
                requests.send(() -> parts.abort(name, left.uploadId()));
            }
            requests.send(() -> writer.delete(name, null, null));
        } else if (id == null) {
            abortUnanswered(upload, null);
        } else if (requests.send(() -> parts.abort(name, id))) {
            LOG.info("The unfinished upload of {} was given up", name);
        }
    }

    /**
     * A server that has begun an upload without our getting its answer keeps one that nobody will ever use: of that key, begun while
     * we waited, and without a part. One that has parts, or was begun later, is somebody else's.
     *
     * @param ours the one whose beginning was answered; null for none
     */
    private void abortUnanswered(UploadJournal.Upload asked, @Nullable String ours)
            throws S3Failure, IOException, InterruptedException {
        for (Unfinished upload : requests.send(() -> parts.unfinished(asked.key()))) {
            if (!upload.uploadId().equals(ours)
                    && upload.begun().isAfter(asked.begun().minus(CLOCKS))
                    && upload.begun().isBefore(asked.until().plus(CLOCKS))
                    && requests.send(() -> parts.isEmpty(upload))) {
                requests.send(() -> parts.abort(asked.key(), upload.uploadId()));
            }
        }
    }
}

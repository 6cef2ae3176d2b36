package io.hubstorage.transfer;

import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Whether credentials that were refused for one object are refused altogether. A proxy that rewrites a key breaks the signature
 * of that key's requests alone, which must not stop everything else. Asks the server at most once for all refusals that come
 * together. Thread-safe; for one shard.
 */
final class RefusedReads {
    /** So many refusals without a single read that was accepted are no matter of certain keys. */
    private static final int TOO_MANY = 20;

    /** One harmless request with the same credentials. */
    @FunctionalInterface
    interface Trial {
        void send() throws S3Failure, IOException, InterruptedException;
    }

    private final Trial trial;
    private final Requests requests;
    private final ReentrantLock asking = new ReentrantLock();
    private final AtomicInteger inARow = new AtomicInteger();
    private long askedNanos;
    private boolean asked;
    private S3Failure.@Nullable Auth refused;

    RefusedReads(Trial trial, Requests requests) {
        this.trial = trial;
        this.requests = requests;
    }

    /** An object was read. */
    void accepted() {
        if (inARow.get() != 0) {
            inARow.set(0);
        }
    }

    /**
     * What the refusal of a read is: the object's own failure, or {@link S3Failure.Auth} where the credentials are bad.
     *
     * @param sentNanos when the read was sent
     * @throws S3Failure when the server could not be asked
     */
    S3Failure judge(S3Failure.Auth refusal, long sentNanos) throws S3Failure, IOException, InterruptedException {
        if (inARow.incrementAndGet() > TOO_MANY) {
            return refusal;
        }
        asking.lockInterruptibly();
        try {
            if (!asked || askedNanos - sentNanos < 0) {
                ask();
            }
            return refused != null
                    ? refused
                    : S3Failure.unreadable(
                            refusal.kind(),
                            refusal.getMessage()
                                    + " They are accepted for the bucket's listing, so this is about the object alone:"
                                    + " something on the way to the server may rewrite its key.",
                            refusal);
        } finally {
            asking.unlock();
        }
    }

    private void ask() throws S3Failure, IOException, InterruptedException {
        askedNanos = System.nanoTime();
        asked = false;
        refused = null;
        try {
            requests.retrying(() -> {
                trial.send();
                return true;
            });
        } catch (S3Failure.Auth again) {
            refused = again;
        }
        asked = true;
    }
}

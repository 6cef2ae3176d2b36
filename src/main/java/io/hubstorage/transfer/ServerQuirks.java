package io.hubstorage.transfer;

import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a shard has found out about its server: what it does not tell, what it refuses and why, and which of its times mean
 * nothing. One object finds it out for all. Thread-safe; for one shard.
 */
final class ServerQuirks {
    private static final Logger LOG = LoggerFactory.getLogger(ServerQuirks.class);
    /** So many objects in a row whose parts the server does not tell: it never does. */
    private static final int PARTS_UNTOLD = 3;
    /** So many refusals without a single read that was accepted are no matter of certain keys. */
    private static final int REFUSALS = 20;
    /** So many objects decide whether a server's times are to be believed. */
    private static final int ENOUGH = 10;

    private final String bucket;
    private final RetryPolicy.Attempt<?> trial;

    private volatile boolean customerKey;
    private final AtomicInteger partsUntold = new AtomicInteger();
    /** Whether the server tells tags; absent until it was asked. */
    private volatile @Nullable Boolean tellsTags;

    private final ReentrantLock askingForTags = new ReentrantLock();
    private final Times fileTimes = new Times();
    private final Times folderTimes = new Times();

    private final AtomicInteger refusals = new AtomicInteger();
    private final ReentrantLock trying = new ReentrantLock();
    private long triedNanos;
    private boolean tried;
    private S3Failure.@Nullable Auth refused;

    /** What is known about the times of one kind of object; written under its lock. */
    private static final class Times {
        private final ReentrantLock lock = new ReentrantLock();
        private int steady;
        private int moving;
        private volatile boolean move;
    }

    /** @param trial one harmless request with the same credentials */
    ServerQuirks(String bucket, RetryPolicy.Attempt<?> trial) {
        this.bucket = bucket;
        this.trial = trial;
    }

    /**
     * Whether to begin a read with the customer's key (SSE-C). S3 says only when asked the wrong way, and refuses the key for
     * objects that do not need it; mostly the next object is like the last.
     */
    boolean wantsCustomerKey() {
        return customerKey;
    }

    /** Whether a refusal says that the read wants the key, or its absence; remembers it then. */
    boolean wantsOtherwise(S3Failure failure, boolean withKey) {
        boolean otherwise =
                failure.kind() == (withKey ? S3Failure.Kind.CUSTOMER_KEY_NOT_WANTED : S3Failure.Kind.CUSTOMER_KEY);
        if (otherwise) {
            customerKey = !withKey;
        }
        return otherwise;
    }

    boolean mayTellParts() {
        return partsUntold.get() < PARTS_UNTOLD;
    }

    void toldParts(boolean told) {
        partsUntold.updateAndGet(before -> told ? 0 : before + 1);
    }

    /**
     * Asks for tags, unless they were refused; until it is known whether they are, one question goes out at a time.
     *
     * @param question has an empty answer where they are refused for good
     */
    <T> Optional<T> tags(RetryPolicy.Attempt<Optional<T>> question)
            throws S3Failure, IOException, InterruptedException {
        if (tellsTags == null) {
            askingForTags.lockInterruptibly();
            try {
                if (tellsTags == null) {
                    Optional<T> answer = question.run();
                    tellsTags = answer.isPresent();
                    return answer;
                }
            } finally {
                askingForTags.unlock();
            }
        }
        return Boolean.TRUE.equals(tellsTags) ? question.run() : Optional.empty();
    }

    /** Whether unchanged files, or folders, have another time in each listing, so that those times say nothing. */
    boolean doTimesMove(boolean folders) {
        return (folders ? folderTimes : fileTimes).move;
    }

    /**
     * Whether an object has another time in each listing: some servers give the time of the listing. Objects are looked at one
     * after the other, until enough of them have told.
     *
     * @param look whether this object, listed once more, has yet another time
     */
    boolean doesTimeMove(String key, boolean folder, RetryPolicy.Attempt<Boolean> look)
            throws S3Failure, IOException, InterruptedException {
        Times times = folder ? folderTimes : fileTimes;
        times.lock.lockInterruptibly();
        try {
            if (times.move || times.steady >= ENOUGH) {
                return times.move;
            }
            if (!look.run()) {
                times.steady++;
                return false;
            }
            if (++times.moving == ENOUGH) {
                times.move = true;
                LOG.warn(
                        "bucket {}: the server gives unchanged objects another time in each listing ({} for one); in"
                                + " this run such times are not taken for changes",
                        bucket,
                        key);
            }
            return true;
        } finally {
            times.lock.unlock();
        }
    }

    /** An object was read: the credentials are good. */
    void accepted() {
        if (refusals.get() != 0) {
            refusals.set(0);
        }
    }

    /**
     * What the refusal of a read is: the object's own failure, or {@link S3Failure.Auth} where the credentials are bad. A proxy
     * that rewrites a key breaks the signature of that key's requests alone, which must not stop everything else. One trial
     * answers for all refusals that come together.
     *
     * @param sentNanos when the read was sent
     * @throws S3Failure when the server could not be asked
     */
    S3Failure judge(S3Failure.Auth refusal, long sentNanos) throws S3Failure, IOException, InterruptedException {
        if (refusals.incrementAndGet() > REFUSALS) {
            return refusal;
        }
        trying.lockInterruptibly();
        try {
            if (!tried || triedNanos - sentNanos < 0) {
                tryCredentials();
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
            trying.unlock();
        }
    }

    private void tryCredentials() throws S3Failure, IOException, InterruptedException {
        triedNanos = System.nanoTime();
        tried = false;
        refused = null;
        try {
            trial.run();
        } catch (S3Failure.Auth again) {
            refused = again;
        }
        tried = true;
    }
}

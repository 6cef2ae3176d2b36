package io.hubstorage.transfer;

import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What a server does not tell, so that it is not asked again for every object. Thread-safe; for one shard. */
final class Refusals {
    private static final int PATIENCE = 3;

    private final ReentrantLock firstTags = new ReentrantLock();
    private final AtomicInteger partsUntold = new AtomicInteger();
    /** Whether the server tells tags; absent until it was asked. */
    private volatile @Nullable Boolean tells;

    /** A question for tags; empty where they are refused for good. */
    @FunctionalInterface
    interface Question<T> {
        Optional<T> ask() throws IOException, InterruptedException, S3Failure;
    }

    /** Asks for tags, unless they were refused; until it is known whether they are, one question goes out at a time. */
    <T> Optional<T> tags(Question<T> question) throws IOException, InterruptedException, S3Failure {
        if (tells == null) {
            firstTags.lockInterruptibly();
            try {
                if (tells == null) {
                    Optional<T> answer = question.ask();
                    tells = answer.isPresent();
                    return answer;
                }
            } finally {
                firstTags.unlock();
            }
        }
        return Boolean.TRUE.equals(tells) ? question.ask() : Optional.empty();
    }

    boolean mayAskForParts() {
        return partsUntold.get() < PATIENCE;
    }

    /** The size of a part was asked for. */
    void parts(boolean told) {
        if (told) {
            partsUntold.set(0);
        } else {
            partsUntold.incrementAndGet();
        }
    }
}

package io.hubstorage.retain;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Counts what removing snapshots frees, on a thread of its own, since with many snapshots it takes minutes: whoever asks waits as long as
 * they like, and asks again. One count at a time, and the last answer is kept. Blocking; thread-safe.
 */
final class FreedCounter {
    /** For what is being counted when the room is closed to clear up. */
    private static final Duration CLEARING = Duration.ofSeconds(5);

    private final Counting counting;
    /** The one under way, or the last one. */
    private @Nullable Count current;

    /** What the files that deletion frees depend on. */
    record Question(Path data, List<String> snapshots, Set<String> going) {}

    /** How it is counted. */
    @FunctionalInterface
    interface Counting {
        /** Returns bytes, in whole blocks. */
        long count(Question asked) throws IOException, InterruptedException;
    }

    private record Count(Question asked, CompletableFuture<Long> result, Thread thread) {}

    FreedCounter(Counting counting) {
        this.counting = counting;
    }

    /** Null when it is not known within that time; then it is being counted, or will be when somebody asks again. */
    @Nullable
    Long soon(Question asked, Duration patience) throws IOException {
        Count now = begin(asked);
        try {
            long found = now.result.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return now.asked.equals(asked) ? found : null;
        } catch (TimeoutException _) {
            return null;
        } catch (ExecutionException e) {
            tell(now, asked, e);
            return null;
        } catch (InterruptedException _) {
            throw interrupted();
        }
    }

    /** Waits for it. Who is interrupted meanwhile leaves the count to whoever asks next. */
    long await(Question asked) throws IOException {
        while (true) {
            Count now = begin(asked);
            try {
                long found = now.result.get();
                if (now.asked.equals(asked)) {
                    return found;
                }
            } catch (ExecutionException e) {
                tell(now, asked, e);
            } catch (InterruptedException _) {
                throw interrupted();
            }
        }
    }

    /** The count of this question; or another one that is under way. */
    private synchronized Count begin(Question asked) {
        Count now = current;
        if (now == null || (now.result.isDone() && !now.asked.equals(asked))) {
            CompletableFuture<Long> result = new CompletableFuture<>();
            // A platform thread: a disk that does not answer would keep what carries virtual ones.
            Thread thread = Thread.ofPlatform().daemon().name("freed").unstarted(() -> count(asked, result));
            // Where no thread can be had, nobody waits for one that never began.
            thread.start();
            now = new Count(asked, result, thread);
            current = now;
        }
        return now;
    }

    private void count(Question asked, CompletableFuture<Long> result) {
        try {
            result.complete(counting.count(asked));
        } catch (InterruptedException | IOException | RuntimeException | Error e) {
            result.completeExceptionally(e);
        }
    }

    /** A failure is told once; then it is counted anew. */
    private void tell(Count failed, Question asked, ExecutionException e) throws IOException {
        synchronized (this) {
            if (failed.equals(current)) {
                current = null;
            }
        }
        if (failed.asked.equals(asked)) {
            throw new IOException("What would get free cannot be counted: " + e.getCause(), e);
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException();
    }

    /** Ends what is being counted. */
    void stop() throws InterruptedException {
        Count now;
        synchronized (this) {
            now = current;
        }
        if (now != null) {
            now.thread.interrupt();
            boolean _ = now.thread.join(CLEARING);
        }
    }
}

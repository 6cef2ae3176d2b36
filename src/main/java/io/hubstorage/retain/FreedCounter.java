package io.hubstorage.retain;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts what removing snapshots frees, on a thread of its own, since with many snapshots it takes minutes: whoever asks waits as long as
 * they like, and asks again. One count at a time, and the last answers are kept. A count that nobody has asked about for a while gives
 * way to the next question, so that whoever tries out one policy after the other waits for the last alone. Blocking; thread-safe.
 */
final class FreedCounter {
    /** For what is being counted when the room is closed to clear up. */
    private static final Duration CLEARING = Duration.ofSeconds(5);

    /** Pages that still want to know ask more often. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(5);

    /** How often whoever waits looks whether what is in the way was forgotten. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final int KEPT = 8;

    private final Counting counting;
    private final LongSupplier nanos;
    private final Map<Question, Count> known = new LinkedHashMap<>(KEPT, 1, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Question, Count> eldest) {
            return size() > KEPT;
        }
    };
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

    private final class Count {
        final Question asked;
        final CompletableFuture<Long> result = new CompletableFuture<>();
        private final @Nullable Count before;
        /** A platform thread: a disk that does not answer would keep what carries virtual ones. */
        final Thread thread = Thread.ofPlatform().daemon().name("freed").unstarted(this::count);

        private int waiting;
        private long lastAsked;

        Count(Question asked, @Nullable Count before) {
            this.asked = asked;
            this.before = before;
        }

        private void count() {
            try {
                if (before != null) {
                    boolean _ = before.thread.join(CLEARING);
                }
                result.complete(counting.count(asked));
            } catch (InterruptedException | IOException | RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        }

        boolean isForgotten() {
            return waiting == 0 && nanos.getAsLong() - lastAsked > FORGOTTEN.toNanos();
        }
    }

    FreedCounter(Counting counting) {
        this(counting, System::nanoTime);
    }

    FreedCounter(Counting counting, LongSupplier nanos) {
        this.counting = counting;
        this.nanos = nanos;
    }

    /** Null when it is not known within that time; then it is being counted, or will be when somebody asks again. */
    @Nullable
    Long soon(Question asked, Duration patience) throws IOException {
        Count now = begin(asked, 0);
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
            Count now = begin(asked, 1);
            try {
                long found = now.result.get(LOOK.toNanos(), TimeUnit.NANOSECONDS);
                if (now.asked.equals(asked)) {
                    return found;
                }
            } catch (TimeoutException _) {
                // What is in the way may be forgotten by now.
            } catch (ExecutionException e) {
                tell(now, asked, e);
            } catch (InterruptedException _) {
                throw interrupted();
            } finally {
                leave(now, asked);
            }
        }
    }

    /** The count of this question; or another one that is under way. */
    private synchronized Count begin(Question asked, int waiting) {
        Count now = known.get(asked);
        if (now == null) {
            Count before = current;
            if (before != null && !before.result.isDone() && !before.isForgotten()) {
                return before;
            }
            now = new Count(asked, before == null || before.result.isDone() ? null : before);
            // Where no thread can be had, nobody waits for one that never began.
            now.thread.start();
            if (now.before != null) {
                known.remove(now.before.asked);
                now.before.thread.interrupt();
            }
            known.put(asked, now);
            current = now;
        }
        now.waiting += waiting;
        now.lastAsked = nanos.getAsLong();
        return now;
    }

    private synchronized void leave(Count count, Question asked) {
        if (count.asked.equals(asked)) {
            count.waiting--;
        }
    }

    /** A failure is told once; then it is counted anew. */
    private void tell(Count failed, Question asked, ExecutionException e) throws IOException {
        synchronized (this) {
            known.remove(failed.asked, failed);
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

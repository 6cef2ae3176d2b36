package io.hubstorage.transfer;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Settles fetch tasks on a virtual thread each. A bounded number may be unsettled, so that a listing far ahead is held back
 * instead of filling the memory. The first error that concerns the whole shard stops it.
 */
final class FetchPool implements AutoCloseable {
    private static final int UNSETTLED = 1_000;

    /** Settles one task; an exception means that the whole shard cannot go on. */
    @FunctionalInterface
    interface Handler {
        /** Settles it; {@code stopped} tells whether the shard has stopped meanwhile, which breaks off what is under way. */
        void settle(FetchTask task, BooleanSupplier stopped) throws Exception;
    }

    private final Handler handler;
    private final Semaphore room = new Semaphore(UNSETTLED);
    private final AtomicReference<@Nullable Exception> broken = new AtomicReference<>();
    private final ExecutorService threads;

    FetchPool(String name, Handler handler) {
        this.handler = handler;
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("fetch-" + name + "-", 0).factory());
    }

    /** Starts a task; waits while too many are unsettled. */
    void submit(FetchTask task) throws InterruptedException {
        room.acquire();
        if (broken.get() != null) {
            throw new CancellationException("another object's failure stops the shard");
        }
        threads.execute(() -> settle(task));
    }

    /** Waits until every task is settled. Call once, after the last {@link #submit}. */
    void finish() throws Exception {
        room.acquire(UNSETTLED);
        Exception failure = broken.get();
        if (failure != null) {
            throw failure;
        }
    }

    /** The error that stopped the shard. */
    @Nullable
    Exception failure() {
        return broken.get();
    }

    private void settle(FetchTask task) {
        try {
            if (broken.get() == null) {
                handler.settle(task, () -> broken.get() != null);
            }
        } catch (Exception failure) {
            broken.compareAndSet(null, failure);
        } catch (Error failure) {
            broken.compareAndSet(null, new IllegalStateException(failure));
        } finally {
            room.release();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}

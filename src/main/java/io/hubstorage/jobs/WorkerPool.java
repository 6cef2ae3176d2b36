package io.hubstorage.jobs;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of tasks at once, each on a virtual thread of its own. Whoever hands them out waits while there are too
 * many, so that it cannot run ahead and fill the memory. The first error stops everything. Thread-safe.
 *
 * @param <E> what a task may throw, beside {@link InterruptedException} and what is not checked
 */
public final class WorkerPool<E extends Exception> {
    /**
     * A task; it is interrupted when another has failed. Where that was told to stop, each is, and may end by itself what it is
     * writing down, until whoever runs the pool is interrupted or hands out another task.
     */
    @FunctionalInterface
    public interface Task<E extends Exception> {
        void run() throws E, InterruptedException;
    }

    /** Hands out tasks, one after the other. */
    @FunctionalInterface
    public interface Source<E extends Exception> {
        void submitTo(WorkerPool<E> pool) throws E, InterruptedException;
    }

    private final Semaphore free;
    private final ExecutorService threads;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private WorkerPool(String name, int atOnce) {
        this.free = new Semaphore(atOnce);
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name(name + "-", 0).factory());
    }

    /**
     * Returns when everything that the source handed out is done.
     *
     * @param name for the threads
     * @param atOnce how many tasks may have begun and not ended
     * @throws E the first error, whether a task's or the source's
     */
    public static <E extends Exception> void run(String name, int atOnce, Source<E> source)
            throws E, InterruptedException {
        WorkerPool<E> pool = new WorkerPool<>(name, atOnce);
        try {
            source.submitTo(pool);
            pool.free.acquire(atOnce);
            pool.rethrow();
        } catch (CancellationException stopped) {
            pool.rethrow();
            throw stopped;
        } finally {
            pool.threads.shutdownNow();
            pool.threads.close();
        }
    }

    /**
     * Begins a task, as soon as there is room.
     *
     * @throws CancellationException when one has failed; {@link #run} throws its error instead
     */
    public void submit(Task<? extends E> task) throws InterruptedException {
        free.acquire();
        if (hasFailed()) {
            free.release();
            throw new CancellationException("another task has failed");
        }
        try {
            threads.execute(() -> work(task));
        } catch (RejectedExecutionException _) {
            free.release();
            throw new CancellationException("another task has failed");
        }
    }

    /** Whether a task has failed, so that what others are doing comes to nothing. */
    public boolean hasFailed() {
        return failure.get() != null;
    }

    private void work(Task<? extends E> task) {
        try {
            if (!hasFailed()) {
                task.run();
            }
        } catch (Throwable e) {
            // An Error too: nothing may count as done that was not.
            if (failure.compareAndSet(null, e) && !(e instanceof CancellationException)) {
                threads.shutdownNow();
            }
        } finally {
            free.release();
        }
    }

    @SuppressWarnings("unchecked")
    private void rethrow() throws E, InterruptedException {
        switch (failure.get()) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case InterruptedException e -> throw e;
            // A task throws nothing else.
            case Throwable e -> throw (E) e;
        }
    }
}

package io.hubstorage.jobs;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * A bounded number of tasks at once, on virtual threads. Whoever hands them out waits while there are too many, so that it
 * cannot run ahead and fill the memory. The first error stops everything. Thread-safe.
 *
 * <p>Half as many tasks again wait for a thread, each of which goes on with the next one: to begin a thread for each, and to wake
 * whoever hands them out for each, would take longer than some of them do. What a task logs is marked ({@link MDC}) as what is
 * logged by whoever began the pool.
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

    @FunctionalInterface
    public interface Source<E extends Exception> {
        void submitTo(WorkerPool<E> pool) throws E, InterruptedException;
    }

    private final IntSupplier atOnce;
    private final ExecutorService threads;
    private final @Nullable Map<String, String> marks = MDC.getCopyOfContextMap();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition idle = lock.newCondition();
    /** Not begun. When a task is handed out, none stays here while there are fewer threads than there may be. */
    private final Queue<Task<? extends E>> waiting = new ArrayDeque<>();

    private int working;
    /** Nothing more may be handed out. */
    private boolean closed;

    private WorkerPool(IntSupplier atOnce, Thread.Builder threads) {
        this.atOnce = atOnce;
        this.threads = Executors.newThreadPerTaskExecutor(threads.factory());
    }

    /**
     * Returns when everything that the source handed out is done.
     *
     * @param atOnce how many tasks may have begun and not ended
     * @throws E the first error, whether a task's or the source's
     */
    public static <E extends Exception> void run(String name, int atOnce, Source<E> source)
            throws E, InterruptedException {
        run(name, () -> atOnce, source);
    }

    /**
     * The same where that may change meanwhile.
     *
     * @param atOnce asked again and again, by any thread; at least 1. Who works on a task when it becomes less ends that first.
     */
    public static <E extends Exception> void run(String name, IntSupplier atOnce, Source<E> source)
            throws E, InterruptedException {
        run(atOnce, Thread.ofVirtual().name(name + "-", 0), source);
    }

    /**
     * The same on other threads.
     *
     * @param threads platform threads where tasks wait for a disk that may not answer: they would keep what carries virtual ones
     */
    public static <E extends Exception> void run(IntSupplier atOnce, Thread.Builder threads, Source<E> source)
            throws E, InterruptedException {
        WorkerPool<E> pool = new WorkerPool<>(atOnce, threads);
        try {
            source.submitTo(pool);
            pool.awaitIdle();
            pool.rethrow();
        } catch (CancellationException stopped) {
            pool.rethrow();
            throw stopped;
        } finally {
            pool.refuseMore();
            pool.threads.shutdownNow();
            pool.threads.close();
        }
    }

    /**
     * Hands a task out, as soon as there is room.
     *
     * @throws CancellationException when one has failed, and {@link #run} throws its error instead; or when that is over
     */
    public void submit(Task<? extends E> task) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (working >= atOnce.getAsInt() && waiting.size() >= ahead() && !hasFailed() && !closed) {
                room.await();
            }
            if (hasFailed() || closed) {
                throw new CancellationException(hasFailed() ? "another task has failed" : "the pool has ended");
            }
            waiting.add(task);
            while (working < atOnce.getAsInt() && !waiting.isEmpty()) {
                Task<? extends E> first = waiting.remove();
                threads.execute(() -> work(first));
                working++;
            }
        } catch (RejectedExecutionException _) {
            throw new CancellationException("another task has failed");
        } finally {
            lock.unlock();
        }
    }

    private int ahead() {
        return Math.max(1, atOnce.getAsInt() / 2);
    }

    /** Whether a task has failed, so that what others are doing comes to nothing. */
    public boolean hasFailed() {
        return failure.get() != null;
    }

    private void work(Task<? extends E> first) {
        if (marks != null) {
            MDC.setContextMap(marks);
        }
        for (Task<? extends E> task = first; task != null; task = next()) {
            try {
                if (!hasFailed()) {
                    task.run();
                }
            } catch (Throwable e) {
                // An Error too: nothing may count as done that was not.
                if (failure.compareAndSet(null, e) && !(e instanceof CancellationException)) {
                    threads.shutdownNow();
                }
            }
        }
    }

    /** The next task for this thread; null when it has nothing more to do. */
    private @Nullable Task<? extends E> next() {
        lock.lock();
        try {
            Task<? extends E> next = working > atOnce.getAsInt() ? null : waiting.poll();
            if (next == null && --working == 0) {
                idle.signal();
            }
            if (hasFailed()) {
                room.signalAll();
            } else if (waiting.size() <= ahead() / 2) {
                // Not for each: whoever waits for room makes use of more of it at once.
                room.signal();
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Neither what waits nor what anybody hands out from now on is begun. */
    private void refuseMore() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void awaitIdle() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (working > 0) {
                idle.await();
            }
        } finally {
            lock.unlock();
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

package io.hubstorage.backup;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Does the same to each of a few things, side by side on virtual threads. */
final class Parallel {
    /** What is done to one of them. */
    @FunctionalInterface
    interface Work<T, R> {
        R apply(T item) throws Exception;
    }

    private Parallel() {}

    /**
     * The results, in the order of the items, once all have ended; then the first error in that order, if there is one.
     * Checked exceptions other than {@link InterruptedException} arrive as {@link Failure}.
     */
    static <T, R> List<R> map(List<T> items, Work<? super T, ? extends R> work) throws InterruptedException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<R>> futures = new ArrayList<>();
            for (T item : items) {
                futures.add(threads.submit(() -> work.apply(item)));
            }
            List<R> results = new ArrayList<>();
            for (Future<R> future : futures) {
                results.add(result(future));
            }
            return results;
        }
    }

    private static <R> R result(Future<R> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case InterruptedException failure -> throw failure;
                case null, default -> throw new Failure(e);
            }
        }
    }

    /** Carries a checked exception. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Failure(ExecutionException carried) {
            super(carried.getCause());
        }
    }
}

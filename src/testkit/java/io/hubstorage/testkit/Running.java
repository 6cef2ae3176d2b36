package io.hubstorage.testkit;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** What a thread of its own comes to. */
public record Running<T>(Thread thread, CompletableFuture<T> end) {
    public static <T> Running<T> of(Callable<T> work) {
        CompletableFuture<T> end = new CompletableFuture<>();
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                end.complete(work.call());
            } catch (Throwable e) {
                end.completeExceptionally(e);
            }
        });
        return new Running<>(thread, end);
    }

    /** Returns when it waits, or has ended. */
    public Running<T> settled() {
        Awaitility.await()
                .until(() -> end.isDone()
                        || thread.getState() == Thread.State.WAITING
                        || thread.getState() == Thread.State.TIMED_WAITING);
        return this;
    }

    public T get() throws Exception {
        return end.get(2, TimeUnit.MINUTES);
    }
}

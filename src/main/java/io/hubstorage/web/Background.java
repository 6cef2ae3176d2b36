package io.hubstorage.web;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;

/**
 * Runs what blocks on virtual threads, each piece of work on its own; answers come back on the context that asked. Work that
 * may take seconds asks for one of a few places, so that many searches do not take the processors from a backup.
 */
final class Background {
    private static final int HEAVY_AT_ONCE = 4;

    private final Vertx vertx;
    private final Semaphore places = new Semaphore(HEAVY_AT_ONCE);

    Background(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Runs it at once. */
    <T> Future<T> run(Callable<T> work) {
        Context asker = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        Thread.ofVirtual().name("web-reading").start(() -> {
            try {
                T result = work.call();
                asker.runOnContext(ignored -> promise.complete(result));
            } catch (Throwable failure) {
                asker.runOnContext(ignored -> promise.fail(failure));
            }
        });
        return promise.future();
    }

    /** Runs it when fewer than a few such works are under way. */
    <T> Future<T> runHeavy(Callable<T> work) {
        return run(() -> {
            places.acquire();
            try {
                return work.call();
            } finally {
                places.release();
            }
        });
    }
}

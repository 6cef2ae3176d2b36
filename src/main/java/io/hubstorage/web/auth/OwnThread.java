package io.hubstorage.web.auth;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Blocking work that keeps its order, on a thread that nothing else uses: a disk that hangs holds up this work and no other. Vert.x's
 * own "ordered" is no help there: it is one queue for all that a verticle asks for, whichever pool does it. The thread ends when there
 * has been nothing to do for a while; what is still under way when the program stops is of interest to nobody.
 */
final class OwnThread {
    private static final int IDLE_SECONDS = 10;

    private final Vertx vertx;
    private final ThreadPoolExecutor thread;

    OwnThread(Vertx vertx, String name) {
        this.vertx = vertx;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                work -> Thread.ofPlatform().daemon().name(name).unstarted(work));
        thread.allowCoreThreadTimeOut(true);
    }

    /** Does it after what was asked for before; the result comes back on the caller's context. */
    <T> Future<T> call(Callable<T> work) {
        Context context = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        thread.execute(() -> {
            Future<T> done = done(work);
            try {
                context.runOnContext(_ -> done.onComplete(promise));
            } catch (RejectedExecutionException e) {
                // The program has stopped meanwhile.
            }
        });
        return promise.future();
    }

    private static <T> Future<T> done(Callable<T> work) {
        try {
            return Future.succeededFuture(work.call());
        } catch (Exception | Error e) {
            // An error too: who waits for the result would wait for ever.
            return Future.failedFuture(e);
        }
    }
}

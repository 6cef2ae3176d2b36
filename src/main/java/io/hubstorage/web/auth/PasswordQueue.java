package io.hubstorage.web.auth;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;

/**
 * Looks at passwords that take some tenths of a second, one at a time. Whoever tried least goes first; where too many wait,
 * whoever tried most gives way. So neither one client with many passwords nor many clients that come back with the next one
 * keep a newcomer out. Use it on one context.
 */
final class PasswordQueue {
    private static final int MOST_WAITING = 32;
    private static final Duration COME_BACK = Duration.ofSeconds(2);

    private final WorkerExecutor thread;
    private final NavigableSet<Look> waiting =
            new TreeSet<>(Comparator.comparingInt(Look::turn).thenComparingLong(Look::number));
    private long number;
    private boolean busy;
    private boolean closed;

    private record Look(int turn, long number, Callable<Boolean> work, Promise<Boolean> found) {}

    PasswordQueue(Vertx vertx) {
        thread = vertx.createSharedWorkerExecutor("password-looks", 1);
    }

    /**
     * Has its turn, and tells what was found.
     *
     * @param turn how many tries its client has had lately, this one included; the fewer, the sooner
     * @return fails with an {@link AuthFailure} when too many wait, and when it is closed
     */
    Future<Boolean> look(int turn, Callable<Boolean> work) {
        if (closed) {
            return Future.failedFuture(AuthFailure.tooMany(COME_BACK));
        }
        Look look = new Look(turn, ++number, work, Promise.promise());
        waiting.add(look);
        if (waiting.size() > MOST_WAITING) {
            waiting.removeLast().found().fail(AuthFailure.tooMany(COME_BACK));
        }
        next();
        return look.found().future();
    }

    private void next() {
        if (busy || closed || waiting.isEmpty()) {
            return;
        }
        Look look = waiting.removeFirst();
        busy = true;
        // Not "ordered", which would have it wait for whatever else of the verticle blocks: there is one look at a
        // time.
        thread.executeBlocking(look.work(), false).onComplete(looked -> {
            busy = false;
            look.found().handle(looked);
            next();
        });
    }

    /** Nobody has a turn any more: those who wait are sent away. */
    void close() {
        closed = true;
        List<Look> left = List.copyOf(waiting);
        waiting.clear();
        left.forEach(look -> look.found().fail(AuthFailure.tooMany(COME_BACK)));
        thread.close();
    }
}

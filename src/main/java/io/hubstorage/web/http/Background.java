package io.hubstorage.web.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocking work of the web: what is quick on a virtual thread each, what may take seconds on a few threads that nothing else
 * uses, so that searches take neither Vert.x's workers nor the carriers of the virtual threads. Results come back on the
 * caller's context. Use it on one context.
 */
public final class Background {
    private static final Logger LOG = LoggerFactory.getLogger(Background.class);
    private static final int HEAVY_AT_ONCE = 4;
    private static final int HEAVY_WAITING = 32;
    /** Of both, from one address. */
    private static final int HEAVY_PER_CLIENT = 8;

    /** Bodies that are sent at their readers' pace: each has a file open and some hundred kilobytes of memory. */
    private static final int SENDING_AT_ONCE = 128;
    /** Of those, to one address. */
    private static final int SENDING_PER_CLIENT = 64;

    private static final Duration MOST_WAIT = Duration.ofSeconds(20);

    private final Vertx vertx;
    private final ThreadPoolExecutor heavy;
    private final Map<String, Integer> byClient = new HashMap<>();
    private final Map<String, Integer> sendingByClient = new HashMap<>();
    private int sending;

    public Background(Vertx vertx) {
        this.vertx = vertx;
        heavy = new ThreadPoolExecutor(
                HEAVY_AT_ONCE,
                HEAVY_AT_ONCE,
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(HEAVY_WAITING),
                Thread.ofPlatform().daemon().name("web-search-", 0).factory());
        heavy.allowCoreThreadTimeOut(true);
    }

    /** Runs it at once. */
    public <T> Future<T> run(Callable<T> work) {
        Context asker = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        Thread.ofVirtual().name("web-reading").start(() -> complete(asker, promise, work));
        return promise.future();
    }

    /** Runs it at once, for as long as its reader takes; fails with a 503 when too many such readers are there already. */
    private <T> Future<T> runSending(RoutingContext context, Callable<T> work) {
        String client = ClientInfo.of(context).address();
        int others = sendingByClient.getOrDefault(client, 0);
        if (sending >= SENDING_AT_ONCE || others >= SENDING_PER_CLIENT) {
            return Future.failedFuture(
                    new HttpProblem(503, "Many downloads are under way already. Try again when some have ended."));
        }
        sending++;
        sendingByClient.put(client, others + 1);
        return run(work).onComplete(done -> {
            sending--;
            leave(sendingByClient, client);
        });
    }

    private static void leave(Map<String, Integer> byClient, String client) {
        byClient.computeIfPresent(client, (same, count) -> count == 1 ? null : count - 1);
    }

    /**
     * Runs it when fewer than a few such works are under way; not at all if by then nobody waits for it. Fails with a 503 when
     * too many wait already, of everybody's or of this client's.
     */
    public <T> Future<T> runHeavy(RoutingContext context, Callable<T> work) {
        String client = ClientInfo.of(context).address();
        int others = byClient.getOrDefault(client, 0);
        if (others >= HEAVY_PER_CLIENT) {
            return Future.failedFuture(tooMany());
        }
        Context asker = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        long begun = System.nanoTime();
        try {
            heavy.execute(() -> complete(asker, promise, () -> {
                if (context.response().closed()) {
                    throw new CancellationException("nobody waits any more");
                }
                if (System.nanoTime() - begun > MOST_WAIT.toNanos()) {
                    throw tooMany();
                }
                return work.call();
            }));
        } catch (RejectedExecutionException full) {
            return Future.failedFuture(tooMany());
        }
        byClient.put(client, others + 1);
        return promise.future().onComplete(done -> leave(byClient, client));
    }

    /** What writes to the response's stream; {@code gone} says that nobody reads any more. */
    @FunctionalInterface
    public interface BodyWriter {
        void write(ResponseStream out) throws Exception;
    }

    /** Sends a body that is written on a virtual thread. Status and headers must be set. Ends the response, or cuts it. */
    public Future<Void> stream(RoutingContext context, boolean heavy, BodyWriter writer) {
        if (context.request().method().equals(HttpMethod.HEAD)) {
            // Nothing of it would be sent.
            return context.response().end();
        }
        ResponseStream out = new ResponseStream(vertx, context);
        Callable<Void> work = () -> {
            writer.write(out);
            out.close();
            return null;
        };
        Future<Void> done = heavy ? runHeavy(context, work) : runSending(context, work);
        done.onSuccess(ignored -> context.response().end()).onFailure(failure -> broken(context, out, failure));
        return done;
    }

    private static void broken(RoutingContext context, ResponseStream out, Throwable failure) {
        if (!out.gone() && !context.response().headWritten()) {
            for (String name : List.of("Content-Disposition", "Content-Length", "Content-Range", "ETag")) {
                context.response().headers().remove(name);
            }
            context.fail(failure);
            return;
        }
        if (!out.gone()) {
            LOG.warn("{} was not answered to its end", context.request().path(), failure);
        }
        // What was sent is no whole answer: only a broken connection tells the client so.
        context.request().connection().close();
    }

    private static HttpProblem tooMany() {
        return new HttpProblem(503, "Many searches are under way already. Try again in some seconds.");
    }

    private static <T> void complete(Context asker, Promise<T> promise, Callable<T> work) {
        try {
            T result = work.call();
            asker.runOnContext(ignored -> promise.complete(result));
        } catch (Throwable failure) {
            asker.runOnContext(ignored -> promise.fail(failure));
        }
    }
}

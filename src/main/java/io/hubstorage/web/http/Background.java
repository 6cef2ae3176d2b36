package io.hubstorage.web.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
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
    private static final int SEARCHES_AT_ONCE = 4;
    private static final Duration MOST_WAIT = Duration.ofSeconds(20);

    private final Vertx vertx;
    private final WorkerExecutor few;
    private final Map<Load, Quota> quotas = new EnumMap<>(Load.class);

    /** What is bounded, for everybody together and for one client; beyond that it is a 503. */
    public enum Load {
        /** Keeps a processor busy: four run, the others wait. */
        SEARCH(SEARCHES_AT_ONCE + 32, 8, true, "Many searches are under way already. Try again in some seconds."),
        /** Takes milliseconds and some megabytes, and programs ask for many side by side: these wait in turn, too. */
        LOOKUP(512, 256, true, "Many requests are under way already. Try again in some seconds."),
        /** Goes at its reader's pace, with a file open and some hundred kilobytes of memory. */
        DOWNLOAD(128, 64, false, "Many downloads are under way already. Try again when some have ended."),
        /** Likewise, and has a packer of its own. */
        ARCHIVE(16, 8, false, "Many archives are being made already. Try again later.");

        private final int most;
        private final int perClient;
        /** Whether it waits for one of the few threads. */
        private final boolean inTurn;

        private final String refusal;

        Load(int most, int perClient, boolean inTurn, String refusal) {
            this.most = most;
            this.perClient = perClient;
            this.inTurn = inTurn;
            this.refusal = refusal;
        }

        private HttpProblem tooMany() {
            return new HttpProblem(503, refusal);
        }
    }

    /** With threads for searches. */
    public Background(Vertx vertx) {
        this(vertx, "web-search", SEARCHES_AT_ONCE);
    }

    /**
     * With so many threads for what waits in turn.
     *
     * @param name of these threads; another one of the same name would share them
     */
    public Background(Vertx vertx, String name, int threads) {
        this.vertx = vertx;
        // Vert.x warns of work that takes longer; by its own default of a minute it would of any large comparison.
        few = vertx.createSharedWorkerExecutor(name, threads, 1, TimeUnit.HOURS);
        for (Load load : Load.values()) {
            quotas.put(load, new Quota(load.most, load.perClient));
        }
    }

    public <T> Future<T> run(Callable<T> work) {
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

    /** Runs it on one of the few threads for that; not at all if by then nobody waits for it. */
    public <T> Future<T> search(RoutingContext context, Callable<T> work) {
        return bounded(context, Load.SEARCH, work);
    }

    /** Likewise, what takes milliseconds. */
    public <T> Future<T> lookUp(RoutingContext context, Callable<T> work) {
        return bounded(context, Load.LOOKUP, work);
    }

    private <T> Future<T> bounded(RoutingContext context, Load load, Callable<T> work) {
        String client = ClientInfo.of(context).address();
        Quota quota = Objects.requireNonNull(quotas.get(load));
        if (!quota.take(client)) {
            return Future.failedFuture(load.tooMany());
        }
        Future<T> running = load.inTurn ? inTurn(context, load, work) : run(work);
        return running.onComplete(done -> quota.giveBack(client));
    }

    private <T> Future<T> inTurn(RoutingContext context, Load load, Callable<T> work) {
        long begun = System.nanoTime();
        return few.executeBlocking(
                () -> {
                    if (context.response().closed()) {
                        throw new CancellationException("nobody waits any more");
                    }
                    if (System.nanoTime() - begun > MOST_WAIT.toNanos()) {
                        throw load.tooMany();
                    }
                    return work.call();
                },
                false);
    }

    @FunctionalInterface
    public interface BodyWriter {
        void write(ResponseStream out) throws Exception;
    }

    /** Sends a body as it is written. Status and headers must be set. Ends the response, or cuts it. */
    public void stream(RoutingContext context, Load load, BodyWriter writer) {
        if (context.request().method().equals(HttpMethod.HEAD)) {
            // Nothing of it would be sent.
            context.response().end();
            return;
        }
        ResponseStream out = new ResponseStream(vertx, context);
        Callable<Void> work = () -> {
            writer.write(out);
            out.close();
            return null;
        };
        bounded(context, load, work)
                .onSuccess(ignored -> context.response().end())
                .onFailure(failure -> broken(context, out, failure));
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
}

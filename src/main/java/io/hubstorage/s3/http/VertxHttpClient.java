package io.hubstorage.s3.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.TrustOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/**
 * The SDK's way to the network over Vert.x's HTTP client. Requests are spread over <i>lanes</i>, an event loop with
 * connections of its own each, so that nothing is passed between loops. The loops are apart from those of the dashboard: a
 * busy transfer does not hold up a page. Signing, retries and everything else stay the SDK's. Thread-safe.
 */
public final class VertxHttpClient implements SdkAsyncHttpClient {
    private static final Logger LOG = LoggerFactory.getLogger(VertxHttpClient.class);
    private static final int MOST_LANES = 4;
    /** S3 closes what is silent for about this long; a connection that it just closed would cost an attempt. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    /** What the codec hands on at once; as much as one read brings. */
    private static final int CHUNK = 64 * 1024;

    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final Limits limits;
    private final Proxies proxies = new Proxies();
    private final List<Lane> lanes = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();

    /**
     * How far it goes.
     *
     * @param connections at once, over all servers
     * @param connect how long a server may take to accept a connection
     * @param acquire how long a request may wait for a connection, the time to connect included
     * @param silence how long a server may say nothing while something is expected of it
     */
    public record Limits(int connections, Duration connect, Duration acquire, Duration silence) {}

    /**
     * Starts the loops; blocks for a moment.
     *
     * @param trusted who may vouch for servers; null for the authorities that Java knows
     */
    public VertxHttpClient(Limits limits, @Nullable TrustManager trusted) {
        this.limits = limits;
        int loops = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_LANES);
        vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(loops)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1));
        HttpClientOptions options = options(limits, trusted);
        PoolOptions pool = new PoolOptions()
                .setHttp1MaxSize(Math.max(1, (limits.connections() + loops - 1) / loops))
                .setMaxWaitQueueSize(-1);
        for (int index = 0; index < loops; index++) {
            // Made on this thread: what it loads for that would hold up the loop.
            HttpClient client = client(options, pool);
            vertx.deployVerticle(context -> {
                        lanes.add(new Lane(context, client));
                        return Future.succeededFuture();
                    })
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        }
    }

    private HttpClient client(HttpClientOptions options, PoolOptions pool) {
        return vertx.httpClientBuilder()
                .with(options)
                .with(pool)
                // Each request under way hears of it too; without a handler Vert.x calls it an error in the log.
                .withConnectHandler(connection ->
                        connection.exceptionHandler(failure -> LOG.debug("a connection to S3 broke", failure)))
                .build();
    }

    private static HttpClientOptions options(Limits limits, @Nullable TrustManager trusted) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(Math.toIntExact(limits.connect().toMillis()))
                .setKeepAliveTimeout(Math.toIntExact(KEEP_ALIVE.toSeconds()))
                .setMaxChunkSize(CHUNK)
                .setTcpKeepAlive(true)
                .setDecompressionSupported(false);
        if (trusted != null) {
            options.setTrustOptions(TrustOptions.wrap(trusted));
        }
        return options;
    }

    @Override
    public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
        Lane lane = lanes.get(Math.floorMod(turn.getAndIncrement(), lanes.size()));
        return new HttpExchange(lane, request, limits, proxies).start();
    }

    @Override
    public String clientName() {
        return "vertx";
    }

    /** Breaks off what is under way, and waits a little for the connections to close. */
    @Override
    public void close() {
        try {
            // Not with await(): whoever closes may be a worker thread of another Vert.x, which may not wait so.
            vertx.close().toCompletionStage().toCompletableFuture().get(CLOSING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException failure) {
            LOG.warn("the connections to S3 did not close in {} s", CLOSING.toSeconds(), failure);
        }
    }
}

package io.hubstorage.testkit;

import io.hubstorage.config.Settings;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.BindException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An S3 server that stores nothing that nobody writes: buckets are rules, bodies follow from seeds, so that a million objects cost no
 * disk and little memory. It lists and gets, and takes writes where a bucket is {@linkplain SyntheticBucket#writable writable} (path
 * style), waits and throttles when told, fails as scripted, and remembers what it was
 * asked. Signatures are not checked. All methods are safe for threads; starting and closing block.
 */
public final class SyntheticS3 implements AutoCloseable {
    private final Map<String, SyntheticBucket> buckets = new ConcurrentSkipListMap<>();
    private final Faults faults = new Faults();
    private final RequestLog log = new RequestLog();
    private final Pace pace = new Pace(0);
    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private final Vertx vertx;
    private final String host;
    private final int threads;
    private final AtomicInteger port;
    private volatile long bodyRate;
    private volatile long latencyMillis;
    private volatile long eachNanos;
    private final AtomicLong channelFree = new AtomicLong();
    private final AtomicInteger tooLate = new AtomicInteger();
    private volatile @Nullable String onlyAccessKey;

    private record Watch(Predicate<S3Request> condition, Consumer<S3Request> action) {}

    private SyntheticS3(String host, int askedPort, int threads) {
        this.host = host;
        // The instances of a deployment share the free port that they find under the same negative number.
        port = new AtomicInteger(askedPort == 0 ? -1 : askedPort);
        this.threads = threads;
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(threads));
        up();
    }

    /** Nobody listens any more, and every connection is closed, until {@link #up}. */
    public void down() {
        List.copyOf(vertx.deploymentIDs()).forEach(listener -> await(vertx.undeploy(listener)));
    }

    /** Listens again where it did before {@link #down}. */
    public void up() {
        int asked = port.get();
        await(vertx.deployVerticle(() -> new Listener(asked), new DeploymentOptions().setInstances(threads)));
    }

    /** One event loop's share of the connections. */
    private final class Listener extends VerticleBase {
        private static final int TRIES = 200;

        private final int asked;

        private Listener(int asked) {
            this.asked = asked;
        }

        @Override
        public Future<?> start() {
            return listen(TRIES).onSuccess(server -> port.set(server.actualPort()));
        }

        /** While nobody listened, the system may have lent the port to a connection of somebody else for a moment. */
        private Future<HttpServer> listen(int tries) {
            return vertx.createHttpServer(options(asked))
                    .requestHandler(SyntheticS3.this::handle)
                    .listen()
                    .recover(failure -> asked != 0 && failure instanceof BindException && tries > 1
                            ? vertx.timer(50).compose(_ -> listen(tries - 1))
                            : Future.failedFuture(failure));
        }
    }

    /** Starts a server without buckets on any free loopback port, with one event loop. */
    public static SyntheticS3 start() {
        return start(0, 1);
    }

    /** Starts a server without buckets on a loopback port (0 for any free one) with so many event loops. */
    public static SyntheticS3 start(int port, int threads) {
        return new SyntheticS3("127.0.0.1", port, threads);
    }

    /** Starts a server without buckets on any free port of an address of this machine, where others may reach it. */
    public static SyntheticS3 startAt(String address) {
        return new SyntheticS3(address, 0, 1);
    }

    /** Adds or replaces a bucket, and returns it; blocks while a large one is sorted. */
    public SyntheticBucket bucket(String name, SyntheticBucket bucket) {
        bucket.prepare();
        buckets.put(name, bucket);
        return bucket;
    }

    /** The bucket of a name that must be there. */
    public SyntheticBucket bucket(String name) {
        SyntheticBucket found = buckets.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no such bucket: " + name);
        }
        return found;
    }

    /** Removes a bucket. */
    public void removeBucket(String name) {
        buckets.remove(name);
    }

    /** What goes wrong. */
    public Faults faults() {
        return faults;
    }

    /** What was asked. */
    public RequestLog log() {
        return log;
    }

    /** How much was asked so far. */
    public RequestLog.Counts counts() {
        return log.counts();
    }

    /** The requests for one key, whatever the bucket, in the order of their arrival. */
    public List<S3Request> requestsFor(String key) {
        return log.requests(request -> request.key().equals(key));
    }

    /** Does something whenever such a request arrives, before it is answered; on an event loop, so it must be short. */
    public void onRequest(Predicate<S3Request> condition, Consumer<S3Request> action) {
        watches.add(new Watch(condition, action));
    }

    /** Lets every answer wait so long. */
    public void latency(Duration delay) {
        latencyMillis = delay.toMillis();
    }

    /**
     * Reads one object after the other, in the order of the requests, and takes so long for each, whether or not anybody still
     * waits for it; as a server with one slow disk does.
     */
    public void oneAfterTheOther(Duration each) {
        channelFree.set(System.nanoTime());
        eachNanos = each.toNanos();
    }

    /** How many objects were read for a connection that was gone by then. */
    public int answersForNobody() {
        return tooLate.get();
    }

    /**
     * Limits the bodies.
     *
     * @param together bytes a second of all answers together; 0 for no limit
     * @param each bytes a second of each object's body alone; 0 for no limit
     */
    public void bandwidth(long together, long each) {
        pace.limit(together);
        bodyRate = each;
    }

    /** Refuses requests that are not signed with this access key (the signature itself is not checked). */
    public void requireAccessKey(String accessKey) {
        onlyAccessKey = accessKey;
    }

    /** Where it listens. */
    public URI endpoint() {
        return URI.create("http://%s:%d".formatted(host, port.get()));
    }

    /** What HubStorage needs to know to use this server. */
    public Settings.Aws settings() {
        return settings(endpoint());
    }

    /** What HubStorage needs to know to use such a server of another process. */
    public static Settings.Aws settings(URI endpoint) {
        return TestClients.settings(endpoint, "synthetic", "synthetic-secret");
    }

    @Override
    public void close() {
        await(vertx.close());
    }

    private HttpServerOptions options(int asked) {
        return new HttpServerOptions()
                .setHost(host)
                .setPort(asked)
                .setTcpNoDelay(true)
                .setMaxInitialLineLength(32 * 1024)
                .setMaxHeaderSize(32 * 1024)
                .setHandle100ContinueAutomatically(true);
    }

    private void handle(HttpServerRequest http) {
        S3Request request = faults.counted(S3Request.parse(http));
        log.began(request);
        http.response().endHandler(ignored -> log.ended());
        for (Watch watch : watches) {
            if (watch.condition.test(request)) {
                watch.action.accept(request);
            }
        }
        Fault fault = refused(request)
                ? new Fault.Status(403, "InvalidAccessKeyId", "The access key you provided does not exist.")
                : faults.pick(request);
        if (request.kind().writes()) {
            WriteExchange write = new WriteExchange(vertx, http, request, fault, buckets, log);
            write.begin(latencyMillis);
            return;
        }
        long rate = request.kind() == RequestKind.GET ? bodyRate : 0;
        Exchange exchange = new Exchange(
                vertx, http, request, fault, buckets, rate > 0 ? List.of(pace, new Pace(rate)) : List.of(pace), log);
        if (eachNanos > 0 && request.kind() == RequestKind.GET) {
            long now = System.nanoTime();
            long done = channelFree.updateAndGet(free -> Math.max(free, now) + eachNanos);
            vertx.setTimer(Math.max(1, (done - now) / 1_000_000), ignored -> {
                if (http.response().closed()) {
                    tooLate.incrementAndGet();
                } else {
                    exchange.answer();
                }
            });
        } else if (latencyMillis > 0) {
            vertx.setTimer(latencyMillis, ignored -> exchange.answer());
        } else {
            exchange.answer();
        }
    }

    private boolean refused(S3Request request) {
        String only = onlyAccessKey;
        return only != null
                && !request.headers().getOrDefault("authorization", "").contains("Credential=" + only + "/");
    }

    private static void await(Future<?> future) {
        try {
            future.await(20, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new IllegalStateException("the synthetic S3 server did not start or stop in time", late);
        }
    }
}

package io.hubstorage.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.ProxyConfiguration;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.utils.ProxyConfigProvider;

/**
 * The SDK's netty-nio client on loops apart from those of the dashboard: a busy transfer does not hold up a page. Two faults of
 * it are worked around. Where it has several loops it forgets refused connections, so there is one client a loop, and requests
 * are spread over them. Its read timeout also runs while a reader that waits for its disk asks for nothing, so its timeouts are
 * off, and a clock here runs only while the server owes something: an answer, the next bytes of it, or to take those of a body
 * that it is sent. Thread-safe.
 */
public final class NettyTransport implements SdkAsyncHttpClient {
    /** Marks a request whose headers go as UTF-8, in a header that signers leave out; see {@link #asSigned}. It is not sent. */
    static final String UTF8_HEADERS = "X-Amzn-Trace-Id";

    private static final int MOST_LOOPS = 4;
    /** S3 closes what is silent for about this long; a connection that it just closed would cost an attempt. */
    static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    /** Of a server's patience, how finely its end is met. */
    private static final int TICKS = 10;

    private static final int CLOSING_SECONDS = 5;

    private final Duration silence;
    private final ProxyConfiguration proxy;
    private final List<Lane> lanes = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private record Lane(SdkEventLoopGroup loop, SdkAsyncHttpClient netty) {}

    /**
     * How far it goes.
     *
     * @param connections at once, on each loop to each server; what bounds the requests is up to the caller
     * @param connect how long a server may take to accept a connection
     * @param acquire how long a request may wait for a connection, the time to connect included
     * @param silence how long a server may say nothing while something is expected of it
     */
    public record Limits(int connections, Duration connect, Duration acquire, Duration silence) {}

    /**
     * @param scheme of the servers: the system may name a proxy for {@code http} and another for {@code https}
     * @param trusted who may vouch for servers; null for the authorities that Java knows
     */
    public NettyTransport(String scheme, Limits limits, @Nullable TrustManager trusted) {
        silence = limits.silence();
        proxy = proxy(scheme);
        int count = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_LOOPS);
        for (int index = 0; index < count; index++) {
            lanes.add(lane(limits, proxy, trusted));
        }
        long tick = Math.max(1, silence.toMillis() / TICKS);
        var _ = lanes.getFirst()
                .loop()
                .eventLoopGroup()
                .scheduleWithFixedDelay(this::giveUpSilentServers, tick, tick, TimeUnit.MILLISECONDS);
    }

    private static Lane lane(Limits limits, ProxyConfiguration proxy, @Nullable TrustManager trusted) {
        SdkEventLoopGroup loop = SdkEventLoopGroup.builder()
                .numberOfThreads(1)
                .threadFactory(new DefaultThreadFactory("hubstorage-s3", true))
                .build();
        NettyNioAsyncHttpClient.Builder netty = NettyNioAsyncHttpClient.builder()
                .eventLoopGroup(loop)
                .protocol(Protocol.HTTP1_1)
                .maxConcurrency(limits.connections())
                .connectionTimeout(limits.connect())
                .tlsNegotiationTimeout(limits.connect())
                .connectionAcquisitionTimeout(limits.acquire())
                .connectionMaxIdleTime(KEEP_ALIVE)
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                .tcpKeepAlive(true)
                .proxyConfiguration(proxy);
        if (trusted != null) {
            TrustManager[] all = {trusted};
            netty.tlsTrustManagersProvider(() -> all);
        }
        return new Lane(loop, netty.build());
    }

    /**
     * As the SDK's own clients find it: Java's system properties ({@code https.proxyHost}, …), else {@code HTTPS_PROXY},
     * {@code HTTP_PROXY} and {@code NO_PROXY}. By itself netty-nio would take the one for {@code http} on all ways.
     */
    private static ProxyConfiguration proxy(String scheme) {
        ProxyConfiguration.Builder proxy =
                ProxyConfiguration.builder().useSystemPropertyValues(false).useEnvironmentVariableValues(false);
        ProxyConfigProvider system = ProxyConfigProvider.fromSystemEnvironmentSettings(true, true, scheme);
        if (system != null && system.host() != null && !system.host().isEmpty()) {
            proxy.host(system.host()).port(system.port()).nonProxyHosts(system.nonProxyHosts());
            system.userName().ifPresent(proxy::username);
            system.password().ifPresent(proxy::password);
        }
        return proxy.build();
    }

    /** May block, to look the server's name up. */
    @Override
    public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
        Exchange exchange = new Exchange(request.responseHandler());
        Lane lane = lanes.get(Math.floorMod(turn.getAndIncrement(), lanes.size()));
        CompletableFuture<Void> done;
        try {
            lookUp(request.request().host());
            done = lane.netty()
                    .execute(AsyncExecuteRequest.builder()
                            .request(asSigned(request.request()))
                            .requestContentPublisher(exchange.sending(request.requestContentPublisher()))
                            .fullDuplex(request.fullDuplex())
                            .metricCollector(request.metricCollector().orElse(null))
                            .httpExecutionAttributes(request.httpExecutionAttributes())
                            .responseHandler(exchange)
                            .build());
        } catch (RejectedExecutionException ended) {
            return fail(request, closing(ended));
        } catch (UnknownHostException unknown) {
            return fail(request, unknown);
        }
        exchange.runs(done);
        open.add(exchange);
        var _ = done.whenComplete((_, _) -> open.remove(exchange));
        if (closed) {
            exchange.giveUp(closing(null));
        }
        return done;
    }

    /**
     * Netty sends each character of a header as one byte, and the SDK signs the UTF-8 of all. Servers that take the bytes for
     * characters too compare the same (AWS, those in Java); others compare the bytes as they come (those in Go). For these a request
     * is marked, and gets its headers' UTF-8 here, behind the signer.
     */
    private static SdkHttpRequest asSigned(SdkHttpRequest request) {
        if (request.firstMatchingHeader(UTF8_HEADERS).isEmpty()) {
            return request;
        }
        SdkHttpRequest.Builder sent = request.toBuilder().removeHeader(UTF8_HEADERS);
        request.forEachHeader((name, values) -> {
            if (values.stream().anyMatch(value -> value.chars().anyMatch(unit -> unit > 0x7F))) {
                sent.putHeader(
                        name,
                        values.stream()
                                .map(value -> new String(value.getBytes(UTF_8), ISO_8859_1))
                                .toList());
            }
        });
        return sent.build();
    }

    /**
     * Whether the system knows the name at all, which may take it a while. Netty asks again on the loop, and the JDK keeps for
     * half a minute what it was told; a name that is unknown there would be among the failures that netty-nio forgets.
     */
    private void lookUp(String host) throws UnknownHostException {
        var _ = InetAddress.getAllByName(reachesDirectly(host) ? host : proxy.host());
    }

    boolean reachesDirectly(String host) {
        return proxy.host() == null || proxy.nonProxyHosts().stream().anyMatch(host.toLowerCase(Locale.ROOT)::matches);
    }

    private static CompletableFuture<Void> fail(AsyncExecuteRequest request, IOException failure) {
        request.responseHandler().onError(failure);
        return CompletableFuture.failedFuture(failure);
    }

    private static IOException closing(@Nullable Throwable cause) {
        return new IOException("the connections to S3 are closed", cause);
    }

    private void giveUpSilentServers() {
        long now = System.nanoTime();
        for (Exchange exchange : open) {
            long silent = exchange.silentNanos(now);
            if (silent >= silence.toNanos()) {
                exchange.giveUp(new IOException(new TimeoutException(
                        "the server sent nothing for %d ms".formatted(TimeUnit.NANOSECONDS.toMillis(silent)))));
            }
        }
    }

    @Override
    public String clientName() {
        return lanes.getFirst().netty().clientName();
    }

    /** Breaks off what is under way, and waits a little for the connections to close. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        open.forEach(exchange -> exchange.giveUp(closing(null)));
        lanes.forEach(lane -> lane.netty().close());
        // At once: the quiet period that the client would grant loops of its own holds every close for two seconds.
        List<Future<?>> endings = lanes.stream()
                .<Future<?>>map(
                        lane -> lane.loop().eventLoopGroup().shutdownGracefully(0, CLOSING_SECONDS, TimeUnit.SECONDS))
                .toList();
        endings.forEach(ending -> ending.awaitUninterruptibly(CLOSING_SECONDS, TimeUnit.SECONDS));
    }
}

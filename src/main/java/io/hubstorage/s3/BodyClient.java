package io.hubstorage.s3;

import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.impl.VertxThread;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import io.vertx.core.spi.VertxThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * GETs of bodies past the SDK's pipeline, which costs a small object more than everything else that is done for it. The SDK's
 * signer signs them, and Vert.x's client carries them, on loops apart from those of the dashboard. Only for buckets whose
 * {@link BucketPlaces place} an earlier request of the SDK has shown; whatever is unusual stays the SDK's. Thread-safe.
 */
final class BodyClient implements AutoCloseable {
    private static final int MOST_LOOPS = 4;
    private static final int CHUNK = 16 * 1024;
    /** More than Vert.x holds back for a reader, and the window of that. */
    private static final long TAIL = 40L * CHUNK;
    /** A user's metadata may have 2 KiB on AWS and more elsewhere. */
    private static final int HEADERS = 64 * 1024;
    /** Of a refusal; what S3 says has a few hundred bytes. */
    private static final int REFUSAL = 64 * 1024;

    private static final int CLOSING_SECONDS = 5;

    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
    private final String agent;
    private final Vertx vertx;
    private final List<Lane> lanes = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();

    /** A loop with connections of its own, so that nothing changes threads on the way. */
    private static final class Lane extends VerticleBase {
        private final HttpClient http;

        Lane(HttpClient http) {
            this.http = http;
        }

        Context loop() {
            return context;
        }
    }

    /** So that nobody takes these loops, in the log or in a dump, for those of the dashboard. */
    private static final class Threads implements VertxThreadFactory {
        @Override
        public VertxThread newVertxThread(Runnable target, String name, boolean worker, long longest, TimeUnit unit) {
            return INSTANCE.newVertxThread(
                    target, name.replace("vert.x-eventloop-thread", "hubstorage-bodies"), worker, longest, unit);
        }
    }

    /**
     * Starts the loops; blocks for a moment.
     *
     * @param agent who asks, for the server's log
     * @param trusted who may vouch for servers; null for the authorities that Java knows
     */
    BodyClient(String agent, NettyTransport.Limits limits, @Nullable TrustManager trusted) {
        this.agent = agent;
        int loops = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_LOOPS);
        vertx = VertxBootstrap.create()
                // It reads no files, so it needs no folder to cache them in.
                .options(new VertxOptions()
                        .setEventLoopPoolSize(loops)
                        .setFileSystemOptions(new FileSystemOptions()
                                .setClassPathResolvingEnabled(false)
                                .setFileCachingEnabled(false)))
                .threadFactory(new Threads())
                .init()
                .vertx();
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout((int) limits.connect().toMillis())
                .setSslHandshakeTimeout(limits.connect().toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setKeepAliveTimeout((int) NettyTransport.KEEP_ALIVE.toSeconds())
                .setTcpKeepAlive(true)
                .setMaxChunkSize(CHUNK)
                .setMaxHeaderSize(HEADERS);
        if (trusted != null) {
            options.setTrustOptions(TrustOptions.wrap(trusted));
        }
        for (int index = 0; index < loops; index++) {
            Lane lane =
                    new Lane(vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(limits.connections())));
            vertx.deployVerticle(lane).toCompletionStage().toCompletableFuture().join();
            lanes.add(lane);
        }
    }

    /**
     * Asks for an object, or a range of it. Looks the server's name up, so it may block.
     *
     * @param headers beside those that every request has
     * @param body takes what is sent, and is told of what goes wrong
     * @return the headers of the answer, when its body begins; a refusal fails it as the SDK's client would, and to cancel it
     *     closes the connection
     */
    CompletableFuture<Map<String, List<String>>> get(
            BucketPlaces.Place place,
            String key,
            AwsCredentials credentials,
            Map<String, String> headers,
            BodyStream body) {
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (header.getValue().chars().anyMatch(BodyClient::isControl)) {
                body.fails(SdkClientException.create(header.getKey() + " would hold a control character"));
                return body.begun();
            }
        }
        SdkHttpRequest request = sign(place, key, credentials, headers);
        SocketAddress server;
        try {
            server = address(request.host(), request.port());
        } catch (UnknownHostException unknown) {
            body.fails(unknown);
            return body.begun();
        }
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setSsl(place.isSecure())
                .setHost(request.host())
                .setPort(request.port())
                .setServer(server)
                .setURI(request.encodedPath())
                .setHeaders(MultiMap.caseInsensitiveMultiMap());
        request.forEachHeader((name, values) -> options.getHeaders().add(name, values));
        Lane lane = lanes.get(Math.floorMod(turn.getAndIncrement(), lanes.size()));
        CompletableFuture<Map<String, List<String>>> begun = body.begun();
        var _ = begun.whenComplete((_, failure) -> {
            if (failure instanceof CancellationException || failure instanceof TimeoutException) {
                body.cancel();
            }
        });
        try {
            lane.loop().runOnContext(_ -> send(lane, options, body));
        } catch (RejectedExecutionException closing) {
            body.fails(new IOException("the connections to S3 are closed", closing));
        }
        return begun;
    }

    /** What would end a header; an ETag of a listing can hold anything. */
    private static boolean isControl(int character) {
        return (character < ' ' && character != '\t') || character == 0x7F;
    }

    /** The JDK keeps for half a minute what it was told. */
    private static SocketAddress address(String host, int port) throws UnknownHostException {
        return SocketAddress.inetSocketAddress(new InetSocketAddress(InetAddress.getByName(host), port));
    }

    private SdkHttpRequest sign(
            BucketPlaces.Place place, String key, AwsCredentials credentials, Map<String, String> headers) {
        SdkHttpRequest.Builder request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.GET)
                .protocol(place.server().getScheme())
                .host(place.server().getHost())
                .port(place.server().getPort())
                .encodedPath(place.path() + '/' + SdkHttpUtils.urlEncodeIgnoreSlashes(key));
        headers.forEach(request::putHeader);
        request.putHeader("User-Agent", agent);
        return signer.sign(sign -> sign.identity(credentials)
                        .request(request.build())
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, place.region())
                        .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, false)
                        .putProperty(HttpSigner.SIGNING_CLOCK, Clock.offset(Clock.systemUTC(), place.ahead())))
                .request();
    }

    private static void send(Lane lane, RequestOptions options, BodyStream body) {
        try {
            lane.http
                    .request(options)
                    .compose(request -> {
                        // Told by the answer's future; without a handler Vert.x would log it too.
                        request.exceptionHandler(_ -> {});
                        if (body.abortsBy(() -> lane.loop().runOnContext(_ -> request.reset()))) {
                            return request.send();
                        }
                        var _ = request.reset();
                        return Future.failedFuture("given up while it waited for a connection");
                    })
                    .onSuccess(answer -> receive(lane, answer, body))
                    .onFailure(failure -> body.fails(broken(failure)));
        } catch (RuntimeException closing) {
            body.fails(broken(closing));
        }
    }

    private static void receive(Lane lane, HttpClientResponse answer, BodyStream body) {
        answer.pause();
        Map<String, List<String>> headers = headers(answer.headers());
        if (answer.statusCode() / 100 != 2) {
            refuse(answer, headers, body);
            return;
        }
        HttpClientRequest request = answer.request();
        answer.exceptionHandler(failure -> body.fails(broken(failure)));
        new Tail(answer).reads(body);
        body.onSubscribe(new Subscription() {
            @Override
            public void request(long count) {
                answer.fetch(count);
            }

            @Override
            public void cancel() {
                lane.loop().runOnContext(_ -> {
                    var _ = request.reset();
                    // What has arrived and nobody takes any more would keep its memory.
                    answer.resume();
                });
            }
        });
        body.begins(headers);
    }

    /**
     * Lets the end of a body flow, whether or not its reader has asked for it. Vert.x gives a connection back when the last byte
     * has arrived, but leaves it paused while more than a few buffers wait for a slow reader: the next answer on it would wait
     * for that reader too. For one loop.
     */
    private static final class Tail {
        private final HttpClientResponse answer;
        private final boolean announced;
        private long left;

        Tail(HttpClientResponse answer) {
            this.answer = answer;
            String length = answer.getHeader(HttpHeaders.CONTENT_LENGTH);
            this.announced = length != null;
            this.left = length == null ? Long.MAX_VALUE : announced(length);
        }

        private static long announced(String length) {
            try {
                return Long.parseLong(length);
            } catch (NumberFormatException odd) {
                return 0;
            }
        }

        void reads(BodyStream body) {
            answer.handler(bytes -> {
                left -= bytes.length();
                flow();
                body.onNext(readable(bytes));
            });
            answer.endHandler(_ -> {
                body.onComplete();
                if (!announced) {
                    // Nobody could know that this was the end.
                    var _ = answer.request().connection().close();
                }
            });
            flow();
        }

        private void flow() {
            if (left <= TAIL) {
                answer.resume();
            }
        }
    }

    /** Reads what is said, up to a bound, so that the connection is fit for use. */
    private static void refuse(HttpClientResponse answer, Map<String, List<String>> headers, BodyStream body) {
        Buffer text = Buffer.buffer();
        answer.handler(bytes -> {
            if (text.length() < REFUSAL) {
                text.appendBuffer(bytes);
            }
        });
        // Its status alone says what to do, whether or not its text comes whole.
        answer.exceptionHandler(_ -> body.fails(Refusal.of(answer.statusCode(), headers, text.getBytes())));
        answer.endHandler(_ -> body.fails(Refusal.of(answer.statusCode(), headers, text.getBytes())));
        answer.resume();
    }

    private static Map<String, List<String>> headers(MultiMap sent) {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        sent.forEach((name, value) ->
                headers.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value));
        return headers;
    }

    /** Without a copy: Vert.x has made one already, on the heap. */
    private static ByteBuffer readable(Buffer bytes) {
        ByteBuf held = ((BufferInternal) bytes).getByteBuf();
        return held.hasArray()
                ? ByteBuffer.wrap(held.array(), held.arrayOffset() + held.readerIndex(), held.readableBytes())
                : ByteBuffer.wrap(bytes.getBytes());
    }

    /** Vert.x and Netty tell of broken connections and answers by many exceptions that are no IOExceptions. */
    private static IOException broken(Throwable failure) {
        return failure instanceof IOException known ? known : new IOException(failure.getMessage(), failure);
    }

    /** Breaks off what is under way, and waits a little for the connections to close. */
    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException late) {
            // They close when the process ends.
        }
    }
}

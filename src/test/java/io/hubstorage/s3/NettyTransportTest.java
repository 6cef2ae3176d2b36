package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetServer;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.SdkCancellationException;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;
import software.amazon.awssdk.http.async.SdkHttpContentPublisher;

/** The transport by itself; what the SDK makes of it is the S3 room's to test. */
@ExtendWith(VertxExtension.class)
class NettyTransportTest {
    private Vertx vertx;
    private NettyTransport client = client(2, Duration.ofSeconds(20));

    private static NettyTransport client(int connections, Duration silence) {
        return new NettyTransport(
                "http",
                new NettyTransport.Limits(connections, Duration.ofSeconds(5), Duration.ofSeconds(5), silence),
                null);
    }

    private void bearNoSilence() {
        client.close();
        client = client(2, Duration.ofSeconds(1));
    }

    @BeforeEach
    void begin(Vertx given) {
        vertx = given;
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void theTargetGoesOutAsItIs() throws Exception {
        URI server = serve(request -> request.response().end(request.uri()));
        assertThat(text(get(server, "/bucket//a/../%2F%0A?list-type=2&prefix=%20")))
                .isEqualTo("/bucket//a/../%2F%0A?list-type=2&prefix=%20");
    }

    @Test
    void aBodyIsSent() throws Exception {
        URI server = serve(
                request -> request.body().onSuccess(body -> request.response().end(body)));
        SdkHttpRequest request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(server)
                .putHeader("Content-Length", "10")
                .build();
        Answer answer = new Answer(Long.MAX_VALUE);
        client.execute(AsyncExecuteRequest.builder()
                        .request(request)
                        .requestContentPublisher(new Pieces(List.of("hello", "world")))
                        .responseHandler(answer)
                        .build())
                .get(30, TimeUnit.SECONDS);
        assertThat(text(answer)).isEqualTo("helloworld");
    }

    /** Netty goes on asking for more while it writes what is left of a body that has ended. */
    @Test
    void aServerThatTakesAWholeBodyAndNeverAnswersIsGivenUp() {
        bearNoSilence();
        CompletableFuture<Integer> taken = new CompletableFuture<>();
        URI server = serve(request -> request.body().onSuccess(body -> taken.complete(body.length())));
        int size = (15 << 20) + 1;
        // As many as netty asks for first, so that all are given before the first is written; the last is small enough
        // that it asks again.
        List<String> pieces = new ArrayList<>(Collections.nCopies(15, "x".repeat(1 << 20)));
        pieces.add("x");
        SdkHttpRequest request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.PUT)
                .uri(server)
                .putHeader("Content-Length", String.valueOf(size))
                .build();

        CompletableFuture<Void> done = client.execute(AsyncExecuteRequest.builder()
                .request(request)
                .requestContentPublisher(new Pieces(pieces))
                .responseHandler(new Answer(Long.MAX_VALUE))
                .build());

        assertThatThrownBy(() -> done.get(30, TimeUnit.SECONDS)).hasRootCauseInstanceOf(TimeoutException.class);
        assertThat(taken).isCompletedWithValue(size);
    }

    @Test
    void aServerThatFallsSilentInTheMiddleIsGivenUp() {
        bearNoSilence();
        URI server = serve(request -> request.response().setChunked(true).write("half"));
        assertThatThrownBy(() -> get(server, "/"))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class)
                .hasRootCauseInstanceOf(TimeoutException.class);
    }

    @Test
    void aReaderThatAsksForNothingMayTakeItsTime() throws Exception {
        bearNoSilence();
        URI server = serve(request -> request.response().end("all of it"));
        Answer answer = new Answer(0);
        CompletableFuture<Void> done = execute(server, "/", answer);
        answer.subscribed.get(30, TimeUnit.SECONDS);
        CompletableFuture<Void> later = new CompletableFuture<>();
        vertx.setTimer(2500, _ -> later.complete(null));
        later.get(30, TimeUnit.SECONDS);
        answer.ask(10);
        done.get(30, TimeUnit.SECONDS);
        assertThat(text(answer)).isEqualTo("all of it");
    }

    @Test
    void aCancelledReaderClosesTheConnection() throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        URI server = serve(request -> {
            request.connection().closeHandler(_ -> closed.complete(null));
            request.response().setChunked(true).write("and so on");
        });
        Answer answer = new Answer(0);
        CompletableFuture<Void> done = execute(server, "/", answer);
        answer.subscribed.get(30, TimeUnit.SECONDS).cancel();
        closed.get(30, TimeUnit.SECONDS);
        assertThatThrownBy(() -> done.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(SdkCancellationException.class);
    }

    @Test
    void aRequestThatMeetsTheCloseOfItsClientEndsToo() throws Exception {
        URI server = serve(request -> request.response().end("late"));
        List<CompletableFuture<Void>> requests = new ArrayList<>();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(client::close);
        for (int i = 0; i < 200; i++) {
            requests.add(execute(server, "/", new Answer(Long.MAX_VALUE)));
        }
        closing.get(30, TimeUnit.SECONDS);
        for (CompletableFuture<Void> request : requests) {
            // One that asks netty for a connection at that very moment gets its word: "Channel pool is closed!"
            assertThat(request.handle((_, failure) -> failure == null
                                    || failure instanceof IOException
                                    || failure instanceof IllegalStateException)
                            .get(30, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    @Test
    void aNameThatNobodyKnowsIsSaidSo() {
        assertThatThrownBy(() -> get(URI.create("http://nowhere.invalid"), "/"))
                .hasCauseInstanceOf(UnknownHostException.class);
    }

    /**
     * netty-nio forgets about one in ten of those that are refused while it has no connection yet, if it has several loops;
     * they would hang until a connection was waited for long enough.
     */
    @Test
    void noRefusedConnectionIsForgotten() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        URI nobody = URI.create("http://127.0.0.1:" + port);
        for (int i = 0; i < 300; i++) {
            assertThatThrownBy(() -> get(nobody, "/")).hasCauseInstanceOf(ConnectException.class);
        }
    }

    @Test
    void itGoesThroughTheProxyThatTheSystemNames() throws Exception {
        URI proxy = tunnel();
        System.setProperty("http.proxyHost", proxy.getHost());
        System.setProperty("http.proxyPort", String.valueOf(proxy.getPort()));
        System.setProperty("http.nonProxyHosts", "direct.invalid");
        client.close();
        client = client(2, Duration.ofSeconds(20));
        try {
            assertThat(text(get(URI.create("http://s3.invalid"), "/bucket/key")))
                    .isEqualTo("through a tunnel to s3.invalid:80: /bucket/key");
            assertThatThrownBy(() -> get(URI.create("http://direct.invalid"), "/"))
                    .hasCauseInstanceOf(UnknownHostException.class);
        } finally {
            System.clearProperty("http.proxyHost");
            System.clearProperty("http.proxyPort");
            System.clearProperty("http.nonProxyHosts");
        }
    }

    private URI serve(Handler<HttpServerRequest> handler) {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(handler)
                .listen(0, "127.0.0.1")
                .await();
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    /** A proxy that answers in the server's place. */
    private URI tunnel() {
        NetServer proxy = vertx.createNetServer()
                .connectHandler(socket -> {
                    StringBuilder host = new StringBuilder();
                    socket.handler(bytes -> {
                        String[] words = bytes.toString().split(" ", 3);
                        if (words[0].equals("CONNECT")) {
                            host.append(words[1]);
                            socket.write("HTTP/1.1 200 OK\r\n\r\n");
                        } else {
                            String answer = "through a tunnel to " + host + ": " + words[1];
                            socket.write("HTTP/1.1 200 OK\r\nContent-Length: " + answer.length() + "\r\n\r\n" + answer);
                        }
                    });
                })
                .listen(0, "127.0.0.1")
                .await();
        return URI.create("http://127.0.0.1:" + proxy.actualPort());
    }

    private Answer get(URI server, String target) throws Exception {
        Answer answer = new Answer(Long.MAX_VALUE);
        execute(server, target, answer).get(30, TimeUnit.SECONDS);
        return answer;
    }

    private CompletableFuture<Void> execute(URI server, String target, Answer answer) {
        int query = target.indexOf('?');
        SdkHttpRequest.Builder request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.GET)
                .protocol(server.getScheme())
                .host(server.getHost())
                .port(server.getPort() < 0 ? null : server.getPort())
                .encodedPath(query < 0 ? target : target.substring(0, query));
        if (query >= 0) {
            request.putRawQueryParameter("list-type", "2").putRawQueryParameter("prefix", " ");
        }
        return client.execute(AsyncExecuteRequest.builder()
                .request(request.build())
                .requestContentPublisher(new Pieces(List.of()))
                .responseHandler(answer)
                .build());
    }

    private static String text(Answer answer) {
        return answer.body.toString(StandardCharsets.UTF_8);
    }

    /** A body that is handed out piece by piece, as it is asked for. */
    private record Pieces(List<String> texts) implements SdkHttpContentPublisher {
        @Override
        public Optional<Long> contentLength() {
            return Optional.of(texts.stream().mapToLong(String::length).sum());
        }

        @Override
        public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
            Iterator<String> left = texts.iterator();
            subscriber.onSubscribe(new Subscription() {
                private boolean complete;

                @Override
                public void request(long count) {
                    for (long sent = 0; sent < count && left.hasNext(); sent++) {
                        subscriber.onNext(ByteBuffer.wrap(left.next().getBytes(StandardCharsets.UTF_8)));
                    }
                    if (!left.hasNext() && !complete) {
                        complete = true;
                        subscriber.onComplete();
                    }
                }

                @Override
                public void cancel() {}
            });
        }
    }

    /** Collects an answer, asking for as many buffers as it is told to. */
    private static final class Answer implements SdkAsyncHttpResponseHandler, Subscriber<ByteBuffer> {
        private final long first;
        private final CompletableFuture<Subscription> subscribed = new CompletableFuture<>();
        private final Buffer body = Buffer.buffer();

        Answer(long first) {
            this.first = first;
        }

        void ask(long count) {
            subscribed.join().request(count);
        }

        @Override
        public void onHeaders(SdkHttpResponse headers) {
            assertThat(headers.isSuccessful()).isTrue();
        }

        @Override
        public void onStream(Publisher<ByteBuffer> stream) {
            stream.subscribe(this);
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onSubscribe(Subscription subscription) {
            subscribed.complete(subscription);
            if (first > 0) {
                subscription.request(first);
            }
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            body.appendBytes(copy);
        }

        @Override
        public void onComplete() {}
    }
}

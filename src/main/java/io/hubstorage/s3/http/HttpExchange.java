package io.hubstorage.s3.http;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;

/** One request and its answer. All but {@link #start} happens on the lane's loop. */
final class HttpExchange {
    private final Lane lane;
    private final AsyncExecuteRequest sdk;
    private final SdkHttpRequest head;
    private final SdkAsyncHttpResponseHandler handler;
    private final VertxHttpClient.Limits limits;
    private final Proxies proxies;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private @Nullable HttpClientRequest sent;
    private @Nullable ResponseBody body;

    HttpExchange(Lane lane, AsyncExecuteRequest sdk, VertxHttpClient.Limits limits, Proxies proxies) {
        this.lane = lane;
        this.sdk = sdk;
        this.head = sdk.request();
        this.handler = sdk.responseHandler();
        this.limits = limits;
        this.proxies = proxies;
    }

    /**
     * Sends it. Looks the server's name up, which may block.
     *
     * @return completes when the answer has been read to its end; to cancel it closes the connection
     */
    CompletableFuture<Void> start() {
        RequestOptions options;
        try {
            options = options();
        } catch (UnknownHostException unknown) {
            fail(unknown);
            return done;
        }
        var _ = done.whenComplete((_, failure) -> {
            if (failure != null) {
                lane.loop().runOnContext(_ -> abandon());
            }
        });
        try {
            // Composed, because a client that is closed meanwhile throws instead of answering; so does a loop that has
            // ended.
            lane.loop()
                    .runOnContext(_ -> Future.succeededFuture()
                            .compose(_ -> lane.client().request(options))
                            .onSuccess(this::send)
                            .onFailure(this::fail));
        } catch (RejectedExecutionException closed) {
            fail(closed);
        }
        return done;
    }

    private RequestOptions options() throws UnknownHostException {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        head.forEachHeader((name, values) -> headers.add(name, values));
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.valueOf(head.method().name()))
                .setHost(head.host())
                .setPort(head.port())
                .setSsl("https".equals(head.protocol()))
                .setURI(target())
                .setHeaders(headers)
                .setConnectTimeout(limits.acquire().toMillis())
                .setIdleTimeout(limits.silence().toMillis())
                .setFollowRedirects(false);
        ProxyOptions proxy = proxies.onTheWayTo(head.protocol(), head.host());
        return proxy != null
                ? options.setProxyOptions(proxy)
                : options.setServer(SocketAddress.inetSocketAddress(head.port(), Names.address(head.host())));
    }

    private String target() {
        String path = head.encodedPath();
        String target = path == null || path.isEmpty() ? "/" : path;
        return head.encodedQueryParameters().map(query -> target + "?" + query).orElse(target);
    }

    private void send(HttpClientRequest request) {
        sent = request;
        request.exceptionHandler(this::fail);
        if (done.isDone()) {
            abandon();
            return;
        }
        request.response().onSuccess(this::answered).onFailure(this::fail);
        RequestBody.send(sdk.requestContentPublisher(), request, this::fail);
    }

    private void answered(HttpClientResponse response) {
        // From the start: what is reset before somebody reads it would else be called an error in the log.
        response.exceptionHandler(this::fail);
        if (done.isDone()) {
            // Given up meanwhile. The SDK may have sent its next attempt, and would take this for the answer to that.
            abandon();
            return;
        }
        response.pause();
        SdkHttpResponse.Builder answer =
                SdkHttpResponse.builder().statusCode(response.statusCode()).statusText(response.statusMessage());
        for (Map.Entry<String, String> header : response.headers()) {
            answer.appendHeader(header.getKey(), header.getValue());
        }
        ResponseBody arriving = new ResponseBody(response, this, lane, limits.silence());
        body = arriving;
        try {
            handler.onHeaders(answer.build());
            handler.onStream(arriving);
        } catch (RuntimeException refused) {
            fail(refused);
        }
    }

    /** The answer has been read to its end. */
    void complete() {
        done.complete(null);
    }

    /** Something broke; the SDK hears of it once, as what it tries again after. */
    void fail(Throwable cause) {
        if (done.isDone()) {
            return;
        }
        // What Vert.x says of a lost connection or of silence is no IOException, and the SDK tries again only after
        // those.
        Throwable failure = cause instanceof IOException ? cause : new IOException(cause.getMessage(), cause);
        ResponseBody arriving = body;
        if (arriving != null) {
            arriving.fail(failure);
        }
        handler.onError(failure);
        done.completeExceptionally(failure);
    }

    /** The reader has no use for the rest. */
    void cancelled() {
        done.completeExceptionally(new IOException("the reader gave the answer up"));
    }

    /** Closes the connection: over HTTP/1 there is no other way to be rid of the rest of an answer. */
    private void abandon() {
        if (sent != null) {
            sent.reset();
        }
    }
}

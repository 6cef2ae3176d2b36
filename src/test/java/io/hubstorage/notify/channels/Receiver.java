package io.hubstorage.notify.channels;

import io.hubstorage.testkit.TestCertificates;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PfxOptions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server that somebody is told by: keeps what it is sent, and answers as a test says. */
final class Receiver implements AutoCloseable {
    /** A request, read whole. */
    record Request(String method, String uri, MultiMap headers, Buffer body) {
        JsonObject json() {
            return body.toJsonObject();
        }

        String header(String name) {
            return String.valueOf(headers.get(name));
        }
    }

    final List<Request> requests = new CopyOnWriteArrayList<>();
    volatile Handler<HttpServerResponse> answer = response -> response.end("ok");

    private final HttpServer server;
    private final boolean secure;

    private Receiver(Vertx vertx, boolean secure) throws Exception {
        this.secure = secure;
        HttpServerOptions options = new HttpServerOptions().setHost("127.0.0.1").setPort(0);
        if (secure) {
            options.setSsl(true)
                    .setKeyCertOptions(new PfxOptions()
                            .setPath(TestCertificates.get().keyStore().toString())
                            .setPassword(TestCertificates.PASSWORD));
        }
        server = vertx.createHttpServer(options)
                .requestHandler(request -> request.body().onSuccess(body -> {
                    requests.add(new Request(
                            request.method().name(),
                            request.uri(),
                            MultiMap.caseInsensitiveMultiMap().addAll(request.headers()),
                            body));
                    answer.handle(request.response());
                }))
                .listen()
                .await(60, TimeUnit.SECONDS);
    }

    static Receiver start(Vertx vertx) throws Exception {
        return new Receiver(vertx, false);
    }

    static Receiver startSecure(Vertx vertx) throws Exception {
        return new Receiver(vertx, true);
    }

    void answers(int status, String body) {
        answer = response -> response.setStatusCode(status).end(body);
    }

    Request only() {
        if (requests.size() != 1) {
            throw new AssertionError("received " + requests.size() + " requests");
        }
        return requests.getFirst();
    }

    String url(String path) {
        return "%s://localhost:%d%s".formatted(secure ? "https" : "http", server.actualPort(), path);
    }

    @Override
    public void close() {
        try {
            server.close().await(60, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("it did not close", e);
        }
    }
}

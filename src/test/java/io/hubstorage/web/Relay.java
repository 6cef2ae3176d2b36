package io.hubstorage.web;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A proxy between browser and server, which counts what goes to the browser and can swallow the event streams that pass
 * through it: they stay open, and nothing comes any more.
 */
final class Relay implements AutoCloseable {
    private static final String STREAM = "GET /api/events";

    private final NetServer server;
    private final NetClient client;
    private final int target;
    private final AtomicLong received = new AtomicLong();
    private volatile int swallowed;
    private final AtomicInteger opened = new AtomicInteger();

    private Relay(Vertx vertx, int target) {
        this.target = target;
        client = vertx.createNetClient();
        server = vertx.createNetServer().connectHandler(this::connected);
    }

    /** One to a port of this machine. */
    static Relay to(Vertx vertx, int target) {
        Relay relay = new Relay(vertx, target);
        WebServer.await(relay.server.listen(0, "127.0.0.1"));
        return relay;
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    /** Bytes that went to the browser, heads and all, but for what came over event streams. */
    long received() {
        return received.get();
    }

    /** Lets nothing more come over the event streams that are open now. Later ones work. */
    void swallowStreams() {
        swallowed = opened.get();
    }

    private void connected(NetSocket browser) {
        browser.pause();
        client.connect(target, "127.0.0.1")
                .onSuccess(upstream -> {
                    new Pair(browser, upstream).join();
                    browser.resume();
                })
                .onFailure(failure -> browser.close());
    }

    /** Both ends of one connection. */
    private final class Pair {
        private final NetSocket browser;
        private final NetSocket upstream;
        /** Which of the event streams this is, from 1; 0 as long as it is none. */
        private int stream;

        Pair(NetSocket browser, NetSocket upstream) {
            this.browser = browser;
            this.upstream = upstream;
        }

        void join() {
            browser.handler(request -> {
                if (request.toString(StandardCharsets.ISO_8859_1).startsWith(STREAM)) {
                    stream = opened.incrementAndGet();
                }
                upstream.write(request);
            });
            upstream.handler(this::answered);
            browser.closeHandler(closed -> upstream.close());
            upstream.closeHandler(closed -> browser.close());
            browser.exceptionHandler(failure -> upstream.close());
            upstream.exceptionHandler(failure -> browser.close());
        }

        private void answered(Buffer bytes) {
            if (stream == 0) {
                received.addAndGet(bytes.length());
            }
            if (stream == 0 || stream > swallowed) {
                browser.write(bytes);
            }
        }
    }

    @Override
    public void close() {
        WebServer.await(server.close());
        WebServer.await(client.close());
    }
}

package io.hubstorage.web.http;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A response's body as a stream that one virtual thread writes at the pace at which the client takes it: it waits until the
 * chunk before has left. When the client goes away, or takes nothing for half a minute, the next write fails. Made on the event
 * loop; a few chunks of memory.
 */
public final class ResponseStream extends OutputStream {
    private static final int CHUNK = 128 << 10;

    /** A client that takes nothing for this long is disconnected: it holds a place that others wait for. */
    private static final Duration STUCK = Duration.ofSeconds(30);

    private final HttpServerResponse response;
    private final HttpConnection connection;
    private final Duration patience;
    private final Context loop;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private CompletableFuture<Void> underWay = CompletableFuture.completedFuture(null);
    private Buffer chunk = Buffer.buffer();
    /** Of the next chunk: the first is as large as what is written first, which is all of a small body. */
    private int capacity;

    /** Status and headers must be set by the time of the first write. */
    ResponseStream(Vertx vertx, RoutingContext context) {
        this(vertx, context, STUCK);
    }

    ResponseStream(Vertx vertx, RoutingContext context, Duration patience) {
        this.patience = patience;
        this.connection = context.request().connection();
        this.response = context.response();
        this.loop = vertx.getOrCreateContext();
        response.closeHandler(ignored -> gone.completeExceptionally(new IOException("the client has gone")));
        response.exceptionHandler(gone::completeExceptionally);
        if (response.closed()) {
            gone.completeExceptionally(new IOException("the client has gone"));
        }
    }

    /** Whether nobody reads any more. From any thread. */
    public boolean gone() {
        return gone.isCompletedExceptionally();
    }

    @Override
    public void write(int unit) throws IOException {
        write(new byte[] {(byte) unit}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (chunk.length() == 0) {
            chunk = Buffer.buffer(Math.max(capacity, length));
        }
        chunk.appendBytes(bytes, offset, length);
        sendIfFull();
    }

    private void sendIfFull() throws IOException {
        if (chunk.length() >= CHUNK) {
            flush();
        }
    }

    @Override
    public void flush() throws IOException {
        if (chunk.length() == 0) {
            return;
        }
        await(underWay);
        Buffer full = chunk;
        chunk = Buffer.buffer();
        capacity = CHUNK;
        CompletableFuture<Void> sent = new CompletableFuture<>();
        underWay = sent;
        loop.runOnContext(ignored -> {
            try {
                response.write(full).onSuccess(sent::complete).onFailure(sent::completeExceptionally);
            } catch (IllegalStateException e) {
                // Ended or closed meanwhile.
                sent.completeExceptionally(e);
            }
        });
    }

    /** Sends the rest and waits until all has left; does not end the response. */
    @Override
    public void close() throws IOException {
        flush();
        await(underWay);
    }

    private void await(CompletableFuture<Void> write) throws IOException {
        try {
            CompletableFuture.anyOf(write, gone).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            IOException stuck = new IOException("the client takes nothing any more", e);
            gone.completeExceptionally(stuck);
            Disconnect.now(connection);
            throw stuck;
        } catch (ExecutionException e) {
            throw new IOException("the client has gone", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }
}

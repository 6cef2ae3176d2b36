package io.hubstorage.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
final class ResponseStreamTest {
    @Test
    void aReaderThatTakesNothingIsCutOff(Vertx vertx) throws Exception {
        CompletableFuture<Void> written = new CompletableFuture<>();
        AtomicInteger closed = new AtomicInteger();
        Router router = Router.router(vertx);
        router.get("/").handler(context -> {
            context.response().setChunked(true);
            context.request().connection().closeHandler(gone -> closed.incrementAndGet());
            ResponseStream out = new ResponseStream(vertx, context, Duration.ofMillis(500));
            Thread.ofVirtual().start(() -> writeEndlessly(out, written));
        });
        HttpServer server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .await(60, TimeUnit.SECONDS);
        try (Socket stopped = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
            stopped.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            assertThatThrownBy(() -> written.get(60, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
            await().until(() -> closed.get() == 1);
        }
        assertThat(written).isCompletedExceptionally();
    }

    private static void writeEndlessly(ResponseStream out, CompletableFuture<Void> written) {
        try {
            byte[] chunk = new byte[64 << 10];
            while (!out.gone()) {
                out.write(chunk, 0, chunk.length);
            }
            written.complete(null);
        } catch (IOException e) {
            written.completeExceptionally(new IOException(e.getMessage()));
        }
    }
}

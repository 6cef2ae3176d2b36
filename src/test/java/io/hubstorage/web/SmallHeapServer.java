package io.hubstorage.web;

import io.vertx.core.Future;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/** Downloads far more than its heap, slowly; run by {@link SmallHeapServerTest} in a JVM of its own. */
final class SmallHeapServer {
    private static final String SNAPSHOT = "hublink_20240101000000";
    private static final int EACH = 16 << 20;
    private static final int FILES = 12;
    private static final int READERS = 8;

    private SmallHeapServer() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Path tree =
                Files.createDirectories(folder.resolve("data").resolve(SNAPSHOT).resolve("s3/photos/large"));
        // What cannot be packed; the same bytes again and again, which take their place on the disk once.
        byte[] noise = new byte[EACH];
        new Random(5).nextBytes(noise);
        Path first = Files.write(tree.resolve("0.bin"), noise);
        for (int i = 1; i < FILES; i++) {
            Files.createLink(tree.resolve(i + ".bin"), first);
        }
        try (WebServer server = WebServer.start(folder)) {
            for (int i = 1; i < READERS; i++) {
                // They stop to read at once, and stay.
                Reader.of(server).awaitStall();
            }
            Reader last = Reader.of(server);
            last.awaitStall();
            last.readOn();
            last.whole.get(5, TimeUnit.MINUTES);
            if (last.bytes.get() < (long) FILES * EACH) {
                throw new IllegalStateException("only " + last.bytes + " bytes came");
            }
        }
    }

    /** Somebody who downloads the folder. */
    private static final class Reader {
        private final AtomicLong bytes = new AtomicLong();
        private final CompletableFuture<Void> whole = new CompletableFuture<>();
        private final HttpClientResponse response;
        private volatile boolean stalled;

        private Reader(HttpClientResponse response) {
            this.response = response;
        }

        static Reader of(WebServer server) {
            return WebServer.await(server.exchange(
                    HttpMethod.GET, "/api/snapshots/" + SNAPSHOT + "/zip?bucket=photos", Map.of(), null, response -> {
                        Reader reader = new Reader(response);
                        response.handler(chunk -> {
                            reader.bytes.addAndGet(chunk.length());
                            if (reader.bytes.get() > 1 << 20 && !reader.stalled) {
                                reader.stalled = true;
                                response.pause();
                            }
                        });
                        response.exceptionHandler(reader.whole::completeExceptionally);
                        response.endHandler(reader.whole::complete);
                        return Future.succeededFuture(reader);
                    }));
        }

        void awaitStall() {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> stalled);
        }

        void readOn() {
            response.resume();
        }
    }
}

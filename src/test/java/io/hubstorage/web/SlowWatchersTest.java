package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.LogLine;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of the event stream that read slowly, or no longer. */
final class SlowWatchersTest {
    private static final EventHub.Limits IMPATIENT = new EventHub.Limits(4, 20, 1 << 20, 10, 256 << 10, 400);
    /** Nobody is let go within a test, however slow the machine is. */
    private static final EventHub.Limits PATIENT = new EventHub.Limits(4, 20, 1 << 20, 10, 256 << 10, 60_000);

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String FILLER = "x".repeat(64 << 10);

    @TempDir
    private Path folder = Path.of("");

    private @Nullable WebServer server;
    /** Held on to: a client that nobody refers to is closed. */
    private @Nullable NetClient client;

    private void start(EventHub.Limits limits, NetClientOptions options) throws IOException {
        WebServer started = WebServer.start(folder, Map.of(), limits);
        server = started;
        client = started.vertx.createNetClient(options);
    }

    private static NetClientOptions narrow() {
        return new NetClientOptions().setReceiveBufferSize(4096);
    }

    @AfterEach
    void stop() {
        server().close();
    }

    @Test
    void aClientThatDoesNotReadSkipsAndIsToldTheStateOnceItReads() throws IOException {
        start(PATIENT, narrow());
        Transcript read = new Transcript();
        NetSocket socket = stalledClient(read);
        flood();
        try (EventStream healthy = EventStream.open(server())) {
            healthy.first("state");
            log("all sent");
            await().atMost(PATIENCE)
                    .until(() -> healthy.events.stream()
                            .anyMatch(event -> "all sent".equals(event.data().getString("text"))));
        }
        socket.resume();
        await().atMost(PATIENCE).until(() -> {
            String text = read.toString();
            int lastState = text.lastIndexOf("event: state");
            return lastState > text.indexOf("event: state") && lastState > 0;
        });
        String text = read.toString();
        assertThat(text.split("event: log\n", -1)).as("most lines were skipped").hasSizeLessThan(350);
        server().post("/api/backup/run", null);
        await().until(() -> read.toString().contains("event: backup.started"));
        socket.close();
    }

    @Test
    void aStalledClientIsLetGo() throws IOException {
        start(IMPATIENT, narrow());
        NetSocket socket = stalledClient(new Transcript());
        flood();
        await().atMost(PATIENCE).until(() -> connections() == 0);
        socket.close();
    }

    @Test
    void aClientThatIsAlwaysBehindButReadsIsKept() throws IOException {
        start(IMPATIENT, new NetClientOptions());
        NetSocket socket = stalledClient(new Transcript());
        server().vertx.setPeriodic(20, timer -> {
            for (int i = 0; i < 3; i++) {
                log(FILLER);
            }
            socket.fetch(1);
        });
        // Twice as long as a client is waited for that reads nothing.
        await().during(Duration.ofMillis(IMPATIENT.heartbeatMillis() * 8))
                .atMost(PATIENCE)
                .until(() -> connections() == 1);
        socket.close();
    }

    @Test
    void aStalledClientDoesNotHoldTheStop() throws IOException {
        start(PATIENT, narrow());
        NetSocket socket = stalledClient(new Transcript());
        flood();
        assertThat(server().undeploy()).isLessThan(Duration.ofSeconds(2));
        socket.close();
    }

    /**
     * A client that stops to read once it has the state. Not earlier: until then the server holds nothing back for it, and
     * whatever is published meanwhile it need not be sent at all.
     */
    private NetSocket stalledClient(Transcript read) {
        NetSocket socket = WebServer.await(Objects.requireNonNull(client).connect(server().port(), "127.0.0.1"));
        socket.handler(buffer -> read.add(buffer.toString()));
        socket.write("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        await().until(() -> read.toString().contains("event: state"));
        socket.pause();
        return socket;
    }

    /** More than all buffers on the way to a client take. */
    private void flood() {
        for (int i = 0; i < 400; i++) {
            log(i + " " + FILLER);
        }
    }

    private WebServer server() {
        return Objects.requireNonNull(server, "not started");
    }

    private double connections() {
        return server().registry.get("hubstorage.sse.connections").gauge().value();
    }

    private void log(String text) {
        server().vertx
                .eventBus()
                .publish(Addresses.LOG, BusJson.encode(new LogLine(BusRooms.BEGAN, "INFO", "test", null, text)));
    }

    /** What came over a socket; written on the event loop, read by the test. */
    private static final class Transcript {
        private final StringBuilder text = new StringBuilder();

        synchronized void add(String more) {
            text.append(more);
        }

        @Override
        public synchronized String toString() {
            return text.toString();
        }
    }
}

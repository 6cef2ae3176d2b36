package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.LogLine;
import io.hubstorage.bus.RunResult;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventsTest {
    private static final EventHub.Limits SMALL = new EventHub.Limits(4, 20, 1 << 20, 10, 256 << 10, 200);

    private WebServer server;
    /** Held on to: a client that nobody refers to is closed. */
    private NetClient slow;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(folder, Map.of(), SMALL);
        slow = server.vertx.createNetClient(new NetClientOptions().setReceiveBufferSize(4096));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aNewClientGetsTheWholeStateFirst() {
        try (EventStream stream = EventStream.open(server)) {
            EventStream.Event state = stream.first("state");
            assertThat(stream.names()).first().isEqualTo("state");
            assertThat(state.id()).matches("[0-9a-z]+-[0-9]+");
            assertThat(state.data().getJsonObject("backup").getBoolean("running"))
                    .isFalse();
            assertThat(state.data().getJsonObject("scheduler").getBoolean("running"))
                    .isTrue();
            assertThat(state.data().getJsonObject("config").getJsonArray("buckets"))
                    .containsExactly("photos");
            assertThat(state.data().getJsonObject("config").getString("hash")).isEqualTo(server.store.hash());
            assertThat(state.data().getJsonObject("health").getString("state")).isEqualTo("safe");
        }
    }

    @Test
    void theStreamIsNeitherCompressedNorStoredNorBuffered() {
        try (EventStream stream = EventStream.open(server, "/api/events", Map.of("Accept-Encoding", "gzip, deflate"))) {
            stream.first("state");
            assertThat(stream.response.getHeader("Content-Type")).isEqualTo("text/event-stream");
            assertThat(stream.response.getHeader("Content-Encoding")).isNull();
            assertThat(stream.response.getHeader("Cache-Control")).contains("no-cache");
            assertThat(stream.response.getHeader("X-Accel-Buffering")).isEqualTo("no");
            assertThat(stream.comments).contains("retry: 2000");
        }
    }

    @Test
    void aRunIsFollowedFromStartToEnd() {
        try (EventStream stream = EventStream.open(server)) {
            stream.first("state");
            server.post("/api/backup/run", null);
            server.rooms.progress(7);
            server.rooms.finish(RunResult.SUCCESS);
            assertThat(stream.first("backup.finished").data().getString("result"))
                    .isEqualTo("success");
            assertThat(stream.names()).containsExactly("state", "backup.started", "backup.progress", "backup.finished");
            assertThat(stream.first("backup.progress")
                            .data()
                            .getJsonObject("totals")
                            .getJsonObject("downloaded")
                            .getLong("objects"))
                    .isEqualTo(7);
        }
    }

    @Test
    void aPauseIsSeenByEverybody() {
        try (EventStream stream = EventStream.open(server)) {
            stream.first("state");
            server.post("/api/scheduler/pause", new JsonObject().put("paused", true));
            assertThat(stream.first("scheduler").data().getBoolean("paused")).isTrue();
        }
    }

    @Test
    void aSaveOfTheConfigurationIsSeenByEverybody() {
        try (EventStream stream = EventStream.open(server)) {
            stream.first("state");
            WebServer.await(server.store.update(new JsonObject("{\"s3_buckets\": [\"a-bucket\"]}"), null));
            assertThat(stream.first("config.changed").data().getString("hash")).isEqualTo(server.store.hash());
        }
    }

    @Test
    void aClientThatWasAwayGetsWhatItMissedAndNothingTwice() {
        String last;
        try (EventStream stream = EventStream.open(server)) {
            stream.first("state");
            log("first");
            last = stream.first("log").id();
        }
        log("second");
        server.post("/api/backup/run", null);
        server.rooms.progress(1);
        server.rooms.progress(2);
        log("third");
        try (EventStream stream =
                EventStream.open(server, "/api/events", Map.of("Last-Event-ID", String.valueOf(last)))) {
            await().until(() -> stream.events.size() == 4);
            assertThat(stream.names()).containsExactly("log", "backup.started", "backup.progress", "log");
            assertThat(stream.events.getFirst().data().getString("text")).isEqualTo("second");
            assertThat(stream.events.get(2).data().getLong("bytes_received"))
                    .as("the latest only")
                    .isEqualTo(20);
            assertThat(ids(stream)).isSorted();
        }
    }

    @Test
    void anIdOfAnotherLifeOfTheServerBringsTheWholeState() {
        for (String id : List.of("zzz-1", "nonsense", "1-99999999999999999999", server.clock.millis() + "-1")) {
            try (EventStream stream = EventStream.open(server, "/api/events", Map.of("Last-Event-ID", id))) {
                stream.first("state");
                assertThat(stream.names()).first().isEqualTo("state");
            }
        }
    }

    @Test
    void anIdThatIsTooOldBringsTheWholeState() {
        String first;
        try (EventStream stream = EventStream.open(server)) {
            stream.first("state");
            log("0");
            first = stream.first("log").id();
        }
        for (int i = 1; i <= SMALL.replayEvents() + 1; i++) {
            log("line " + i);
        }
        try (EventStream stream =
                EventStream.open(server, "/api/events", Map.of("Last-Event-ID", String.valueOf(first)))) {
            stream.first("state");
            assertThat(stream.names()).first().isEqualTo("state");
        }
    }

    @Test
    void logLinesAreLeftOutForThoseThatDoNotWantThem() {
        try (EventStream stream = EventStream.open(server, "/api/events?logs=false", Map.of())) {
            stream.first("state");
            log("unwanted");
            server.post("/api/backup/run", null);
            stream.first("backup.started");
            assertThat(stream.names()).doesNotContain("log");
        }
    }

    @Test
    void heartbeatsKeepAQuietStreamAlive() {
        try (EventStream stream = EventStream.open(server)) {
            await().until(() ->
                    stream.comments.stream().filter(": still here"::equals).count() >= 2);
        }
    }

    @Test
    void aClientThatLeavesIsForgotten() {
        EventStream stream = EventStream.open(server);
        stream.first("state");
        assertThat(connections()).isEqualTo(1);
        stream.close();
        await().until(() -> connections() == 0);
    }

    @Test
    void onlySoManyClientsAreLetIn() {
        List<EventStream> streams = new ArrayList<>();
        for (int i = 0; i < SMALL.connections(); i++) {
            streams.add(EventStream.open(server));
        }
        ApiTest.assertProblem(server.get("/api/events"), 503, "Try again");
        streams.forEach(EventStream::close);
        await().until(() -> connections() == 0);
        EventStream.open(server).first("state");
    }

    @Test
    void theStateIsToldEvenWhenRoomsAreSilent() {
        server.rooms.silenceScheduler();
        try (EventStream stream = EventStream.open(server)) {
            EventStream.Event state = stream.first("state");
            assertThat(state.data().getMap()).containsEntry("scheduler", null);
            assertThat(state.data().getJsonObject("health").getString("state")).isEqualTo("failing");
        }
    }

    @Test
    void aClientThatDoesNotReadSkipsAndIsToldTheStateOnceItReads() {
        NetSocket socket = WebServer.await(slow.connect(server.port(), "127.0.0.1"));
        Transcript read = new Transcript();
        socket.pause();
        socket.handler(buffer -> read.add(buffer.toString()));
        socket.write("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        await().until(() -> connections() == 1);
        String filler = "x".repeat(64 << 10);
        for (int i = 0; i < 400; i++) {
            log(i + " " + filler);
        }
        try (EventStream healthy = EventStream.open(server)) {
            healthy.first("state");
            log("all sent");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> healthy.events.stream()
                            .anyMatch(event -> "all sent".equals(event.data().getString("text"))));
        }
        socket.resume();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            String text = read.toString();
            int lastState = text.lastIndexOf("event: state");
            return lastState > text.indexOf("event: state") && lastState > 0;
        });
        String text = read.toString();
        assertThat(text.split("event: log\n", -1)).as("most lines were skipped").hasSizeLessThan(350);
        server.post("/api/backup/run", null);
        await().until(() -> read.toString().contains("event: backup.started"));
        socket.close();
    }

    @Test
    void aStalledClientIsLetGo() {
        NetSocket socket = WebServer.await(slow.connect(server.port(), "127.0.0.1"));
        socket.pause();
        socket.write("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        await().until(() -> connections() == 1);
        String filler = "x".repeat(64 << 10);
        for (int i = 0; i < 400; i++) {
            log(filler);
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> connections() == 0);
        socket.close();
    }

    @Test
    void theStopSaysGoodbyeAndTakesNoTime() {
        try (EventStream one = EventStream.open(server);
                EventStream two = EventStream.open(server)) {
            one.first("state");
            two.first("state");
            Duration took = server.undeploy();
            assertThat(took).isLessThan(Duration.ofSeconds(2));
            await().until(() -> one.ended && two.ended);
            assertThat(one.names()).endsWith("bye");
            assertThat(two.names()).endsWith("bye");
        }
    }

    @Test
    void aStalledClientDoesNotHoldTheStop() {
        NetSocket socket = WebServer.await(slow.connect(server.port(), "127.0.0.1"));
        socket.pause();
        socket.write("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        await().until(() -> connections() == 1);
        for (int i = 0; i < 200; i++) {
            log("x".repeat(64 << 10));
        }
        assertThat(server.undeploy()).isLessThan(Duration.ofSeconds(2));
        socket.close();
    }

    private static List<Long> ids(EventStream stream) {
        return stream.events.stream()
                .map(event -> {
                    String id = String.valueOf(event.id());
                    return Long.parseLong(id.substring(id.indexOf('-') + 1));
                })
                .toList();
    }

    private double connections() {
        return server.registry.get("hubstorage.sse.connections").gauge().value();
    }

    private void log(String text) {
        server.vertx
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

package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.LogLine;
import io.hubstorage.bus.RunResult;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventsTest {
    private static final EventHub.Limits SMALL = new EventHub.Limits(4, 20, 1 << 20, 10, 256 << 10, 200);

    @AutoClose
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(folder, Map.of(), SMALL);
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
            assertThat(state.data().getJsonObject("config").getString("hash"))
                    .isEqualTo(server.store.current().hash());
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
    void aRestoreBesideARunIsFollowedUnderNamesOfItsOwn() {
        try (EventStream stream = EventStream.open(server)) {
            stream.first("state");
            server.post("/api/backup/run", null);
            server.rooms.restore(RunResult.FAILED);
            server.rooms.finish(RunResult.SUCCESS);
            assertThat(stream.first("backup.finished").data().getString("result"))
                    .isEqualTo("success");
            assertThat(stream.names())
                    .containsExactly(
                            "state",
                            "backup.started",
                            "restore.started",
                            "restore.progress",
                            "restore.finished",
                            "backup.finished");
            assertThat(stream.first("restore.progress").data().getString("kind"))
                    .isEqualTo("restore");
            assertThat(stream.first("restore.finished").data().getString("result"))
                    .isEqualTo("failed");
        }
    }

    @Test
    void aPageThatComesLaterBeginsWithAllJobsThatAreUnderWay() {
        server.post("/api/backup/run", null);
        try (EventStream stream = EventStream.open(server)) {
            assertThat(stream.first("state").data().getJsonArray("jobs"))
                    .singleElement()
                    .isEqualTo(BusJson.encode(BusRooms.state(1)));
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
            assertThat(stream.first("config.changed").data().getString("hash"))
                    .isEqualTo(server.store.current().hash());
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
        try (EventStream witness = EventStream.open(server)) {
            witness.first("state");
            log("second");
            server.post("/api/backup/run", null);
            server.rooms.progress(1);
            server.rooms.progress(2);
            log("third");
            awaitLog(witness, "third");
        }
        try (EventStream stream =
                EventStream.open(server, "/api/events", Map.of("Last-Event-ID", String.valueOf(last)))) {
            await().untilAsserted(() ->
                    assertThat(stream.names()).containsExactly("log", "backup.started", "backup.progress", "log"));
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
        try (EventStream witness = EventStream.open(server)) {
            witness.first("state");
            for (int i = 1; i <= SMALL.replayEvents() + 1; i++) {
                log("line " + i);
            }
            log("the last");
            awaitLog(witness, "the last");
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
            await().until(() -> stream.heartbeats.size() >= 3);
            assertThat(stream.heartbeats.getFirst().getLong("every_ms")).isEqualTo(SMALL.heartbeatMillis());
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
        server.rooms.silenceStatus();
        try (EventStream stream = EventStream.open(server)) {
            EventStream.Event state = stream.first("state");
            assertThat(state.data().getMap()).containsEntry("scheduler", null);
            assertThat(state.data().getJsonObject("health").getString("state")).isEqualTo("failing");
        }
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
    void anEventIsEncodedOnceHoweverManyWatch() {
        List<EventStream> watchers = new ArrayList<>();
        for (int i = 0; i < SMALL.connections(); i++) {
            watchers.add(EventStream.open(server));
            watchers.getLast().first("state");
        }
        CountedNumber number = new CountedNumber();
        server.vertx.eventBus().publish(Addresses.SCHEDULER_CHANGED, new JsonObject().put("number", number));
        for (EventStream watcher : watchers) {
            assertThat(watcher.first("scheduler").data().getInteger("number")).isEqualTo(number.intValue());
        }
        assertThat(number.encodings).hasValue(1);
        watchers.forEach(EventStream::close);
    }

    /** A request may overtake what is on its way over the bus: only who has seen it knows that it has been dealt with. */
    private static void awaitLog(EventStream stream, String text) {
        await().until(() -> stream.events.stream()
                .anyMatch(event -> text.equals(event.data().getString("text"))));
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

    /** Knows how often it was written down. */
    private static final class CountedNumber extends Number {
        private final transient AtomicInteger encodings = new AtomicInteger();

        @Override
        public int intValue() {
            return 7;
        }

        @Override
        public long longValue() {
            return intValue();
        }

        @Override
        public float floatValue() {
            return intValue();
        }

        @Override
        public double doubleValue() {
            encodings.incrementAndGet();
            return intValue();
        }

        @Override
        public String toString() {
            encodings.incrementAndGet();
            return Integer.toString(intValue());
        }
    }
}

package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.core.parsetools.RecordParser;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A client of the event stream that keeps what it reads. */
final class EventStream implements AutoCloseable {
    final List<Event> events = new CopyOnWriteArrayList<>();
    final List<String> comments = new CopyOnWriteArrayList<>();
    final List<JsonObject> heartbeats = new CopyOnWriteArrayList<>();
    volatile boolean ended;
    final HttpClientResponse response;

    record Event(@Nullable String id, String name, JsonObject data) {}

    static EventStream open(WebServer server, String path, Map<String, String> headers) {
        return new EventStream(server, path, headers);
    }

    static EventStream open(WebServer server) {
        return open(server, "/api/events", Map.of());
    }

    private EventStream(WebServer server, String path, Map<String, String> headers) {
        response = WebServer.await(server.exchange(HttpMethod.GET, path, headers, null, opened -> {
            RecordParser blocks = RecordParser.newDelimited("\n\n", opened);
            blocks.handler(block -> read(block.toString()));
            blocks.endHandler(done -> ended = true);
            blocks.exceptionHandler(failure -> ended = true);
            return Future.succeededFuture(opened);
        }));
    }

    private void read(String block) {
        String id = null;
        String name = null;
        String data = null;
        for (String line : block.lines().toList()) {
            if (line.startsWith(":") || line.startsWith("retry:")) {
                comments.add(line);
            } else if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                name = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = line.substring(6);
            }
        }
        if ("heartbeat".equals(name)) {
            assertThat(id).as("a heartbeat is no event to come back to").isNull();
            heartbeats.add(new JsonObject(data));
        } else if (name != null && data != null) {
            events.add(new Event(id, name, new JsonObject(data)));
        }
    }

    List<String> names() {
        return events.stream().map(Event::name).toList();
    }

    Event first(String name) {
        return await().until(
                        () -> events.stream()
                                .filter(event -> event.name().equals(name))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    @Override
    public void close() {
        WebServer.await(response.request().reset(0L).mapEmpty());
    }
}

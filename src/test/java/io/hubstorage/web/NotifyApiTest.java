package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.NotifyMessage.Result;
import io.hubstorage.notify.channels.ChannelsVerticle;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /api/notify} before the real room and a real receiver: what it answers is what the contract says. */
final class NotifyApiTest {
    private static final String LIST = "GET /api/notify/channels";
    private static final String TEST = "POST /api/notify/test";
    private static final String TOKEN = "gotify-token-123";

    @AutoClose
    private WebServer server;

    private final List<JsonObject> received = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private Contract contract;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        contract = new Contract();
        Files.createDirectories(folder.resolve("config"));
        server = WebServer.start(
                folder,
                Map.of("HUBSTORAGE_NOTIFY_PRIVATE", "127.0.0.1", "HUBSTORAGE_NOTIFY_TOKEN", TOKEN),
                EventHub.Limits.DEFAULT);
        WebServer.await(
                server.vertx.deployVerticle(new ChannelsVerticle(server.store, server.clock, Duration.ofMinutes(1))));
        HttpServer receiver = WebServer.await(server.vertx
                .createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    received.add(body.toJsonObject());
                    request.response().setStatusCode(status).end(TOKEN + " said no");
                }))
                .listen(0, "127.0.0.1"));
        JsonObject gotify = new JsonObject()
                .put("name", "phone")
                .put("type", "gotify")
                .put("enabled", false)
                .put("url", "http://127.0.0.1:" + receiver.actualPort())
                .put("token_env", "HUBSTORAGE_NOTIFY_TOKEN");
        JsonObject slack =
                new JsonObject("{\"name\": \"team\", \"type\": \"slack\", \"url_env\": \"HUBSTORAGE_NOTIFY_NONE\"}");
        WebServer.await(server.store.update(
                new JsonObject()
                        .put("s3_buckets", JsonArray.of("photos"))
                        .put("notify", JsonObject.of("channels", JsonArray.of(gotify, slack))),
                null));
        // What channels are made of is loaded here, and no request waits for that.
        ChannelsVerticle.list(
                server.store.config().notifications(), server.store.environment(), server.vertx, server.clock);
    }

    private JsonObject checked(String operation, WebServer.Answer answer) {
        assertThat(contract.complaints(operation, answer)).as(operation).isEmpty();
        return answer.json();
    }

    private WebServer.Answer test(String channel) {
        return server.post("/api/notify/test", JsonObject.of("channel", channel));
    }

    @Test
    void theChannelsAreListedWithWhatKeepsThemFromBeingUsed() {
        assertThat(checked(LIST, server.get("/api/notify/channels")))
                .isEqualTo(JsonObject.of(
                        "channels",
                        JsonArray.of(
                                new JsonObject(
                                        "{\"name\": \"phone\", \"type\": \"gotify\", \"enabled\": false, \"problem\":"
                                                + " null}"),
                                new JsonObject("{\"name\": \"team\", \"type\": \"slack\", \"enabled\": true}")
                                        .put(
                                                "problem",
                                                "HUBSTORAGE_NOTIFY_NONE is not set: put it into .env, or name a file"
                                                        + " that holds it by HUBSTORAGE_NOTIFY_NONE_FILE"))));
    }

    @Test
    void aTestIsDeliveredAndWhatTheOtherSideSaysComesBackWithoutTheToken() {
        JsonObject outcome = checked(TEST, test("phone"));

        assertThat(outcome)
                .isEqualTo(new JsonObject("{\"channel\": \"phone\", \"result\": \"delivered\", \"status\": 200,"
                        + " \"said\": \"(not shown) said no\", \"retry_after_seconds\": null}"));
        assertThat(received).singleElement().satisfies(body -> {
            assertThat(body.getString("title")).isEqualTo("HubStorage can reach you here");
            assertThat(body.getString("message")).contains("This is a test", "Channel: phone");
        });
        status = 503;
        assertThat(checked(TEST, test("phone")).getString("result")).isEqualTo("try_again");
        status = 401;
        assertThat(checked(TEST, test("phone")).getString("result"))
                .isEqualTo(Result.REFUSED.name().toLowerCase(java.util.Locale.ROOT));
    }

    @Test
    void whatCannotBeTestedSaysWhy() {
        assertThat(checked(TEST, test("team")).getString("said")).startsWith("HUBSTORAGE_NOTIFY_NONE is not set");
        assertThat(checked(TEST, test("nobody")).getInteger("status")).isEqualTo(404);
        assertThat(checked(TEST, server.post("/api/notify/test", new JsonObject()))
                        .getInteger("status"))
                .isEqualTo(400);
        assertThat(received).isEmpty();
    }
}

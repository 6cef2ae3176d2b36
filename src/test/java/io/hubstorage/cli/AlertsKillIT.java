package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages of a service that is killed by SIGKILL: none is lost, and one that comes twice has the id that it had before. */
final class AlertsKillIT {
    @TempDir
    Path home;

    @AutoClose
    private SyntheticS3 s3;

    private HttpServer receiver;
    private final List<JsonObject> received = new CopyOnWriteArrayList<>();
    private volatile boolean answering;
    private Map<String, String> environment;

    @BeforeEach
    void start() throws IOException {
        s3 = SyntheticS3.start();
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/", this::receive);
        receiver.start();
        environment = HubProcess.environment(home, s3.settings());
        environment.put("HUBSTORAGE_NOTIFY_PRIVATE", "127.0.0.1");
        HubProcess.configure(
                home,
                new JsonObject()
                        .put("s3_buckets", new JsonArray(List.of("photos")))
                        .put(
                                "automation",
                                new JsonObject().put("enabled", false).put("max_retries", 0))
                        .put("notify", new JsonObject().put("channels", new JsonArray(List.of(channel())))));
    }

    private JsonObject channel() {
        return new JsonObject()
                .put("name", "house")
                .put("type", "webhook")
                .put(
                        "url",
                        "http://127.0.0.1:%d/".formatted(receiver.getAddress().getPort()))
                .put("events", new JsonArray(List.of("backup_failed")));
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
    }

    /** Keeps the connection open where it does not answer: the message is on its way for as long as the sender waits. */
    private void receive(HttpExchange exchange) throws IOException {
        boolean answer = answering;
        received.add(new JsonObject(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
        if (answer) {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        }
    }

    @Test
    void oneThatIsKilledWhileItTellsOfAFailureTellsItAtTheNextStartAndOnceItIsDeliveredNeverAgain() {
        try (HubProcess hub = HubProcess.start(home, environment, "serve")) {
            hub.awaitUp();
            // The bucket does not exist yet.
            assertThat(hub.post("/api/backup/run", new JsonObject()).statusCode())
                    .isEqualTo(202);
            await().until(() -> received.size() == 1);
            hub.kill();
        }

        answering = true;
        try (HubProcess hub = HubProcess.start(home, environment, "serve")) {
            await().until(() -> hub.get("/api/notify/deliveries").body().contains("\"delivered\""));
            hub.kill();
        }
        assertThat(received).extracting(each -> each.getString("state")).containsExactly("raised", "raised");
        assertThat(received)
                .extracting(each -> each.getString("id"))
                .containsOnly(received.getFirst().getString("id"));
        assertThat(received.getFirst().getString("title")).contains("photos");

        s3.bucket("photos", SyntheticBucket.uniform(3, 100, "#.jpg"));
        try (HubProcess hub = HubProcess.start(home, environment, "serve")) {
            hub.awaitUp();
            assertThat(hub.post("/api/backup/run", new JsonObject()).statusCode())
                    .isEqualTo(202);
            await().until(() -> received.size() > 2);
        }
        assertThat(received)
                .extracting(each -> each.getString("state"))
                .containsExactly("raised", "raised", "resolved");
    }
}

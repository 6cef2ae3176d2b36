package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.config.ExtraPort;
import io.hubstorage.testkit.FreePorts;
import io.hubstorage.testkit.LogCapture;
import io.hubstorage.web.auth.Role;
import io.hubstorage.web.auth.TokenStore;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BridgePortTest {
    private static final String PASSWORD = "a long password";
    /** After these the connection is closed. */
    private static final int TRIES = 10;

    @TempDir
    Path folder;

    @Test
    void aTakenPortOfTheBridgeIsNotTakenForThatOfTheWebServer() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());
            assertThatThrownBy(() -> WebServer.start(
                            folder, Map.of("HUBSTORAGE_TCP_BRIDGE_PORT", port), EventHub.Limits.DEFAULT))
                    .isInstanceOf(ExtraPort.UnusableException.class)
                    .hasMessageContainingAll("Port " + port + " on 127.0.0.1", "taken", "HUBSTORAGE_TCP_BRIDGE_PORT");
        }
    }

    private WebServer startWithBridge(int port) throws IOException {
        return WebServer.start(
                folder,
                Map.of("HUBSTORAGE_WEB_PASSWORD", PASSWORD, "HUBSTORAGE_TCP_BRIDGE_PORT", String.valueOf(port)),
                EventHub.Limits.DEFAULT);
    }

    @Test
    void whereTheLastTokenIsOverTheBridgeLetsNobodyInAndAllElseStarts() throws IOException {
        Instant aWeekAgo = Instant.parse("2026-11-13T08:00:00Z");
        TokenStore.Made made = new TokenStore(folder.resolve("config"), () -> aWeekAgo)
                .create("for a day", Role.ADMIN, aWeekAgo.plus(Duration.ofDays(1)));
        int port = FreePorts.one();
        try (LogCapture log = LogCapture.of("io.hubstorage.web.bridge");
                WebServer server = startWithBridge(port);
                RawClient client = new RawClient(port)) {
            assertThat(log.lines("WARN")).singleElement().asString().contains("lets nobody in", "HUBSTORAGE_WEB_TOKEN");

            String ask = new JsonObject()
                    .put("type", "send")
                    .put("address", "hubstorage.status")
                    .put("headers", new JsonObject().put("authorization", "Bearer " + made.text()))
                    .encode();
            for (int i = 0; i < TRIES; i++) {
                client.send(Buffer.buffer()
                        .appendInt(ask.length())
                        .appendString(ask)
                        .getBytes());
            }
            assertThat(client.read().text()).contains("login_required");

            // A wrong token is one, whichever door it knocks at.
            Map<String, String> owner = Map.of(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(("x:" + PASSWORD).getBytes(StandardCharsets.UTF_8)));
            assertThat(server.get("/metrics", owner).body().toString())
                    .contains("hubstorage_login_failures_total{reason=\"wrong\"} " + TRIES + ".0");
            JsonObject told = server.get("/api/audit", owner)
                    .json()
                    .getJsonArray("entries")
                    .getJsonObject(0);
            assertThat(told.getString("action")).isEqualTo("login.failed");
            assertThat(told.getJsonObject("by").getString("address")).isEqualTo("127.0.0.1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"format\":1,\"tokens\":[]}", "{\"format\":1,\"tokens\":[{\"id\":\"a\"}]}"})
    void soItDoesWhereNoTokenIsLeftOrTheFileIsDamaged(String content) throws IOException {
        Files.createDirectories(folder.resolve("config"));
        Files.writeString(folder.resolve("config/api-tokens.json"), content);
        try (WebServer server = startWithBridge(FreePorts.one())) {
            assertThat(server.get("/health/live").status()).isEqualTo(200);
        }
    }
}

package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.web.sse.EventHub;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CrossOriginTest {
    private static final String HOME = "https://home.example";
    private static final String TOKEN = "Bearer token-of-twenty-characters";

    @TempDir
    Path folder;

    @AutoClose
    private WebServer server;

    @BeforeEach
    void start() throws IOException {
        server = WebServer.start(
                folder,
                Map.of(
                        "HUBSTORAGE_CORS_ORIGINS",
                        "https://home.example, http://nas.local:8080",
                        "HUBSTORAGE_WEB_TOKEN",
                        "token-of-twenty-characters"),
                EventHub.Limits.DEFAULT);
    }

    private WebServer.Answer send(HttpMethod method, String path, String origin, String... further) {
        Map<String, String> headers = new HashMap<>(Map.of("Origin", origin, "Sec-Fetch-Site", "cross-site"));
        for (int i = 0; i < further.length; i += 2) {
            headers.put(further[i], further[i + 1]);
        }
        return server.send(method, path, headers, null);
    }

    @Test
    void aPageOfANamedOriginReadsAndActsWithTheToken() {
        WebServer.Answer asked = send(
                HttpMethod.OPTIONS,
                "/api/backup/run",
                HOME,
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "authorization,content-type");
        assertThat(asked.status()).isEqualTo(204);
        assertThat(asked.header("Access-Control-Allow-Origin")).isEqualTo(HOME);
        assertThat(asked.header("Access-Control-Allow-Methods")).contains("POST");
        assertThat(asked.header("Access-Control-Allow-Headers")).contains("authorization");

        WebServer.Answer status = send(HttpMethod.GET, "/api/status", HOME, "Authorization", TOKEN);
        assertThat(status.status()).isEqualTo(200);
        assertThat(status.header("Access-Control-Allow-Origin")).isEqualTo(HOME);
        assertThat(status.headers().contains("Access-Control-Allow-Credentials"))
                .isFalse();
        assertThat(send(HttpMethod.POST, "/api/backup/run", "http://nas.local:8080", "Authorization", TOKEN)
                        .status())
                .isEqualTo(202);
        assertThat(send(HttpMethod.GET, "/api/status", HOME).status())
                .as("the origin is no login")
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "http://home.example",
                "https://home.example:8443",
                "https://home.example.evil.example",
                "https://evil-home.example",
                "null"
            })
    void anyOtherOriginGetsNothing(String origin) {
        WebServer.Answer asked =
                send(HttpMethod.OPTIONS, "/api/backup/run", origin, "Access-Control-Request-Method", "POST");
        assertThat(asked.headers().contains("Access-Control-Allow-Origin")).isFalse();
        WebServer.Answer run = send(HttpMethod.POST, "/api/backup/run", origin, "Authorization", TOKEN);
        assertThat(run.status()).isEqualTo(403);
        assertThat(run.headers().contains("Access-Control-Allow-Origin")).isFalse();
        assertThat(server.rooms.running).isFalse();
    }

    @Test
    void theEventBusStaysClosedToThem() {
        assertThat(send(HttpMethod.GET, "/eventbus/info", HOME).status()).isEqualTo(403);
    }

    @Test
    void answersDifferByOriginSoCachesAreTold() {
        assertThat(server.get("/health/live").header("Vary")).containsIgnoringCase("origin");
    }
}

package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.web.sse.EventHub;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OriginGuardTest {
    @AutoClose
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(
                folder, Map.of("HUBSTORAGE_ALLOWED_HOSTS", "nas.local, Backup.example"), EventHub.Limits.DEFAULT);
    }

    private int start(Map<String, String> headers) {
        int status =
                server.send(HttpMethod.POST, "/api/backup/run", headers, null).status();
        server.rooms.running = false;
        return status;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:5002",
                "192.168.1.20",
                "[::1]:5002",
                "localhost",
                "LOCALHOST:5002",
                "nas.local:5002",
                "backup.example"
            })
    void aNameThatNobodyElseCanPointHereMayChangeThings(String host) {
        assertThat(start(Map.of("Host", host))).isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "127.0.0.1.evil.example",
                "localhost.evil.example",
                "evil.localhost.example:5002",
                "2130706433",
                "0x7f000001",
                "127.1",
                "nas.local.evil.example",
                "xnas.local"
            })
    void aNameThatAStrangerCanPointHereMayNot(String host) {
        WebServer.Answer answer = server.send(HttpMethod.POST, "/api/backup/run", Map.of("Host", host), null);
        ApiTest.assertProblem(answer, 403, "HUBSTORAGE_ALLOWED_HOSTS");
        assertThat(server.rooms.starts).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/snapshots",
                "/api/backup/status",
                "/api/events",
                "/api/find?q=x",
                "/api/snapshots/x/file?bucket=b&key=k",
                "/metrics",
                "/openapi.yaml"
            })
    void norMayItReadAnything(String path) {
        ApiTest.assertProblem(
                server.get(path, Map.of("Host", "evil.example")), 403, "HUBSTORAGE_ALLOWED_HOSTS, or set");
    }

    @Test
    void anAllowedNameMayReadToo() {
        for (String path : List.of("/", "/api/backup/status", "/metrics")) {
            assertThat(server.get(path, Map.of("Host", "nas.local")).status())
                    .as(path)
                    .isEqualTo(200);
        }
    }

    @Test
    void healthIsToldUnderAnyName() {
        for (String path : List.of("/health/live", "/health/ready", "/assets/css/base.css")) {
            assertThat(server.get(path, Map.of("Host", "evil.example")).status())
                    .as(path)
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://evil.example",
        "http://127.0.0.1:1",
        "http://127.0.0.1:5003",
        "http://127.0.0.1",
        "http://127.0.0.1:5002.evil.example",
        "http://user@127.0.0.1.evil:5002",
        "http://localhost:5002",
        "ftp://127.0.0.1:5002",
        "null",
        "''"
    })
    void aForeignPageChangesNothing(String origin) {
        assertThat(start(Map.of("Host", "127.0.0.1:5002", "Origin", origin))).isEqualTo(403);
        assertThat(server.rooms.starts).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:5002,http://127.0.0.1:5002",
        "nas.local,http://nas.local",
        "NAS.local,http://nas.local:80",
        "backup.example,https://backup.example",
        "backup.example:443,https://backup.example",
        "[::1]:5002,http://[::1]:5002"
    })
    void aPageOfOurOwnMay(String host, String origin) {
        assertThat(start(Map.of("Host", host, "Origin", origin, "Sec-Fetch-Site", "same-origin")))
                .isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site", "anything"})
    void aBrowserThatSaysItComesFromElsewhereIsBelieved(String site) {
        assertThat(start(Map.of("Host", "127.0.0.1:5002", "Sec-Fetch-Site", site)))
                .isEqualTo(403);
    }

    @Test
    void everyChangingAddressIsGuarded() {
        Map<String, String> foreign = Map.of("Origin", "http://evil.example");
        for (String path : List.of(
                "/api/backup/run",
                "/api/backup/cancel",
                "/api/scheduler/restart",
                "/api/scheduler/pause",
                "/api/test")) {
            assertThat(server.send(HttpMethod.POST, path, foreign, null).status())
                    .as(path)
                    .isEqualTo(403);
        }
        assertThat(server.send(HttpMethod.PUT, "/api/config", foreign, null).status())
                .isEqualTo(403);
    }

    @Test
    void theBridgeIsGuardedEvenWhenItOnlyReads() {
        for (String path : List.of("/eventbus/info", "/eventbus/websocket")) {
            assertThat(server.get(path, Map.of("Origin", "http://evil.example")).status())
                    .isEqualTo(403);
            assertThat(server.get(path, Map.of("Host", "evil.example")).status())
                    .isEqualTo(403);
        }
        assertThat(server.get("/eventbus/info").status()).isEqualTo(200);
    }
}

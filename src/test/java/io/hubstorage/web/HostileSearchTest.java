package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches that are meant to keep the server busy. */
final class HostileSearchTest {
    @AutoClose
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(folder);
        Files.writeString(
                server.store.logFile(),
                "2026-11-01T10:00:00.000Z INFO  io.hubstorage.backup: " + "ab".repeat(100_000) + "\n");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((()){0,9}){0,9}{0,9}x",
                "(a|b|ab)*c",
                "(.*)(.*)(.*)(.*)(.*)c",
                "[ab]{0,400}[ab]{0,400}c",
                "(x+x+)+y"
            })
    void twentySearchesKeepNobodyElseWaiting(String evil) {
        List<Future<WebServer.Answer>> searches = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            searches.add(server.exchange(
                    HttpMethod.GET,
                    "/api/logs?regex=true&q=" + encoded(evil),
                    Map.of(),
                    null,
                    response -> response.body()
                            .map(body -> new WebServer.Answer(response.statusCode(), response.headers(), body))));
        }
        server.assertServesOthers("/api/logs/files", Map.of());
        server.assertServesOthers();
        // Each ends with an answer: found nothing, not taken as it is, or too many at once.
        assertThat(searches.stream().map(WebServer::await).map(WebServer.Answer::status))
                .allSatisfy(status -> assertThat(status).isIn(200, 400, 503));
        assertThat(server.get("/api/logs?q=abab").json().getJsonArray("lines")).hasSize(1);
    }

    @Test
    void whatIsNotToBeHadIsSaid() {
        ApiTest.assertProblem(
                server.get("/api/logs?regex=true&q=" + encoded("(a)\\1")), 400, "backreferences and lookaround");
        ApiTest.assertProblem(
                server.get("/api/logs/download?regex=true&q=" + encoded("(?=a)")),
                400,
                "backreferences and lookaround");
    }

    @Test
    void noPageOfAnotherSiteSearchesHereWithoutALogin() {
        Map<String, String> image =
                Map.of("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image");
        ApiTest.assertProblem(server.get("/api/logs?regex=true&q=a", image), 403, "another site");
        ApiTest.assertProblem(
                server.get(
                        "/api/status",
                        Map.of(
                                "Sec-Fetch-Site",
                                "cross-site",
                                "Sec-Fetch-Mode",
                                "navigate",
                                "Sec-Fetch-Dest",
                                "iframe")),
                403,
                "another site");
        assertThat(server.get("/health/live", image).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/logs", "/api/logs"})
    void aLinkFromAnotherSiteLeadsHere(String path) {
        Map<String, String> link =
                Map.of("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document");
        assertThat(server.get(path, link).status()).isEqualTo(200);
        assertThat(server.get(path, Map.of("Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors"))
                        .status())
                .isEqualTo(200);
        assertThat(server.get(path).status()).isEqualTo(200);
    }
}

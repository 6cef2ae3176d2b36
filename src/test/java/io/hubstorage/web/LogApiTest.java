package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LogApiTest {
    private static final String OLD = "2026-11-01T09:00:00.000Z INFO  io.hubstorage.backup: older\n";
    private static final String NEW = """
        2026-11-01T10:00:00.000Z INFO  io.hubstorage.backup: it began
        2026-11-01T10:00:01.000Z WARN  [r1] io.hubstorage.s3: slow <script>
            down below
        2026-11-01T10:00:02.000Z ERROR io.hubstorage.backup: it failed
        """;

    @AutoClose
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(folder);
        Path file = server.store.logFile();
        Files.writeString(file, NEW);
        Files.writeString(file.resolveSibling(file.getFileName() + ".1"), OLD);
    }

    private static List<String> texts(JsonObject page) {
        return page.getJsonArray("lines").stream()
                .map(line -> ((JsonObject) line).getString("text"))
                .toList();
    }

    @Test
    void linesComeNewestFirstOverAllFiles() {
        JsonObject page = server.get("/api/logs").json();
        assertThat(texts(page)).containsExactly("it failed", "slow <script>\ndown below", "it began", "older");
        assertThat(page.getValue("next")).isNull();
    }

    @Test
    void theLinesOfOneRunAreFound() {
        assertThat(texts(server.get("/api/logs?run=r1").json())).containsExactly("slow <script>\ndown below");
        assertThat(server.get("/api/logs/download?run=r1").body().toString())
                .contains("down below")
                .doesNotContain("it began");
    }

    @Test
    void linesArePaged() {
        JsonObject first = server.get("/api/logs?limit=3").json();
        assertThat(texts(first)).hasSize(3);
        JsonObject second = server.get("/api/logs?limit=3&before=" + first.getString("next"))
                .json();
        assertThat(texts(second)).containsExactly("older");
    }

    @Test
    void linesAreSearchedByLevelTextAndExpression() {
        assertThat(texts(server.get("/api/logs?level=WARN").json())).hasSize(2);
        assertThat(texts(server.get("/api/logs?q=BELOW").json())).hasSize(1);
        assertThat(texts(
                        server.get("/api/logs?q=it%20(began|failed)&regex=true").json()))
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0,limit",
        "limit=5001,limit",
        "level=LOUD,level",
        "regex=perhaps,regex",
        "q=(&regex=true,q",
        "before=nonsense,before",
        "q=%zz,query"
    })
    void wrongInputIsNamed(String query, String name) {
        ApiTest.assertProblem(server.get("/api/logs?" + query), 400, name);
    }

    @Test
    void aFileIsDownloadedUnderItsName() {
        String name = String.valueOf(server.store.logFile().getFileName());
        WebServer.Answer newest = server.get("/api/logs/download?limit=500");
        assertThat(newest.header("Content-Disposition"))
                .isEqualTo("attachment; filename=\"%1$s\"; filename*=UTF-8''%1$s".formatted(name));
        assertThat(newest.body().toString()).isEqualTo(NEW);
        assertThat(server.get("/api/logs/download?file=" + name + ".1").body().toString())
                .isEqualTo(OLD);
        assertThat(server.get("/api/logs/files").json().getJsonArray("files")).hasSize(2);
    }

    @Test
    void whatMatchesIsDownloadedOldestFirst() {
        String text = server.get("/api/logs/download?level=WARN").body().toString();
        assertThat(text.lines().map(line -> line.replaceFirst("^\\S+ ", "")))
                .containsExactly(
                        "WARN  [r1] io.hubstorage.s3: slow <script>",
                        "    down below",
                        "ERROR io.hubstorage.backup: it failed");
    }

    @ParameterizedTest
    @CsvSource({"../config/config.json", "/etc/passwd", "nothing.log", "..%2fconfig%2fconfig.json"})
    void onlyLogFilesAreDownloaded(String name) {
        ApiTest.assertProblem(server.get("/api/logs/download?file=" + name), 400, "file");
    }
}

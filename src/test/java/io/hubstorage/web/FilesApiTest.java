package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.MadeSnapshots;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code /api/files} over snapshots as backups make them, one of the old tool before them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FilesApiTest {
    private static final String OLD = "hublink_20240101000000";
    private static final Instant MODIFIED = Instant.parse("2026-11-01T10:00:00Z");
    private static final Instant LATER = Instant.parse("2026-11-02T10:00:00Z");

    private Path data = Path.of("");
    private String first = "";
    private String second = "";
    private String third = "";
    private WebServer server;
    private Contract contract;

    @BeforeAll
    void start(@TempDir Path home) throws IOException {
        data = Files.createDirectories(home.resolve("data"));
        Path old = Files.createDirectories(data.resolve(OLD).resolve("s3/photos/2024"));
        Files.writeString(old.resolve("old.txt"), "from before");
        MadeSnapshots made = new MadeSnapshots(data);
        made.put("photos", "2024/old.txt", "from before", MODIFIED)
                .put("photos", "2026/", "", MODIFIED)
                .put("photos", "2026/a.txt", "one\ntwo\n", MODIFIED)
                .put("photos", "2026/b.txt", "stays", MODIFIED)
                .put("photos", "2026/gone.txt", "12345", MODIFIED)
                .put("photos", "notes.txt", "first", MODIFIED)
                .put("logs@archive", "app/1.log", "line", MODIFIED);
        first = made.snapshot(Instant.parse("2026-11-20T06:00:00Z"));
        made.put("photos", "2026/a.txt", "one\n2\nthree\n", LATER)
                .put("photos", "2026/05/new.jpg", "new", LATER)
                .remove("photos", "2026/gone.txt");
        second = made.snapshot(Instant.parse("2026-11-21T06:00:00Z"));
        Files.createFile(Layout.pin(data.resolve(second)));
        made.put("videos", "v.mp4", "video", LATER);
        third = made.snapshot(Instant.parse("2026-11-22T06:00:00Z"));
        server = WebServer.start(home);
        contract = new Contract();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void theTimelineOfABucketIsWhatItsSnapshotsSayOfItOldestFirst() {
        for (int i = 0; i < 2; i++) {
            List<JsonObject> moments = rows(get("timeline", "bucket=photos"), "snapshots");
            assertThat(moments)
                    .extracting(moment -> moment.getString("name"))
                    .containsExactly(OLD, first, second, third);
            assertThat(moments.getFirst().getBoolean("legacy")).isTrue();
            assertThat(moments.getFirst().getString("at")).isNull();
            JsonObject moment = moments.get(2);
            assertThat(moment.getString("at")).isEqualTo("2026-11-21T06:00:00Z");
            assertThat(moment.getBoolean("pinned")).isTrue();
            assertThat(moment.getString("result")).isEqualTo("success");
            assertThat(moment.getJsonObject("files").getLong("objects")).isEqualTo(6);
            assertThat(moment.getJsonObject("added")).isEqualTo(new JsonObject("{\"objects\": 2, \"bytes\": 15}"));
        }
    }

    @Test
    void aTimelineHasOnlySnapshotsThatHoldTheBucketAlsoOfANamedAccount() {
        assertThat(rows(get("timeline", "bucket=videos"), "snapshots"))
                .extracting(moment -> moment.getString("name"))
                .containsExactly(third);
        assertThat(rows(get("timeline", "bucket=logs%40archive"), "snapshots")).hasSize(3);
        assertThat(rows(get("timeline", "bucket=none"), "snapshots")).isEmpty();
        ApiTest.assertProblem(server.get("/api/files/timeline"), 400, "bucket");
    }

    private JsonObject get(String what, String query) {
        WebServer.Answer answer = server.get("/api/files/" + what + "?" + query);
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        assertThat(contract.complaints("GET /api/files/" + what, answer)).isEmpty();
        return answer.json();
    }

    private static List<JsonObject> rows(JsonObject answer, String name) {
        return answer.getJsonArray(name).stream().map(JsonObject.class::cast).toList();
    }
}

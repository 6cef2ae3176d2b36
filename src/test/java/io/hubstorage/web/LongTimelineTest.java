package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.testkit.LogCapture;
import io.hubstorage.testkit.Shelf;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thirty snapshots, of which only the three newest have a certificate that can be read: reading another one is a warning. */
final class LongTimelineTest {
    private final List<String> newestFirst = new ArrayList<>();
    private LogCapture log;
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path home) throws IOException {
        Shelf shelf = new Shelf(home.resolve("data"));
        for (int i = 0; i < 30; i++) {
            SnapshotInfo snapshot = shelf.snapshot("photos", Map.of("a/" + i % 3, "v", "other", "v"));
            newestFirst.addFirst(snapshot.name());
            if (i < 27) {
                Files.writeString(Layout.certificate(snapshot.folder()), "{");
            }
        }
        server = WebServer.start(home);
        log = LogCapture.of("io.hubstorage.snapshot");
    }

    @AfterEach
    void stop() {
        log.close();
        server.close();
    }

    @Test
    void aPageReadsTheCertificatesThatItShowsAndNoOther() {
        JsonObject page = server.get("/api/snapshots?limit=3").json();

        assertThat(page.getJsonArray("snapshots"))
                .extracting(each -> ((JsonObject) each).getString("name"))
                .isEqualTo(newestFirst.subList(0, 3));
        assertThat(page.getInteger("total")).isEqualTo(30);
        assertThat(server.get("/api/snapshots?limit=1&before=" + newestFirst.get(1))
                        .json()
                        .getJsonArray("snapshots"))
                .extracting(each -> ((JsonObject) each).getString("name"))
                .containsExactly(newestFirst.get(2));
        assertThat(log.lines("WARN")).isEmpty();
    }

    @Test
    void whatIsNewerThanASnapshotThatIsGoneIsNotShownAgain() {
        assertThat(server.get("/api/snapshots?before=" + newestFirst.get(1) + "x&limit=2")
                        .json()
                        .getJsonArray("snapshots"))
                .extracting(each -> ((JsonObject) each).getString("name"))
                .containsExactly(newestFirst.get(1), newestFirst.get(2));
    }

    @Test
    void aSearchReadsNoCertificate() {
        List<JsonObject> lines = server.get("/api/find?q=a/1")
                .body()
                .toString()
                .lines()
                .map(JsonObject::new)
                .toList();

        assertThat(lines.getFirst().getJsonObject("found").getInteger("snapshots"))
                .isEqualTo(10);
        assertThat(lines.getLast().getJsonObject("end").getString("left_out")).isNull();
        assertThat(log.lines("WARN")).isEmpty();
    }
}

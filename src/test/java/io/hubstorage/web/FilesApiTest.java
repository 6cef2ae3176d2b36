package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

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

    @Test
    void aFolderShowsWhatBecameOfItSinceTheSnapshotBeforeWithGhostsInTheirPlaces() {
        JsonObject folder = get("folder", "bucket=photos&prefix=2026/&at=" + second);
        assertThat(folder.getString("since")).isEqualTo(first);
        List<JsonObject> rows = rows(folder, "rows");
        assertThat(rows)
                .extracting(row -> row.getString("key"), row -> row.getString("state"))
                .containsExactly(
                        tuple("2026/05/", "added"),
                        tuple("2026/a.txt", "changed"),
                        tuple("2026/b.txt", "same"),
                        tuple("2026/gone.txt", "removed"));
        assertThat(rows.getFirst().getInteger("objects")).isEqualTo(1);
        assertThat(rows.getFirst().getInteger("bytes")).isEqualTo(3);
        assertThat(rows.get(1).getInteger("bytes")).isEqualTo(12);
        assertThat(rows.get(1).getString("last_modified")).isEqualTo(LATER.toString());
        assertThat(rows.get(1).getJsonObject("before").getInteger("bytes")).isEqualTo(8);
        assertThat(rows.get(3).getInteger("bytes")).isEqualTo(5);
        assertThat(folder.getString("next")).isNull();
        List<JsonObject> top = rows(get("folder", "bucket=photos&at=" + second), "rows");
        assertThat(top)
                .extracting(row -> row.getString("key"), row -> row.getString("state"), row -> row.getValue("objects"))
                .containsExactly(
                        tuple("2024/", "same", 1), tuple("2026/", "changed", 4), tuple("notes.txt", "same", null));
    }

    @Test
    void theNewestSnapshotIsShownUnlessAnotherIsAskedForAndComparedOnlyWhereThereIsOne() {
        JsonObject newest = get("folder", "bucket=photos");
        assertThat(newest.getString("at")).isEqualTo(third);
        assertThat(newest.getString("since")).isEqualTo(second);
        assertThat(rows(newest, "rows"))
                .allSatisfy(row -> assertThat(row.getString("state")).isEqualTo("same"));
        JsonObject alone = get("folder", "bucket=photos&prefix=2026/&since=none");
        assertThat(alone.getString("since")).isNull();
        assertThat(rows(alone, "rows")).hasSize(3).allSatisfy(row -> {
            assertThat(row.getString("state")).isEqualTo("same");
            assertThat(row.getJsonObject("before")).isNull();
        });
        assertThat(get("folder", "bucket=videos").getString("since")).isNull();
        assertThat(rows(get("folder", "bucket=photos&prefix=2026/&since=" + first), "rows"))
                .hasSize(4);
        assertThat(rows(get("folder", "bucket=logs%40archive&prefix=app/"), "rows"))
                .extracting(row -> row.getString("key"))
                .containsExactly("app/1.log");
    }

    @Test
    void aFolderIsPagedBothWaysFromAnyRowSortedAndFiltered() {
        String query = "bucket=photos&prefix=2026/&at=%s&limit=2".formatted(second);
        JsonObject page = get("folder", query + "&after=2026/05/zzz");
        assertThat(keys(page)).containsExactly("2026/a.txt", "2026/b.txt");
        assertThat(page.getString("next")).isEqualTo("2026/b.txt");
        assertThat(page.getString("previous")).isEqualTo("2026/a.txt");
        assertThat(keys(get("folder", query + "&before=2026/b.txt"))).containsExactly("2026/05/", "2026/a.txt");
        assertThat(keys(get("folder", query + "&from=2026/a.txt&skip=2"))).containsExactly("2026/gone.txt");
        assertThat(keys(get("folder", query + "&order=desc"))).containsExactly("2026/gone.txt", "2026/b.txt");
        assertThat(keys(get("folder", query + "&q=TXT"))).containsExactly("2026/a.txt", "2026/b.txt");
        assertThat(keys(get("folder", query + "&q=g*.txt"))).containsExactly("2026/gone.txt");
        for (int i = 0; i < 2; i++) {
            JsonObject largest = get("folder", query + "&sort=size&order=desc&offset=1");
            assertThat(keys(largest)).containsExactly("2026/b.txt", "2026/gone.txt");
            assertThat(largest.getInteger("position")).isEqualTo(1);
            assertThat(largest.getInteger("total")).isEqualTo(4);
            assertThat(largest.getBoolean("limited")).isFalse();
        }
        assertThat(keys(get("folder", query + "&sort=time&order=desc"))).containsExactly("2026/a.txt", "2026/b.txt");
    }

    @Test
    void changesAloneCanBeAskedForInAnyOrder() {
        String query = "bucket=photos&changes=true&at=" + second;
        assertThat(keys(get("folder", query))).containsExactly("2026/");
        assertThat(keys(get("folder", query + "&prefix=2026/")))
                .containsExactly("2026/05/", "2026/a.txt", "2026/gone.txt");
        assertThat(keys(get("folder", query + "&prefix=2026/&before=2026/gone.txt&limit=1")))
                .containsExactly("2026/a.txt");
        JsonObject bySize = get("folder", query + "&prefix=2026/&sort=size&order=desc");
        assertThat(keys(bySize)).containsExactly("2026/a.txt", "2026/gone.txt", "2026/05/");
        assertThat(bySize.getInteger("total")).isEqualTo(3);
        assertThat(keys(get("folder", query + "&since=none"))).isEmpty();
        assertThat(keys(get("folder", "bucket=photos&changes=true&at=" + third)))
                .isEmpty();
    }

    @Test
    void theMapOfAFolderCountsItsRowsAndWhatChangedBelow() {
        for (int i = 0; i < 2; i++) {
            JsonObject map = get("map", "bucket=photos&prefix=2026/&at=" + second);
            assertThat(map.getInteger("total")).isEqualTo(4);
            assertThat(map.getJsonArray("keys")).containsExactly("2026/05/");
            assertThat(map.getInteger("objects")).isEqualTo(4);
            assertThat(map.getInteger("bytes")).isEqualTo(20);
            assertThat(map.getJsonObject("added")).isEqualTo(new JsonObject("{\"objects\": 1, \"bytes\": 3}"));
            assertThat(map.getJsonObject("changed")).isEqualTo(new JsonObject("{\"objects\": 1, \"bytes\": 12}"));
            assertThat(map.getJsonObject("removed")).isEqualTo(new JsonObject("{\"objects\": 1, \"bytes\": 5}"));
        }
        assertThat(get("map", "bucket=photos&prefix=2026/&q=gone&at=" + second).getInteger("total"))
                .isEqualTo(1);
    }

    @Test
    void aSnapshotOfTheOldToolIsShownWithoutSums() {
        JsonObject old = get("folder", "bucket=photos&at=" + OLD);
        assertThat(keys(old)).containsExactly("2024/");
        assertThat(rows(old, "rows").getFirst().getValue("objects")).isNull();
        JsonObject since = get("folder", "bucket=photos&prefix=2024/&at=%s&since=%s".formatted(second, OLD));
        assertThat(rows(since, "rows")).extracting(row -> row.getString("key")).containsExactly("2024/old.txt");
    }

    @Test
    void theVersionsOfAKeySayWhenItWasWhatAndWhenItWasGone() {
        List<JsonObject> versions = rows(get("versions", "bucket=photos&key=2026/gone.txt"), "versions");
        assertThat(versions)
                .extracting(
                        version -> version.getString("first"),
                        version -> version.getString("last"),
                        version -> version.getBoolean("gone"),
                        version -> version.getInteger("size"))
                .containsExactly(tuple(second, third, true, null), tuple(first, first, false, 5));
        assertThat(rows(get("versions", "bucket=photos&key=2026/a.txt&limit=1"), "versions"))
                .extracting(version -> version.getString("sha256"))
                .doesNotContainNull()
                .hasSize(1);
        assertThat(get("versions", "bucket=photos&key=2026/a.txt&limit=1").getString("next"))
                .isEqualTo(second);
        assertThat(rows(get("versions", "bucket=photos&key=2026/a.txt&before=" + second), "versions"))
                .extracting(version -> version.getString("at"))
                .containsExactly("2026-11-20T06:00:00Z");
        assertThat(rows(get("versions", "bucket=photos&key=never"), "versions")).isEmpty();
    }

    @Test
    void twoVersionsOfATextAreComparedLineByLine() {
        JsonObject diff = get("diff", "bucket=photos&key=2026/a.txt&from=%s&to=%s".formatted(first, second));
        assertThat(diff.getString("kind")).isEqualTo("text");
        JsonObject hunk = rows(diff, "hunks").getFirst();
        assertThat(rows(hunk, "lines"))
                .extracting(line -> line.getString("kind"), line -> line.getString("text"))
                .containsExactly(
                        tuple("same", "one"),
                        tuple("removed", "two"),
                        tuple("added", "2"),
                        tuple("added", "three"),
                        tuple("same", ""));
        JsonObject gone = get("diff", "bucket=photos&key=2026/gone.txt&from=%s&to=%s".formatted(first, second));
        assertThat(rows(rows(gone, "hunks").getFirst(), "lines"))
                .extracting(line -> line.getString("kind"))
                .containsExactly("removed");
        refused("diff", "bucket=photos&key=never&from=%s&to=%s".formatted(first, second), 404, "Neither");
    }

    @Test
    void whatIsNotThereOrNotAllowedIsSaidInASentence() {
        refused(
                "folder",
                "bucket=photos&at=hublink_20200101000000",
                404,
                "There is no snapshot hublink_20200101000000");
        refused("folder", "bucket=photos&since=../..", 404, "There is no snapshot");
        refused("folder", "bucket=videos&at=" + first, 404, "holds nothing of this bucket");
        refused("folder", "bucket=none", 404, "No snapshot holds anything");
        refused("folder", "bucket=photos&limit=1001", 400, "limit");
        refused("folder", "bucket=photos&sort=color", 400, "sort");
        refused("folder", "bucket=photos&after=a&from=b", 400, "only one of");
        refused("folder", "bucket=photos&prefix=a/&after=b", 400, "begins with the prefix");
        refused("folder", "bucket=photos&sort=size&after=b", 400, "offset");
        refused("folder", "bucket=photos&offset=7", 400, "offset");
        refused("versions", "bucket=photos&key=a&before=none", 400, "before");
    }

    @Test
    void aDamagedListHidesNoSnapshotButItsOwn(@TempDir Path home) throws IOException {
        MadeSnapshots made = new MadeSnapshots(Files.createDirectories(home.resolve("data")));
        made.put("photos", "a.txt", "a", MODIFIED);
        String damaged = made.snapshot(Instant.parse("2026-11-20T06:00:00Z"));
        made.put("photos", "b.txt", "b", MODIFIED);
        String sound = made.snapshot(Instant.parse("2026-11-21T06:00:00Z"));
        Path manifest = Layout.manifest(home.resolve("data").resolve(damaged), "photos");
        byte[] bytes = Files.readAllBytes(manifest);
        bytes[bytes.length / 2] ^= 1;
        Files.write(manifest, bytes);
        try (WebServer other = WebServer.start(home)) {
            WebServer.Answer answer = other.get("/api/files/folder?bucket=photos&at=" + sound);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().getString("unreadable")).isEqualTo(damaged);
            assertThat(answer.json().getString("since")).isNull();
            assertThat(rows(answer.json(), "rows")).hasSize(2);
            WebServer.Answer shown = other.get("/api/files/folder?bucket=photos&at=" + damaged);
            ApiTest.assertProblem(shown, 500, "damaged");
            JsonObject versions =
                    other.get("/api/files/versions?bucket=photos&key=a.txt").json();
            assertThat(versions.getJsonArray("unreadable")).containsExactly(damaged);
            assertThat(rows(versions, "versions")).hasSize(1);
        }
    }

    private void refused(String what, String query, int status, String words) {
        WebServer.Answer answer = server.get("/api/files/" + what + "?" + query);
        ApiTest.assertProblem(answer, status, words);
        assertThat(contract.complaints("GET /api/files/" + what, answer)).isEmpty();
    }

    private static List<String> keys(JsonObject folder) {
        return rows(folder, "rows").stream().map(row -> row.getString("key")).toList();
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

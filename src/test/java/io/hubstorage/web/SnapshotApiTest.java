package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.fs.Trees;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.testkit.AwkwardKeys;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.Shelf;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.verify.SnapshotVerifier;
import io.hubstorage.verify.VerifyProgress;
import io.hubstorage.verify.VerifyRequest;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots that the real engine made, through the real server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SnapshotApiTest {
    private static final String OLD = "hublink_20240101000000";
    private static final int LARGE = 40_000_000;

    private Path folder = Path.of("");
    private final SyntheticS3 s3 = SyntheticS3.start();
    private final Map<String, SyntheticObject> odd = new TreeMap<>();
    private String first = "";
    private String second = "";
    private WebServer server;
    private Contract contract;

    @BeforeAll
    void start(@TempDir Path home) throws IOException {
        folder = home;
        SyntheticBucket photos = s3.bucket(
                "photos",
                SyntheticBucket.ofKeys(
                        1_000,
                        IntStream.range(0, 30)
                                .mapToObj("2026/%02d.jpg"::formatted)
                                .toList()));
        s3.bucket("odd", SyntheticBucket.ofKeys(33, AwkwardKeys.all()))
                .objects()
                .forEach(object -> odd.put(object.key(), object));
        s3.bucket("large", SyntheticBucket.ofKeys(LARGE, List.of("folder/one.bin", "folder/two.bin")));
        Path old = Files.createDirectories(folder.resolve("data").resolve(OLD).resolve("s3/photos/2024"));
        Files.writeString(old.resolve("old.txt"), "from before");
        Files.createSymbolicLink(old.resolve("passwd"), Path.of("/etc/passwd"));
        try (Hub hub = new Hub(folder, s3.settings(), InstantSource.system()).configure("photos", "odd", "large")) {
            first = snapshot(hub.backUp());
            photos.delete("2026/03.jpg");
            photos.change("2026/04.jpg");
            photos.add("2026/05/new.jpg", 5);
            second = snapshot(hub.backUp());
        }
        server = WebServer.start(folder);
        contract = new Contract();
    }

    @AfterAll
    void stop() {
        server.close();
        s3.close();
    }

    @Test
    void theListSaysWhatEachSnapshotHoldsAndWhatItAdded() {
        JsonArray snapshots = get("/api/snapshots", "GET /api/snapshots").getJsonArray("snapshots");
        assertThat(snapshots).hasSize(3);
        JsonObject newest = snapshots.getJsonObject(0);
        assertThat(newest.getString("name")).isEqualTo(second);
        assertThat(newest.getJsonObject("added").getLong("bytes")).isEqualTo(1_005);
        assertThat(newest.getJsonObject("files").getLong("objects")).isEqualTo(30 + odd.size() + 2);
        assertThat(newest.getString("words")).contains("in 3 buckets", "2 downloaded", "none failed");
        assertThat(snapshots.getJsonObject(2).getString("words")).contains("old tool");
    }

    @Test
    void aSnapshotShowsItsCertificate() {
        JsonObject snapshot = get("/api/snapshots/" + second, "GET /api/snapshots/{id}");
        assertThat(snapshot.getJsonObject("certificate").getString("previous")).isEqualTo(first);
        assertThat(snapshot.getJsonArray("problems")).isEmpty();
        JsonObject old = get("/api/snapshots/" + OLD, "GET /api/snapshots/{id}");
        assertThat(old.getJsonObject("certificate")).isNull();
    }

    @Test
    void whereTheBytesOfABucketAreIsToldOfAnySnapshotBesideAnyOlderOne() {
        String asked = "/api/files/folders?bucket=photos&at=" + second;
        JsonObject folders = get(asked, "GET /api/files/folders");
        assertThat(folders.getString("since")).isEqualTo(first);
        assertThat(folders.getJsonObject("files")).isEqualTo(tally(30, 29_005));
        assertThat(folders.getJsonObject("change")).isEqualTo(tally(0, -995));
        assertThat(folders.getJsonArray("largest").getJsonObject(0)).isEqualTo(folder("2026/", 30, 29_005));
        assertThat(folders.getJsonArray("growing")).containsExactly(folder("2026/05/", 1, 5));
        assertThat(get(asked, "GET /api/files/folders")).isEqualTo(folders);

        JsonObject alone = get("/api/files/folders?bucket=photos&since=none", "GET /api/files/folders");
        assertThat(alone.getString("at")).isEqualTo(second);
        assertThat(alone.getValue("since")).isNull();
        assertThat(alone.getValue("change")).isNull();
        assertThat(alone.getJsonArray("growing")).isEmpty();

        JsonObject old = get("/api/files/folders?bucket=photos&at=" + OLD, "GET /api/files/folders");
        assertThat(old.getValue("since")).isNull();
        assertThat(get(asked + "&since=" + OLD, "GET /api/files/folders").getJsonObject("change"))
                .isEqualTo(tally(
                        30 - old.getJsonObject("files").getLong("objects"),
                        29_005 - old.getJsonObject("files").getLong("bytes")));
        ApiTest.assertProblem(server.get("/api/files/folders?bucket=nobody"), 404, "bucket");
        ApiTest.assertProblem(server.get("/api/files/folders?bucket=photos&since=hublink_none"), 404, "snapshot");
    }

    private static JsonObject tally(long objects, long bytes) {
        return new JsonObject().put("objects", objects).put("bytes", bytes);
    }

    private static JsonObject folder(String prefix, long objects, long bytes) {
        return tally(objects, bytes).put("prefix", prefix);
    }

    @Test
    void aPinIsAFileThatVerifyKnows() throws Exception {
        Path pin = folder.resolve("data").resolve(second).resolve("pinned");
        for (boolean pinned : new boolean[] {true, true, false, false}) {
            WebServer.Answer answer =
                    server.post("/api/snapshots/" + second + "/pin", new JsonObject().put("pinned", pinned));
            assertThat(contract.complaints("POST /api/snapshots/{id}/pin", answer))
                    .isEmpty();
            assertThat(answer.json().getBoolean("pinned")).isEqualTo(pinned);
            assertThat(Files.exists(pin)).isEqualTo(pinned);
            assertThat(new SnapshotVerifier(InstantSource.system(), folder)
                            .verify(
                                    new VerifyRequest(
                                            new Layout(folder.resolve("data")), List.of(second), Set.of(), 100, 0),
                                    new VerifyProgress(),
                                    _ -> {})
                            .ok())
                    .isTrue();
        }
        ApiTest.assertProblem(server.post("/api/snapshots/" + second + "/pin", new JsonObject()), 400, "pinned");
        ApiTest.assertProblem(
                server.post("/api/snapshots/hublink_no/pin", new JsonObject().put("pinned", true)), 404, "no snapshot");
    }

    @Test
    void whatAnAddressTakesIsToldAlsoWhereASnapshotIsNamedInIt() {
        WebServer.Answer answer = server.send(HttpMethod.PUT, "/api/snapshots/" + first, Map.of(), null);
        ApiTest.assertProblem(answer, 405, "method");
        assertThat(answer.header("Allow").split(", ")).containsExactlyInAnyOrder("GET", "HEAD", "DELETE");
        assertThat(server.get("/api/snapshots/" + first + "/pin").header("Allow"))
                .isEqualTo("POST");
    }

    @Test
    void foldersAreBrowsedPageByPage() {
        List<String> keys = new ArrayList<>();
        String after = "";
        while (after != null) {
            JsonObject page = get(
                    "/api/snapshots/%s/browse?bucket=photos&prefix=2026/&limit=7&after=%s"
                            .formatted(second, encoded(after)),
                    "GET /api/snapshots/{id}/browse");
            page.getJsonArray("items").forEach(item -> keys.add(((JsonObject) item).getString("key")));
            after = page.getString("next");
        }
        assertThat(keys).hasSize(30).contains("2026/05/", "2026/04.jpg").doesNotContain("2026/03.jpg");
        assertThat(get("/api/snapshots/%s/browse?bucket=photos".formatted(OLD), "GET /api/snapshots/{id}/browse")
                        .getJsonArray("items"))
                .singleElement()
                .extracting(item -> ((JsonObject) item).getString("key"))
                .isEqualTo("2024/");
    }

    @Test
    void everyOddKeyIsReachedThroughItsFoldersAndDownloadedWhole() throws Exception {
        Map<String, SyntheticObject> left = new TreeMap<>(odd);
        List<String> folders = new ArrayList<>(List.of(""));
        while (!folders.isEmpty()) {
            String prefix = folders.removeLast();
            JsonObject page = get(
                    "/api/snapshots/%s/browse?bucket=odd&limit=1000&prefix=%s".formatted(second, encoded(prefix)),
                    "GET /api/snapshots/{id}/browse");
            for (Object each : page.getJsonArray("items")) {
                JsonObject item = (JsonObject) each;
                String key = item.getString("key");
                if (item.getBoolean("folder")) {
                    folders.add(key);
                    continue;
                }
                SyntheticObject object = Objects.requireNonNull(left.remove(key), key);
                WebServer.Answer file = server.get(file(second, "odd", key));
                assertThat(file.status()).as(key).isEqualTo(200);
                assertThat(sha256(file.body().getBytes())).as(key).isEqualTo(object.sha256());
                assertThat(file.header("Content-Type")).isEqualTo("application/octet-stream");
                assertThat(file.header("X-Content-Type-Options")).isEqualTo("nosniff");
                assertThat(file.header("Content-Security-Policy")).contains("sandbox");
                assertThat(file.header("Content-Disposition")).matches("attachment; [ -~]+");
                assertThat(file.headers().contains("Set-Cookie")).isFalse();
            }
        }
        assertThat(left).isEmpty();
    }

    @Test
    void aDownloadIsResumedWhereItBroke() {
        String path = file(second, "photos", "2026/04.jpg");
        WebServer.Answer whole = server.get(path);
        assertThat(whole.header("Accept-Ranges")).isEqualTo("bytes");
        assertThat(whole.header("Content-Length")).isEqualTo("1000");
        WebServer.Answer rest = server.get(
                path, Map.of("Range", "bytes=400-", "If-Range", whole.header("ETag"), "Accept-Encoding", "gzip"));
        assertThat(rest.status()).isEqualTo(206);
        assertThat(rest.header("Content-Range")).isEqualTo("bytes 400-999/1000");
        assertThat(rest.body().getBytes()).isEqualTo(whole.body().getBytes(400, 1_000));
        assertThat(server.get(path, Map.of("Range", "bytes=400-", "If-Range", "\"other\""))
                        .status())
                .isEqualTo(200);
        assertThat(server.get(path, Map.of("If-None-Match", whole.header("ETag")))
                        .status())
                .isEqualTo(304);
        WebServer.Answer beyond = server.get(path, Map.of("Range", "bytes=1000-"));
        ApiTest.assertProblem(beyond, 416, "1000");
        assertThat(beyond.header("Content-Range")).isEqualTo("bytes */1000");
    }

    @Test
    void aFolderComesAsAnArchiveWithAllThatIsInIt() throws Exception {
        Map<String, byte[]> files = zip("/api/snapshots/%s/zip?bucket=photos&prefix=2026/".formatted(second));
        assertThat(files).hasSize(30).containsKeys("2026/05/new.jpg", "2026/04.jpg");
        assertThat(files.get("2026/05/new.jpg")).hasSize(5);
        assertThat(files.get("2026/04.jpg"))
                .isEqualTo(
                        server.get(file(second, "photos", "2026/04.jpg")).body().getBytes());
        assertThat(zip("/api/snapshots/%s/zip?bucket=photos&prefix=2026/05/".formatted(second)))
                .containsOnlyKeys("2026/05/new.jpg");
    }

    @Test
    void whatIsChosenComesAsAnArchiveWithEachFileOnce() throws Exception {
        String chosen = "&prefix=2026/05/&key=2026/04.jpg&key=2026/05/new.jpg&key=2026/04.jpg&key=nowhere&key=2026/0";
        assertThat(zip("/api/snapshots/%s/zip?bucket=photos".formatted(second) + chosen))
                .containsOnlyKeys("2026/05/new.jpg", "2026/04.jpg");
        ApiTest.assertProblem(
                server.get("/api/snapshots/%s/zip?bucket=photos&key=2026/0".formatted(second)), 404, "nothing");
    }

    @Test
    void anArchiveOfOddKeysHoldsEachOnceUnderANameThatLeadsNowhereElse() throws Exception {
        Map<String, byte[]> files = zip("/api/snapshots/%s/zip?bucket=odd".formatted(second));
        assertThat(files).hasSize(odd.size());
        assertThat(files.keySet()).allSatisfy(name -> {
            assertThat(name).doesNotStartWith("/").doesNotContain("\\", "\u0000", "\n");
            assertThat(List.of(name.split("/", -1))).doesNotContain("..", ".", "");
        });
        List<String> hashes = new ArrayList<>();
        for (byte[] content : files.values()) {
            hashes.add(sha256(content));
        }
        assertThat(hashes)
                .containsExactlyInAnyOrderElementsOf(
                        odd.values().stream().map(SyntheticObject::sha256).toList());
    }

    @Test
    void whatIsMissingOnTheDiskIsToldInTheArchiveAndOnTheWayToIt() throws Exception {
        Path tree = folder.resolve("data").resolve(first).resolve("s3/photos/2026");
        Files.delete(tree.resolve("10.jpg"));
        Files.delete(tree.resolve("11.jpg"));
        Files.createSymbolicLink(tree.resolve("11.jpg"), Path.of("/etc/passwd"));
        ApiTest.assertProblem(server.get(file(first, "photos", "2026/10.jpg")), 404, "not on the disk");
        ApiTest.assertProblem(server.get(file(first, "photos", "2026/11.jpg")), 404, "not on the disk");
        Map<String, byte[]> files = zip("/api/snapshots/%s/zip?bucket=photos".formatted(first));
        assertThat(files).hasSize(29).doesNotContainKeys("2026/10.jpg", "2026/11.jpg");
        assertThat(new String(Objects.requireNonNull(files.get("~hub~MISSING.txt")), StandardCharsets.UTF_8))
                .contains("2026/10.jpg: ", "2026/11.jpg: ")
                .doesNotContain("root:");
    }

    @Test
    void archivesEndWithTheirReadersAndTooManyAtOnceAreRefused() {
        List<HttpConnection> readers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            readers.add(WebServer.await(server.exchange(
                    HttpMethod.GET,
                    "/api/snapshots/%s/zip?bucket=large".formatted(second),
                    Map.of(),
                    null,
                    response -> {
                        response.pause();
                        return Future.succeededFuture(response.request().connection());
                    })));
        }
        String small = "/api/snapshots/%s/zip?bucket=photos".formatted(second);
        WebServer.Answer refused = server.get(small);
        ApiTest.assertProblem(refused, 503, "Try again later");
        server.assertServesOthers("/api/snapshots/%s/file?bucket=photos&key=2026/03.jpg".formatted(first), Map.of());
        assertThat(contract.complaints("GET /api/snapshots/{id}/zip", refused)).isEmpty();
        readers.forEach(HttpConnection::close);
        // The client's pool may still hand out a connection that is just being closed.
        String afresh = "GET " + small + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
        await().until(() -> RawClient.exchange(server.port(), afresh).status() == 200);
    }

    @Test
    void slowDownloadsOfOneClientLeaveOthersTheirPlaces() throws IOException {
        server.close();
        server = WebServer.start(
                folder, Map.of("HUBSTORAGE_TRUSTED_PROXIES", "127.0.0.1, ::1"), EventHub.Limits.DEFAULT);
        String large = "/api/snapshots/%s/file?bucket=large&key=folder/one.bin".formatted(second);
        String small = "/api/snapshots/%s/file?bucket=photos&key=2026/03.jpg".formatted(first);
        List<HttpConnection> readers = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            readers.add(WebServer.await(
                    server.exchange(HttpMethod.GET, large, Map.of("X-Forwarded-For", "203.0.113.7"), null, response -> {
                        response.pause();
                        return Future.succeededFuture(response.request().connection());
                    })));
        }
        String further =
                "GET " + small + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Forwarded-For: %s\r\n\r\n";
        RawClient.Reply refused = RawClient.exchange(server.port(), further.formatted("203.0.113.7"));
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.text()).contains("Many downloads", "application/problem+json");
        assertThat(refused.headers("content-disposition")).isEmpty();
        server.assertServesOthers(small, Map.of("X-Forwarded-For", "203.0.113.8"));
        server.assertServesOthers();
        readers.forEach(HttpConnection::close);
        await().until(() -> RawClient.exchange(server.port(), further.formatted("203.0.113.7"))
                        .status()
                == 200);
    }

    @Test
    void aFileIsPreviewedAsWhatItIs() throws IOException {
        Path tree = folder.resolve("data").resolve(OLD).resolve("s3/photos");
        Files.writeString(tree.resolve("page.html"), "<script>alert(1)</script>");
        Files.writeString(tree.resolve("draw.svg"), "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>");
        Files.write(tree.resolve("dot.txt"), HexFormat.of().parseHex("89504e470d0a1a0a00"));
        String operation = "GET /api/snapshots/{id}/preview";
        JsonObject page = get(preview(OLD, "page.html"), operation);
        assertThat(page.getString("kind")).isEqualTo("text");
        assertThat(page.getString("text")).isEqualTo("<script>alert(1)</script>");
        assertThat(get(preview(OLD, "draw.svg"), operation).getString("kind")).isEqualTo("text");
        assertThat(get(preview(OLD, "dot.txt"), operation).getString("kind")).isEqualTo("image");
        assertThat(get(preview(second, "2026/04.jpg"), operation).getString("kind"))
                .isEqualTo("binary");

        WebServer.Answer image = server.get(image(OLD, "dot.txt"));
        assertThat(image.header("Content-Type")).isEqualTo("image/png");
        assertThat(image.header("Content-Security-Policy")).isEqualTo("default-src 'none'; sandbox");
        assertThat(image.header("X-Content-Type-Options")).isEqualTo("nosniff");
        ApiTest.assertProblem(server.get(image(OLD, "draw.svg")), 415, "no picture");
        ApiTest.assertProblem(server.get(image(OLD, "page.html")), 415, "no picture");
    }

    @Test
    void twoSnapshotsAreCompared() {
        String path = "/api/snapshots/%s/diff?bucket=photos&with=%s".formatted(second, first);
        JsonObject whole = get(path, "GET /api/snapshots/{id}/diff");
        assertThat(whole.getJsonArray("changes").stream()
                        .map(change ->
                                ((JsonObject) change).getString("kind") + " " + ((JsonObject) change).getString("key")))
                .containsExactly("removed 2026/03.jpg", "changed 2026/04.jpg", "added 2026/05/new.jpg");
        assertThat(whole.getJsonObject("counts").getJsonObject("same").getInteger("objects"))
                .isEqualTo(28);
        JsonObject page = get(path + "&limit=1", "GET /api/snapshots/{id}/diff");
        assertThat(page.getJsonObject("counts")).isEqualTo(whole.getJsonObject("counts"));
        JsonObject next = get(path + "&limit=1&after=" + page.getString("next"), "GET /api/snapshots/{id}/diff");
        assertThat(next.getJsonObject("counts")).isNull();
        assertThat(next.getJsonArray("changes").getJsonObject(0).getString("kind"))
                .isEqualTo("changed");
        JsonObject old = get(
                "/api/snapshots/%s/diff?bucket=large&with=%s".formatted(second, OLD), "GET /api/snapshots/{id}/diff");
        assertThat(old.getJsonObject("counts").getJsonObject("added").getLong("bytes"))
                .isEqualTo(2L * LARGE);
    }

    @Test
    void keysAreFoundOverAllSnapshots() {
        List<JsonObject> lines = lines("/api/find?q=2026*0?.JPG");
        assertThat(lines).hasSize(11);
        JsonObject changed = lines.stream()
                .filter(line -> line.containsKey("found"))
                .map(line -> line.getJsonObject("found"))
                .filter(found -> found.getString("key").equals("2026/04.jpg"))
                .findFirst()
                .orElseThrow();
        assertThat(changed.getJsonArray("versions")).hasSize(2);
        assertThat(changed.getJsonArray("versions").getJsonObject(0).getString("first"))
                .isEqualTo(second);
        assertThat(lines.getLast().getJsonObject("end").getString("from")).isNull();
        JsonObject end = lines("/api/find?q=2026&limit=3").getLast().getJsonObject("end");
        assertThat(end.getString("from")).startsWith("photos/2026/0");
        assertThat(lines("/api/find?q=2026&limit=3&from=" + encoded(end.getString("from"))))
                .hasSize(4);
        assertThat(lines("/api/find?q=OLD.txt")
                        .getFirst()
                        .getJsonObject("found")
                        .getString("key"))
                .isEqualTo("2024/old.txt");
        ApiTest.assertProblem(server.get("/api/find"), 400, "q");
        ApiTest.assertProblem(server.get("/api/find?q=x&from=nonsense"), 400, "from");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "browse?bucket=..",
                "browse?bucket=../../..",
                "browse?bucket=%2e%2e%2f..",
                "browse?bucket=photos%2f..%2f..",
                "browse?bucket=%00",
                "file?bucket=photos&key=../../run.json",
                "file?bucket=photos&key=/etc/passwd",
                "file?bucket=photos&key=2024/passwd",
                "file?bucket=..&key=run.json",
                "file?bucket=&key=x",
                "image?bucket=../../../../etc&key=passwd",
                "preview?bucket=photos&key=2024/../../../run.json",
                "zip?bucket=..",
                "zip?bucket=photos&prefix=../",
                "diff?bucket=photos&with=../../etc",
                "diff?bucket=photos&with=%00"
            })
    void nothingOutsideOfASnapshotIsReached(String question) {
        for (String snapshot : List.of(OLD, second)) {
            WebServer.Answer answer = server.get("/api/snapshots/" + snapshot + "/" + question);
            assertThat(answer.status()).as(answer.body().toString()).isIn(400, 404);
            assertThat(answer.body().toString()).doesNotContain("root:", "run_id", "Exception");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "%2e%2e", "hublink_..%2f..", "logs", ".hubstorage", "hublink_%00", "hublink_x", "x"})
    void noOtherFolderIsASnapshot(String name) {
        for (String rest : List.of("", "/browse?bucket=photos", "/file?bucket=photos&key=a", "/zip?bucket=photos")) {
            assertThat(server.get("/api/snapshots/" + name + rest).status()).isIn(400, 404);
        }
    }

    @Test
    void aManifestThatWasTamperedWithLeadsNowhere() throws Exception {
        Path secret = Files.writeString(folder.resolve("data/secret.txt"), "secret");
        Map<String, String> paths = new TreeMap<>(Map.of(
                "a", "../../../secret.txt",
                "b", secret.toString(),
                "c", "inside/../../../../secret.txt",
                "d", "out/secret.txt"));
        SnapshotInfo tampered = new Shelf(folder.resolve("data"))
                .snapshot(
                        "photos",
                        paths.entrySet().stream()
                                .map(each -> Shelf.entry(each.getKey(), 6, "e").withPath(each.getValue())));
        Files.createDirectories(tampered.tree("photos").resolve("inside"));
        Files.createSymbolicLink(tampered.tree("photos").resolve("out"), folder.resolve("data"));
        String name = tampered.name();
        for (String key : List.of("a", "b", "c", "d")) {
            ApiTest.assertProblem(server.get(file(name, "photos", key)), 404, "file");
            ApiTest.assertProblem(server.get(preview(name, key)), 404, "file");
        }
        assertThat(zip("/api/snapshots/%s/zip?bucket=photos".formatted(name))).containsOnlyKeys("~hub~MISSING.txt");
        Trees.delete(tampered.folder());
    }

    private JsonObject get(String path, String operation) {
        WebServer.Answer answer = server.get(path);
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        assertThat(contract.complaints(operation, answer)).isEmpty();
        return answer.json();
    }

    private List<JsonObject> lines(String path) {
        WebServer.Answer answer = server.get(path);
        assertThat(answer.header("Content-Type")).isEqualTo("application/x-ndjson");
        List<JsonObject> lines =
                answer.body().toString().lines().map(JsonObject::new).toList();
        JsonObject schema = new JsonObject().put("$ref", "#/components/schemas/FindLine");
        assertThat(lines)
                .isNotEmpty()
                .allSatisfy(
                        line -> assertThat(contract.complaints(schema, line)).isEmpty());
        return lines;
    }

    private Map<String, byte[]> zip(String path) throws IOException {
        WebServer.Answer answer = server.get(path, Map.of("Accept-Encoding", "gzip"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/zip");
        assertThat(answer.header("Content-Disposition")).matches("attachment; [ -~]+");
        Map<String, byte[]> files = new TreeMap<>();
        try (ZipInputStream zip =
                new ZipInputStream(new ByteArrayInputStream(answer.body().getBytes()))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                assertThat(files.put(entry.getName(), zip.readAllBytes())).isNull();
            }
        }
        return files;
    }

    private static String file(String snapshot, String bucket, String key) {
        return "/api/snapshots/%s/file?bucket=%s&key=%s".formatted(snapshot, bucket, encoded(key));
    }

    private static String preview(String snapshot, String key) {
        return "/api/snapshots/%s/preview?bucket=photos&key=%s".formatted(snapshot, encoded(key));
    }

    private static String image(String snapshot, String key) {
        return "/api/snapshots/%s/image?bucket=photos&key=%s".formatted(snapshot, encoded(key));
    }

    private static String encoded(@Nullable String text) {
        return URLEncoder.encode(Objects.requireNonNull(text), StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static String snapshot(RunRecord run) {
        assertThat(run.newSnapshot()).as(run.message()).isTrue();
        return Objects.requireNonNull(run.snapshot());
    }
}

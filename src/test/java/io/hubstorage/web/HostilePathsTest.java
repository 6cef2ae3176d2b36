package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.testkit.Shelf;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that mean to get at what is not theirs, byte for byte as they are written here. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HostilePathsTest {
    private static final String SNAPSHOT = "hublink_20240101000000";
    private static final String SECRET = "nobody-may-read-this";

    private WebServer server;
    private String named = "";

    @BeforeAll
    void start(@TempDir Path home) throws IOException {
        Path folder = Files.createDirectories(home.resolve("hub"));
        for (Path place : List.of(home, folder, folder.resolve("data"), folder.resolve("config"))) {
            Files.createDirectories(place);
            Files.writeString(place.resolve("secret.txt"), SECRET);
        }
        Path tree =
                Files.createDirectories(folder.resolve("data").resolve(SNAPSHOT).resolve("s3/photos/2024"));
        Files.writeString(tree.resolve("plain.txt"), "for everybody");
        Files.createSymbolicLink(tree.resolve("link.txt"), folder.resolve("secret.txt"));
        Files.createSymbolicLink(tree.resolve("out"), home);
        Files.createSymbolicLink(
                folder.resolve("data").resolve(SNAPSHOT).resolve("s3/elsewhere"), folder.resolve("config"));
        Files.createSymbolicLink(folder.resolve("data/hublink_20230101000000"), home);
        named = awkward(folder.resolve("data")).name();
        server = WebServer.start(folder);
        Files.writeString(server.store.logFile().resolveSibling("secret.txt"), SECRET);
    }

    /** Keys that mean to write the head of the answer. */
    private static final List<String> KEYS = List.of(
            "a\r\nSet-Cookie: evil=1\r\n\r\n<script>alert(1)</script>.txt",
            "b\"; filename=\"evil.exe",
            "c\u0000\u0007\u001b[31m.txt",
            "d\u00fc\u4e2d\ud83d\ude00.txt",
            "e%0d%0aSet-Cookie:%20evil=1",
            "f\u202etxt.exe",
            "g; filename*=UTF-8''evil.exe",
            "h\u2028\u0085Set-Cookie: evil=1");

    private static SnapshotInfo awkward(Path data) throws IOException {
        SnapshotInfo snapshot = new Shelf(data).snapshot("photos", KEYS.stream().map(key -> Shelf.entry(key, 4, "e")));
        for (String key : KEYS) {
            Path file = snapshot.tree("photos").resolve(Shelf.entry(key, 4, "e").path());
            Files.createDirectories(file.resolveSibling(""));
            Files.writeString(file, "body");
        }
        return snapshot;
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../secret.txt",
                "/../../../../../../../../etc/passwd",
                "/%2e%2e/secret.txt",
                "/%2e%2e%2fsecret.txt",
                "/..%5csecret.txt",
                "/..\\secret.txt",
                "/%252e%252e%252fsecret.txt",
                "/.%2e/.%2e/secret.txt",
                "/%c0%ae%c0%ae/secret.txt",
                "/%u002e%u002e/secret.txt",
                "//secret.txt",
                "//etc/passwd",
                "/assets/../../secret.txt",
                "/assets/js/../../../config/secret.txt",
                "/assets/%2e%2e%2f%2e%2e%2fconfig/secret.txt",
                "/assets/..%5c..%5cconfig%5csecret.txt",
                "/assets/..%255c..%255csecret.txt",
                "/assets//etc/passwd",
                "/assets/%2fetc%2fpasswd",
                "/assets/js/%00/../secret.txt",
                "/assets/secret.txt%00.js",
                "/assets/css/base.css/../../../secret.txt",
                "http://127.0.0.1/../secret.txt",
                "http://127.0.0.1/assets/../../secret.txt",
                "file:///etc/passwd",
                "secret.txt",
                "*",
                "/api/backup/runs/../../../secret.txt",
                "/api/backup/runs/..%2f..%2fsecret.txt",
                "/api/logs/download?file=secret.txt",
                "/api/logs/download?file=../config/config.json",
                "/api/logs/download?file=..%2f..%2fsecret.txt",
                "/api/logs/download?file=..%5c..%5csecret.txt",
                "/api/logs/download?file=%2fetc%2fpasswd",
                "/api/logs/download?file=status.log%00.txt",
                "/api/logs/download?file=%252e%252e%252fsecret.txt"
            })
    void noSpellingOfAPathLeadsOut(String target) throws IOException {
        assertNothingLeaks(RawClient.get(server.port(), target));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                "%2e%2e",
                "%2e%2e%2f%2e%2e",
                "..%5c..",
                "%252e%252e",
                "hublink_20240101000000%2f..",
                "hublink_20240101000000%00",
                "hublink_20230101000000",
                "%2fetc",
                "%20",
                "secret.txt"
            })
    void noOtherFolderPassesForASnapshot(String name) throws IOException {
        for (String rest : List.of(
                "",
                "/browse?bucket=photos",
                "/browse?bucket=hub",
                "/file?bucket=photos&key=secret.txt",
                "/preview?bucket=photos&key=secret.txt",
                "/zip?bucket=photos",
                "/zip?bucket=config",
                "/diff?bucket=photos&with=..")) {
            assertNothingLeaks(RawClient.get(server.port(), "/api/snapshots/" + name + rest));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bucket=photos&key=2024/link.txt",
                "bucket=photos&key=2024/out/secret.txt",
                "bucket=photos&key=2024/out/hub/config/config.json",
                "bucket=photos&key=../../../secret.txt",
                "bucket=photos&key=..%2f..%2f..%2fsecret.txt",
                "bucket=photos&key=..%5c..%5c..%5csecret.txt",
                "bucket=photos&key=%252e%252e%252f%252e%252e%252fsecret.txt",
                "bucket=photos&key=2024/../../../../secret.txt",
                "bucket=photos&key=/etc/passwd",
                "bucket=photos&key=2024/plain.txt%00",
                "bucket=photos&key=2024/plain.txt/../link.txt",
                "bucket=elsewhere&key=secret.txt",
                "bucket=elsewhere&key=config.json",
                "bucket=..&key=secret.txt",
                "bucket=../..&key=secret.txt",
                "bucket=%2e%2e%2f%2e%2e&key=secret.txt",
                "bucket=photos/../../..&key=secret.txt",
                "bucket=%2f&key=etc/passwd",
                "bucket=.&key=photos/2024/plain.txt"
            })
    void nothingBehindALinkOrAboveABucketIsHandedOut(String query) throws IOException {
        for (String what : List.of("file", "image", "preview")) {
            assertNothingLeaks(
                    RawClient.get(server.port(), "/api/snapshots/%s/%s?%s".formatted(SNAPSHOT, what, query)));
        }
        String folder = query.replace("key=", "prefix=");
        RawClient.Reply zip = RawClient.get(server.port(), "/api/snapshots/%s/zip?%s".formatted(SNAPSHOT, folder));
        assertThat(zip.text()).doesNotContain(SECRET, "root:");
        RawClient.Reply browsed =
                RawClient.get(server.port(), "/api/snapshots/%s/browse?%s".formatted(SNAPSHOT, folder));
        assertThat(browsed.text()).doesNotContain(SECRET);
        if (browsed.status() == 200) {
            assertThat(browsed.body()).as("nothing is in there").contains("\"items\":[]");
        }
    }

    private void assertNothingLeaks(RawClient.Reply reply) {
        assertThat(reply.status()).as(reply.text()).isBetween(400, 499);
        assertThat(reply.closed()).isTrue();
        assertThat(reply.text()).doesNotContain(SECRET, "root:", "s3_buckets", "Exception", "io.hubstorage", "\tat ");
        assertThat(server.get("/health/live").status()).isEqualTo(200);
    }

    @Test
    void whatIsMeantForEverybodyIsStillHandedOut() throws IOException {
        RawClient.Reply reply = RawClient.get(
                server.port(), "/api/snapshots/%s/file?bucket=photos&key=2024/plain.txt".formatted(SNAPSHOT));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).endsWith("for everybody");
    }

    static Stream<String> noKeyWritesAHeaderOfADownload() {
        return KEYS.stream();
    }

    @ParameterizedTest
    @MethodSource
    void noKeyWritesAHeaderOfADownload(String key) throws IOException {
        String query = "bucket=photos&key=" + URLEncoder.encode(key, StandardCharsets.UTF_8);
        assertHeadIsOurs(RawClient.get(server.port(), "/api/snapshots/%s/file?%s".formatted(named, query)));
        // The name of an archive is made of its folder's.
        String folder = query.replace("key=", "prefix=");
        assertHeadIsOurs(RawClient.get(server.port(), "/api/snapshots/%s/zip?%s".formatted(named, folder)));
    }

    private static void assertHeadIsOurs(RawClient.Reply reply) {
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.headers()).allSatisfy(line -> assertThat(line).matches("[A-Za-z0-9-]+: [ -~]*"));
        assertThat(reply.headers("set-cookie")).isEmpty();
        assertThat(reply.headers("content-disposition"))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .matches("(?i)content-disposition: attachment; filename=\"[^\"]*\";"
                                + " filename\\*=UTF-8''[^;'\" ]*"));
        assertThat(reply.headers("x-content-type-options")).hasSize(1);
    }

    @Test
    void whatAProblemRepeatsOfARequestStaysInItsBody() throws IOException {
        RawClient.Reply reply = RawClient.get(server.port(), "/api/%0d%0aSet-Cookie:%20evil=1%0d%0a%0d%0a%3Cscript%3E");
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.headers("set-cookie")).isEmpty();
        assertThat(reply.headers("content-type"))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("application/problem+json"));
    }
}

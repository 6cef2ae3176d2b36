package io.hubstorage.web.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.hubstorage.config.ConfigException;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.config.ExtraPort;
import io.hubstorage.testkit.Bystander;
import io.hubstorage.testkit.Shelf;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Clients that may not, that want what is not there, or that send what no client should. */
final class HostileS3Test {
    @TempDir
    private Path home = Path.of("");

    private S3Endpoint endpoint;

    @BeforeEach
    void start() throws IOException {
        new Shelf(home.resolve("data")).snapshot("photos", Map.of("a/b", "e", "c", "e"));
        endpoint = S3Endpoint.over(home);
    }

    @AfterEach
    void stop() {
        endpoint.close();
    }

    /** Sends a request as text, and reads until the server closes or says no more. */
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.verticle.actualPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void aStrangerGetsNothing() {
        for (String address : List.of("/", "/photos", "/photos/c", "/photos?location", "/nowhere")) {
            S3Endpoint.Answer refused = endpoint.send("GET", address, Map.of());
            assertThat(refused.status()).as(address).isEqualTo(403);
            assertThat(refused.code()).isEqualTo("AccessDenied");
            assertThat(refused.headers()).containsEntry("content-type", "application/xml");
            assertThat(endpoint.send("HEAD", address, Map.of()).status()).isEqualTo(403);
        }
        assertThat(endpoint.send("GET", "/photos", Map.of("Authorization", "Basic eDp5"))
                        .code())
                .isEqualTo("InvalidRequest");
        Map<String, String> signed = endpoint.signature("GET", "/photos", Map.of());
        assertThat(endpoint.send("GET", "/photos", signed).status()).isEqualTo(200);
        assertThat(endpoint.send("GET", "/photos?prefix=a", signed).code()).isEqualTo("SignatureDoesNotMatch");
    }

    @Test
    void whatIsNoTimeIsNoReasonForAStackTrace() throws IOException {
        Logger logger = (Logger) LoggerFactory.getLogger("io.hubstorage");
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        logger.addAppender(logged);
        try {
            String credential =
                    "AWS4-HMAC-SHA256 Credential=x/20261127/eu/s3/aws4_request, SignedHeaders=host, Signature="
                            + "0".repeat(64);
            for (String date : List.of("x".repeat(65), "Thu, 01 Jan 2015 00:00:00 GMT".repeat(200), "x")) {
                assertThat(raw(
                                "GET /photos/c HTTP/1.1\r\nHost: x\r\nConnection: close\r\nDate: %s\r\nAuthorization: %s\r\n\r\n"
                                        .formatted(date, credential)))
                        .startsWith("HTTP/1.1 403")
                        .contains("AccessDenied");
            }
            assertThat(endpoint.signed("HEAD", "/photos/c", Map.of("If-Modified-Since", "1".repeat(65)))
                            .status())
                    .isEqualTo(endpoint.signed("HEAD", "/photos/c", Map.of()).status());
            assertThat(logged.list)
                    .noneMatch(
                            event -> String.valueOf(event.getFormattedMessage()).contains("failed"));
        } finally {
            logger.detachAppender(logged);
        }
        assertThat(S3Refusal.invalidArgument("x").getStackTrace()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"PUT", "POST", "DELETE", "PATCH", "OPTIONS"})
    void nothingCanBeChanged(String method) {
        for (String address : List.of("/photos", "/photos/c", "/photos/c?tagging", "/photos?delete")) {
            assertThat(endpoint.send(method, address, Map.of()).status()).isEqualTo(403);
            S3Endpoint.Answer refused = endpoint.signed(method, address, Map.of());
            assertThat(refused.status()).isEqualTo(405);
            assertThat(refused.code()).isEqualTo("MethodNotAllowed");
            assertThat(refused.headers()).containsEntry("allow", "GET, HEAD");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"acl", "policy", "versions", "uploads", "lifecycle", "attributes", "torrent", "object-lock"})
    void whatASnapshotHasNotIsNotImplemented(String part) {
        assertThat(endpoint.get("/photos?" + part).status()).isEqualTo(501);
        assertThat(endpoint.get("/photos/c?" + part).code()).isEqualTo("NotImplemented");
    }

    @Test
    void theFewQuestionsOfClientsAboutABucketAreAnswered() {
        assertThat(endpoint.get("/photos?location").text()).contains("<LocationConstraint", "</LocationConstraint>");
        assertThat(endpoint.get("/photos/?versioning").text()).contains("VersioningConfiguration");
        assertThat(endpoint.signed("HEAD", "/photos", Map.of()).headers())
                .containsEntry("x-amz-bucket-region", "us-east-1");
        assertThat(endpoint.get("/photos?tagging").code()).isEqualTo("NoSuchTagSet");
        assertThat(endpoint.signed("HEAD", "/nowhere", Map.of()).status()).isEqualTo(404);
        assertThat(endpoint.get("/nowhere?location").code()).isEqualTo("NoSuchBucket");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%2e%2e/x",
                "/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                "/hublink_20261101000000/photos/c",
                "/photos.20261101000001/c",
                "/%00/c",
                "//c",
                "/.hubstorage/marker.json",
                "/photos%00/c"
            })
    void noBucketLeadsOutOfTheSnapshots(String address) {
        assertThat(endpoint.get(address).code()).isEqualTo("NoSuchBucket");
    }

    @Test
    void aFileOfTheOldToolIsFoundUnderItsOwnKeyAlone() throws IOException {
        Path tree = home.resolve("data/hublink_20251101000000/s3/old");
        Files.createDirectories(tree.resolve("a"));
        Files.writeString(tree.resolve("a/b.txt"), "as it was");
        Files.createSymbolicLink(tree.resolve("link"), home);
        assertThat(endpoint.get("/old/a/b.txt").text()).isEqualTo("as it was");
        assertThat(endpoint.get("/old?list-type=2&prefix=a/").text()).contains("<Key>a/b.txt</Key>");
        for (String address : List.of(
                "/old/a/",
                "/old/a//b.txt",
                "/old/a/./b.txt",
                "/old/x/%2e%2e/a/b.txt",
                "/old/%2e%2e/old/a/b.txt",
                "/old/a/b.txt%00",
                "/old/link/data/hublink_20251101000000/s3/old/a/b.txt")) {
            assertThat(endpoint.get(address).code()).as(address).isEqualTo("NoSuchKey");
        }
    }

    @Test
    void aSlashIsOneHoweverItIsWritten() {
        assertThat(endpoint.signed("HEAD", "/photos/a%2Fb", Map.of()).status())
                .as("a shelf has no files")
                .isEqualTo(endpoint.signed("HEAD", "/photos/a/b", Map.of()).status());
        assertThat(endpoint.get("/photos/a%252Fb").code()).isEqualTo("NoSuchKey");
        assertThat(endpoint.get("/photos/x/%2e%2e/c").code()).isEqualTo("NoSuchKey");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/photos/%",
                "/photos/%zz",
                "/photos/%ff",
                "/photos/%c3%28",
                "/photos/%ed%a0%80",
                "/photos?prefix=%",
                "/photos?prefix=%ff",
                "/ph\u00f6tos"
            })
    void anAddressThatIsNoUtf8IsRefused(String address) throws IOException {
        assertThat(raw("GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".formatted(address)))
                .startsWith("HTTP/1.1 400")
                .contains("InvalidURI");
    }

    @Test
    void tooMuchIsRefusedBeforeAnybodySigns() throws IOException {
        assertThat(raw("GET /%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".formatted("x".repeat(17 << 10))))
                .matches("(?s)HTTP/1\\.[01] 414 .*");
        assertThat(raw("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nA: %s\r\n\r\n"
                        .formatted("x".repeat(17 << 10))))
                .matches("(?s)HTTP/1\\.[01] 431 .*");
        assertThat(raw("GET /?%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".formatted("a&".repeat(65))))
                .startsWith("HTTP/1.1 400")
                .contains("more than 64 parameters");
    }

    @Test
    void aBodyIsNotWaitedFor() throws IOException {
        assertThat(raw("PUT /photos/c HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\nabc"))
                .startsWith("HTTP/1.1 403")
                .contains("AccessDenied");
        StringBuilder get = new StringBuilder("GET /photos/c HTTP/1.1\r\nHost: ")
                .append(endpoint.url().getAuthority())
                .append("\r\nContent-Length: 3\r\n");
        endpoint.signature("GET", "/photos/c", Map.of())
                .forEach((name, value) ->
                        get.append(name).append(": ").append(value).append("\r\n"));
        assertThat(raw(get + "\r\nabc")).startsWith("HTTP/1.1 400").contains("has no body");
    }

    @Test
    void otherClientsAreServedWhileStrangersKnock() throws Exception {
        Map<String, String> wrong = new TreeMap<>(endpoint.signature("GET", "/photos/c", Map.of()));
        Bystander.isServedWithinASecondDespite(
                () -> assertThat(endpoint.send("GET", "/photos/x", wrong).status())
                        .isEqualTo(403),
                () -> assertThat(endpoint.get("/photos?list-type=2").status()).isEqualTo(200));
    }

    @ParameterizedTest
    @ValueSource(strings = {S3Verticle.ACCESS_KEY, S3Verticle.SECRET_KEY})
    void withoutItsKeysItDoesNotStartAndSaysWhichItNeeds(String missing) throws IOException {
        Vertx vertx = Vertx.vertx();
        try {
            ConfigStore store = S3Endpoint.store(vertx, home, Map.of(missing, ""));
            ExtraPort port = new ExtraPort("snapshots as S3", S3Verticle.PORT, S3Verticle.HOST, "127.0.0.1", 9000);
            assertThatThrownBy(() ->
                            S3Endpoint.await(vertx.deployVerticle(new S3Verticle(store, InstantSource.system(), port))))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContainingAll(
                            "HUBSTORAGE_S3_PORT", "9000", S3Verticle.ACCESS_KEY, S3Verticle.SECRET_KEY);
        } finally {
            S3Endpoint.await(vertx.close());
        }
    }

    @Test
    void aTakenPortIsNamedByItsVariable() throws IOException {
        Vertx vertx = Vertx.vertx();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ConfigStore store =
                    S3Endpoint.store(vertx, home, Map.of(S3Verticle.PORT, Integer.toString(taken.getLocalPort())));
            ExtraPort port = S3Verticle.port(store.environment(), false);
            assertThat(port.host()).isEqualTo("127.0.0.1");
            assertThatThrownBy(() ->
                            S3Endpoint.await(vertx.deployVerticle(new S3Verticle(store, InstantSource.system(), port))))
                    .isInstanceOf(ExtraPort.UnusableException.class)
                    .hasMessageContainingAll("Port " + taken.getLocalPort(), "taken", S3Verticle.PORT);
        } finally {
            S3Endpoint.await(vertx.close());
        }
    }

    @Test
    void keysThatAreNoneAreNamedAndNotShown() {
        Environment environment = Environment.load(
                Map.of(S3Verticle.ACCESS_KEY, "a b", S3Verticle.SECRET_KEY, "too-short-x"), home.resolve(".env"));
        assertThatThrownBy(environment::settings)
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(S3Verticle.ACCESS_KEY, S3Verticle.SECRET_KEY, "at least 20 characters")
                .hasMessageNotContaining("too-short-x");
    }

    @Test
    void theKeysMayStandInFiles() throws IOException {
        Path key = Files.writeString(home.resolve("key"), "from-a-file\n");
        Path secret = Files.writeString(home.resolve("secret"), "a-secret-key-from-a-file-of-its-own\n");
        Environment environment = Environment.load(
                Map.of(
                        S3Verticle.ACCESS_KEY + "_FILE", key.toString(),
                        S3Verticle.SECRET_KEY + "_FILE", secret.toString()),
                home.resolve(".env"));
        assertThat(environment.get(S3Verticle.ACCESS_KEY)).isEqualTo("from-a-file");
        assertThat(environment.secrets()).contains("a-secret-key-from-a-file-of-its-own");
    }
}

package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are too large, too long, or no requests at all; and bodies that are no JSON of any use. */
final class HostileBodiesTest {
    private static final long MOST_TAKEN = 16L << 20;
    private static final long ENDLESS = 256L << 20;
    private static final String PUT =
            "PUT /api/config HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n";

    private WebServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(folder);
    }

    @AfterEach
    void stop() {
        try {
            server.assertServesOthers();
            assertThat(server.rooms.starts).isEmpty();
        } finally {
            server.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1048577", "2147483648", "9223372036854775807"})
    void aBodyThatSaysItIsTooLongIsRefusedBeforeItComes(String length) throws IOException {
        RawClient.Reply reply =
                RawClient.exchange(server.port(), PUT + "Content-Length: " + length + "\r\n\r\n{\"a\":");
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.text()).contains("application/problem+json", "larger than this server takes");
        assertThat(reply.closed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: -1\r\n",
                "Content-Length: ten\r\n",
                "Content-Length: 99999999999999999999\r\n",
                "Content-Length: 5\r\nContent-Length: 6\r\n",
                "Content-Length: 5, 6\r\n",
                "Transfer-Encoding: nonsense\r\n",
                "Transfer-Encoding: chunked, nonsense\r\n"
            })
    void aLengthThatIsNoneIsRefused(String headers) throws IOException {
        RawClient.Reply reply = RawClient.exchange(server.port(), PUT + headers + "\r\n{\"a\":1}\r\n\r\n");
        assertThat(reply.status()).isIn(0, 400, 411, 413, 501);
        assertThat(reply.closed()).isTrue();
        assertThat(server.store.config().toString()).doesNotContain("\"a\"");
    }

    @Test
    void aBodyWithoutAnEndIsCutOff() throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            client.send(PUT + "Transfer-Encoding: chunked\r\n\r\n");
            byte[] chunk = ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
            assertThat(client.sendEndlessly(chunk, ENDLESS)).isLessThan(MOST_TAKEN);
        }
    }

    @Test
    void aChunkWithoutAnEndIsCutOff() throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            client.send(PUT + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n");
            assertThat(client.sendEndlessly(new byte[1 << 16], ENDLESS)).isLessThan(MOST_TAKEN);
        }
    }

    @Test
    void aBodyIsCutOffAlsoWhereNoneIsExpected() throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            client.send(
                    "GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n");
            assertThat(client.sendEndlessly(new byte[1 << 16], ENDLESS)).isLessThan(MOST_TAKEN);
        }
    }

    @Test
    void trailersWithoutAnEndAreCutOff() throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            client.send(PUT + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n");
            byte[] trailer = "X-More: and more\r\n".repeat(4_000).getBytes(StandardCharsets.ISO_8859_1);
            assertThat(client.sendEndlessly(trailer, ENDLESS)).isLessThan(MOST_TAKEN);
        }
    }

    @Test
    void tooManyHeadersAreRefused() throws IOException {
        RawClient.Reply reply = RawClient.exchange(
                server.port(),
                "GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\n" + "X-More: and more\r\n".repeat(10_000) + "\r\n");
        assertThat(reply.status()).isIn(0, 431);
        assertThat(reply.closed()).isTrue();
    }

    @Test
    void headersWithoutAnEndAreCutOff() throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            client.send("GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ");
            assertThat(client.sendEndlessly("x".repeat(1 << 16).getBytes(StandardCharsets.ISO_8859_1), ENDLESS))
                    .isLessThan(MOST_TAKEN);
        }
    }

    @Test
    void anAddressThatIsTooLongIsRefused() throws IOException {
        RawClient.Reply reply = RawClient.get(server.port(), "/" + "a".repeat(9_000));
        assertThat(reply.status()).isEqualTo(414);
        assertThat(reply.closed()).isTrue();
        try (RawClient client = new RawClient(server.port())) {
            client.send("GET /");
            assertThat(client.sendEndlessly("a".repeat(1 << 16).getBytes(StandardCharsets.ISO_8859_1), ENDLESS))
                    .isLessThan(MOST_TAKEN);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET\r\n\r\n",
                "GET / HTTP/9.9\r\n\r\n",
                "GET / FTP/1.0\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nno colon\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\u0000b\r\n\r\n"
            })
    void whatIsNoRequestIsRefusedWithoutAWord(String bytes) throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            client.send(bytes);
            RawClient.Reply reply = client.read();
            assertThat(reply.status()).isIn(0, 400, 501, 505);
            assertThat(reply.closed()).isTrue();
            assertThat(reply.text()).doesNotContain("Exception", "netty", "vertx");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/logs?q=%", "/api/logs?q=%zz", "/api/find?q=%f", "/runs/%zz", "/api/backup/runs/%"})
    void anAddressThatIsNotWellEncodedIsTheClientsMistake(String target) throws IOException {
        RawClient.Reply reply = RawClient.get(server.port(), target);
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.text()).doesNotContain("Exception", "java.");
    }

    /** Each address that takes JSON, by the method it takes it with. */
    private static final Map<String, HttpMethod> TAKERS = Map.of(
            "/api/backup/run", HttpMethod.POST,
            "/api/backup/cancel", HttpMethod.POST,
            "/api/scheduler/pause", HttpMethod.POST,
            "/api/config", HttpMethod.PUT,
            "/api/config/validate", HttpMethod.POST,
            "/api/config/filter-preview", HttpMethod.POST,
            "/api/snapshots/hublink_20240101000000/pin", HttpMethod.POST);

    private static List<byte[]> noJson() {
        List<byte[]> bodies = new ArrayList<>();
        for (String text : List.of(
                "{",
                "}",
                "[",
                "[]",
                "nul",
                "null",
                "true",
                "7",
                "\"text\"",
                "{\"a\":}",
                "{\"a\" 1}",
                "{a: 1}",
                "{'a': 1}",
                "{\"a\": 1,}",
                "{\"a\": 01}",
                "{\"a\": NaN}",
                "{\"a\": +Infinity}",
                "{\"a\": 0x10}",
                "{\"a\": \"\\x41\"}",
                "{\"a\": \"\\ud8\"}",
                "{\"a\": \"line\nbreak\"}",
                "{\"a\": \"open",
                "{\"dry_run\": true",
                "{\"dry_run\": true} {\"dry_run\": false}",
                "{\"dry_run\": true} garbage",
                "\u0000",
                "   ",
                "dry_run=true",
                "<dry_run>true</dry_run>",
                "[".repeat(100_000),
                "{\"a\":".repeat(100_000),
                "{\"a\":".repeat(2_000) + "1" + "}".repeat(2_000),
                "{\"a\": " + "9".repeat(100_000) + "}")) {
            bodies.add(text.getBytes(StandardCharsets.UTF_8));
        }
        bodies.add(new byte[] {'{', '"', (byte) 0xff, (byte) 0xfe, '"', ':', '1', '}'});
        bodies.add(new byte[] {(byte) 0xc3, 0x28});
        bodies.add(new byte[1000]);
        return bodies;
    }

    static Stream<Arguments> aBodyThatIsNoJsonObjectIsRefused() {
        return TAKERS.entrySet().stream().map(taker -> Arguments.of(taker.getKey(), taker.getValue()));
    }

    @ParameterizedTest
    @MethodSource
    void aBodyThatIsNoJsonObjectIsRefused(String path, HttpMethod method) {
        for (byte[] body : noJson()) {
            String shown = new String(body, 0, Math.min(body.length, 40), StandardCharsets.ISO_8859_1);
            WebServer.Answer answer =
                    server.send(method, path, Map.of("Content-Type", "application/json"), Buffer.buffer(body));
            assertThat(answer.status()).as("%s to %s", shown, path).isEqualTo(400);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            JsonObject problem = answer.json();
            assertThat(problem.getInteger("status")).isEqualTo(400);
            assertThat(problem.getString("title")).isNotBlank();
            assertThat(problem.getString("detail"))
                    .isNotBlank()
                    .doesNotContain("Exception", "jackson", "Jackson", "line:", "column:", "vertx");
        }
    }

    @Test
    void aNameMadeToLookLikeManyProblemsIsRefusedAtOnce() {
        JsonObject body = new JsonObject().put(": found ".repeat(100_000) + "\n", 1);
        WebServer.Answer answer = server.post("/api/backup/run", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().length()).isLessThan(2_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"bucket\": {\"name\": \"x\"}}",
                "{\"dry_run\": {\"$ne\": 1}, \"paused\": [[]], \"bucket\": 1e400, \"run_id\": {}, \"pinned\": \"yes\"}",
                "{\"__proto__\": {\"dry_run\": true}, \"constructor\": 1}",
                "{\"dry_run\": 1e400}"
            })
    void whatMeansNothingIsNamedAndDoesNothing(String body) {
        for (Map.Entry<String, HttpMethod> taker : TAKERS.entrySet()) {
            if (Set.of("/api/config", "/api/config/validate").contains(taker.getKey())) {
                // A configuration keeps what it does not know, and warns.
                continue;
            }
            WebServer.Answer answer = server.send(
                    taker.getValue(), taker.getKey(), Map.of("Content-Type", "application/json"), Buffer.buffer(body));
            assertThat(answer.status()).as(taker.getKey()).isEqualTo(400);
            assertThat(answer.json().getJsonArray("problems")).isNotEmpty();
        }
    }
}

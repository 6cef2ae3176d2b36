package io.hubstorage.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.LogCapture;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks that eight clients repeat without a pause: what comes of each, and that others are served in a second meanwhile. */
final class UnderAttackTest {
    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");
    private static final String HTTP_2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";
    private static final long MOST_TAKEN = 16L << 20;

    private WebServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(folder);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void assertRefused(HttpMethod method, String path, JsonObject body) {
        assertThat(server.send(method, path, JSON, body.toBuffer()).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../../x.log", "~/.bashrc"})
    void configurationsThatCallAFileTheLog(String file) throws Exception {
        JsonObject config = new JsonObject()
                .put("logging", new JsonObject().put("file", file))
                .put("local_base_path", "/etc");
        server.assertServesOthersDespite(() -> assertRefused(HttpMethod.PUT, "/api/config", config));
    }

    @Test
    void configurationsOfAMegabyte() throws Exception {
        List<JsonObject> configs = List.of(
                new JsonObject().put("s3_buckets", new JsonArray(Collections.nCopies(60_000, "photos"))),
                new JsonObject()
                        .put(
                                "sync_options",
                                new JsonObject()
                                        .put(
                                                "exclude_patterns",
                                                new JsonArray(Collections.nCopies(20, "*a".repeat(20_000))))),
                new JsonObject()
                        .put(
                                "sync_options",
                                new JsonObject()
                                        .put("exclude_patterns", new JsonArray(Collections.nCopies(100_000, "*")))));
        server.assertServesOthersDespite(() -> assertRefused(
                HttpMethod.PUT,
                "/api/config",
                configs.get(ThreadLocalRandom.current().nextInt(configs.size()))));
    }

    @Test
    void triedFiltersThatNameNoBucket() throws Exception {
        JsonObject body = new JsonObject().put("bucket", "../../x").put("sync_options", new JsonObject());
        server.assertServesOthersDespite(() -> assertRefused(HttpMethod.POST, "/api/config/filter-preview", body));
    }

    @Test
    void headersOfHttp2WithoutAnEnd() throws Exception {
        byte[] continuation = Buffer.buffer()
                .appendBytes(new byte[] {0, 0x40, 0, 9, 0, 0, 0, 0, 1})
                .appendBytes(new byte[0x4000])
                .getBytes();
        server.assertServesOthersDespite(() -> {
            try (RawClient client = new RawClient(server.port())) {
                client.send(HTTP_2);
                client.send(new byte[] {0, 0, 1, 1, 0, 0, 0, 0, 1, 0});
                assertThat(client.sendEndlessly(continuation, 4 * MOST_TAKEN)).isLessThan(MOST_TAKEN);
            } catch (IOException closedMeanwhile) {
                // Which is what it should be.
            }
        });
    }

    @Test
    void hostsThatAreNone() throws Exception {
        try (LogCapture log = LogCapture.of("")) {
            server.assertServesOthersDespite(() -> {
                RawClient.Reply reply = RawClient.exchange(
                        server.port(), "GET /api/status HTTP/1.1\r\nHost: %41\r\nConnection: close\r\n\r\n");
                assertThat(reply.status()).isIn(400, 403);
            });
            assertThat(log.lines("ERROR")).isEmpty();
        }
    }

    @Test
    void framesThatWouldUnpackToTwoHundredMebibytes() throws Exception {
        byte[] frame = bomb();
        server.assertServesOthersDespite(() -> {
            try (RawClient client = new RawClient(server.port())) {
                client.send("""
                    GET /eventbus/websocket HTTP/1.1\r
                    Host: 127.0.0.1\r
                    Upgrade: websocket\r
                    Connection: Upgrade\r
                    Sec-WebSocket-Version: 13\r
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                    Sec-WebSocket-Extensions: permessage-deflate\r
                    \r
                    """);
                client.send(frame);
                RawClient.Reply reply = client.read();
                assertThat(reply.text().toLowerCase(Locale.ROOT)).doesNotContain("sec-websocket-extensions");
                assertThat(reply.closed()).isTrue();
            } catch (IOException closedMeanwhile) {
                // Which is what it should be.
            }
        });
    }

    /** A packed frame, masked with nothing. */
    private static byte[] bomb() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream out =
                new DeflaterOutputStream(packed, new Deflater(Deflater.BEST_COMPRESSION, true))) {
            for (int i = 0; i < 200; i++) {
                out.write(new byte[1 << 20]);
            }
        }
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        DataOutputStream head = new DataOutputStream(frame);
        head.write(new byte[] {(byte) 0xc1, (byte) 0xff});
        head.writeLong(packed.size());
        head.writeInt(0);
        packed.writeTo(head);
        return frame.toByteArray();
    }

    @Test
    void loginsThatAreGivenUpAndFormsWhereNoneIsTaken() throws Exception {
        try (LogCapture log = LogCapture.of("io.hubstorage")) {
            server.assertServesOthersDespite(() -> {
                try (RawClient client = new RawClient(server.port())) {
                    client.send(("POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n"
                                    + "Content-Type: application/x-www-form-urlencoded\r\n\r\npassword=")
                            .getBytes(ISO_8859_1));
                }
                RawClient.Reply reply = RawClient.exchange(
                        server.port(),
                        "GET /api/logs HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 3\r\n"
                                + "Content-Type: multipart/form-data\r\n\r\na=b");
                assertThat(reply.status()).isEqualTo(200);
            });
            assertThat(log.lines("ERROR")).isEmpty();
        }
    }
}

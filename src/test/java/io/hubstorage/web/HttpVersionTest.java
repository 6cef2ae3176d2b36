package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Nobody gets HTTP/2 here, whose frames have been the way in for floods: neither by asking for it nor by just speaking it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HttpVersionTest {
    /** An empty SETTINGS frame, with which either side of HTTP/2 begins. */
    private static final String SETTINGS = "\0\0\0\4\0\0\0\0\0";

    private WebServer server;

    @BeforeAll
    void start(@TempDir Path home) throws IOException {
        server = WebServer.start(home);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void anUpgradeToHttp2IsNotTaken() throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            client.send("""
                GET /health/live HTTP/1.1\r
                Host: 127.0.0.1\r
                Connection: Upgrade, HTTP2-Settings\r
                Upgrade: h2c\r
                HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r
                \r
                """);
            client.send("""
                GET /health/live HTTP/1.1\r
                Host: 127.0.0.1\r
                Connection: close\r
                \r
                """);

            RawClient.Reply reply = client.read();

            assertThat(reply.text()).startsWith("HTTP/1.1 200 ").doesNotContain("101 Switching");
            assertThat(reply.text().split("HTTP/1.1 200 ", -1))
                    .as("both answers")
                    .hasSize(3);
        }
    }

    @Test
    void theGreetingOfHttp2IsNoRequest() throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            client.send(SETTINGS.getBytes(StandardCharsets.ISO_8859_1));

            RawClient.Reply reply = client.read();

            assertThat(reply.closed()).isTrue();
            assertThat(reply.text()).as("no frame, at most a refusal").matches("(HTTP/[12]\\.[01] [45][^\0]*)?");
        }
    }
}

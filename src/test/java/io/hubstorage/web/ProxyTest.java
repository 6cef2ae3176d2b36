package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.LogCapture;
import io.hubstorage.web.sse.EventHub;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Behind a reverse proxy, trusted or not: the one who asks is always 127.0.0.1. */
final class ProxyTest {
    private static final String PASSWORD = "some password";

    @AutoClose
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = trusting(folder, "127.0.0.0/8, 10.0.0.0/8");
    }

    private static WebServer trusting(Path folder, String proxies) throws IOException {
        return WebServer.start(
                folder,
                Map.of("HUBSTORAGE_WEB_PASSWORD", PASSWORD, "HUBSTORAGE_TRUSTED_PROXIES", proxies),
                EventHub.Limits.DEFAULT);
    }

    private Visitor through(Map<String, String> headers) {
        return through(server, headers);
    }

    private static Visitor through(WebServer server, Map<String, String> headers) {
        Visitor visitor = new Visitor(server);
        visitor.headers.putAll(headers);
        return visitor;
    }

    @Test
    void underHttpsTheCookieIsForHttpsAlone() {
        assertThat(through(Map.of("X-Forwarded-Proto", "https")).logIn(PASSWORD).header("Set-Cookie"))
                .contains("; Secure");
        assertThat(through(Map.of("X-Forwarded-Proto", "http")).logIn(PASSWORD).header("Set-Cookie"))
                .doesNotContain("Secure");
    }

    @Test
    void theNameThatTheBrowserAskedForCountsAndNotTheProxys() {
        Map<String, String> headers =
                Map.of("Host", "hubstorage:5002", "X-Forwarded-Host", "nas.example", "Origin", "https://nas.example");
        Visitor visitor = through(headers);
        assertThat(visitor.logIn(PASSWORD).header("Set-Cookie")).startsWith("hubstorage=");
        visitor.open("/");
        assertThat(visitor.post("/api/backup/run", null).status()).isEqualTo(202);
    }

    @Test
    void withoutALoginBothNamesMustBeOurs(@TempDir Path other) throws IOException {
        Map<String, String> open =
                Map.of("HUBSTORAGE_TRUSTED_PROXIES", "127.0.0.1, ::1", "HUBSTORAGE_ALLOWED_HOSTS", "nas.example");
        try (WebServer proxied = WebServer.start(other, open, EventHub.Limits.DEFAULT)) {
            for (String forwarded : List.of("localhost", "127.0.0.1", "nas.example")) {
                Map<String, String> rebound = Map.of("Host", "evil.example", "X-Forwarded-Host", forwarded);
                assertThat(proxied.get("/api/config", rebound).status()).isEqualTo(403);
            }
            Map<String, String> foreign = Map.of("Host", "nas.example", "X-Forwarded-Host", "evil.example");
            assertThat(proxied.get("/api/config", foreign).status()).isEqualTo(403);
            for (String host : List.of("nas.example", "127.0.0.1:5002")) {
                Map<String, String> ours = Map.of("Host", host, "X-Forwarded-Host", "nas.example");
                assertThat(proxied.get("/api/config", ours).status()).isEqualTo(200);
            }
        }
    }

    @Test
    void whomNobodyNamedIsNotBelieved(@TempDir Path other) throws IOException {
        try (WebServer wary = trusting(other, "10.0.0.0/8")) {
            assertThat(through(wary, Map.of("X-Forwarded-Proto", "https"))
                            .logIn(PASSWORD)
                            .header("Set-Cookie"))
                    .doesNotContain("Secure");
            assertThat(through(wary, Map.of("X-Forwarded-Host", "nas.example", "Origin", "https://nas.example"))
                            .logIn(PASSWORD)
                            .status())
                    .isEqualTo(403);
            for (int i = 0; i < 11; i++) {
                through(wary, Map.of("X-Forwarded-For", "203.0.113." + i)).logIn("wrong password");
            }
            assertThat(through(wary, Map.of("X-Forwarded-For", "198.51.100.1"))
                            .logIn(PASSWORD)
                            .status())
                    .isEqualTo(429);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.7|203.0.113.7",
                "198.51.100.1, 203.0.113.7|203.0.113.7",
                "203.0.113.7, 10.1.2.3|203.0.113.7",
                "198.51.100.1, 203.0.113.7, 10.1.2.3, 10.9.9.9|203.0.113.7",
                "10.1.2.3|10.1.2.3",
                "nonsense|127.0.0.1",
                "203.0.113.7:1234|127.0.0.1",
                "203.0.113.7, nonsense, 10.1.2.3|10.1.2.3",
                "2001:db8:0:1::9|2001:db8:0::/48",
            })
    void theLastOneThatIsNoProxyOfOursIsTheClient(String header, String client) {
        try (LogCapture log = LogCapture.of("io.hubstorage.web.auth")) {
            through(Map.of("X-Forwarded-For", header)).logIn("wrong password");
            assertThat(log.lines("WARN")).containsExactly("WARN A wrong password or token came from " + client);
        }
    }
}

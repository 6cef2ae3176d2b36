package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.cli.HubCommand;
import io.hubstorage.cli.Program;
import io.hubstorage.testkit.FreePorts;
import io.hubstorage.testkit.Shell;
import io.hubstorage.testkit.TestPem;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The web server with a certificate of its own, and the plain listener that leads to it. */
final class HttpsTest {
    private static final String PASSWORD = "correct horse battery";
    /** The greeting of a client that has TLS 1.1 and nothing newer. */
    private static final byte[] OLD_GREETING = HexFormat.of()
            .parseHex("160301002f" + "0100002b" + "0302" + "00".repeat(32) + "00" + "0004" + "c013002f" + "0100");

    private static TestPem first;
    private static TestPem second;

    @TempDir
    Path folder;

    private Path certificate;
    private Path key;
    private @Nullable WebServer server;

    @BeforeAll
    static void make() throws IOException {
        first = TestPem.make("EC", "-validity", "90");
        second = TestPem.make("RSA", "-validity", "90");
    }

    @BeforeEach
    void places() {
        certificate = folder.resolve("tls.crt");
        key = folder.resolve("tls.key");
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private WebServer start(Map<String, String> further) throws IOException {
        first.write(certificate, key);
        Map<String, String> variables = new TreeMap<>(
                Map.of("HUBSTORAGE_TLS_CERT", certificate.toString(), "HUBSTORAGE_TLS_KEY", key.toString()));
        variables.putAll(further);
        WebServer started = WebServer.start(folder, variables, EventHub.Limits.DEFAULT);
        // The certificates are of this moment, and not yet valid by the usual one of tests.
        started.now.set(Instant.now());
        server = started;
        return started;
    }

    private static HttpResponse<String> send(HttpRequest.Builder request, X509Certificate... trusted) throws Exception {
        try (HttpClient client = HttpClient.newBuilder()
                .sslContext(TestPem.trusting(trusted))
                .version(HttpClient.Version.HTTP_1_1)
                .build()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static HttpRequest.Builder to(int port, String path) {
        return HttpRequest.newBuilder(URI.create("https://127.0.0.1:%d%s".formatted(port, path)));
    }

    private static SSLSocket connect(int port, X509Certificate trusted, String... protocols) throws IOException {
        SSLSocket socket =
                (SSLSocket) TestPem.trusting(trusted).getSocketFactory().createSocket("127.0.0.1", port);
        socket.setSoTimeout(20_000);
        if (protocols.length > 0) {
            socket.setEnabledProtocols(protocols);
        }
        socket.startHandshake();
        return socket;
    }

    /** One request by a connection that stays, and the head of its answer. */
    private static String ask(Socket socket, String host) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(
                "GET /health/live HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(host).getBytes(StandardCharsets.US_ASCII));
        out.flush();
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        int length = head.toString()
                .lines()
                .filter(line -> line.startsWith("content-length: "))
                .mapToInt(line -> Integer.parseInt(line.substring(16)))
                .findFirst()
                .orElse(0);
        in.readNBytes(length);
        return head.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void pagesComeByTls(String protocol) throws Exception {
        WebServer started = start(Map.of());
        try (SSLSocket socket = connect(started.port(), first.own(), protocol)) {
            assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
            assertThat(ask(socket, "127.0.0.1:" + started.port())).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void whoHasOnlyTls11IsTurnedAwayAndWhoHasNoneGetsNothing() throws Exception {
        WebServer started = start(Map.of());
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), started.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(OLD_GREETING);
            byte[] answer = socket.getInputStream().readNBytes(7);
            assertThat(answer[0]).as("an alert").isEqualTo((byte) 21);
            assertThat(answer[6]).as("of the protocol's version").isEqualTo((byte) 70);
        }
        assertThat(RawClient.exchange(started.port(), "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                        .status())
                .isZero();
        assertThat(send(to(started.port(), "/health/live"), first.own()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aNewCertificateIsForNewConnectionsAndOldOnesLiveOn() throws Exception {
        WebServer started = start(Map.of());
        String host = "127.0.0.1:" + started.port();
        try (SSLSocket old = connect(started.port(), first.own())) {
            assertThat(ask(old, host)).startsWith("HTTP/1.1 200");

            second.write(certificate, key);
            WebServer.await(started.verticle.certificate().orElseThrow().look());

            try (SSLSocket next = connect(started.port(), second.own())) {
                assertThat(next.getSession().getPeerCertificates()[0]).isEqualTo(second.own());
                assertThat(ask(next, host)).startsWith("HTTP/1.1 200");
            }
            assertThat(ask(old, host)).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aPairThatIsNoneDegradesHealthUntilItIsOneAgain() throws Exception {
        WebServer started = start(Map.of());
        TestPem.replace(certificate, second.certificate());
        WebServer.await(started.verticle.certificate().orElseThrow().look());

        HttpResponse<String> ready = send(to(started.port(), "/health/ready"), first.own());

        assertThat(ready.statusCode()).as("a restart would not mend it").isEqualTo(200);
        JsonObject check = new JsonObject(ready.body())
                .getJsonArray("checks").stream()
                        .map(JsonObject.class::cast)
                        .filter(each -> each.getString("id").equals("https"))
                        .findFirst()
                        .orElseThrow()
                        .getJsonObject("data");
        assertThat(check.getBoolean("degraded")).isTrue();
        assertThat(check.getString("detail")).contains("is not taken over", key.toString());

        TestPem.replace(key, second.key());
        WebServer.await(started.verticle.certificate().orElseThrow().look());
        assertThat(new JsonObject(send(to(started.port(), "/health/ready"), second.own())
                                .body())
                        .getBoolean("degraded"))
                .isFalse();
    }

    @Test
    void cookiesAreForHttpsAlone() throws Exception {
        WebServer started = start(Map.of("HUBSTORAGE_WEB_PASSWORD", PASSWORD));
        HttpResponse<String> in = send(
                to(started.port(), "/login")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString("password=" + PASSWORD.replace(' ', '+'))),
                first.own());
        assertThat(in.headers().allValues("set-cookie"))
                .isNotEmpty()
                .allSatisfy(cookie -> assertThat(cookie).contains("Secure"));
    }

    @Test
    void browsersAreHeldToHttpsWhereNoOtherServerOfTheHostIsConcerned() throws Exception {
        WebServer started = start(Map.of());
        try (SSLSocket socket = connect(started.port(), first.own())) {
            assertThat(ask(socket, "127.0.0.1")).contains("Strict-Transport-Security: max-age=31536000\r\n");
            assertThat(ask(socket, "127.0.0.1:5002")).doesNotContainIgnoringCase("strict-transport-security");
        }
    }

    @Test
    void nobodyIsHeldToASelfSignedCertificate() throws Exception {
        WebServer started = WebServer.start(folder, Map.of("HUBSTORAGE_TLS", "self-signed"), EventHub.Limits.DEFAULT);
        server = started;
        X509Certificate made;
        try (InputStream in = Files.newInputStream(started.folder.resolve("config/tls/certificate.pem"))) {
            made = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
        try (SSLSocket socket = connect(started.port(), made)) {
            assertThat(ask(socket, "127.0.0.1"))
                    .startsWith("HTTP/1.1 200")
                    .doesNotContainIgnoringCase("strict-transport-security");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        127.0.0.1:80        | /runs/x?a=b%20c   | https://127.0.0.1:{port}/runs/x?a=b%20c
        localhost           | /                 | https://localhost:{port}/
        [::1]:8080          | //evil.example/x  | https://[::1]:{port}//evil.example/x
        nas.local           | /                 | https://nas.local:{port}/
        one.backup.test     | /                 | https://one.backup.test:{port}/
        backup.test         | /                 |
        evil.example        | /                 |
        evil.example:80     | /                 |
        127.0.0.1.evil.test | /                 |
        localhost           | http://evil.example/x | https://localhost:{port}/x
        """)
    void plainHttpIsLedToTheSameHostIfThatIsOneOfOurs(String host, String target, @Nullable String location)
            throws Exception {
        int plain = FreePorts.one();
        WebServer started = start(
                Map.of("HUBSTORAGE_TLS_REDIRECT_PORT", String.valueOf(plain), "HUBSTORAGE_ALLOWED_HOSTS", "nas.local"));

        RawClient.Reply reply =
                RawClient.exchange(plain, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(target, host));

        if (location == null) {
            assertThat(reply.status()).isEqualTo(421);
            assertThat(reply.headers("location")).isEmpty();
        } else {
            assertThat(reply.status()).isEqualTo(308);
            assertThat(reply.headers("location"))
                    .containsExactly("location: " + location.replace("{port}", String.valueOf(started.port())));
        }
        assertThat(reply.closed()).isTrue();
    }

    @Test
    void itLeadsToThePortThatBrowsersComeBy() throws Exception {
        Files.createDirectories(folder.resolve("config"));
        Files.writeString(
                folder.resolve("config/config.json"),
                "{\"notify\": {\"public_url\": \"https://backups.example\"}, \"s3_buckets\": [\"photos\"]}");
        int plain = FreePorts.one();
        start(Map.of("HUBSTORAGE_TLS_REDIRECT_PORT", String.valueOf(plain)));

        assertThat(RawClient.exchange(plain, "POST /login HTTP/1.1\r\nHost: backups.example\r\n\r\n")
                        .headers("location"))
                .containsExactly("location: https://backups.example/login");
    }

    @Test
    void theHealthCommandTrustsTheCertificateOfItsOwnService() throws Exception {
        WebServer started = start(Map.of());
        Map<String, String> variables = new TreeMap<>(Map.of(
                "HUBSTORAGE_ENV_FILE",
                Files.createFile(folder.resolve("none.env")).toString(),
                "HUBSTORAGE_CONFIG_PATH",
                folder.resolve("config").toString(),
                "HUBSTORAGE_WEB_PORT",
                String.valueOf(started.port()),
                "HUBSTORAGE_TLS_CERT",
                certificate.toString(),
                "HUBSTORAGE_TLS_KEY",
                key.toString()));
        StringWriter out = new StringWriter();

        assertThat(run(variables, out, "health")).as("%s", out).isZero();
        assertThat(out.toString()).contains("\"UP\"");

        // A renewal that is not whole: the service goes on, and no health check may restart it.
        TestPem.replace(certificate, second.certificate());
        assertThat(run(variables, out, "health")).as("%s", out).isZero();
    }

    @Test
    void theImagesHealthCheckAsksByHttpsToo() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "the image has it");
        WebServer started = start(Map.of());
        Map<String, String> variables = Map.of(
                "HUBSTORAGE_WEB_HOST",
                "127.0.0.1",
                "HUBSTORAGE_WEB_PORT",
                String.valueOf(started.port()),
                "HUBSTORAGE_TLS_CERT",
                certificate.toString());

        assertThat(check(variables).succeeded().out()).isEqualTo("ready\n");

        Files.delete(started.folder.resolve("data"));
        Shell.Result ill = check(variables);
        assertThat(ill.code()).isEqualTo(1);
        assertThat(ill.out()).startsWith("not ready: HTTP/1.0 503").contains("\"DOWN\"");
        Map<String, String> nobody = new TreeMap<>(variables);
        nobody.put("HUBSTORAGE_WEB_PORT", String.valueOf(FreePorts.one()));
        assertThat(check(nobody).out()).startsWith("no answer from 127.0.0.1, port ");
    }

    private static Shell.Result check(Map<String, String> variables) throws IOException {
        return Shell.run(Path.of("."), variables, Duration.ofSeconds(30), List.of("bash", "docker/healthcheck"));
    }

    private static int run(Map<String, String> variables, StringWriter out, String... arguments) {
        return HubCommand.execute(
                new Asking(variables), new PrintWriter(out, true), new PrintWriter(out, true), arguments);
    }

    /** Starts nothing. */
    private record Asking(Map<String, String> environment) implements Program {
        @Override
        public String version() {
            return "1.2.3";
        }

        @Override
        public InstantSource clock() {
            return InstantSource.fixed(Instant.EPOCH);
        }

        @Override
        public Terminal terminal() {
            return Terminal.NONE;
        }

        @Override
        public @Nullable String secret(String question) {
            return null;
        }

        @Override
        public Running start(Launch launch) {
            throw new AssertionError("started");
        }

        @Override
        public CompletableFuture<Void> stopRequest() {
            return new CompletableFuture<>();
        }
    }
}

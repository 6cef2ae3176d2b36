package io.hubstorage.web.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.config.ConfigException;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.config.Settings;
import io.hubstorage.testkit.TestPem;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server shows, by real handshakes, while its files change. */
@ExtendWith(VertxExtension.class)
final class ServerCertificateTest {
    private static final Duration NEVER = Duration.ofDays(1);

    private static TestPem first;
    private static TestPem second;
    private static TestPem another;

    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final InstantSource clock = now::get;
    private Path certificate;
    private Path key;
    private Vertx vertx;

    @BeforeAll
    static void make() throws IOException {
        first = TestPem.make("EC", "-validity", "90");
        second = TestPem.make("RSA", "-validity", "90");
        another = TestPem.make("EC", "-validity", "90");
    }

    @BeforeEach
    void write(Vertx given) throws IOException {
        vertx = given;
        certificate = folder.resolve("tls.crt");
        key = folder.resolve("tls.key");
        first.write(certificate, key);
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.await(20, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("nothing happened for 20 s", e);
        }
    }

    private ConfigStore store(Map<String, String> further) {
        Map<String, String> variables = new TreeMap<>(Map.of(
                "HUBSTORAGE_CONFIG_PATH",
                folder.resolve("config").toString(),
                "HUBSTORAGE_DATA_PATH",
                folder.resolve("data").toString(),
                "HUBSTORAGE_LOG_PATH",
                folder.resolve("logs").toString(),
                "DOCKER_MODE",
                "false"));
        variables.putAll(further);
        return get(ConfigStore.open(
                vertx, Environment.load(variables, folder.resolve(".env")), UnaryOperator.identity(), clock));
    }

    private ConfigStore ofFiles() {
        return store(Map.of("HUBSTORAGE_TLS_CERT", certificate.toString(), "HUBSTORAGE_TLS_KEY", key.toString()));
    }

    private ServerCertificate open(ConfigStore store, Duration poll) {
        return get(ServerCertificate.open(vertx, store, clock, poll)).orElseThrow();
    }

    private HttpServer serve(ServerCertificate own) {
        HttpServer server = get(vertx.createHttpServer(
                        own.secure(new HttpServerOptions().setHost("127.0.0.1").setPort(0)))
                .requestHandler(request -> request.response().end("hello"))
                .listen());
        own.keepCurrent(server);
        return server;
    }

    /** What a new connection is shown, by a client that looks at everything. */
    private static X509Certificate shown(int port) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            Certificate[] chain = socket.getSession().getPeerCertificates();
            return (X509Certificate) chain[0];
        }
    }

    @Test
    void withoutAnyOfItsVariablesThereIsNone() {
        assertThat(get(ServerCertificate.open(vertx, store(Map.of()), clock))).isEmpty();
    }

    @Test
    void whatIsRenamedIntoThePlaceOfTheFilesIsServedByItself() throws Exception {
        ServerCertificate own = open(ofFiles(), Duration.ofMillis(50));
        int port = serve(own).actualPort();
        assertThat(shown(port)).isEqualTo(first.own());

        second.write(certificate, key);

        await().until(() -> shown(port).equals(second.own()));
        assertThat(own.problem()).isEmpty();
    }

    @Test
    void aFolderThatALinkLeadsToIsSwappedAsKubernetesDoesIt() throws Exception {
        Path mount = Files.createDirectories(folder.resolve("mount"));
        for (TestPem pem : List.of(first, second)) {
            Path version = Files.createDirectories(mount.resolve(pem.equals(first) ? "..1" : "..2"));
            pem.write(version.resolve("tls.crt"), version.resolve("tls.key"));
        }
        Files.createSymbolicLink(mount.resolve("..data"), Path.of("..1"));
        certificate = Files.createSymbolicLink(mount.resolve("tls.crt"), Path.of("..data/tls.crt"));
        key = Files.createSymbolicLink(mount.resolve("tls.key"), Path.of("..data/tls.key"));
        ServerCertificate own = open(ofFiles(), NEVER);
        int port = serve(own).actualPort();
        assertThat(shown(port)).isEqualTo(first.own());

        Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of("..2"));
        Files.move(
                mount.resolve("..data_tmp"),
                mount.resolve("..data"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        get(own.look());

        assertThat(shown(port)).isEqualTo(second.own());
    }

    @Test
    void halfOfAPairIsNotTakenOverBeforeTheOtherHalfComes() throws Exception {
        ServerCertificate own = open(ofFiles(), NEVER);
        int port = serve(own).actualPort();

        TestPem.replace(certificate, another.certificate());
        get(own.look());

        assertThat(shown(port)).isEqualTo(first.own());
        assertThat(own.problem().orElseThrow())
                .contains(certificate.toString(), "is not the key of the first certificate", "still served");

        TestPem.replace(key, another.key());
        get(own.look());
        assertThat(shown(port)).isEqualTo(another.own());
        assertThat(own.problem()).isEmpty();
    }

    @Test
    void aFileThatIsHalfWrittenOrGoneLeavesWhatIsServed() throws Exception {
        ServerCertificate own = open(ofFiles(), NEVER);
        int port = serve(own).actualPort();

        Files.writeString(
                certificate,
                second.certificate().substring(0, second.certificate().length() / 2));
        get(own.look());
        assertThat(own.problem().orElseThrow()).contains("has no certificate that can be read");

        Files.delete(certificate);
        get(own.look());
        assertThat(own.problem().orElseThrow()).contains("which does not exist");
        assertThat(shown(port)).isEqualTo(first.own());

        first.write(certificate, key);
        get(own.look());
        assertThat(own.problem()).isEmpty();
        assertThat(shown(port)).isEqualTo(first.own());
    }

    @Test
    void itSaysThatItExpiresInTimeAndThatItHas() throws Exception {
        ServerCertificate own = open(ofFiles(), NEVER);
        Instant end = first.own().getNotAfter().toInstant();

        now.set(end.minus(Duration.ofDays(15)));
        assertThat(own.problem()).isEmpty();
        now.set(end.minus(Duration.ofDays(13)));
        assertThat(own.problem().orElseThrow()).startsWith("The certificate expires on");
        now.set(end);
        assertThat(own.problem().orElseThrow()).startsWith("The certificate has expired");
        now.set(first.own().getNotBefore().toInstant().minusSeconds(1));
        assertThat(own.problem().orElseThrow()).contains("not valid before");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HUBSTORAGE_TLS_CERT|which does not exist",
                "HUBSTORAGE_TLS_CERT|has no certificate that can be read",
                "HUBSTORAGE_TLS_CERT|which is a folder",
                "HUBSTORAGE_TLS_KEY|which does not exist",
                "HUBSTORAGE_TLS_KEY|is not the key of the first certificate",
                "HUBSTORAGE_TLS_KEY|does not match algorithm",
                "HUBSTORAGE_TLS_KEY|which is encrypted",
                "HUBSTORAGE_TLS_KEY|has no key for this certificate"
            })
    void nonsenseIsRefusedAtTheStartByNameAndReason(String expected) throws IOException {
        String variable = expected.substring(0, expected.indexOf('|'));
        String reason = expected.substring(expected.indexOf('|') + 1);
        Path file = variable.endsWith("CERT") ? certificate : key;
        Files.delete(file);
        switch (reason) {
            case "which is a folder" -> Files.createDirectory(file);
            case "is not the key of the first certificate" -> Files.writeString(file, another.key());
            case "does not match algorithm" -> Files.writeString(file, second.key());
            case "which is encrypted" ->
                Files.writeString(file, first.key().replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
            case "has no certificate that can be read", "has no key for this certificate" ->
                Files.writeString(file, "nothing of the kind\n");
            default -> assertThat(file).doesNotExist();
        }

        ConfigStore store = ofFiles();
        assertThatThrownBy(() -> get(ServerCertificate.open(vertx, store, clock)))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems()).singleElement().satisfies(problem -> {
                            assertThat(problem.path()).isEqualTo(variable);
                            assertThat(problem.found()).contains(file.toString(), reason);
                        }));
    }

    @Test
    void theSelfMadeOneIsMadeOnceForTheNamesThatAreKnownAndIsNobodyElsesToRead() throws Exception {
        Map<String, String> variables =
                Map.of("HUBSTORAGE_TLS", "self-signed", "HUBSTORAGE_ALLOWED_HOSTS", "nas.local,not_a_dns_name");
        ConfigStore store = store(variables);
        Settings.Tls files = Objects.requireNonNull(store.settings().tls());
        ServerCertificate own = open(store, NEVER);
        X509Certificate made = shown(serve(own).actualPort());

        assertThat(SelfSigned.names(made)).contains("localhost", "127.0.0.1", "::1", "nas.local");
        assertThat(own.isFor("NAS.local")).isTrue();
        assertThat(own.isFor("other.example")).isFalse();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.key())))
                .isEqualTo("rw-------");
        assertThat(files.key().getParent()).isEqualTo(folder.resolve("config/tls"));
        try (Stream<Path> all = Files.list(folder.resolve("config/tls"))) {
            assertThat(all).as("nothing else is left").hasSize(2);
        }

        assertThat(shown(serve(open(store(variables), NEVER)).actualPort())).isEqualTo(made);
    }

    @Test
    void theSelfMadeOneIsMadeAnewBeforeItExpiresAndForAFurtherName() throws Exception {
        ServerCertificate own = open(store(Map.of("HUBSTORAGE_TLS", "self-signed")), NEVER);
        int port = serve(own).actualPort();
        X509Certificate made = shown(port);

        now.set(made.getNotAfter().toInstant().minus(Duration.ofDays(31)));
        get(own.look());
        assertThat(shown(port)).isEqualTo(made);

        now.set(made.getNotAfter().toInstant().minus(Duration.ofDays(29)));
        get(own.look());
        X509Certificate next = shown(port);
        assertThat(next).isNotEqualTo(made);

        now.set(Instant.now());
        ServerCertificate further =
                open(store(Map.of("HUBSTORAGE_TLS", "self-signed", "HUBSTORAGE_ALLOWED_HOSTS", "backup.lan")), NEVER);
        assertThat(further.isFor("backup.lan")).isTrue();
    }
}

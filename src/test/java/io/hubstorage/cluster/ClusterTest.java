package io.hubstorage.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.config.ClusterSettings;
import io.hubstorage.config.ClusterSettings.Place;
import io.hubstorage.config.ClusterSettings.Role;
import io.hubstorage.testkit.FreePorts;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two real members on this machine, and strangers that try to get in. */
class ClusterTest {
    private static final String SECRET = "a secret of the test, 1";
    private static final String OTHER_SECRET = "a secret of somebody else";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Identity IDENTITY = Identity.of(SECRET);
    private static final Identity STRANGER = Identity.of(OTHER_SECRET);

    private static ClusterSettings service = settings(SECRET, 0);
    private static Cluster cluster;
    private static Vertx vertx;
    private static Cluster worker;
    private static Vertx workerVertx;

    /** @param at where the service is; 0 for any free port */
    private static ClusterSettings settings(String secret, int at) {
        int own = FreePorts.two();
        return new ClusterSettings(List.of(new Place("127.0.0.1", at == 0 ? own : at)), secret, null, own, "test");
    }

    @BeforeAll
    static void start() throws Cluster.JoinException {
        cluster = Cluster.join(service, IDENTITY, Role.SERVICE);
        vertx = cluster.vertx(Vertx.builder(), new VertxOptions()).await();
        vertx.eventBus()
                .<String>consumer("service", message -> message.reply("service hears " + message.body()))
                .completion()
                .await();
        worker = Cluster.join(settings(SECRET, service.port()), IDENTITY, Role.WORKER);
        workerVertx = worker.vertx(Vertx.builder(), new VertxOptions()).await();
        workerVertx
                .eventBus()
                .<String>consumer("worker", message -> message.reply("worker hears " + message.body()))
                .completion()
                .await();
    }

    @AfterAll
    static void stop() {
        workerVertx.close().await();
        worker.close();
        vertx.close().await();
        cluster.close();
    }

    private static void membersTalk() {
        assertThat(workerVertx.eventBus().request("service", "a").await().body())
                .isEqualTo("service hears a");
        assertThat(vertx.eventBus().request("worker", "b").await().body()).isEqualTo("worker hears b");
        // More than one record of TLS, and than one buffer.
        String large = "x".repeat(3_000_000);
        assertThat(workerVertx.eventBus().request("service", large).await().body())
                .isEqualTo("service hears " + large);
    }

    private static int port(String which) {
        return which.equals("members") ? service.port() : service.busPort();
    }

    @Test
    void membersFindEachOtherAndTalkBothWays() {
        assertThat(worker.hasService()).isTrue();
        assertThat(worker.otherServices()).hasSize(1);
        assertThat(cluster.otherServices()).isEmpty();
        membersTalk();
    }

    @Test
    void whoeverHasAnotherSecretIsToldSoAndComesNotIn() throws Exception {
        ClusterSettings wrong = settings(OTHER_SECRET, service.port());

        assertThat(Reach.problem(wrong, STRANGER, OwnAddress.of(wrong)).orElseThrow())
                .contains("another HUBSTORAGE_CLUSTER_SECRET");
        assertThat(Reach.problem(settings(SECRET, service.port()), IDENTITY, OwnAddress.of(wrong)))
                .isEmpty();
    }

    @Test
    void wherePeopleLookForAMemberAndNoneIsTheyAreToldSo() throws Exception {
        ClusterSettings nobody = settings(SECRET, FreePorts.two());
        assertThat(Reach.problem(nobody, IDENTITY, OwnAddress.of(nobody)).orElseThrow())
                .contains("nobody listens there");
        assertThat(Reach.problem(service, IDENTITY, OwnAddress.of(service)).orElseThrow())
                .contains("nobody but this process itself");
    }

    @ParameterizedTest
    @ValueSource(strings = {"members", "bus"})
    void whoeverSpeaksNoTlsIsCutOffWithoutAnAnswer(String which) throws Exception {
        byte[] random = new byte[200_000];
        new Random(7).nextBytes(random);
        for (byte[] said : List.of(
                "HZC".getBytes(StandardCharsets.US_ASCII),
                "HZC\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII),
                "GET /hazelcast/health HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                "CP2".getBytes(StandardCharsets.US_ASCII),
                random)) {
            assertThat(answer(port(which), said)).satisfies(ClusterTest::isAtMostAnAlert);
        }
        membersTalk();
    }

    /** What TLS says when it refuses: one record of type 21, in clear, whose content is fixed. */
    private static void isAtMostAnAlert(byte[] answer) {
        assertThat(answer.length).isLessThanOrEqualTo(7);
        if (answer.length > 0) {
            assertThat(answer[0]).isEqualTo((byte) 21);
        }
    }

    /** All that comes until the connection is closed, which it must be soon. */
    private static byte[] answer(int port, byte[] said) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            ByteArrayOutputStream heard = new ByteArrayOutputStream();
            try {
                socket.getOutputStream().write(said);
                socket.getInputStream().transferTo(heard);
            } catch (SocketException reset) {
                // As good as closed.
            }
            return heard.toByteArray();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"members", "bus"})
    void aCertificateOfAnotherSecretOrNoneAtAllIsRefusedBeforeAnythingIsSaid(String which) throws Exception {
        assertThat(saidTo(port(which), keys(STRANGER))).isEmpty();
        assertThat(saidTo(port(which), null)).isEmpty();
        membersTalk();
    }

    private static KeyManager[] keys(Identity identity) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        char[] password = Identity.STORE_PASSWORD.toCharArray();
        store.load(new ByteArrayInputStream(identity.keyStore()), password);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password);
        return factory.getKeyManagers();
    }

    /** What a client hears that trusts whoever answers and shows these keys, and speaks on as a member would. */
    private static byte[] saidTo(int port, KeyManager @Nullable [] keys) throws Exception {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(keys, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write("HZC".getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().transferTo(heard);
        } catch (SSLException | SocketException refused) {
            // By an alert, or cut off.
        }
        return heard.toByteArray();
    }

    @Test
    void whatAMemberHasSaidOnceServesNobodyElse() throws Exception {
        byte[] recorded = recorded();
        assertThat(recorded.length).isGreaterThan(300);

        byte[] answer = answer(service.port(), recorded);

        // A handshake of its own, which the recorded answer does not fit; nothing of Hazelcast, which begins by its own
        // name.
        assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("HZC");
        assertThat(answer.length).isLessThan(2_000);
        membersTalk();
    }

    /** What a real member says while it joins. */
    private static byte[] recorded() throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (ServerSocket relay = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread thread = Thread.ofVirtual().start(() -> {
                try (Socket from = relay.accept();
                        Socket to = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
                    Thread.ofVirtual().start(() -> copy(to, from, OutputStream.nullOutputStream()));
                    copy(from, to, said);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            ClusterSettings through = settings(SECRET, relay.getLocalPort());
            assertThat(Reach.problem(through, IDENTITY, OwnAddress.of(through))).isEmpty();
            thread.join(PATIENCE);
        }
        return said.toByteArray();
    }

    private static void copy(Socket from, Socket to, OutputStream also) {
        byte[] buffer = new byte[8192];
        try {
            InputStream in = from.getInputStream();
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                also.write(buffer, 0, n);
                to.getOutputStream().write(buffer, 0, n);
            }
        } catch (IOException closed) {
            // Over.
        }
    }

    @Test
    void thoseThatSayNothingKeepNobodyOutAndAreCutOff() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                Socket socket = new Socket();
                socket.connect(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), i % 2 == 0 ? service.port() : service.busPort()));
                socket.setSoTimeout((int) PATIENCE.toMillis());
                // Half of them begin well.
                if (i % 4 < 2) {
                    socket.getOutputStream().write(new byte[] {22, 3, 1, 2});
                }
                silent.add(socket);
            }
            ClusterSettings further = settings(SECRET, service.port());
            await().atMost(PATIENCE)
                    .until(() -> Reach.problem(further, IDENTITY, OwnAddress.of(further))
                            .isEmpty());
            membersTalk();
            for (Socket socket : silent) {
                assertThat(isClosed(socket)).isTrue();
            }
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    private static boolean isClosed(Socket socket) {
        try {
            // An alert that the time is over may come before.
            return socket.getInputStream().readAllBytes().length <= 7;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void aSecondServiceIsSeenByItself() throws Exception {
        Cluster second = Cluster.join(settings(SECRET, service.port()), IDENTITY, Role.SERVICE);
        try {
            assertThat(second.otherServices()).singleElement().asString().contains("127.0.0.1:" + service.port());
            assertThat(cluster.otherServices()).isEmpty();
        } finally {
            second.close();
        }
        membersTalk();
    }
}

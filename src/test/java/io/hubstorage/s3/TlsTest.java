package io.hubstorage.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.config.Settings;
import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.TestCertificates;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/** Over HTTPS, with a certificate that a private authority signed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TlsTest {
    private static final Duration STALL = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    private EmbeddedS3 server;

    @BeforeAll
    void start() {
        server = EmbeddedS3.startTls();
        server.createBucket("things");
        server.put("things", "large", new byte[2_000_000]);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void aPemBundleWithTheAuthorityIsEnough() throws Exception {
        reads(settings(server.caPem(), null, server.endpoint()));
    }

    @Test
    void soIsAPkcs12FileWithItsPassword() throws Exception {
        reads(settings(pkcs12(), TestCertificates.PASSWORD, server.endpoint()));
    }

    @Test
    void withoutTheAuthorityTheMessageNamesTheSetting() {
        fails(settings(null, null, server.endpoint()), "AWS_CA_BUNDLE");
    }

    @Test
    void aCertificateForAnotherNameIsNotAccepted() throws Exception {
        // The same certificate, whose names are localhost and 127.0.0.1, presented by another address.
        try (ServerSocket impostor =
                context().getServerSocketFactory().createServerSocket(0, 50, InetAddress.getByName("127.0.0.2"))) {
            Thread.ofVirtual().start(() -> shakeHands(impostor));
            URI elsewhere = URI.create("https://127.0.0.2:" + impostor.getLocalPort());
            fails(settings(server.caPem(), null, elsewhere), "127.0.0.2");
        }
    }

    /** Bodies come by a client of their own, which looks at certificates itself. */
    private static Body bodyBy(@Nullable TrustManager trusted, String host, int port) throws Exception {
        try (BodyClient client = client(trusted)) {
            return body(client, host, port);
        }
    }

    private static BodyClient client(@Nullable TrustManager trusted) {
        return new BodyClient("test", new NettyTransport.Limits(4, STALL, STALL, STALL), trusted);
    }

    private static Body body(BodyClient client, String host, int port) throws Exception {
        return client.get(
                new BucketPlaces.Place(
                        URI.create("https://" + host + ":" + port), "/things", "us-east-1", Duration.ZERO),
                "k",
                AwsBasicCredentials.create("id", "secret"),
                Map.of());
    }

    @Test
    void bodiesTooAreNotReadFromAnotherName() throws Exception {
        try (ServerSocket impostor =
                context().getServerSocketFactory().createServerSocket(0, 50, InetAddress.getByName("127.0.0.2"))) {
            Thread.ofVirtual().start(() -> shakeHands(impostor));
            TrustManager trusted = TrustedAuthorities.load(server.caPem(), null);
            assertThatThrownBy(() -> bodyBy(trusted, "127.0.0.2", impostor.getLocalPort()))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("127.0.0.2");
        }
    }

    @Test
    void bodiesTooAreNotReadFromWhomNobodyVouchesFor() {
        assertThatThrownBy(() -> bodyBy(
                        null, server.endpoint().getHost(), server.endpoint().getPort()))
                .isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void aConnectionIsUsedAgainAndRenewedWhenTheServerHasClosedIt() throws Exception {
        AtomicInteger accepted = new AtomicInteger();
        CountDownLatch closed = new CountDownLatch(1);
        try (ServerSocket socket = context().getServerSocketFactory().createServerSocket(0, 50);
                BodyClient client = client(TrustedAuthorities.load(server.caPem(), null))) {
            Thread.ofVirtual().start(() -> {
                while (!socket.isClosed()) {
                    try (Socket caller = socket.accept()) {
                        accepted.incrementAndGet();
                        answerTwice(caller);
                    } catch (IOException expected) {
                        // The caller hangs up, or the test is over.
                    }
                    closed.countDown();
                }
            });
            for (int asked = 1; asked <= 4; asked++) {
                Body body = body(client, "127.0.0.1", socket.getLocalPort());
                byte[] into = new byte[3];
                assertThat(body.read(into, 0, 3)).isEqualTo(2);
                assertThat(body.read(into, 0, 3)).isEqualTo(-1);
                assertThat(accepted).hasValue((asked + 1) / 2);
                if (asked == 2) {
                    closed.await();
                }
            }
        }
    }

    private static void answerTwice(Socket caller) throws IOException {
        BufferedReader request = new BufferedReader(new InputStreamReader(caller.getInputStream(), US_ASCII));
        for (int answered = 0; answered < 2; answered++) {
            for (String line = request.readLine(); line != null && !line.isEmpty(); line = request.readLine()) {
                // Only its end matters.
            }
            caller.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".getBytes(US_ASCII));
        }
    }

    private static SSLContext context() throws Exception {
        KeyStore store = KeyStore.getInstance(
                TestCertificates.get().keyStore().toFile(), TestCertificates.PASSWORD.toCharArray());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, TestCertificates.PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private static void shakeHands(ServerSocket impostor) {
        while (!impostor.isClosed()) {
            try (SSLSocket caller = (SSLSocket) impostor.accept()) {
                caller.startHandshake();
            } catch (IOException expected) {
                // The caller hangs up, or the test is over.
            }
        }
    }

    @Test
    void aBundleThatCannotBeReadIsSaidSo() throws IOException {
        Path garbage = Files.writeString(folder.resolve("garbage.pem"), "not a certificate");
        fails(settings(garbage, null, server.endpoint()), "garbage.pem cannot be used");
        fails(settings(folder.resolve("missing.pem"), null, server.endpoint()), "missing.pem cannot be used");
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        fails(settings(empty, null, server.endpoint()), "empty.pem cannot be used");
    }

    @Test
    void aWrongPasswordIsSaidSoWithoutRepeatingIt() throws Exception {
        assertThatThrownBy(() -> TrustedAuthorities.load(pkcs12(), "guessed"))
                .isInstanceOf(S3Failure.Permanent.class)
                .hasMessageContaining("with its password")
                .message()
                .doesNotContain("guessed");
    }

    @Test
    void theDefaultAuthoritiesStayTrusted() throws Exception {
        assertThat(TrustedAuthorities.load(server.caPem(), null).getAcceptedIssuers())
                .contains(certificate())
                .hasSizeGreaterThan(10);
    }

    private void reads(Settings.Aws settings) throws Exception {
        try (S3Access s3 = new S3Access(settings, 4, "test", S3Access.STALL);
                BucketListing pages = s3.list("things", "", null, null)) {
            List<ListedObject> objects = BucketListingTest.objects(pages);
            assertThat(objects).hasSize(1);
            AtomicLong got = new AtomicLong();
            s3.object("things", "large", objects.getFirst().etag(), false)
                    .readRange(0, 2_000_000, (bytes, position) -> got.addAndGet(bytes.remaining()), count -> {});
            assertThat(got).hasValue(2_000_000);
        }
    }

    private static void fails(Settings.Aws settings, String why) {
        try (S3Access s3 = new S3Access(settings, 4, "test", S3Access.STALL);
                BucketListing pages = s3.list("things", "", null, null)) {
            assertThatThrownBy(pages::nextPage)
                    .isInstanceOfSatisfying(
                            S3Failure.Permanent.class,
                            failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.TLS))
                    .hasMessageContaining("AWS_CA_BUNDLE")
                    .hasMessageContaining(why);
        }
    }

    private X509Certificate certificate() throws Exception {
        try (InputStream in = Files.newInputStream(server.caPem())) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private Path pkcs12() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", certificate());
        Path file = folder.resolve("trust.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, TestCertificates.PASSWORD.toCharArray());
        }
        return file;
    }

    private Settings.Aws settings(@Nullable Path trustStore, @Nullable String password, URI endpoint) {
        Settings.Keys keys = new Settings.Keys(server.accessKey(), server.secretKey(), null);
        Settings.TrustStore trusted = trustStore == null ? null : new Settings.TrustStore(trustStore, password);
        return new Settings.Aws(keys, "us-east-1", null, endpoint, true, trusted, null);
    }
}

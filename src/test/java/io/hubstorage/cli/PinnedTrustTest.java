package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.testkit.TestCertificates;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which certificates the command that asks for a service's health goes by, where the service is not on loopback. */
final class PinnedTrustTest {
    private static final String ELSEWHERE = "192.0.2.1";

    @TempDir
    private Path folder = Path.of("");

    private X509Certificate[] chain = new X509Certificate[0];

    @BeforeEach
    void certificate() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(TestCertificates.get().keyStore())) {
            store.load(in, TestCertificates.PASSWORD.toCharArray());
        }
        chain = new X509Certificate[] {
            (X509Certificate) store.getCertificate(store.aliases().nextElement())
        };
    }

    private Path pem() throws Exception {
        String lines = Base64.getMimeEncoder().encodeToString(chain[0].getEncoded());
        return Files.writeString(
                folder.resolve("own.pem"), "-----BEGIN CERTIFICATE-----\n" + lines + "\n-----END CERTIFICATE-----\n");
    }

    /** Whether a connection that was shown the chain would take it under any name. */
    private static boolean takesAnyName(PinnedTrust trust) throws Exception {
        HttpsURLConnection connection = (HttpsURLConnection)
                URI.create("https://" + ELSEWHERE + "/").toURL().openConnection();
        trust.applyTo(connection);
        return connection.getHostnameVerifier().verify(ELSEWHERE, null);
    }

    private static PinnedTrust trust(@Nullable Path file, String host) throws Exception {
        return PinnedTrust.of(file, host);
    }

    @Test
    void theOneInTheServicesFileIsTrustedUnderWhateverName() throws Exception {
        PinnedTrust trust = trust(pem(), ELSEWHERE);
        assertThat(takesAnyName(trust)).isFalse();
        trust.checkServerTrusted(chain, "ECDHE_RSA");
        assertThat(takesAnyName(trust)).isTrue();
    }

    @Test
    void anotherOneIsNotUnlessThisMachineTrustsIt() throws Exception {
        for (Path file : new @Nullable Path[] {TestCertificates.get().caPem(), folder.resolve("gone.pem"), null}) {
            PinnedTrust trust = trust(file, ELSEWHERE);
            assertThatThrownBy(() -> trust.checkServerTrusted(chain, "ECDHE_RSA"))
                    .isInstanceOf(CertificateException.class);
            assertThat(takesAnyName(trust)).isFalse();
        }
    }

    @Test
    void whateverAnswersOnThisMachineIsAsked() {
        for (String host : new String[] {"127.0.0.1", "[::1]", "localhost"}) {
            assertThatCode(() -> trust(null, host).checkServerTrusted(chain, "ECDHE_RSA"))
                    .as(host)
                    .doesNotThrowAnyException();
        }
    }
}

package io.hubstorage.cli;

import io.hubstorage.config.Settings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts what this machine trusts, and besides the very certificate that the service here has in its file, under whatever name it
 * is reached. Of what answers on this machine itself it trusts any: nothing is told to it but the question whether it is ready, and
 * where a new certificate that is no good lies in the file, the service goes on with another one.
 */
final class PinnedTrust implements X509TrustManager {
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", Pattern.DOTALL);

    private final Optional<X509Certificate> pinned;
    private final boolean lenient;
    private final X509TrustManager usual;
    private boolean known;

    private PinnedTrust(Optional<X509Certificate> pinned, boolean lenient, X509TrustManager usual) {
        this.pinned = pinned;
        this.lenient = lenient;
        this.usual = usual;
    }

    /** @param certificate the PEM file of the service here, which may be unreadable; null where there is none */
    static PinnedTrust of(@Nullable Path certificate, String host) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        X509TrustManager usual = Arrays.stream(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .findFirst()
                .orElseThrow();
        String plain = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return new PinnedTrust(
                Optional.ofNullable(certificate).flatMap(PinnedTrust::first), Settings.Web.isLoopback(plain), usual);
    }

    private static Optional<X509Certificate> first(Path file) {
        try {
            Matcher pem = PEM.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
            return pem.find()
                    ? Optional.of((X509Certificate) CertificateFactory.getInstance("X.509")
                            .generateCertificate(
                                    new ByteArrayInputStream(pem.group().getBytes(StandardCharsets.ISO_8859_1))))
                    : Optional.empty();
        } catch (IOException | CertificateException e) {
            return Optional.empty();
        }
    }

    void applyTo(HttpsURLConnection connection) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {this}, null);
        connection.setSSLSocketFactory(context.getSocketFactory());
        // Asked only where the name is not in the certificate.
        connection.setHostnameVerifier((_, _) -> known);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        known = lenient || pinned.filter(chain[0]::equals).isPresent();
        if (!known) {
            usual.checkServerTrusted(chain, authType);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("not for clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return usual.getAcceptedIssuers();
    }
}

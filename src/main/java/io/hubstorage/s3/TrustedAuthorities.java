package io.hubstorage.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The certificate authorities of {@code AWS_CA_BUNDLE} beside the JDK's own. */
final class TrustedAuthorities {
    private static final byte DER_SEQUENCE = 0x30;
    private static final byte JKS_MAGIC = (byte) 0xFE;

    private TrustedAuthorities() {}

    /**
     * Reads a PEM bundle, or a PKCS#12 (or JKS) file, and adds the default authorities.
     *
     * @param password of a PKCS#12 file; not needed for PEM
     */
    static X509TrustManager load(Path file, @Nullable String password) throws S3Failure {
        try {
            Collection<? extends Certificate> added = read(file, password);
            if (added.isEmpty()) {
                throw new GeneralSecurityException("it holds no certificate authority");
            }
            return manager(added);
        } catch (IOException | GeneralSecurityException failure) {
            String message = failure.getMessage();
            throw new S3Failure.Permanent(
                    S3Failure.Kind.TLS,
                    "The certificate authorities in " + file + " cannot be used ("
                            + (message == null ? failure.getClass().getSimpleName() : message)
                            + "); AWS_CA_BUNDLE must name a readable PEM bundle, or a PKCS#12 file with its password.",
                    failure);
        }
    }

    private static Collection<? extends Certificate> read(Path file, @Nullable String password)
            throws IOException, GeneralSecurityException {
        byte first;
        try (InputStream in = Files.newInputStream(file)) {
            first = (byte) in.read();
        }
        if (first == DER_SEQUENCE || first == JKS_MAGIC) {
            KeyStore store =
                    KeyStore.getInstance(file.toFile(), password == null ? new char[0] : password.toCharArray());
            List<Certificate> found = new ArrayList<>();
            for (String alias : Collections.list(store.aliases())) {
                if (store.isCertificateEntry(alias)) {
                    found.add(store.getCertificate(alias));
                }
            }
            return found;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in);
        }
    }

    /** One store with both sorts, so that the JDK's own trust manager checks everything, names included. */
    private static X509TrustManager manager(Collection<? extends Certificate> added)
            throws GeneralSecurityException, IOException {
        KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
        all.load(null, null);
        int number = 0;
        for (Certificate authority : added) {
            all.setCertificateEntry("added-" + number++, authority);
        }
        for (TrustManager manager : factory(null).getTrustManagers()) {
            if (manager instanceof X509TrustManager defaults) {
                for (X509Certificate authority : defaults.getAcceptedIssuers()) {
                    all.setCertificateEntry("default-" + number++, authority);
                }
            }
        }
        return Stream.of(factory(all).getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .findFirst()
                .orElseThrow(() -> new GeneralSecurityException("this Java has no trust manager for X.509"));
    }

    private static TrustManagerFactory factory(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }
}

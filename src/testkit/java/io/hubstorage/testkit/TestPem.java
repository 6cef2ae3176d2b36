package io.hubstorage.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate that nobody vouches for, with its key, each as PEM; made by the JDK's {@code keytool}, for tests that replace one
 * by another.
 */
public record TestPem(String certificate, String key, X509Certificate own) {
    private static final String ALIAS = "server";

    /**
     * A new one for {@code localhost} and {@code 127.0.0.1}.
     *
     * @param algorithm {@code EC} or {@code RSA}
     * @param further options of keytool, as {@code -startdate} and its value
     */
    public static TestPem make(String algorithm, String... further) throws IOException {
        Path folder = Files.createTempDirectory("hubstorage-pem-");
        Path store = folder.resolve("made.p12");
        try {
            String[] usual = {
                "-genkeypair",
                "-alias",
                ALIAS,
                "-dname",
                "CN=localhost",
                "-keyalg",
                algorithm,
                "-ext",
                "san=dns:localhost,dns:*.backup.test,ip:127.0.0.1"
            };
            String[] all = Arrays.copyOf(usual, usual.length + further.length);
            System.arraycopy(further, 0, all, usual.length, further.length);
            TestCertificates.keytool(store, all);
            KeyStore made = KeyStore.getInstance("PKCS12");
            char[] password = TestCertificates.PASSWORD.toCharArray();
            try (InputStream in = Files.newInputStream(store)) {
                made.load(in, password);
            }
            X509Certificate own = (X509Certificate) made.getCertificate(ALIAS);
            return new TestPem(
                    pem("CERTIFICATE", own.getEncoded()),
                    pem("PRIVATE KEY", made.getKey(ALIAS, password).getEncoded()),
                    own);
        } catch (GeneralSecurityException failure) {
            throw new IOException(failure);
        } finally {
            Files.deleteIfExists(store);
            Files.delete(folder);
        }
    }

    private static String pem(String kind, byte[] content) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(kind, lines);
    }

    /** Writes both, each by a rename as certbot does it. */
    public void write(Path certificateFile, Path keyFile) throws IOException {
        replace(certificateFile, certificate);
        replace(keyFile, key);
    }

    /** Puts a text in the place of a file, by a rename. */
    public static void replace(Path file, String text) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, text, StandardCharsets.US_ASCII);
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** For clients that trust these alone. */
    public static SSLContext trusting(X509Certificate... certificates) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < certificates.length; i++) {
                store.setCertificateEntry("trusted" + i, certificates[i]);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), new SecureRandom());
            return context;
        } catch (IOException | GeneralSecurityException failure) {
            throw new IllegalStateException(failure);
        }
    }
}

package io.hubstorage.web.tls;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.hubstorage.config.ConfigException;
import io.hubstorage.config.Settings;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with its chain, and its key, as they were read from their files and found to belong together.
 *
 * @param options the very bytes that were checked, for a server
 * @param own the server's own certificate, the first of the chain
 */
record PemPair(PemKeyCertOptions options, X509Certificate own) {
    static final String CERTIFICATE = "HUBSTORAGE_TLS_CERT";
    static final String KEY = "HUBSTORAGE_TLS_KEY";

    private static final long LONGEST = 1 << 20;
    private static final int PROOF_BYTES = 32;
    /** Those that the JDK's TLS and Vert.x' reader of PEM both have. */
    private static final List<String> KINDS = List.of("EC", "RSA");

    /**
     * What tells one state of the two files from another, also where a link leads to others now. Null for a file that cannot be
     * looked at.
     */
    record Stamp(@Nullable Of certificate, @Nullable Of key) {
        record Of(@Nullable Object inode, FileTime modified, long size) {}

        static Stamp of(Settings.Tls files) {
            return new Stamp(of(files.certificate()), of(files.key()));
        }

        private static @Nullable Of of(Path file) {
            try {
                BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
                return new Of(found.fileKey(), found.lastModifiedTime(), found.size());
            } catch (IOException e) {
                return null;
            }
        }
    }

    /**
     * Reads both files. Blocks.
     *
     * @throws ConfigException naming the variable whose file cannot be used, and why
     */
    static PemPair read(Vertx vertx, Settings.Tls files) {
        Buffer chain =
                content(CERTIFICATE, files.certificate(), "a readable PEM file with the certificate and its chain");
        Buffer key = content(KEY, files.key(), "a readable PEM file with the key of the certificate");
        String text = key.toString(StandardCharsets.ISO_8859_1);
        if (text.contains("ENCRYPTED")) {
            throw refused(
                    KEY,
                    files.key() + ", which is encrypted",
                    "a key without a passphrase, since nobody is there to type it; \"openssl pkey -in KEY -out PLAIN\""
                            + " makes one");
        }
        checkCertificates(vertx, chain, files.certificate());
        PemKeyCertOptions options = new PemKeyCertOptions().addCertValue(chain).addKeyValue(key);
        X509KeyManager manager = manager(vertx, options, files.key());
        String alias = KINDS.stream()
                .map(kind -> manager.getServerAliases(kind, null))
                .filter(Objects::nonNull)
                .flatMap(Stream::of)
                .findFirst()
                .orElseThrow(() -> refused(
                        CERTIFICATE,
                        files.certificate() + ", which is of another kind",
                        "a certificate for EC or RSA"));
        X509Certificate own = manager.getCertificateChain(alias)[0];
        if (!belongTogether(manager.getPrivateKey(alias), own.getPublicKey())) {
            throw refused(
                    KEY,
                    files.key() + ", which is not the key of the first certificate in " + files.certificate(),
                    "the key that the certificate was made for, and the server's own certificate before those of its"
                            + " authorities");
        }
        return new PemPair(options, own);
    }

    private static void checkCertificates(Vertx vertx, Buffer chain, Path file) {
        try {
            new PemTrustOptions().addCertValue(chain).getTrustManagerFactory(vertx);
        } catch (Exception e) {
            // Whatever the reader of PEM throws: what it is given comes from outside.
            throw refused(
                    CERTIFICATE,
                    "%s, which has no certificate that can be read (%s)".formatted(file, reason(e)),
                    "PEM: -----BEGIN CERTIFICATE-----, the server's own one first");
        }
    }

    private static X509KeyManager manager(Vertx vertx, PemKeyCertOptions options, Path file) {
        try {
            KeyManager[] managers = options.getKeyManagerFactory(vertx).getKeyManagers();
            return Arrays.stream(managers)
                    .filter(X509KeyManager.class::isInstance)
                    .map(X509KeyManager.class::cast)
                    .findFirst()
                    .orElseThrow();
        } catch (Exception e) {
            throw refused(
                    KEY,
                    "%s, which has no key for this certificate (%s)".formatted(file, reason(e)),
                    "PEM: the certificate's own key, EC or RSA, as -----BEGIN PRIVATE KEY-----");
        }
    }

    private static String reason(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    private static boolean belongTogether(PrivateKey key, PublicKey shown) {
        try {
            String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
            byte[] text = new byte[PROOF_BYTES];
            new SecureRandom().nextBytes(text);
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            byte[] signature = signing.sign();
            Signature checking = Signature.getInstance(algorithm);
            checking.initVerify(shown);
            checking.update(text);
            return checking.verify(signature);
        } catch (GeneralSecurityException e) {
            // One of RSA and one of EC, for example.
            return false;
        }
    }

    /** Whether others than the owner of the file may read it. */
    static boolean isOpenToOthers(Path key) {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(key);
            return mode.contains(PosixFilePermission.GROUP_READ) || mode.contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static Buffer content(String variable, Path file, String allowed) {
        try {
            if (Files.size(file) > LONGEST) {
                throw refused(variable, file + ", which is longer than a MiB", allowed);
            }
            return Buffer.buffer(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw refused(variable, file + ", which does not exist", allowed);
        } catch (AccessDeniedException e) {
            throw refused(
                    variable,
                    "%s, which the user %s may not read".formatted(file, System.getProperty("user.name")),
                    allowed);
        } catch (IOException e) {
            throw refused(
                    variable,
                    Files.isDirectory(file)
                            ? file + ", which is a folder"
                            : "%s, which cannot be read (%s)".formatted(file, e.getMessage()),
                    allowed);
        }
    }

    private static ConfigException refused(String variable, String found, String allowed) {
        return new ConfigException(List.of(new Problem(variable, found, allowed)));
    }
}

package io.hubstorage.web.tls;

import io.hubstorage.config.Settings;
import io.hubstorage.fs.Durable;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A certificate that nobody vouches for, made by the JRE's own {@code keytool}. Blocks. */
final class SelfSigned {
    /** Longer ones are refused by some browsers. */
    private static final int VALID_DAYS = 397;

    private static final Duration RENEWED_BEFORE = Duration.ofDays(30);
    private static final String ALIAS = "server";
    private static final int LINE = 64;
    private static final long PATIENCE_SECONDS = 60;
    /** What keytool takes for one. */
    private static final Pattern DNS =
            Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

    private SelfSigned() {}

    /** Whether one is needed in the place of this because it soon expires. */
    static boolean expires(X509Certificate old, Instant now) {
        return !now.plus(RENEWED_BEFORE).isBefore(old.getNotAfter().toInstant());
    }

    /** Whether it is for all of these names. */
    static boolean isFor(X509Certificate old, Collection<String> names) {
        return names(old).containsAll(certifiable(names));
    }

    /** The names and addresses that a certificate is for, as they are compared. */
    static Set<String> names(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? Set.of()
                    : names.stream()
                            .map(name -> name.get(1))
                            .filter(String.class::isInstance)
                            .map(name -> normal((String) name))
                            .collect(Collectors.toSet());
        } catch (CertificateParsingException e) {
            return Set.of();
        }
    }

    static String normal(String name) {
        String plain = name.toLowerCase(Locale.ROOT);
        byte[] address = NetUtil.createByteArrayFromIpAddressString(plain);
        return address == null ? plain : NetUtil.bytesToIpAddress(address);
    }

    private static Set<String> certifiable(Collection<String> names) {
        return names.stream()
                .map(SelfSigned::normal)
                .filter(name -> isAddress(name) || DNS.matcher(name).matches())
                .collect(Collectors.toSet());
    }

    private static boolean isAddress(String name) {
        return NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name);
    }

    /** Makes one for these names, and its key, which only the user of this process can read. */
    static void make(Settings.Tls files, Collection<String> names) throws IOException {
        Path folder = Durable.folderOf(files.certificate());
        Files.createDirectories(folder);
        Path store = folder.resolve(".making-%s.p12".formatted(UUID.randomUUID()));
        String password = UUID.randomUUID().toString();
        try {
            keytool(store, password, names);
            KeyStore made = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                made.load(in, password.toCharArray());
            }
            byte[] key = Objects.requireNonNull(made.getKey(ALIAS, password.toCharArray()))
                    .getEncoded();
            byte[] certificate =
                    Objects.requireNonNull(made.getCertificate(ALIAS)).getEncoded();
            write(files.key(), "PRIVATE KEY", key);
            write(files.certificate(), "CERTIFICATE", certificate);
        } catch (GeneralSecurityException e) {
            throw new IOException("what keytool made cannot be read: " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(store);
        }
    }

    private static void write(Path file, String kind, byte[] content) throws IOException {
        try {
            // For the mode, which stays when the content comes.
            Files.createFile(file, Durable.ownerOnly(file));
        } catch (FileAlreadyExistsException goesOn) {
            // One from before.
        }
        Base64.Encoder lines = Base64.getMimeEncoder(LINE, new byte[] {'\n'});
        String pem = "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
                .formatted(kind, lines.encodeToString(content))
                .replace("\r", "");
        Durable.writeAtomically(file, pem.getBytes(StandardCharsets.US_ASCII));
    }

    private static void keytool(Path store, String password, Collection<String> names) throws IOException {
        String alternatives = certifiable(names).stream()
                .sorted()
                .map(name -> (isAddress(name) ? "ip:" : "dns:") + name)
                .collect(Collectors.joining(","));
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-dname",
                "CN=HubStorage",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-sigalg",
                "SHA256withECDSA",
                "-validity",
                String.valueOf(VALID_DAYS),
                "-ext",
                "san=" + alternatives,
                "-ext",
                "eku=serverAuth",
                "-storetype",
                "PKCS12",
                "-keystore",
                // In its own folder: of a path that is not ASCII nothing is left without a locale.
                String.valueOf(store.getFileName()),
                "-storepass:env",
                "PASSWORD");
        // None of our variables is its business.
        builder.environment().clear();
        builder.environment().put("PASSWORD", password);
        builder.directory(Durable.folderOf(store).toFile());
        Process process = builder.redirectErrorStream(true).start();
        process.getOutputStream().close();
        try (InputStream out = process.getInputStream()) {
            // What it says fits into a pipe.
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("keytool does not come to an end");
            }
            String said = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.exitValue() != 0) {
                throw new IOException("keytool says: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a certificate was made", e);
        } finally {
            process.destroyForcibly();
        }
    }
}

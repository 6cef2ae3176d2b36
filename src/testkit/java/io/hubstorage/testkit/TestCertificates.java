package io.hubstorage.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A private certificate authority and a server certificate for {@code localhost} and {@code 127.0.0.1} signed by it, made
 * by the JDK's own {@code keytool} once a JVM; the files go when the JVM ends.
 */
public final class TestCertificates {
    /** Of every store made here. */
    public static final String PASSWORD = "changeit";

    private final Path folder;

    private TestCertificates() throws IOException {
        folder = Files.createTempDirectory("hubstorage-tls-");
        Path store = keyStore();
        Path ca = folder.resolve("ca.p12");
        keytool(
                ca,
                "-genkeypair",
                "-alias",
                "ca",
                "-dname",
                "CN=HubStorage test CA",
                "-ext",
                "bc:c=ca:true",
                "-keyalg",
                "EC");
        keytool(ca, "-exportcert", "-alias", "ca", "-rfc", "-file", caPem().toString());
        // The server's key is made beside the authority's so that the one can sign the other, then moved out alone.
        keytool(
                ca,
                "-genkeypair",
                "-alias",
                "server",
                "-signer",
                "ca",
                "-dname",
                "CN=localhost",
                "-keyalg",
                "EC",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-ext",
                "eku=serverAuth");
        keytool(
                store,
                "-importkeystore",
                "-srckeystore",
                ca.toString(),
                "-srcstorepass",
                PASSWORD,
                "-srcalias",
                "server");
        Files.delete(ca);
        for (Path file : List.of(folder, caPem(), store)) {
            file.toFile().deleteOnExit();
        }
    }

    /** The certificates of this JVM, made on first use. */
    public static TestCertificates get() {
        return Holder.INSTANCE;
    }

    /** The authority's certificate, to be trusted by clients. */
    public Path caPem() {
        return folder.resolve("ca.pem");
    }

    /** PKCS#12 with the server's key and chain; {@link #PASSWORD}. */
    public Path keyStore() {
        return folder.resolve("server.p12");
    }

    static void keytool(Path store, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(Arrays.asList(arguments));
        String role = arguments[0].equals("-importkeystore") ? "dest" : "";
        command.addAll(List.of(
                "-" + role + "keystore",
                store.toString(),
                "-" + role + "storepass",
                PASSWORD,
                "-" + role + "storetype",
                "PKCS12"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException("keytool failed: " + command + "\n" + output);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while making a certificate", interrupted);
        }
    }

    private static final class Holder {
        private static final TestCertificates INSTANCE = make();

        private static TestCertificates make() {
            try {
                return new TestCertificates();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}

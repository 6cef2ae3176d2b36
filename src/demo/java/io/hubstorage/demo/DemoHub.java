package io.hubstorage.demo;

import io.hubstorage.testkit.EmbeddedS3;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The real program as a process of its own, with nothing from this one's environment that could lead it elsewhere. */
final class DemoHub implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> STRANGERS = List.of("AWS_", "HUBSTORAGE_", "BACKUP_", "DOCKER_MODE");

    private final Process process;
    private final DemoHome home;
    private final URI address;

    private DemoHub(Process process, DemoHome home, URI address) {
        this.process = process;
        this.home = home;
        this.address = address;
    }

    /** Starts {@code java -jar <jar> serve} on the home, with the embedded S3 as its endpoint. */
    static DemoHub start(Path jar, DemoHome home, EmbeddedS3 s3, String host, int port) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx512m",
                "-jar",
                jar.toAbsolutePath().toString(),
                "serve");
        builder.directory(home.folder().toFile());
        builder.redirectErrorStream(true);
        builder.redirectOutput(home.console().toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> STRANGERS.stream().anyMatch(name::startsWith));
        environment.putAll(Map.of(
                "AWS_ENDPOINT_URL", s3.endpoint().toString(),
                "AWS_ACCESS_KEY_ID", s3.accessKey(),
                "AWS_SECRET_ACCESS_KEY", s3.secretKey(),
                "AWS_DEFAULT_REGION", "us-east-1",
                "HUBSTORAGE_CONFIG_PATH", home.config().toString(),
                "HUBSTORAGE_DATA_PATH", home.data().toString(),
                "HUBSTORAGE_LOG_PATH", home.logs().toString(),
                "HUBSTORAGE_WEB_HOST", host,
                "HUBSTORAGE_WEB_PORT", Integer.toString(port),
                "DOCKER_MODE", "false"));
        environment.put("HUBSTORAGE_CACHE_PATH", "none");
        // Nothing in the demo is a secret, whoever may reach it.
        environment.put("HUBSTORAGE_AUTH", "none");
        // The user's own profiles must not decide anything here.
        environment.put(
                "AWS_CONFIG_FILE", home.folder().resolve("no-aws-config").toString());
        environment.put(
                "AWS_SHARED_CREDENTIALS_FILE",
                home.folder().resolve("no-aws-credentials").toString());
        if (!speaksUtf8(environment)) {
            // Java names files in the locale's charset: without this, "odd-names" could not be written.
            environment.put("LC_ALL", "C.UTF-8");
        }
        URI address = URI.create("http://%s:%d/".formatted(host.equals("0.0.0.0") ? "127.0.0.1" : host, port));
        return new DemoHub(builder.start(), home, address);
    }

    /** The dashboard. */
    URI address() {
        return address;
    }

    /** Waits until the program answers; fails with what it last said if it ends or stays silent. */
    void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build()) {
            while (!answers(http)) {
                if (process.waitFor(200, TimeUnit.MILLISECONDS)) {
                    throw new IOException("HubStorage ended with exit code " + process.exitValue() + lastWords());
                }
                if (System.nanoTime() > deadline) {
                    throw new IOException("HubStorage does not answer on " + address + " after " + PATIENCE.toSeconds()
                            + " s" + lastWords());
                }
            }
        }
    }

    /** Waits for the program's end; returns its exit code. */
    int waitFor() throws InterruptedException {
        return process.waitFor();
    }

    /** What the program last printed, on lines of its own. */
    String lastWords() throws IOException {
        try (Stream<String> lines = Files.lines(home.console())) {
            List<String> all = lines.toList();
            List<String> tail = all.subList(Math.max(0, all.size() - 20), all.size());
            return tail.isEmpty() ? ", and it printed nothing" : ". It printed last:\n  " + String.join("\n  ", tail);
        }
    }

    /** Asks the program to end in order, and ends it the hard way after ten seconds. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private boolean answers(HttpClient http) throws InterruptedException {
        int ready = status(http, "health/ready");
        return ready == 200 || (ready == 404 && status(http, "") < 500);
    }

    private int status(HttpClient http, String path) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address.resolve(path))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException notYet) {
            return 599;
        }
    }

    private static boolean speaksUtf8(Map<String, String> environment) {
        for (String name : List.of("LC_ALL", "LC_CTYPE", "LANG")) {
            String value = environment.getOrDefault(name, "");
            if (!value.isEmpty()) {
                return value.toUpperCase(Locale.ROOT).replace("-", "").contains("UTF8");
            }
        }
        return false;
    }
}

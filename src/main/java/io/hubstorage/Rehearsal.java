package io.hubstorage;

import io.hubstorage.cli.HubCommand;
import io.hubstorage.fs.Trees;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What an AOT cache is trained on: real backups of a small bucket on loopback (all new, some new, nothing new), a verification
 * and a service whose pages somebody visits, all by the commands' own code. Takes some seconds, leaves nothing behind, and
 * says nothing unless it fails.
 */
final class Rehearsal {
    private static final List<String> PAGES = List.of(
            "/",
            "/health/ready",
            "/api/status",
            "/api/backup/status",
            "/api/backup/history",
            "/api/snapshots",
            "/api/scheduler/status",
            "/api/config",
            "/metrics");

    private final Map<String, String> environment;

    private Rehearsal(Path home, URI endpoint) {
        environment = Map.ofEntries(
                Map.entry(
                        "HUBSTORAGE_CONFIG_PATH",
                        home.resolve("config/config.json").toString()),
                Map.entry("HUBSTORAGE_DATA_PATH", home.resolve("data").toString()),
                Map.entry("HUBSTORAGE_LOG_PATH", home.resolve("logs").toString()),
                Map.entry("HUBSTORAGE_WEB_HOST", "127.0.0.1"),
                Map.entry("HUBSTORAGE_WEB_PORT", "0"),
                Map.entry("HUBSTORAGE_AUTH", "none"),
                Map.entry(AotCache.VARIABLE, "none"),
                Map.entry("AWS_ENDPOINT_URL", endpoint.toString()),
                Map.entry("AWS_ACCESS_KEY_ID", "nobody"),
                Map.entry("AWS_SECRET_ACCESS_KEY", "nothing-secret"),
                Map.entry("AWS_DEFAULT_REGION", "us-east-1"));
    }

    /** Ends the process, with another code than 0 if anything went otherwise than it does in earnest. */
    public static void main(String[] args) throws Exception {
        Path home = Files.createTempDirectory("hubstorage-rehearsal-");
        Vertx vertx = Vertx.vertx();
        try (RehearsedS3 s3 = RehearsedS3.start(vertx)) {
            new Rehearsal(home, s3.endpoint()).play(home, s3);
        } catch (Throwable e) {
            e.printStackTrace();
            Trees.delete(home);
            // At once, so that no cache is written.
            Runtime.getRuntime().halt(1);
        }
        Trees.delete(home);
        System.exit(0);
    }

    private void play(Path home, RehearsedS3 s3) throws IOException {
        Files.createDirectories(home.resolve("config"));
        Files.writeString(
                home.resolve("config/config.json"),
                new JsonObject()
                        .put("s3_buckets", new JsonArray(List.of(RehearsedS3.BUCKET)))
                        .put("automation", new JsonObject().put("enabled", false))
                        .encode());
        run("backup");
        s3.change();
        run("backup");
        run("backup");
        run("snapshots");
        run("verify");
        run("serve");
    }

    private void run(String command) {
        StringWriter said = new StringWriter();
        PrintWriter all = new PrintWriter(said, true);
        int code = HubCommand.execute(new Visited(environment), all, all, command);
        if (code != 0) {
            throw new IllegalStateException("%s ended with %d:%n%s".formatted(command, code, said));
        }
    }

    /** A service is visited as soon as it is up, and then stopped. */
    private static final class Visited extends Main {
        private final CompletableFuture<Void> over = new CompletableFuture<>();

        Visited(Map<String, String> environment) {
            super(environment);
        }

        @Override
        public CompletableFuture<Void> stopRequest() {
            return over;
        }

        @Override
        public Running start(Launch launch) {
            Running running = super.start(launch);
            running.port().ifPresent(port -> {
                URI home = URI.create("http://127.0.0.1:" + port);
                for (String page : PAGES) {
                    visit(home.resolve(page), null);
                }
                visit(home.resolve("/api/backup/run"), "{}");
                over.complete(null);
            });
            return running;
        }

        private static void visit(URI address, @Nullable String body) {
            try {
                HttpURLConnection connection =
                        (HttpURLConnection) address.toURL().openConnection();
                connection.setRequestProperty("Accept-Encoding", "gzip");
                if (body != null) {
                    connection.setRequestMethod("POST");
                    connection.setRequestProperty("Content-Type", "application/json");
                    connection.setDoOutput(true);
                    try (OutputStream out = connection.getOutputStream()) {
                        out.write(body.getBytes(StandardCharsets.UTF_8));
                    }
                }
                try (InputStream in = connection.getInputStream()) {
                    in.readAllBytes();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

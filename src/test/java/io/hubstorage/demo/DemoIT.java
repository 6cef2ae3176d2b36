package io.hubstorage.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as {@code scripts/demo.sh} starts it, up to Ctrl-C. */
final class DemoIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Pattern ADDRESS = Pattern.compile("HubStorage is running:  (http://\\S+)");
    private static final Pattern LOG_LINE = Pattern.compile("\\b(TRACE|DEBUG|INFO|WARN|ERROR)\\b");

    @Test
    void theDemoTellsItsAddressMakesASnapshotAndLeavesNothingBehind(@TempDir Path folder) throws Exception {
        Path console = folder.resolve("console.txt");
        Path homes = folder.resolve("homes");
        Process demo = start(console, homes);
        try {
            URI address = Awaitility.await()
                    .atMost(PATIENCE)
                    .failFast(() -> !demo.isAlive())
                    .until(() -> address(console), Objects::nonNull);
            Awaitility.await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
                JsonObject last = json(address.resolve("/api/backup/last")).getJsonObject("last");
                assertThat(last.getString("result")).isEqualTo("success");
            });
            JsonObject snapshots = json(address.resolve("/api/snapshots"));
            assertThat(snapshots
                            .getJsonArray("snapshots")
                            .getJsonObject(0)
                            .getJsonArray("buckets")
                            .size())
                    .isEqualTo(DemoData.BUCKETS.size());

            // Ctrl-C.
            int sent = new ProcessBuilder("kill", "-s", "INT", Long.toString(demo.pid()))
                    .start()
                    .waitFor();
            assertThat(sent).isZero();
            assertThat(demo.waitFor(30, TimeUnit.SECONDS)).isTrue();
            String said = Files.readString(console);
            assertThat(said).endsWith("Stopped; nothing is left behind.\n");
            assertThat(said).as("no library's log lines").doesNotContainPattern(LOG_LINE);
            assertThat(homes).isEmptyDirectory();
        } finally {
            demo.destroyForcibly().waitFor();
        }
    }

    private static Process start(Path console, Path homes) throws IOException {
        return new ProcessBuilder(
                        // Who is started in the background by a shell inherits that SIGINT is ignored.
                        "/usr/bin/env",
                        "--default-signal=INT",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Demo.class.getName(),
                        "--jar",
                        System.getProperty("hubstorage.jar"),
                        "--port",
                        "0",
                        "--folder",
                        homes.toString())
                .redirectErrorStream(true)
                .redirectOutput(console.toFile())
                .start();
    }

    private static @Nullable URI address(Path console) throws IOException {
        List<URI> found = Files.readAllLines(console).stream()
                .map(ADDRESS::matcher)
                .filter(Matcher::find)
                .map(matcher -> URI.create(matcher.group(1)))
                .toList();
        return found.isEmpty() ? null : found.getFirst();
    }

    private static JsonObject json(URI address) throws IOException, InterruptedException {
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return new JsonObject(http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                    .body());
        }
    }
}

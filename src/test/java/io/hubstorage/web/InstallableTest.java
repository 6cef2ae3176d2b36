package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.web.sse.EventHub;
import io.vertx.core.json.JsonObject;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard as something that a device installs; {@link OfflineIT} shows what a browser makes of it. */
final class InstallableTest {
    private static final Path WEBROOT = Path.of("webroot");

    @Test
    void aDeviceGetsWhatItInstallsWithoutALogin(@TempDir Path folder) throws IOException {
        Map<String, String> environment =
                Map.of("HUBSTORAGE_WEB_PASSWORD", "a long password", "HUBSTORAGE_BASE_PATH", "/hub");
        try (WebServer server = WebServer.start(folder, environment, EventHub.Limits.DEFAULT)) {
            URI address = URI.create("/hub/assets/manifest.webmanifest");
            WebServer.Answer answer = server.get(address.getPath());
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Content-Type")).isEqualTo("application/manifest+json");
            JsonObject manifest = answer.json();
            for (String member : Set.of("start_url", "scope")) {
                assertThat(address.resolve(manifest.getString(member))).hasToString("/hub/");
            }
            int icons = 0;
            for (Object each : manifest.getJsonArray("icons")) {
                JsonObject icon = (JsonObject) each;
                WebServer.Answer picture =
                        server.get(address.resolve(icon.getString("src")).getPath());
                assertThat(picture.header("Content-Type")).isEqualTo(icon.getString("type"));
                if (icon.getString("type").equals("image/png")) {
                    assertThat(size(picture)).isEqualTo(icon.getString("sizes"));
                    icons++;
                }
            }
            assertThat(icons).isEqualTo(3);
            assertThat(size(server.get("/hub/assets/icons/apple-touch-icon.png")))
                    .isEqualTo("180x180");
            WebServer.Answer worker = server.get("/hub/service-worker.js");
            assertThat(worker.header("Content-Type")).startsWith("text/javascript");
            assertThat(worker.header("Cache-Control")).as("an update is seen").isEqualTo("no-cache");
            assertThat(worker.header("Content-Security-Policy")).contains("worker-src 'self'", "manifest-src 'self'");
            assertThat(server.get("/hub/login").body().toString())
                    .contains("/hub/assets/manifest.webmanifest", "/hub/assets/icons/apple-touch-icon.png");
            // What is for those who have come in stays there.
            assertThat(server.get("/hub/assets/js/offline.js").status()).isEqualTo(401);
        }
    }

    private static String size(WebServer.Answer picture) throws IOException {
        BufferedImage image =
                ImageIO.read(new ByteArrayInputStream(picture.body().getBytes()));
        return image.getWidth() + "x" + image.getHeight();
    }

    @Test
    void whatStandsInForThePagesIsKeptWhole() throws IOException {
        String worker = Files.readString(WEBROOT.resolve("service-worker.js"));
        Set<String> kept = found(worker.substring(worker.indexOf("const PARTS"), worker.indexOf("];")), "'([^']+)'");
        Set<String> needed = new TreeSet<>();
        for (String part : found(Files.readString(WEBROOT.resolve("offline.html")), "\\{base}/offline/([^\"]+)\"")) {
            collect(part, needed);
        }
        assertThat(needed).hasSizeGreaterThan(5).isEqualTo(kept);
    }

    private static void collect(String part, Set<String> parts) throws IOException {
        if (parts.add(part) && part.endsWith(".js")) {
            for (String imported :
                    found(Files.readString(WEBROOT.resolve(part)), "(?:from|import\\() ?'\\./([^']+)'")) {
                collect("js/" + imported, parts);
            }
        }
    }

    private static Set<String> found(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}

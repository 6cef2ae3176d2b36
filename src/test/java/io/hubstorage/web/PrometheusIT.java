package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.testkit.FreePorts;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.HubProcessExtension;
import io.hubstorage.testkit.Promtool;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus, set up as the page says, that scrapes a real HubStorage: what it makes of the rules and of each panel. */
final class PrometheusIT {
    private static final Pattern YAML = Pattern.compile("(?s)```yaml\n(.*?)```");
    private static final String TOKEN = "a token of the scrape";
    private static final String PASSWORD = "a password of the test";

    @RegisterExtension
    static final HubProcessExtension HUB = new HubProcessExtension();

    private final HttpClient http = HttpClient.newHttpClient();
    private URI prometheus = URI.create("http://127.0.0.1:0/");

    @Test
    void theSetupOfThePageScrapesAndNoPanelIsEmpty(@TempDir Path folder) throws Exception {
        assumeTrue(Promtool.isInstalled("prometheus"), "prometheus is not installed (Debian: prometheus)");
        HUB.s3().createBucket("photos");
        HUB.s3().put("photos", "a.jpg", "some bytes".getBytes(StandardCharsets.UTF_8));
        HubProcess hub = HUB.serve(
                new JsonObject().put("s3_buckets", new JsonArray(List.of("photos"))),
                Map.of("HUBSTORAGE_WEB_TOKEN", TOKEN, "HUBSTORAGE_WEB_PASSWORD", PASSWORD));
        await().until(() -> {
            JsonObject last =
                    new JsonObject(hub.get("/api/backup/last", PASSWORD).body()).getJsonObject("last");
            return last != null && "success".equals(last.getString("result"));
        });
        Process process = start(folder, hub.awaitUp());
        try {
            // Rates need two scrapes, and the state of a bucket the run's end.
            await().ignoreExceptions()
                    .until(() -> number("count_over_time(hubstorage_bucket_state{state=\"safe\"}[1m])") >= 2);
            // On a busy machine a scrape may take too long, and then there is nothing until the next.
            await().untilAsserted(() -> {
                assertThat(number("sum(up{job=\"hubstorage\"})")).isEqualTo(1);
                List<String> empty = new ArrayList<>();
                for (String expression : panels()) {
                    if (query(expression).isEmpty()) {
                        empty.add(expression);
                    }
                }
                assertThat(empty).as("expressions of panels without a result").isEmpty();
            });

            List<JsonObject> rules = rules();
            assertThat(rules).hasSizeGreaterThan(12).allSatisfy(rule -> {
                assertThat(rule.getString("lastError"))
                        .as(rule.getString("name"))
                        .isNull();
                assertThat(rule.getString("health")).as(rule.getString("name")).isNotEqualTo("err");
                assertThat(rule.getString("state")).as(rule.getString("name")).isNotEqualTo("firing");
            });
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    /** By the configuration of docs/monitoring.md, with our names in the place of its. */
    private Process start(Path folder, URI hub) throws IOException {
        Matcher shown = YAML.matcher(Files.readString(Path.of("docs/monitoring.md")));
        assertThat(shown.find()).isTrue();
        Path token = Files.writeString(folder.resolve("token"), TOKEN + "\n");
        String config = shown.group(1)
                .replace(
                        "hubstorage/alerts.yml",
                        Path.of("deploy/prometheus/alerts.yml").toAbsolutePath().toString())
                .replace("/etc/prometheus/hubstorage.token", token.toString())
                .replace("nas:5002", hub.getHost() + ":" + hub.getPort())
                .replace("scrape_interval: 30s", "scrape_interval: 2s\n    scrape_timeout: 2s");
        Files.writeString(folder.resolve("prometheus.yml"), "global: {evaluation_interval: 1s}\n" + config);
        while (true) {
            int port = FreePorts.one();
            prometheus = URI.create("http://127.0.0.1:" + port + "/");
            Path log = folder.resolve("prometheus.log");
            Process process = new ProcessBuilder(
                            "prometheus",
                            "--config.file=" + folder.resolve("prometheus.yml"),
                            "--storage.tsdb.path=" + folder.resolve("tsdb"),
                            "--web.listen-address=127.0.0.1:" + port)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            await().until(() -> !process.isAlive() || isReady());
            if (process.isAlive()) {
                return process;
            }
            // Somebody else may have been faster to take the port.
            assertThat(log).content().contains("address already in use");
        }
    }

    private boolean isReady() throws InterruptedException {
        try {
            return http.send(
                                    HttpRequest.newBuilder(prometheus.resolve("-/ready"))
                                            .build(),
                                    BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static Stream<String> expressions(JsonObject panel) {
        return panel.getJsonArray("targets", new JsonArray()).stream()
                .map(target -> ((JsonObject) target).getString("expr"))
                .map(expression -> expression.replaceAll("\\$[a-z]+", ".*"));
    }

    private static List<String> panels() throws IOException {
        return new JsonObject(Files.readString(Path.of("deploy/grafana/hubstorage.json")))
                .getJsonArray("panels").stream()
                        .flatMap(panel -> expressions((JsonObject) panel))
                        .toList();
    }

    private List<JsonObject> rules() throws IOException, InterruptedException {
        return ask("api/v1/rules").getJsonObject("data").getJsonArray("groups").stream()
                .flatMap(group -> ((JsonObject) group).getJsonArray("rules").stream())
                .map(JsonObject.class::cast)
                .toList();
    }

    private double number(String expression) throws IOException, InterruptedException {
        JsonArray value = query(expression).getJsonObject(0).getJsonArray("value");
        return Double.parseDouble(value.getString(1));
    }

    private JsonArray query(String expression) throws IOException, InterruptedException {
        return ask("api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .getJsonObject("data")
                .getJsonArray("result");
    }

    private JsonObject ask(String path) throws IOException, InterruptedException {
        String answer = http.send(
                        HttpRequest.newBuilder(prometheus.resolve(path)).build(), BodyHandlers.ofString())
                .body();
        JsonObject said = new JsonObject(answer);
        assertThat(said.getString("status")).as("%s: %s", path, answer).isEqualTo("success");
        return said;
    }
}

package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.hubstorage.testkit.PromQl;
import io.hubstorage.testkit.Promtool;
import io.hubstorage.web.sse.EventHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules and the dashboard that are shipped, and the page that explains them, beside what {@code /metrics} really shows. */
final class MonitoringTest {
    private static final Path RULES = Path.of("deploy/prometheus/alerts.yml");
    private static final Path PAGE = Path.of("docs/monitoring.md");
    private static final Path DASHBOARD = Path.of("deploy/grafana/hubstorage.json");
    private static final Pattern DOCUMENTED = Pattern.compile("`(hubstorage_[a-z_0-9]+)");
    private static final int COLUMNS = 24;

    /** As Prometheus and Grafana add them to each series. */
    private static final Set<String> ADDED_LABELS = Set.of("job", "instance");

    private static List<JsonNode> alerts() throws IOException {
        JsonNode rules = new ObjectMapper(new YAMLFactory()).readTree(Files.readString(RULES));
        List<JsonNode> alerts = new ArrayList<>();
        rules.path("groups").forEach(group -> group.path("rules").forEach(alerts::add));
        assertThat(alerts).hasSizeGreaterThan(12);
        return alerts;
    }

    private static JsonNode dashboard() throws IOException {
        return new ObjectMapper().readTree(Files.readString(DASHBOARD));
    }

    private static List<JsonNode> panels() throws IOException {
        List<JsonNode> panels = new ArrayList<>();
        dashboard().path("panels").forEach(panels::add);
        return panels;
    }

    private static Stream<String> expressions() throws IOException {
        List<String> all = new ArrayList<>();
        alerts().forEach(alert -> all.add(alert.path("expr").textValue()));
        JsonNode dashboard = dashboard();
        dashboard.findValuesAsText("expr").forEach(all::add);
        dashboard.findValuesAsText("definition").forEach(all::add);
        return all.stream();
    }

    @Test
    void everySeriesThatRulesAndDashboardNameIsInAScrape(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("config"));
        // Nobody has been told anything yet: a channel's counters are there because it is configured.
        Files.writeString(folder.resolve("config/config.json"), """
            {"s3_buckets": ["photos"],
             "notify": {"channels": [{"name": "ops", "type": "ntfy", "url_env": "HUBSTORAGE_NOTIFY_NTFY_URL"}]}}
            """);
        try (WebServer server = WebServer.start(folder, Map.of(), EventHub.Limits.DEFAULT)) {
            PromQl.Scrape scrape =
                    new PromQl.Scrape(server.get("/metrics").body().toString());
            List<String> wrong = new ArrayList<>();
            expressions()
                    .forEach(expression -> new PromQl(expression)
                            .problems(scrape, ADDED_LABELS)
                            .forEach(problem -> wrong.add(problem + " in " + expression)));
            assertThat(wrong).isEmpty();

            Set<String> documented = new TreeSet<>();
            DOCUMENTED
                    .matcher(Files.readString(PAGE))
                    .results()
                    .map(match -> match.group(1))
                    .forEach(documented::add);
            assertThat(documented)
                    .as("the page explains each metric of ours, and no other")
                    .isEqualTo(scrape.families("hubstorage_"));
        }
    }

    @Test
    void everyAlertSaysWhatToDoAndWhereThatIsExplained() throws IOException {
        String page = Files.readString(PAGE);
        Set<String> headings = new HashSet<>();
        Pattern.compile("(?m)^#+ (.+)$")
                .matcher(page)
                .results()
                .map(match -> match.group(1).toLowerCase(Locale.ROOT).replace(' ', '-'))
                .forEach(headings::add);
        for (JsonNode alert : alerts()) {
            String name = alert.path("alert").textValue();
            assertThat(name).matches("HubStorage[A-Z][A-Za-z0-9]+");
            assertThat(alert.path("labels").path("severity").textValue()).isIn("critical", "warning");
            assertThat(alert.path("annotations").path("summary").textValue())
                    .as(name)
                    .isNotBlank();
            assertThat(alert.path("annotations").path("description").textValue())
                    .as(name)
                    .isNotBlank();
            String link = alert.path("annotations").path("runbook_url").textValue();
            assertThat(link).startsWith(PAGE + "#");
            assertThat(headings).contains(link.substring(link.indexOf('#') + 1));
            assertThat(page.replace("\n", ""))
                    .as("the page has the expression of %s", name)
                    .contains(alert.path("expr").textValue().replace("\n", ""));
        }
    }

    @Test
    void everyAlertIsSeenToFire() throws IOException {
        String tests = Files.readString(RULES.resolveSibling("alerts_test.yml"))
                + Files.readString(RULES.resolveSibling("alerts_days_test.yml"));
        Set<String> fired = new HashSet<>();
        Pattern.compile("alertname=\"(\\w+)\"")
                .matcher(tests)
                .results()
                .map(match -> match.group(1))
                .forEach(fired::add);
        for (JsonNode alert : alerts()) {
            assertThat(fired).contains(alert.path("alert").textValue());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"alerts_test.yml", "alerts_days_test.yml"})
    void alertsFireWhenTheyShould(String file) throws IOException {
        Promtool.Said said =
                Promtool.run("", "test", "rules", RULES.resolveSibling(file).toString());
        assertThat(said.code()).as(said.text()).isZero();
        assertThat(said.text()).contains("SUCCESS");
    }

    /** What Grafana's import asks of a dashboard, as far as it can be checked without one. */
    @Test
    void theDashboardIsWholeAndLaidOutWithoutGapsOrOverlaps() throws IOException {
        JsonNode dashboard = dashboard();
        assertThat(dashboard.path("uid").textValue()).isEqualTo("hubstorage");
        assertThat(dashboard.path("schemaVersion").intValue()).isGreaterThanOrEqualTo(36);
        List<JsonNode> panels = panels();
        Set<Integer> ids = new HashSet<>();
        Set<String> cells = new HashSet<>();
        int height = 0;
        for (JsonNode panel : panels) {
            String title = panel.path("title").textValue();
            assertThat(ids.add(panel.path("id").intValue()))
                    .as("id of %s", title)
                    .isTrue();
            JsonNode at = panel.path("gridPos");
            for (int x = at.path("x").intValue();
                    x < at.path("x").intValue() + at.path("w").intValue();
                    x++) {
                for (int y = at.path("y").intValue();
                        y < at.path("y").intValue() + at.path("h").intValue();
                        y++) {
                    assertThat(x).as(title).isBetween(0, COLUMNS - 1);
                    assertThat(cells.add(x + "," + y))
                            .as("%s overlaps at %d, %d", title, x, y)
                            .isTrue();
                }
            }
            height = Math.max(height, at.path("y").intValue() + at.path("h").intValue());
        }
        assertThat(cells).as("no hole").hasSize(height * COLUMNS);
    }

    @Test
    void everyPanelAsksTheChosenDataSourceAndSaysWhatItShows() throws IOException {
        for (JsonNode panel : panels()) {
            if (panel.path("type").textValue().equals("row")) {
                continue;
            }
            String title = panel.path("title").textValue();
            assertThat(title).isNotBlank();
            assertThat(panel.path("description").textValue()).as(title).isNotBlank();
            assertThat(panel.path("targets")).as(title).isNotEmpty();
            Set<String> references = new HashSet<>();
            for (JsonNode target : panel.path("targets")) {
                assertThat(references.add(target.path("refId").textValue())).isTrue();
                assertThat(target.path("datasource").path("uid").textValue()).isEqualTo("${datasource}");
                assertThat(target.path("expr").textValue())
                        .as("%s is of the HubStorage that was chosen", title)
                        .contains("$instance");
            }
        }
        Set<String> variables = new HashSet<>(dashboard().path("templating").findValuesAsText("name"));
        assertThat(variables).contains("datasource", "instance", "bucket");
        assertThat(Pattern.compile("\\$\\{?([a-z]+)")
                        .matcher(Files.readString(DASHBOARD))
                        .results()
                        .map((MatchResult match) -> match.group(1)))
                .isSubsetOf(variables);
    }
}

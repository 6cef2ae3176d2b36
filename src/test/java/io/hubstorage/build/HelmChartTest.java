package io.hubstorage.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hubstorage.testkit.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chart as such: that it is whole, of the version of the program, and says what its values are. */
final class HelmChartTest {
    private static final Pattern VARIABLE = Pattern.compile("^(?:# )?([A-Z][A-Z0-9_]+)=");

    @Test
    void helmFindsNothingWrongWithTheChart() throws IOException {
        assertThat(HelmChart.usual().faults()).isEmpty();
        assertThat(Files.readString(HelmChart.FOLDER.resolve("templates/tests/ready.yaml")))
                .contains("helm.sh/hook: test\n");
    }

    @Test
    void thePackedChartHasTheAlertsAndNotTheValuesToTryItWith(@TempDir Path folder) throws IOException {
        String packed = Files.write(
                        folder.resolve("packed.tgz"), HelmChart.usual().packed().getBytes())
                .toString();

        assertThat(tar("-tzf", packed))
                .contains("hubstorage/values.schema.json", "hubstorage/templates/tests/ready.yaml")
                .doesNotContain("/ci/");
        assertThat(tar("-xzOf", packed, "hubstorage/files/alerts.yml"))
                .isEqualTo(Files.readString(Path.of("deploy/prometheus/alerts.yml")));
    }

    private static String tar(String... arguments) {
        return Shell.run(
                        Path.of("."),
                        Map.of(),
                        Duration.ofMinutes(1),
                        Stream.concat(Stream.of("tar"), Stream.of(arguments)).toList())
                .succeeded()
                .out();
    }

    @Test
    void theReadmeHasALineForEachValueAndNoneForOthers() throws IOException {
        Set<String> named = new TreeSet<>();
        Files.readAllLines(HelmChart.FOLDER.resolve("README.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|", -1)[1])
                .forEach(cell -> Stream.of(cell.split(","))
                        .map(name -> name.replace("`", "").strip())
                        .forEach(named::add));
        Set<String> values = new TreeSet<>();
        paths("", KubernetesObjects.in(HelmChart.FOLDER.resolve("values.yaml")).one(), values);

        assertThat(named).isEqualTo(values);
    }

    private static void paths(String prefix, JsonNode value, Set<String> paths) {
        // Of the workers' and the other volumes' there is one line, and what is free is one value.
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            String path = prefix + member.getKey();
            if (path.endsWith("resources")
                    || !member.getValue().isObject()
                    || member.getValue().isEmpty()) {
                paths.add(path);
            } else {
                paths(path + '.', member.getValue(), paths);
            }
        }
    }

    /** Those that .env.example marks with a star. */
    @Test
    void everyVariableThatIsSecretIsKeptOutOfWhatEverybodyMayRead() throws IOException {
        String helpers = Files.readString(HelmChart.FOLDER.resolve("templates/_helpers.tpl"));
        Matcher pattern = Pattern.compile("\\$secret := \"(.*)\"").matcher(helpers);
        assertThat(pattern.find()).isTrue();
        Pattern secret = Pattern.compile(pattern.group(1));
        List<String> starred = new ArrayList<>();
        List<String> plain = new ArrayList<>();
        boolean star = false;
        for (String line : Files.readAllLines(Path.of(".env.example"))) {
            Matcher variable = VARIABLE.matcher(line);
            if (variable.find()) {
                (star ? starred : plain).add(variable.group(1));
                star = false;
            } else {
                star |= line.startsWith("# *");
            }
        }
        // Their stars are of variables that people name themselves.
        starred.removeAll(List.of("HUBSTORAGE_NOTIFY_PRIVATE", "HUBSTORAGE_HOOKS_PATH"));
        // The pair of keys of a section has one star.
        plain.removeIf(name -> name.endsWith("SECRET_ACCESS_KEY") || name.startsWith("ARCHIVE_"));

        assertThat(starred)
                .hasSizeGreaterThan(10)
                .allMatch(name -> secret.matcher(name).find());
        assertThat(plain)
                .hasSizeGreaterThan(30)
                .noneMatch(name -> secret.matcher(name).find());
    }

    @Test
    void itIsOfTheProgramsVersion() throws IOException {
        JsonNode chart =
                KubernetesObjects.in(HelmChart.FOLDER.resolve("Chart.yaml")).one();
        assertThat(chart.path("appVersion").asText())
                .isEqualTo(chart.path("version").asText());
        assertThat(Files.readString(Path.of("pom.xml")))
                .contains("<revision>%s</revision>"
                        .formatted(chart.path("version").asText()));
    }
}

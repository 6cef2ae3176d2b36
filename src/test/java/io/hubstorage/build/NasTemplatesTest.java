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
import java.util.stream.StreamSupport;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What a NAS is told, beside what the image and the compose file say. */
final class NasTemplatesTest {
    private static final Path TEMPLATES = Path.of("deploy/nas");
    private static final String UNRAID = "unraid/hubstorage.xml";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"truenas/compose.yaml", "synology/compose.yaml", "casaos/docker-compose.yml"})
    void aComposeFileHasTheImagesFoldersAndPortAndIsShutOffAsOurOwn(String file) throws IOException {
        JsonNode ours = service(Path.of("docker-compose.yml"));
        JsonNode service = service(TEMPLATES.resolve(file));

        assertThat(service.path("image").asText()).isEqualTo("hubstorage:latest");
        assertThat(texts(service.path("volumes"), "target", ":(/[^:]*)$")).isEqualTo(folders());
        assertThat(texts(service.path("ports"), "target", ":(\\d+)$")).isEqualTo(ports());
        assertThat(service.path("user").asText()).matches("[1-9]\\d*:[1-9]\\d*");
        for (String hard :
                List.of("read_only", "tmpfs", "cap_drop", "security_opt", "init", "stop_grace_period", "restart")) {
            assertThat(service.path(hard)).as(hard).isEqualTo(ours.path(hard)).isNotEqualTo(null);
        }
        assertThat(service.path("mem_limit").asText()).isEqualTo("512m");
        List<String> variables = new ArrayList<>();
        service.path("environment").fieldNames().forEachRemaining(variables::add);
        assertThat(variables).isNotEmpty().isSubsetOf(PodCheck.known());
        for (JsonNode told : service.at("/x-casaos/envs")) {
            assertThat(variables).contains(told.path("container").asText());
        }
        // Nobody's own key, password or address.
        assertThat(service.path("environment").toString()).doesNotContainPattern("(KEY|PASSWORD)[A-Z_]*\":\"[^\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"truenas/compose.yaml", "synology/compose.yaml", "casaos/docker-compose.yml"})
    void composeItselfTakesIt(String file) throws IOException {
        Assumptions.assumeTrue(compose(List.of("version")).code() == 0, "docker compose is not installed");
        Path copy = Files.copy(TEMPLATES.resolve(file), folder.resolve("compose.yaml"));
        Files.copy(Path.of(".env.example"), folder.resolve(".env"));

        Shell.Result result = compose(List.of("-f", copy.toString(), "config"));

        assertThat(result.succeeded().err()).isEmpty();
        assertThat(result.out()).contains("/app/data");
    }

    @Test
    void casaOsTellsOfEachFolderPortAndVariable() throws IOException {
        Path file = TEMPLATES.resolve("casaos/docker-compose.yml");
        JsonNode service = service(file);
        JsonNode told = service.path("x-casaos");
        JsonNode store =
                KubernetesModel.documents(Files.readString(file)).getFirst().path("x-casaos");

        assertThat(told.path("envs").findValuesAsText("container"))
                .containsExactlyElementsOf(fieldNames(service.path("environment")));
        assertThat(new TreeSet<>(told.path("volumes").findValuesAsText("container")))
                .isEqualTo(folders());
        assertThat(new TreeSet<>(told.path("ports").findValuesAsText("container")))
                .isEqualTo(ports());
        assertThat(store.path("main").asText()).isEqualTo("hubstorage");
        assertThat(ports()).contains(store.path("port_map").asText());
        // The folders are made as the user that writes to them.
        assertThat(store.at("/tips/before_install/en_us").asText())
                .contains("chown -R " + service.path("user").asText());
    }

    @Test
    void unraidsTemplateHasTheImagesFoldersAndPortAndMasksWhatIsSecret() throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Element container = factory.newDocumentBuilder()
                .parse(TEMPLATES.resolve(UNRAID).toFile())
                .getDocumentElement();
        Set<String> paths = new TreeSet<>();
        Set<String> ports = new TreeSet<>();
        List<String> variables = new ArrayList<>();
        NodeList configs = container.getElementsByTagName("Config");
        for (int i = 0; i < configs.getLength(); i++) {
            Element config = (Element) configs.item(i);
            String target = config.getAttribute("Target");
            switch (config.getAttribute("Type")) {
                case "Path" -> paths.add(target);
                case "Port" -> ports.add(target);
                case "Variable" -> {
                    variables.add(target);
                    boolean secret = target.matches(".*(KEY_ID|ACCESS_KEY|PASSWORD)");
                    assertThat(config.getAttribute("Mask")).as(target).isEqualTo(String.valueOf(secret));
                }
                default -> throw new AssertionError(config.getAttribute("Type"));
            }
            assertThat(config.getTextContent()).isEqualTo(config.getAttribute("Default"));
        }

        assertThat(container.getAttribute("version")).isEqualTo("2");
        assertThat(paths).isEqualTo(folders());
        assertThat(ports).isEqualTo(ports());
        assertThat(variables).hasSizeGreaterThan(4).isSubsetOf(PodCheck.known());
        assertThat(text(container, "Repository")).isEqualTo("hubstorage:latest");
        assertThat(text(container, "WebUI"))
                .contains("[PORT:" + ports.iterator().next() + "]");
        assertThat(text(container, "ExtraParams").split(" "))
                .contains(
                        "--user=99:100",
                        "--read-only",
                        "--tmpfs=/tmp:mode=1777,size=64m",
                        "--cap-drop=ALL",
                        "--security-opt=no-new-privileges:true",
                        "--memory=512m",
                        "--init",
                        "--stop-timeout=30");
    }

    @Test
    void thePageOfTheNasesLeadsToEachTemplate() throws IOException {
        assertThat(Files.readString(Path.of("docs/nas.md")))
                .contains(
                        "../deploy/nas/" + UNRAID,
                        "../deploy/nas/truenas/compose.yaml",
                        "../deploy/nas/synology/compose.yaml",
                        "../deploy/nas/casaos/docker-compose.yml");
    }

    private Shell.Result compose(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("docker", "compose"));
        command.addAll(arguments);
        try {
            return Shell.run(folder, Map.of(), Duration.ofMinutes(1), command);
        } catch (java.io.UncheckedIOException e) {
            return new Shell.Result(-1, "", String.valueOf(e.getMessage()));
        }
    }

    private static JsonNode service(Path file) throws IOException {
        return KubernetesModel.documents(Files.readString(file)).getFirst().at("/services/hubstorage");
    }

    private static Set<String> folders() {
        return new TreeSet<>(PodCheck.dockerfile("(?<=\")/app/\\w+(?=\"[],])"));
    }

    private static Set<String> ports() {
        return new TreeSet<>(PodCheck.dockerfile("(?<=EXPOSE )5\\d+"));
    }

    private static List<String> fieldNames(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    private static String text(Element container, String name) {
        return container.getElementsByTagName(name).item(0).getTextContent();
    }

    /** Of a list in either of Compose's two forms. */
    private static Set<String> texts(JsonNode list, String member, String shortForm) {
        return new TreeSet<>(StreamSupport.stream(list.spliterator(), false)
                .map(item -> item.isObject()
                        ? item.path(member).asText()
                        : java.util.regex.Pattern.compile(shortForm)
                                .matcher(item.asText())
                                .results()
                                .findFirst()
                                .orElseThrow()
                                .group(1))
                .toList());
    }
}

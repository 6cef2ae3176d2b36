package io.hubstorage.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.hubstorage.testkit.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What runs on GitHub: with fixed programs, few rights, and shell that is sound. */
final class WorkflowsTest {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern PINNED = Pattern.compile("[\\w.-]+(/[\\w.-]+)+@(v\\d+(\\.\\d+)*|[0-9a-f]{40})");
    /** Whoever may write these changes what others get. */
    private static final Set<String> WRITERS = Set.of("image", "publish", "release");

    @TempDir
    Path folder;

    static List<Path> workflows() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(".github/workflows"))) {
            return files.sorted().toList();
        }
    }

    private static List<JsonNode> jobs(Path workflow) throws IOException {
        List<JsonNode> jobs = new ArrayList<>();
        YAML.readTree(workflow.toFile()).path("jobs").forEach(jobs::add);
        assertThat(jobs).isNotEmpty();
        return jobs;
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void whatIsUsedOfOthersIsPinnedAndEachJobEnds(Path workflow) throws IOException {
        for (JsonNode job : jobs(workflow)) {
            if (job.has("uses")) {
                assertThat(Path.of(job.path("uses").asText())).exists();
                continue;
            }
            assertThat(job.path("timeout-minutes").asInt()).isBetween(1, 60);
            for (JsonNode step : job.path("steps")) {
                if (step.has("uses")) {
                    assertThat(step.path("uses").asText()).matches(PINNED);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void onlyWhatPublishesMayWriteAndOnlyWhatItPublishes(Path workflow) throws IOException {
        JsonNode whole = YAML.readTree(workflow.toFile());
        assertThat(whole.has("permissions")).isTrue();
        whole.path("permissions")
                .properties()
                .forEach(right -> assertThat(right.getValue().asText()).isEqualTo("read"));
        whole.path("jobs").properties().forEach(job -> {
            for (Map.Entry<String, JsonNode> right :
                    job.getValue().path("permissions").properties()) {
                if (!right.getValue().asText().equals("read")) {
                    assertThat(workflow.getFileName().toString()).isEqualTo("release.yml");
                    assertThat(WRITERS).contains(job.getKey());
                    assertThat(right.getKey())
                            .isIn(
                                    job.getKey().equals("release")
                                            ? Set.of("contents", "id-token")
                                            : Set.of("packages", "id-token"));
                }
            }
        });
    }

    /** An expression in a script would be pasted in before the shell reads it, whatever somebody has put into it. */
    @ParameterizedTest
    @MethodSource("workflows")
    void theShellOfItsStepsIsSoundAndGetsValuesAsVariablesOnly(Path workflow) throws IOException {
        List<Path> scripts = new ArrayList<>();
        for (JsonNode job : jobs(workflow)) {
            for (JsonNode step : job.path("steps")) {
                String run = step.path("run").asText();
                assertThat(run).doesNotContain("${{");
                if (!run.isEmpty()) {
                    Path script = folder.resolve(scripts.size() + ".sh");
                    scripts.add(Files.writeString(script, "#!/bin/bash\n" + run));
                }
            }
        }
        boolean there =
                Shell.run(folder, Map.of(), Duration.ofSeconds(20), List.of("bash", "-c", "command -v shellcheck"))
                                .code()
                        == 0;
        Assumptions.assumeTrue(there, "shellcheck is not installed");
        List<String> command = new ArrayList<>(List.of("shellcheck"));
        scripts.forEach(script -> command.add(script.toString()));
        assertThat(Shell.run(folder, Map.of(), Duration.ofMinutes(1), command)
                        .succeeded()
                        .out())
                .isEmpty();
    }

    @Test
    void dependabotLooksWhereTheImagesAreNamed() throws IOException {
        List<String> folders = new ArrayList<>();
        for (JsonNode update :
                YAML.readTree(Path.of(".github/dependabot.yml").toFile()).path("updates")) {
            if (update.path("package-ecosystem").asText().equals("docker")) {
                update.path("directories").forEach(folder -> folders.add(folder.asText()));
            }
        }
        assertThat(folders).containsExactly("/", "/docker/bases");
        assertThat(folders)
                .allSatisfy(
                        name -> assertThat(Path.of("." + name, "Dockerfile")).exists());
    }
}

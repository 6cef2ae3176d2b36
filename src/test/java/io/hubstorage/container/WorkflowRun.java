package io.hubstorage.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.hubstorage.testkit.Shell;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A workflow of GitHub's, run here: each job in a folder of its own, its shell as it stands there, expressions as far as our
 * workflows have them. Of what it uses of others, it checks out and hands files from job to job; the rest is noted down.
 */
final class WorkflowRun {
    /** What a step uses, with what it is given. */
    record Used(String job, String action, Map<String, String> with) {}

    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final Pattern EXPRESSION = Pattern.compile("\\$\\{\\{(.*?)}}");

    private final JsonNode jobs;
    private final Path folder;
    private final Path checkout;
    private final Map<String, String> environment;
    private final Map<String, String> values = new HashMap<>();
    private final List<Used> used = new ArrayList<>();

    /**
     * @param folder an empty one, for everything that the run writes
     * @param checkout what a job gets that checks out
     * @param environment what every step gets, beside the variables of its own
     */
    WorkflowRun(Path workflow, Path folder, Path checkout, Map<String, String> environment) throws IOException {
        this.jobs = new YAMLMapper().readTree(workflow.toFile()).path("jobs");
        this.folder = folder;
        this.checkout = checkout;
        this.environment = environment;
    }

    /** Says what a name of an expression stands for: {@code vars.IMAGE_REGISTRY}. */
    WorkflowRun with(String name, String value) {
        values.put(name, value);
        return this;
    }

    /** What the steps have used so far. */
    List<Used> used() {
        return List.copyOf(used);
    }

    /** What a job that has been run put out. */
    String output(String job, String name) {
        return lookup("needs.%s.outputs.%s".formatted(job, name));
    }

    /** Whether a job would be run as things stand. */
    boolean isWanted(String job) {
        JsonNode condition = jobs.path(job).path("if");
        return condition.isMissingNode() || isTrue(evaluate(condition.asText().replaceAll("^\\$\\{\\{|}}$", "")));
    }

    /** Runs a job, which must succeed; of a matrix, for those values that {@link #with} has given. */
    void run(String name) throws IOException {
        JsonNode job = jobs.path(name);
        assertThat(job.path("steps")).as(name).isNotEmpty();
        assertThat(isWanted(name)).isTrue();
        Path workspace = Files.createDirectory(folder.resolve(name));
        for (JsonNode step : job.path("steps")) {
            if (step.has("run")) {
                shell(step, workspace);
            } else {
                use(name, step.path("uses").asText(), strings(step.path("with")), workspace);
            }
        }
        job.path("outputs")
                .properties()
                .forEach(output -> values.put(
                        "needs.%s.outputs.%s".formatted(name, output.getKey()),
                        filled(output.getValue().asText())));
        values.keySet().removeIf(value -> value.startsWith("steps."));
    }

    private void shell(JsonNode step, Path workspace) throws IOException {
        Path script = Files.writeString(
                Files.createTempFile(folder, "step", ".sh"), step.path("run").asText());
        Path outputs = Files.createTempFile(folder, "outputs", ".txt");
        Map<String, String> variables = new HashMap<>(environment);
        variables.putAll(strings(step.path("env")));
        variables.put("GITHUB_OUTPUT", outputs.toString());
        variables.put("GITHUB_SHA", lookup("github.sha"));
        variables.put("GITHUB_REPOSITORY", lookup("github.repository"));

        Shell.run(
                        workspace,
                        variables,
                        PATIENCE,
                        List.of("bash", "--noprofile", "--norc", "-eo", "pipefail", script.toString()))
                .succeeded();

        for (String line : Files.readAllLines(outputs)) {
            String[] output = line.split("=", 2);
            values.put("steps.%s.outputs.%s".formatted(step.path("id").asText(), output[0]), output[1]);
        }
    }

    private void use(String job, String action, Map<String, String> with, Path workspace) throws IOException {
        used.add(new Used(job, action, with));
        Path artifacts = Files.createDirectories(folder.resolve("artifacts"));
        switch (action.substring(0, action.indexOf('@'))) {
            case "actions/checkout" -> copy(checkout, workspace);
            case "actions/upload-artifact" ->
                copy(workspace.resolve(with.get("path")), artifacts.resolve(with.get("name")));
            case "actions/download-artifact" -> {
                PathMatcher wanted = FileSystems.getDefault()
                        .getPathMatcher("glob:" + with.getOrDefault("pattern", with.getOrDefault("name", "")));
                try (Stream<Path> all = Files.list(artifacts)) {
                    for (Path artifact : all.filter(each -> wanted.matches(each.getFileName()))
                            .toList()) {
                        copy(artifact, workspace.resolve(with.get("path")));
                    }
                }
            }
            default -> {}
        }
    }

    /** Copies what is in a folder into another, which may have more. */
    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        Shell.run(from, Map.of(), Duration.ofMinutes(1), List.of("cp", "-a", ".", to.toString()))
                .succeeded();
    }

    private Map<String, String> strings(JsonNode fields) {
        Map<String, String> filled = new LinkedHashMap<>();
        fields.properties()
                .forEach(field ->
                        filled.put(field.getKey(), filled(field.getValue().asText())));
        return filled;
    }

    private String filled(String text) {
        return EXPRESSION.matcher(text).replaceAll(match -> Matcher.quoteReplacement(evaluate(match.group(1))));
    }

    private String evaluate(String expression) {
        String result = "";
        for (String part : expression.split("\\|\\|", -1)) {
            for (String value : part.split("&&", -1)) {
                result = value(value.strip());
                if (!isTrue(result)) {
                    break;
                }
            }
            if (isTrue(result)) {
                break;
            }
        }
        return result;
    }

    private String value(String term) {
        if (term.startsWith("!")) {
            return isTrue(value(term.substring(1))) ? "false" : "true";
        }
        if (term.endsWith("()")) {
            // A run ends with what fails in it.
            assertThat(term).isIn("failure()", "cancelled()");
            return "false";
        }
        return lookup(term);
    }

    /** Of a name that nobody has given a value GitHub makes nothing, and says nothing. */
    private String lookup(String name) {
        String value = values.get(name);
        assertThat(value).as("what %s is", name).isNotNull();
        return java.util.Objects.requireNonNull(value);
    }

    private static boolean isTrue(String value) {
        return !value.isEmpty() && !value.equals("false");
    }
}

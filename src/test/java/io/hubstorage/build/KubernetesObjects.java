package io.hubstorage.build;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** Objects that are made together, and how to find something in them. */
record KubernetesObjects(List<JsonNode> all) {
    /** The documents of a text. */
    static KubernetesObjects of(String text) throws IOException {
        return new KubernetesObjects(KubernetesModel.documents(text));
    }

    /** The documents of a file. */
    static KubernetesObjects in(Path file) {
        try {
            return of(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> kinds() {
        return all.stream().map(object -> object.path("kind").asText()).toList();
    }

    List<JsonNode> all(String kind) {
        return all.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .toList();
    }

    /** The only one that there is. */
    JsonNode one() {
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    /** The only one of that kind. */
    JsonNode one(String kind) {
        assertThat(all(kind)).hasSize(1);
        return all(kind).getFirst();
    }

    JsonNode named(String kind, String name) {
        return all(kind).stream()
                .filter(object -> object.at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + ' ' + name));
    }

    /** As templates of their owners, or by themselves. */
    List<JsonNode> pods() {
        List<JsonNode> pods = new ArrayList<>(all("Pod"));
        all("StatefulSet").forEach(set -> pods.add(set.at("/spec/template")));
        all("Deployment").forEach(set -> pods.add(set.at("/spec/template")));
        return pods;
    }

    static boolean matches(JsonNode selector, JsonNode pod) {
        return labels(pod.at("/metadata/labels"))
                .entrySet()
                .containsAll(labels(selector).entrySet());
    }

    static Map<String, String> labels(JsonNode labels) {
        return labels.properties().stream()
                .collect(toMap(Map.Entry::getKey, label -> label.getValue().asText()));
    }

    /** The first one of whatever makes pods. */
    static JsonNode container(JsonNode owner) {
        return owner.at("/spec/template/spec/containers/0");
    }

    /** The claims that the pods of an owner mount. */
    static List<String> claims(JsonNode owner) {
        return owner.at("/spec/template/spec/volumes").findValuesAsText("claimName");
    }

    /** Those of a container that are no secrets. */
    static Map<String, String> variables(JsonNode container) {
        return list(container.path("env")).stream()
                .collect(toMap(
                        variable -> variable.path("name").asText(),
                        variable -> variable.path("value").asText("")));
    }

    static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }
}

package io.hubstorage.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What every pod that runs the image must be: shut off as far as it goes, and of a piece with the image and with the objects beside it.
 *
 * @param pod its labels and its spec
 * @param objects that are made with it
 * @param there names of Secrets and claims that are taken for granted
 */
record PodCheck(JsonNode pod, KubernetesObjects objects, Set<String> there) {
    private static final Pattern OURS = Pattern.compile("(?:RESTORE_AWS|AWS|HUBSTORAGE|BACKUP)_[A-Z0-9_]+|DOCKER_MODE");

    void run() {
        JsonNode spec = pod.path("spec");
        assertThat(spec.at("/automountServiceAccountToken").asBoolean(true)).isFalse();
        assertThat(spec.at("/enableServiceLinks").asBoolean(true)).isFalse();
        assertThat(spec.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(spec.at("/securityContext/runAsUser").asInt()).isPositive();
        assertThat(spec.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
        if (spec.at("/securityContext").has("fsGroup")) {
            assertThat(spec.at("/securityContext/fsGroupChangePolicy").asText()).isEqualTo("OnRootMismatch");
        }
        Set<String> volumes = new HashSet<>();
        spec.path("volumes").forEach(volume -> volumes.add(volume.path("name").asText()));
        for (JsonNode container : spec.path("containers")) {
            container(container, volumes);
        }
        // What is mounted nowhere was forgotten.
        assertThat(new HashSet<>(
                        spec.path("containers").findPath("volumeMounts").findValuesAsText("name")))
                .isEqualTo(volumes);
        for (JsonNode volume : spec.path("volumes")) {
            String claim = volume.at("/persistentVolumeClaim/claimName").asText();
            String secret = volume.at("/secret/secretName").asText();
            exists("PersistentVolumeClaim", claim);
            exists("Secret", secret);
        }
        if (!spec.path("serviceAccountName").asText("default").equals("default")) {
            exists("ServiceAccount", spec.path("serviceAccountName").asText());
        }
    }

    private void container(JsonNode container, Set<String> volumes) {
        JsonNode rights = container.path("securityContext");
        assertThat(rights.path("readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(rights.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(rights.at("/capabilities/drop").toString()).isEqualTo("[\"ALL\"]");
        assertThat(rights.at("/capabilities/add").isMissingNode()).isTrue();
        assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();

        List<String> places = new ArrayList<>();
        for (JsonNode mount : container.path("volumeMounts")) {
            places.add(mount.path("mountPath").asText());
            assertThat(volumes).contains(mount.path("name").asText());
        }
        assertThat(places).doesNotHaveDuplicates();
        List<String> names = new ArrayList<>();
        container.path("env").forEach(variable -> {
            names.add(variable.path("name").asText());
            exists("Secret", variable.at("/valueFrom/secretKeyRef/name").asText());
        });
        assertThat(names).doesNotHaveDuplicates();
        names.removeIf(name -> name.startsWith("ARCHIVE_"));
        assertThat(names).allSatisfy(name -> assertThat(name).matches(OURS)).isSubsetOf(known());
        container
                .path("envFrom")
                .forEach(from -> exists("Secret", from.at("/secretRef/name").asText()));
        if (container.has("args")) {
            // The folders that the image has, and a place for what a read-only one cannot take.
            assertThat(places)
                    .containsAll(dockerfile("(?<=\")/app/\\w+(?=\"[],])"))
                    .contains("/tmp");
        }
        if (container.has("livenessProbe")) {
            assertThat(container.path("ports").findValuesAsText("containerPort"))
                    .containsAll(dockerfile("(?<=EXPOSE )5\\d+"));
        }
    }

    private void exists(String kind, String name) {
        if (!name.isEmpty() && !there.contains(name)) {
            assertThat(objects.all(kind))
                    .extracting(object -> object.at("/metadata/name").asText())
                    .contains(name);
        }
    }

    /** The variables that a service or a worker reads. */
    static Set<String> known() {
        return matches(".env.example", "(?m)(?<=^(?:# )?)[A-Z][A-Z0-9_]+(?==)");
    }

    /** What a pattern finds in the Dockerfile of the service. */
    static Set<String> dockerfile(String pattern) {
        return matches("Dockerfile", pattern);
    }

    private static Set<String> matches(String file, String pattern) {
        try {
            Set<String> found = new HashSet<>(Pattern.compile(pattern)
                    .matcher(Files.readString(Path.of(file)))
                    .results()
                    .map(MatchResult::group)
                    .toList());
            assertThat(found).as(pattern + " in " + file).isNotEmpty();
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.hubstorage.build;

import static io.hubstorage.build.KubernetesObjects.claims;
import static io.hubstorage.build.KubernetesObjects.container;
import static io.hubstorage.build.KubernetesObjects.labels;
import static io.hubstorage.build.KubernetesObjects.list;
import static io.hubstorage.build.KubernetesObjects.matches;
import static io.hubstorage.build.KubernetesObjects.variables;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hubstorage.config.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made in a cluster by the values that lie beside the chart. */
final class HelmReleaseTest {
    /** Which Secrets and claims the values take for granted. */
    private static final Map<String, Set<String>> THERE = Map.of(
            "existing", Set.of("keys", "login", "cluster", "nas", "small", "second-copy"),
            "public", Set.of("hubstorage-tls"));

    private static final HelmChart USUAL = HelmChart.usual();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"default", "workers", "existing", "public", "new", "automatic"})
    void allThatIsMadeIsAsKubernetesWantsIt(String release) {
        KubernetesObjects objects = USUAL.made(release);

        assertThat(objects.all()).hasSizeGreaterThan(4);
        assertThat(objects.all()).flatExtracting(KubernetesModel::faults).isEmpty();
        assertThat(objects.all().stream().map(object -> object.path("kind") + "/" + object.at("/metadata/name")))
                .doesNotHaveDuplicates();
        List<JsonNode> pods = objects.pods();
        for (JsonNode pod : pods) {
            new PodCheck(pod, objects, THERE.getOrDefault(release, Set.of())).run();
        }
        // Whom a Service leads to, and whom a policy is for.
        for (JsonNode object : objects.all()) {
            JsonNode selector = switch (object.path("kind").asText()) {
                case "Service" -> object.at("/spec/selector");
                case "NetworkPolicy" -> object.at("/spec/podSelector/matchLabels");
                default -> object.at("/spec/selector/matchLabels");
            };
            if (selector.isMissingNode() || object.path("kind").asText().equals("ServiceMonitor")) {
                continue;
            }
            List<JsonNode> selected =
                    pods.stream().filter(pod -> matches(selector, pod)).toList();
            assertThat(selected).as(object.at("/metadata/name").asText()).isNotEmpty();
            for (JsonNode port : object.at("/spec/ports")) {
                JsonNode target = port.path("targetPort");
                assertThat(selected)
                        .allSatisfy(pod -> assertThat(list(pod.at("/spec/containers/0/ports")))
                                .anySatisfy(open -> assertThat(open.path(target.isTextual() ? "name" : "containerPort"))
                                        .isEqualTo(target)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "workers", "existing", "public"})
    void theProgramTakesTheVariablesThatItsPodSets(String release) {
        Environment environment = Environment.load(
                variables(container(USUAL.made(release).one("StatefulSet"))), folder.resolve("no.env"));

        assertThat(environment.warnings()).isEmpty();
        assertThat(environment.settings().dataPath()).isEqualTo(Path.of("/app/data"));
        assertThat(environment.settings().web().port()).isEqualTo(5002);
    }

    @Test
    void oneProcessAloneIsAServiceWithThreeClaimsThatOutliveTheRelease() {
        KubernetesObjects objects = USUAL.made("default");

        assertThat(objects.kinds())
                .containsExactlyInAnyOrder(
                        "StatefulSet",
                        "Service",
                        "Service",
                        "ServiceAccount",
                        "NetworkPolicy",
                        "NetworkPolicy",
                        "Pod",
                        "PersistentVolumeClaim",
                        "PersistentVolumeClaim",
                        "PersistentVolumeClaim");
        assertThat(objects.all("PersistentVolumeClaim"))
                .allSatisfy(claim -> assertThat(claim.at("/metadata/annotations/helm.sh~1resource-policy")
                                .asText())
                        .isEqualTo("keep"));
        JsonNode coordinator = objects.one("StatefulSet");
        assertThat(coordinator.at("/spec/replicas").asInt()).isEqualTo(1);
        assertThat(container(coordinator).path("image").asText())
                .isEqualTo("registry.example.org/hubstorage:" + HelmChart.version());
        assertThat(variables(container(coordinator))).doesNotContainKey("HUBSTORAGE_CLUSTER");
        assertThat(container(coordinator).path("envFrom").isMissingNode()).isTrue();
        // So long that a large data folder may be looked through.
        assertThat(container(coordinator).at("/startupProbe/periodSeconds").asInt()
                        * container(coordinator)
                                .at("/startupProbe/failureThreshold")
                                .asInt())
                .isEqualTo(300);
    }

    @Test
    void theMemoryLimitIsWhatTheJavaRuntimeCanLiveWith() throws IOException {
        assertThat(Files.readAllLines(Path.of("docker/jvm.args"))).contains("-XX:MaxRAMPercentage=50");
        assertThat(container(USUAL.made("default").one("StatefulSet"))
                        .at("/resources/limits/memory")
                        .asText())
                .isEqualTo("512Mi");
    }

    @Test
    void whatIsThereAlreadyIsTakenAndNothingIsMadeInItsPlace() {
        KubernetesObjects objects = USUAL.made("existing");
        JsonNode coordinator = objects.one("StatefulSet");

        assertThat(objects.kinds()).containsExactlyInAnyOrder("StatefulSet", "Deployment", "Service", "Service", "Pod");
        assertThat(coordinator.at("/metadata/name").asText()).isEqualTo("backups");
        assertThat(claims(coordinator)).containsExactly("nas", "small", "small", "second-copy");
        assertThat(container(coordinator).path("volumeMounts").findValuesAsText("subPath"))
                .containsExactly("backups/s3", "config", "logs");
        assertThat(container(coordinator).path("envFrom").findValuesAsText("name"))
                .containsExactly("keys", "login");
        assertThat(container(coordinator).path("image").asText()).contains("hubstorage@sha256:");
        JsonNode user = coordinator.at("/spec/template/spec/securityContext");
        assertThat(user.path("runAsUser").asInt()).isEqualTo(1026);
        assertThat(user.path("runAsGroup").asInt()).isEqualTo(100);
        assertThat(user.has("fsGroup")).isFalse();
    }

    @Test
    void fromOutsideItIsReachedBelowItsPathByHttpsAndScraped() throws IOException {
        KubernetesObjects objects = USUAL.made("public");
        JsonNode rule = objects.one("Ingress").at("/spec/rules/0");
        JsonNode service = objects.named("Service", "public-hubstorage");
        JsonNode coordinator = container(objects.one("StatefulSet"));

        assertThat(rule.path("host").asText()).isEqualTo("backup.example.org");
        assertThat(rule.at("/http/paths/0/path").asText()).isEqualTo("/backups");
        assertThat(rule.at("/http/paths/0/backend/service/port/name").asText()).isEqualTo("https");
        assertThat(service.at("/spec/type").asText()).isEqualTo("LoadBalancer");
        assertThat(service.at("/spec/ports").findValuesAsText("name")).containsExactly("https", "bus", "s3");
        assertThat(service.at("/spec/ports").findValuesAsText("port")).containsExactly("443", "7000", "9000");
        assertThat(coordinator.at("/readinessProbe/httpGet/scheme").asText()).isEqualTo("HTTPS");
        assertThat(variables(coordinator))
                .containsEntry("HUBSTORAGE_WEB_HOST", "::")
                .containsEntry("HUBSTORAGE_TLS_CERT", "/tls/tls.crt")
                .containsEntry("HUBSTORAGE_TCP_BRIDGE_HOST", "0.0.0.0");
        assertThat(variables(coordinator)
                        .getOrDefault("HUBSTORAGE_ALLOWED_HOSTS", "")
                        .split(","))
                .contains("public-hubstorage", "public-hubstorage.storage.svc", "backup.example.org");

        JsonNode monitor = objects.one("ServiceMonitor");
        assertThat(monitor.at("/metadata/labels/release").asText()).isEqualTo("prometheus");
        assertThat(labels(service.at("/metadata/labels")))
                .containsAllEntriesOf(labels(monitor.at("/spec/selector/matchLabels")));
        assertThat(labels(objects.named("Service", "public-hubstorage-members").at("/metadata/labels")))
                .doesNotContainKey("app.kubernetes.io/component");
        assertThat(monitor.at("/spec/endpoints")).hasToString("""
            [{"port":"https","path":"/backups/metrics","scheme":"https","tlsConfig":{"insecureSkipVerify":true},\
            "interval":"30s","scrapeTimeout":"10s","authorization":{"type":"Bearer","credentials":\
            {"name":"public-hubstorage-web","key":"HUBSTORAGE_WEB_TOKEN"}},\
            "relabelings":[{"targetLabel":"job","replacement":"hubstorage"}]}]\
            """);
        assertThat(HelmChart.FOLDER.resolve("files/alerts.yml").toRealPath())
                .isEqualTo(Path.of("deploy/prometheus/alerts.yml").toRealPath());
        assertThat(objects.one("PrometheusRule").path("spec"))
                .isEqualTo(KubernetesObjects.in(Path.of("deploy/prometheus/alerts.yml"))
                        .one());
        // Where nobody knows these kinds, and nobody insists.
        assertThat(USUAL.made("automatic").kinds())
                .isEqualTo(USUAL.made("default").kinds());
    }
}

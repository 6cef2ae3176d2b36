package io.hubstorage.build;

import static io.hubstorage.build.KubernetesObjects.claims;
import static io.hubstorage.build.KubernetesObjects.container;
import static io.hubstorage.build.KubernetesObjects.labels;
import static io.hubstorage.build.KubernetesObjects.list;
import static io.hubstorage.build.KubernetesObjects.matches;
import static io.hubstorage.build.KubernetesObjects.variables;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.json.JsonObject;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Workers beside the coordinator: what they share, what is secret between them, and who reaches whom. */
final class HelmWorkersTest {
    private static final HelmChart USUAL = HelmChart.usual();

    @Test
    void workersShareTheDataAndTheKeysToReadAndNothingElse() {
        KubernetesObjects objects = USUAL.made("workers");
        JsonNode coordinator = objects.one("StatefulSet");
        JsonNode worker = objects.one("Deployment");

        assertThat(worker.at("/spec/replicas").asInt()).isEqualTo(2);
        assertThat(container(worker).path("args").toString()).isEqualTo("[\"worker\"]");
        assertThat(claims(worker)).containsExactly("workers-hubstorage-data").isSubsetOf(claims(coordinator));
        assertThat(container(worker).findValuesAsText("name"))
                .contains("workers-hubstorage-s3", "workers-hubstorage-cluster")
                .doesNotContain("workers-hubstorage-web");
        assertThat(variables(container(coordinator))).containsAllEntriesOf(variables(container(worker)));
        assertThat(variables(container(worker)).get("HUBSTORAGE_CLUSTER"))
                .isEqualTo("dns:workers-hubstorage-members.storage.svc");
        assertThat(coordinator.at("/spec/serviceName").asText()).isEqualTo("workers-hubstorage-members");
        JsonNode members = objects.named("Service", "workers-hubstorage-members");
        assertThat(members.at("/spec/clusterIP").asText()).isEqualTo("None");
        assertThat(members.at("/spec/publishNotReadyAddresses").asBoolean()).isTrue();
        assertThat(members.at("/spec/ports").findValuesAsText("port")).containsExactly("5701", "5702");
        assertThat(Stream.of(coordinator, worker)
                        .filter(pod -> matches(members.at("/spec/selector"), pod.at("/spec/template"))))
                .hasSize(2);
        assertThat(objects.named("PersistentVolumeClaim", "workers-hubstorage-data")
                        .at("/spec/accessModes/0")
                        .asText())
                .isEqualTo("ReadWriteMany");
        assertThat(worker.at("/spec/template/spec/tolerations/0/key").asText()).isEqualTo("transfers");
        assertThat(secret(objects.named("Secret", "workers-hubstorage-web"), "HUBSTORAGE_WEB_PASSWORD"))
                .isEqualTo("it's \"quoted\" $5 #1");
    }

    @Test
    void aSecretOfTheClusterIsMadeOnceAndKept() {
        String made = secret(USUAL.made("new").named("Secret", "new-hubstorage-cluster"), "HUBSTORAGE_CLUSTER_SECRET");
        String kept =
                secret(USUAL.made("kept").named("Secret", "kept-hubstorage-cluster"), "HUBSTORAGE_CLUSTER_SECRET");

        assertThat(made).matches("[A-Za-z0-9]{48}");
        assertThat(kept).isEqualTo(HelmChart.KEPT);
    }

    private static String secret(JsonNode secret, String key) {
        return new String(Base64.getDecoder().decode(secret.at("/data/" + key).asText()), UTF_8);
    }

    @Test
    void podsStartAnewWhenWhatIsSecretChangesAndDoNotTellItsHash() throws Exception {
        JsonNode one = USUAL.made("workers").one("StatefulSet").at("/spec/template/metadata/annotations");
        JsonNode other = USUAL.made("public").one("StatefulSet").at("/spec/template/metadata/annotations");

        assertThat(labels(one)).containsOnlyKeys("checksum/cluster", "checksum/s3", "checksum/web");
        assertThat(one.path("checksum/web")).isNotEqualTo(other.path("checksum/web"));
        assertThat(USUAL.made("workers").one("Deployment").at("/spec/template/metadata/annotations/checksum~1s3"))
                .isEqualTo(one.path("checksum/s3"));
        // What somebody would try guesses at the password with.
        JsonObject web = new JsonObject()
                .put("existingSecret", "")
                .put("secrets", new JsonObject().put("HUBSTORAGE_WEB_PASSWORD", "it's \"quoted\" $5 #1"));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(web.encode().getBytes(UTF_8));
        assertThat(HexFormat.of().formatHex(hash))
                .doesNotStartWith(one.path("checksum/web").asText());
    }

    @Test
    void onlyMembersReachTheClustersPortsAndOnlyWhoIsNamedReachesTheDashboard() {
        KubernetesObjects objects = USUAL.made("workers");
        JsonNode coordinator = objects.one("StatefulSet").at("/spec/template");
        JsonNode worker = objects.one("Deployment").at("/spec/template");

        for (JsonNode member : List.of(coordinator, worker)) {
            for (String port : List.of("5701", "5702")) {
                List<JsonNode> from = admitted(objects, member, port);
                assertThat(from).hasSize(1);
                JsonNode peer = from.getFirst().at("/podSelector/matchLabels");
                assertThat(from.getFirst().size()).isEqualTo(1);
                assertThat(matches(peer, coordinator)).isTrue();
                assertThat(matches(peer, worker)).isTrue();
                assertThat(matches(peer, objects.one("Pod"))).isFalse();
            }
        }
        assertThat(admitted(objects, worker, "web")).isEmpty();
        List<JsonNode> web = admitted(objects, coordinator, "web");
        assertThat(web).hasSize(2);
        assertThat(web.getFirst()
                        .at("/namespaceSelector/matchLabels/kubernetes.io~1metadata.name")
                        .asText())
                .isEqualTo("ingress");
        assertThat(matches(web.getLast().at("/podSelector/matchLabels"), objects.one("Pod")))
                .isTrue();
        // In a release without workers nobody does, and the dashboard is for everybody.
        KubernetesObjects alone = USUAL.made("default");
        JsonNode single = alone.one("StatefulSet").at("/spec/template");
        assertThat(admitted(alone, single, "5701")).isEmpty();
        assertThat(admitted(alone, single, "web")).containsOnlyNulls();
    }

    @Test
    void whatGoesOutIsLimitedToNamesS3AndTheOtherMembersWhereThatIsWanted() {
        JsonNode policy = USUAL.made("workers").named("NetworkPolicy", "workers-hubstorage-members");

        List<JsonNode> rules = list(policy.at("/spec/egress"));
        assertThat(policy.at("/spec/policyTypes").toString()).contains("Egress");
        assertThat(rules.stream().map(rule -> rule.path("ports").findValuesAsText("port")))
                .containsExactly(List.of("53", "53"), List.of("80", "9000"), List.of("5701", "5702"), List.of("587"));
        assertThat(USUAL.made("default").toString()).doesNotContain("Egress");
    }

    /** Who is let in to a pod's port by all policies that are for it; null for everybody. */
    private static List<@Nullable JsonNode> admitted(KubernetesObjects objects, JsonNode pod, String port) {
        List<@Nullable JsonNode> from = new ArrayList<>();
        List<JsonNode> policies = objects.all("NetworkPolicy").stream()
                .filter(policy -> policy.at("/spec/policyTypes").toString().contains("Ingress"))
                .filter(policy -> matches(policy.at("/spec/podSelector/matchLabels"), pod))
                .toList();
        assertThat(policies).as("without a policy everybody is let in").isNotEmpty();
        for (JsonNode policy : policies) {
            for (JsonNode rule : policy.at("/spec/ingress")) {
                if (rule.path("ports").findValuesAsText("port").contains(port)) {
                    if (rule.has("from")) {
                        from.addAll(list(rule.path("from")));
                    } else {
                        from.add(null);
                    }
                }
            }
        }
        return from;
    }
}

package io.hubstorage.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hubstorage.Main;
import io.hubstorage.testkit.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of a CronJob, and what finds out whether such objects are right. */
final class CronJobTest {
    private final KubernetesObjects objects = KubernetesObjects.in(Path.of("deploy/kubernetes/cronjob.yaml"));

    @TempDir
    Path folder;

    @Test
    void theCronJobIsAsKubernetesWantsItAndShutOff() {
        assertThat(objects.all())
                .hasSize(4)
                .flatExtracting(KubernetesModel::faults)
                .isEmpty();

        JsonNode pod = objects.one("CronJob").at("/spec/jobTemplate/spec/template");
        new PodCheck(pod, objects, Set.of("s3-keys")).run();
        assertThat(pod.at("/spec/containers/0/args").toString()).isEqualTo("[\"backup\",\"--json\"]");
        assertThat(pod.at("/spec/volumes").findValuesAsText("claimName"))
                .isSubsetOf(objects.all().stream()
                        .map(object -> object.at("/metadata/name").asText())
                        .toList());
    }

    /** 2, 3 and 4 of cli.ExitCode: nothing that another try would mend. */
    @Test
    void onlyWhatAnotherTryMayMendIsTriedAgain() {
        JsonNode job = objects.one("CronJob").at("/spec/jobTemplate/spec");
        JsonNode rule = job.at("/podFailurePolicy/rules/0");

        assertThat(rule.path("action").asText()).isEqualTo("FailJob");
        assertThat(rule.at("/onExitCodes/values").toString()).isEqualTo("[2,3,4]");
        assertThat(rule.at("/onExitCodes/containerName")).isEqualTo(job.at("/template/spec/containers/0/name"));
        // Else the policy is refused.
        assertThat(job.at("/template/spec/restartPolicy").asText()).isEqualTo("Never");
    }

    @Test
    void itsConfigurationIsValid() throws IOException {
        Path config = Files.writeString(
                folder.resolve("config.json"),
                objects.one("ConfigMap").at("/data/config.json").asText());

        Shell.Result result = Shell.run(
                folder,
                Map.of("HUBSTORAGE_CONFIG_PATH", config.toString(), "DOCKER_MODE", "false"),
                Duration.ofMinutes(1),
                Shell.java(List.of("-XX:TieredStopAtLevel=1"), Main.class, "config", "validate"));

        assertThat(result.succeeded().out()).contains("photos").doesNotContain("nothing to back up");
    }

    @Test
    void whatKubernetesWouldRefuseOrIgnoreIsFound() throws IOException {
        assertThat(KubernetesModel.documents("""
            apiVersion: v1
            kind: Service
            metadata: {name: Capital, labels: {a: 1}}
            spec:
              clusterIPs: none
              prots: []
              ports: [{port: "5002", targetPort: true}, {name: web}]
            ---
            apiVersion: apps/v1
            kind: StatefulSets
            metadata: {name: x}
            """))
                .flatExtracting(KubernetesModel::faults)
                .hasSize(8)
                .anySatisfy(fault -> assertThat(fault).contains("no name for it: \"Capital\""))
                .anySatisfy(fault -> assertThat(fault).contains("Service.metadata.labels.a: 1 is wrong"))
                .anySatisfy(fault -> assertThat(fault).contains("Service.spec.clusterIPs: \"none\" is wrong"))
                .anySatisfy(fault -> assertThat(fault).contains("Service.spec has no member prots"))
                .anySatisfy(fault -> assertThat(fault).contains("Service.spec.ports[0].port: \"5002\" is wrong"))
                .anySatisfy(fault -> assertThat(fault).contains("Service.spec.ports[0].targetPort: true is wrong"))
                .anySatisfy(fault -> assertThat(fault).contains("Service.spec.ports[1].port: "))
                .anySatisfy(fault -> assertThat(fault).contains("no such kind: apps/v1 StatefulSets"));
    }
}

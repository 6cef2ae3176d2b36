package io.hubstorage.build;

import static io.hubstorage.build.HelmChart.IMAGE;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Values that cannot be meant: Helm itself says what is wrong with them, by the name that they have. */
final class HelmRefusalsTest {
    private static final List<Case> CASES = List.of(
            new Case("no-image", "{}", "image.repository: say where"),
            new Case("tag-in-repository", "image: {repository: \"example.org/hubstorage:1.0\"}", "image/repository"),
            new Case("misspelt", IMAGE + "imagePullPolicy: Always", "imagePullPolicy"),
            new Case("misspelt-below", IMAGE + "persistence: {data: {storageclass: fast}}", "storageclass"),
            new Case(
                    "secret-in-env",
                    IMAGE + "env: {AWS_SECRET_ACCESS_KEY: x}",
                    "env.AWS_SECRET_ACCESS_KEY: what is secret"),
            new Case(
                    "channel-in-env",
                    IMAGE + "env: {HUBSTORAGE_NOTIFY_MAIL: x}",
                    "env.HUBSTORAGE_NOTIFY_MAIL: what is secret"),
            new Case(
                    "fixed-in-env",
                    IMAGE + "env: {HUBSTORAGE_DATA_PATH: /mnt}",
                    "env.HUBSTORAGE_DATA_PATH: the chart sets"),
            new Case(
                    "fixed-in-secrets",
                    IMAGE + "web: {secrets: {HUBSTORAGE_WEB_PORT: \"80\"}}",
                    "web.secrets.HUBSTORAGE_WEB_PORT: the chart sets"),
            new Case("fixed-in-more", IMAGE + "extraEnv: [{name: DOCKER_MODE}]", "extraEnv.DOCKER_MODE: the chart"),
            new Case("small-letters", IMAGE + "env: {aws_region: x}", "aws_region"),
            new Case("number-in-env", IMAGE + "env: {HUBSTORAGE_SESSION_HOURS: 5}", "HUBSTORAGE_SESSION_HOURS"),
            new Case("both-secrets", IMAGE + "s3: {existingSecret: a, secrets: {B: c}}", "s3: give either"),
            new Case("no-such-service", IMAGE + "service: {type: ExternalName}", "/service/type"),
            new Case("no-such-mode", IMAGE + "persistence: {logs: {accessMode: RWX}}", "/persistence/logs/accessMode"),
            new Case(
                    "out-of-the-volume", IMAGE + "persistence: {data: {subPath: ../etc}}", "/persistence/data/subPath"),
            new Case("root", IMAGE + "user: {uid: 0}", "/user/uid"),
            new Case("no-port", IMAGE + "service: {port: 70000}", "/service/port"),
            new Case("no-host", IMAGE + "ingress: {enabled: true}", "ingress.hosts: name at least one"),
            new Case("little-memory", IMAGE + "resources: {limits: {memory: 128Mi}}", "256Mi is the least"),
            new Case("no-quantity", IMAGE + "resources: {limits: {memory: 512MB}}", "/resources/limits/memory"),
            new Case(
                    "one-writer",
                    IMAGE + "workers: {enabled: true}",
                    "set persistence.data.accessMode to ReadWriteMany"),
            new Case("short-secret", IMAGE + "workers: {secret: short}", "/workers/secret"),
            new Case("fewer-than-none", IMAGE + "workers: {replicas: -1}", "/workers/replicas"));

    private static final HelmChart CHART = HelmChart.of(CASES.stream().collect(toMap(Case::release, Case::values)));

    /**
     * Values, and a word of what Helm says against them.
     *
     * @param release its name, which says what is wrong
     */
    record Case(String release, String values, String word) {
        @Override
        public String toString() {
            return release;
        }
    }

    @ParameterizedTest
    @FieldSource("CASES")
    void valuesThatCannotBeMeantAreRefusedWithTheirName(Case wrong) {
        assertThat(CHART.made()).doesNotContainKey(wrong.release());
        assertThat(CHART.refused().get(wrong.release())).contains(wrong.word());
    }
}

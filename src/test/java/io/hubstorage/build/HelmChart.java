package io.hubstorage.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.fs.Trees;
import io.hubstorage.testkit.Shell;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What Helm itself makes of the chart, or says against it: all releases in one process of Helm, beside something that answers as a cluster
 * would when Helm looks for a Secret.
 *
 * @param made by the name of the release
 * @param refused what Helm says, by the name of the release
 * @param faults that Helm finds in the chart as such
 * @param packed the chart as it is given away
 */
record HelmChart(Map<String, KubernetesObjects> made, Map<String, String> refused, String faults, Buffer packed) {
    static final Path FOLDER = Path.of("deploy/helm/hubstorage");
    /** Without which no values are enough. */
    static final String IMAGE = "image: {repository: registry.example.org/hubstorage}\n";
    /** The secret of the cluster of a release called "kept", which has been installed before. */
    static final String KEPT = "of-an-earlier-installation";

    private static final String NOT_FOUND = """
        {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}\
        """;

    /** The values that lie beside the chart, and those that differ in what the cluster has. */
    private static final class Usual {
        static final HelmChart CHART = of(values());

        private static Map<String, String> values() {
            String workers = IMAGE + "persistence: {data: {accessMode: ReadWriteMany}}\nworkers: {enabled: true}\n";
            try {
                Map<String, String> all = texts(FOLDER.resolve("ci"), HelmProcess.VALUES);
                all.put("new", workers);
                all.put("kept", workers);
                all.put(
                        "automatic",
                        IMAGE + "metrics: {serviceMonitor: {enabled: auto}, prometheusRule: {enabled: auto}}");
                return all;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The releases that can be made, once for all tests. */
    static HelmChart usual() {
        return Usual.CHART;
    }

    /** Of these values, by the name of the release. */
    static HelmChart of(Map<String, String> values) {
        try {
            Path folder = Files.createTempDirectory("helm");
            try {
                for (Map.Entry<String, String> release : values.entrySet()) {
                    Files.writeString(folder.resolve(release.getKey() + HelmProcess.VALUES), release.getValue());
                }
                render(folder);
                return read(folder);
            } finally {
                Trees.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    KubernetesObjects made(String release) {
        assertThat(made).containsKey(release);
        return Objects.requireNonNull(made.get(release));
    }

    /** The program's version, as the chart has it. */
    static String version() {
        return KubernetesObjects.in(FOLDER.resolve("Chart.yaml"))
                .one()
                .path("appVersion")
                .asText();
    }

    private static void render(Path folder) throws IOException {
        Vertx vertx = Vertx.vertx();
        try {
            HttpServer cluster = vertx.createHttpServer()
                    .requestHandler(request -> {
                        String answer = answer(request.path());
                        request.response()
                                .setStatusCode(answer.equals(NOT_FOUND) ? 404 : 200)
                                .putHeader("Content-Type", "application/json")
                                .end(answer);
                    })
                    .listen(0, "127.0.0.1")
                    .await();
            Path access = Files.writeString(folder.resolve("access"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: it, cluster: {server: "http://127.0.0.1:%d"}}]
                contexts: [{name: it, context: {cluster: it, user: it}}]
                users: [{name: it, user: {}}]
                current-context: it
                """.formatted(cluster.actualPort()));
            Shell.run(
                            Path.of("."),
                            Map.of("KUBECONFIG", access.toString(), "HOME", folder.toString()),
                            Duration.ofMinutes(2),
                            Shell.java(
                                    List.of(
                                            "--enable-native-access=ALL-UNNAMED",
                                            "-XX:TieredStopAtLevel=1",
                                            "-Xmx128m"),
                                    HelmProcess.class,
                                    FOLDER.toString(),
                                    copy(folder.resolve("chart")).toString(),
                                    folder.toString()))
                    .succeeded();
        } finally {
            vertx.close().await();
        }
    }

    /** The chart with the pod of {@code helm test} among what is made, which Helm keeps apart. */
    private static Path copy(Path copy) throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            for (Path file : files.toList()) {
                Path to = copy.resolve(FOLDER.relativize(file).toString());
                if (file.startsWith(FOLDER.resolve("templates/tests")) && Files.isRegularFile(file)) {
                    Files.writeString(to, Files.readString(file).replace("helm.sh/hook: test", "hook: test"));
                } else {
                    Files.copy(file, to);
                }
            }
        }
        return copy;
    }

    /** What a cluster says in which the release called "kept" has been installed before. */
    private static String answer(String path) {
        return switch (path) {
            case "/api/v1" -> """
                {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "v1", "resources": [
                {"name": "secrets", "singularName": "secret", "namespaced": true, "kind": "Secret", "verbs": ["get"]}]}\
                """;
            case "/api/v1/namespaces/storage/secrets/kept-hubstorage-cluster" ->
                """
                {"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "kept-hubstorage-cluster"},
                "data": {"HUBSTORAGE_CLUSTER_SECRET": "%s"}}\
                """.formatted(Base64.getEncoder().encodeToString(KEPT.getBytes(UTF_8)));
            default -> NOT_FOUND;
        };
    }

    private static HelmChart read(Path folder) throws IOException {
        Map<String, KubernetesObjects> made = new HashMap<>();
        for (Map.Entry<String, String> release : texts(folder, HelmProcess.MADE).entrySet()) {
            made.put(release.getKey(), KubernetesObjects.of(release.getValue()));
        }
        return new HelmChart(
                made,
                texts(folder, HelmProcess.REFUSED),
                Files.readString(folder.resolve(HelmProcess.FAULTS)),
                Buffer.buffer(Files.readAllBytes(folder.resolve("hubstorage-" + version() + ".tgz"))));
    }

    /** What the files in a folder hold whose names end like that, by the names without it. */
    private static Map<String, String> texts(Path folder, String end) throws IOException {
        Map<String, String> all = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(file -> file.toString().endsWith(end)).toList()) {
                all.put(file.getFileName().toString().replace(end, ""), Files.readString(file));
            }
        }
        return all;
    }
}

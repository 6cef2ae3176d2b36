package io.hubstorage.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hubstorage.config.Environment;
import io.hubstorage.testkit.Shell;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart, rendered by Helm itself with the values that lie beside it, and what it refuses. */
final class HelmChartTest {
    private static final Path CHART = Path.of("deploy/helm/hubstorage");
    private static final String IMAGE = "image: {repository: registry.example.org/hubstorage}\n";
    private static final String KEPT = "of-an-earlier-installation";

    private static final Pattern VARIABLE = Pattern.compile("^(?:# )?([A-Z][A-Z0-9_]+)=");

    /** By the name of a release: its values, and a word of what Helm says against them. */
    private static final Map<String, List<String>> REFUSED = refused();

    /** Which Secrets and claims the values take for granted. */
    private static final Map<String, Set<String>> THERE = Map.of(
            "existing", Set.of("keys", "login", "cluster", "nas", "small", "second-copy"),
            "public", Set.of("hubstorage-tls"));

    @TempDir
    static Path folder;

    private static Map<String, List<JsonNode>> releases = Map.of();

    private static Map<String, List<String>> refused() {
        Map<String, List<String>> cases = new LinkedHashMap<>();
        cases.put("no-image", List.of("{}", "image.repository: say where"));
        cases.put(
                "tag-in-repository",
                List.of("image: {repository: \"example.org/hubstorage:1.0\"}", "image/repository"));
        cases.put("misspelt", List.of(IMAGE + "imagePullPolicy: Always", "imagePullPolicy"));
        cases.put("misspelt-below", List.of(IMAGE + "persistence: {data: {storageclass: fast}}", "storageclass"));
        cases.put(
                "secret-in-env",
                List.of(IMAGE + "env: {AWS_SECRET_ACCESS_KEY: x}", "env.AWS_SECRET_ACCESS_KEY: what is secret"));
        cases.put(
                "channel-in-env",
                List.of(IMAGE + "env: {HUBSTORAGE_NOTIFY_MAIL: x}", "env.HUBSTORAGE_NOTIFY_MAIL: what is secret"));
        cases.put(
                "fixed-in-env",
                List.of(IMAGE + "env: {HUBSTORAGE_DATA_PATH: /mnt}", "env.HUBSTORAGE_DATA_PATH: the chart sets"));
        cases.put(
                "fixed-in-secrets",
                List.of(
                        IMAGE + "web: {secrets: {HUBSTORAGE_WEB_PORT: \"80\"}}",
                        "web.secrets.HUBSTORAGE_WEB_PORT: the chart sets"));
        cases.put(
                "fixed-in-more", List.of(IMAGE + "extraEnv: [{name: DOCKER_MODE}]", "extraEnv.DOCKER_MODE: the chart"));
        cases.put("small-letters", List.of(IMAGE + "env: {aws_region: x}", "aws_region"));
        cases.put("number-in-env", List.of(IMAGE + "env: {HUBSTORAGE_SESSION_HOURS: 5}", "HUBSTORAGE_SESSION_HOURS"));
        cases.put("both-secrets", List.of(IMAGE + "s3: {existingSecret: a, secrets: {B: c}}", "s3: give either"));
        cases.put("no-such-service", List.of(IMAGE + "service: {type: ExternalName}", "/service/type"));
        cases.put(
                "no-such-mode",
                List.of(IMAGE + "persistence: {logs: {accessMode: RWX}}", "/persistence/logs/accessMode"));
        cases.put(
                "out-of-the-volume",
                List.of(IMAGE + "persistence: {data: {subPath: ../etc}}", "/persistence/data/subPath"));
        cases.put("root", List.of(IMAGE + "user: {uid: 0}", "/user/uid"));
        cases.put("no-port", List.of(IMAGE + "service: {port: 70000}", "/service/port"));
        cases.put("no-host", List.of(IMAGE + "ingress: {enabled: true}", "ingress.hosts: name at least one"));
        cases.put("little-memory", List.of(IMAGE + "resources: {limits: {memory: 128Mi}}", "256Mi is the least"));
        cases.put("no-quantity", List.of(IMAGE + "resources: {limits: {memory: 512MB}}", "/resources/limits/memory"));
        cases.put(
                "one-writer",
                List.of(IMAGE + "workers: {enabled: true}", "set persistence.data.accessMode to ReadWriteMany"));
        cases.put("short-secret", List.of(IMAGE + "workers: {secret: short}", "/workers/secret"));
        cases.put("fewer-than-none", List.of(IMAGE + "workers: {replicas: -1}", "/workers/replicas"));
        return cases;
    }

    static Stream<String> refusedReleases() {
        return REFUSED.keySet().stream();
    }

    /** All in one process of Helm, beside something that answers as a cluster would when Helm looks for a Secret. */
    @BeforeAll
    static void render() throws Exception {
        try (Stream<Path> values = Files.list(CHART.resolve("ci"))) {
            for (Path file : values.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        String workers = IMAGE + "persistence: {data: {accessMode: ReadWriteMany}}\nworkers: {enabled: true}\n";
        write("new", workers);
        write("kept", workers);
        write("automatic", IMAGE + "metrics: {serviceMonitor: {enabled: auto}, prometheusRule: {enabled: auto}}");
        for (Map.Entry<String, List<String>> release : REFUSED.entrySet()) {
            write(release.getKey(), release.getValue().getFirst());
        }
        Vertx vertx = Vertx.vertx();
        try {
            HttpServer cluster = vertx.createHttpServer()
                    .requestHandler(request -> {
                        JsonObject answer = answer(request.path());
                        request.response()
                                .setStatusCode(answer.getInteger("code", 200))
                                .putHeader("Content-Type", "application/json")
                                .end(answer.encode());
                    })
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
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
                                    CHART.toString(),
                                    copy().toString(),
                                    folder.toString()))
                    .succeeded();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
        Map<String, List<JsonNode>> made = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(file -> file.toString().endsWith(".yaml")
                            && !file.toString().endsWith(HelmProcess.VALUES))
                    .toList()) {
                made.put(
                        file.getFileName().toString().replace(".yaml", ""),
                        KubernetesModel.documents(Files.readString(file)));
            }
        }
        releases = made;
    }

    /** The chart with the pod of {@code helm test} among what is made, which Helm keeps apart. */
    private static Path copy() throws IOException {
        Path copy = folder.resolve("chart");
        try (Stream<Path> files = Files.walk(CHART)) {
            for (Path file : files.toList()) {
                Path to = copy.resolve(CHART.relativize(file).toString());
                if (file.startsWith(CHART.resolve("templates/tests")) && Files.isRegularFile(file)) {
                    Files.writeString(to, Files.readString(file).replace("helm.sh/hook: test", "hook: test"));
                } else {
                    Files.copy(file, to);
                }
            }
        }
        return copy;
    }

    private static void write(String release, String values) throws IOException {
        Files.writeString(folder.resolve(release + HelmProcess.VALUES), values);
    }

    /** What a cluster says in which a release called "kept" has been installed before. */
    private static JsonObject answer(String path) {
        if (path.equals("/api/v1")) {
            return new JsonObject()
                    .put("kind", "APIResourceList")
                    .put("apiVersion", "v1")
                    .put("groupVersion", "v1")
                    .put(
                            "resources",
                            new JsonArray()
                                    .add(new JsonObject()
                                            .put("name", "secrets")
                                            .put("singularName", "secret")
                                            .put("namespaced", true)
                                            .put("kind", "Secret")
                                            .put("verbs", new JsonArray().add("get"))));
        } else if (path.equals("/api/v1/namespaces/storage/secrets/kept-hubstorage-cluster")) {
            return new JsonObject()
                    .put("kind", "Secret")
                    .put("apiVersion", "v1")
                    .put("metadata", new JsonObject().put("name", "kept-hubstorage-cluster"))
                    .put(
                            "data",
                            new JsonObject()
                                    .put(
                                            "HUBSTORAGE_CLUSTER_SECRET",
                                            Base64.getEncoder().encodeToString(KEPT.getBytes(UTF_8))));
        }
        return new JsonObject()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", "Failure")
                .put("reason", "NotFound")
                .put("code", 404);
    }

    @Test
    void helmFindsNothingWrongWithTheChart() throws IOException {
        assertThat(Files.readString(folder.resolve("lint"))).isEmpty();
        assertThat(Files.readString(CHART.resolve("templates/tests/ready.yaml")))
                .contains("helm.sh/hook: test\n");
    }

    @Test
    void thePackedChartHasTheAlertsAndNotTheValuesToTryItWith() throws IOException {
        String packed = "hubstorage-" + version() + ".tgz";

        assertThat(tar("-tzf", packed))
                .contains("hubstorage/values.schema.json", "hubstorage/templates/tests/ready.yaml")
                .doesNotContain("/ci/");
        assertThat(tar("-xzOf", packed, "hubstorage/files/alerts.yml"))
                .isEqualTo(Files.readString(Path.of("deploy/prometheus/alerts.yml")));
    }

    private static String tar(String... arguments) {
        return Shell.run(
                        folder,
                        Map.of(),
                        Duration.ofMinutes(1),
                        Stream.concat(Stream.of("tar"), Stream.of(arguments)).toList())
                .succeeded()
                .out();
    }

    @ParameterizedTest
    @MethodSource("refusedReleases")
    void valuesThatCannotBeMeantAreRefusedWithTheirName(String release) throws IOException {
        assertThat(releases).doesNotContainKey(release);
        assertThat(Files.readString(folder.resolve(release + ".refused")))
                .contains(REFUSED.getOrDefault(release, List.of()).getLast());
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "workers", "existing", "public", "new", "automatic"})
    void allThatIsMadeIsAsKubernetesWantsIt(String release) {
        List<JsonNode> objects = made(release);

        assertThat(objects).hasSizeGreaterThan(4);
        assertThat(objects).flatExtracting(KubernetesModel::faults).isEmpty();
        assertThat(objects.stream().map(object -> object.path("kind") + "/" + object.at("/metadata/name")))
                .doesNotHaveDuplicates();
        List<JsonNode> pods = pods(objects);
        for (JsonNode pod : pods) {
            new PodCheck(pod, objects, THERE.getOrDefault(release, Set.of())).run();
        }
        // Whom a Service leads to, and whom a policy is for.
        for (JsonNode object : objects) {
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
        Environment environment =
                Environment.load(variables(container(one(made(release), "StatefulSet"))), folder.resolve("no.env"));

        assertThat(environment.warnings()).isEmpty();
        assertThat(environment.settings().dataPath()).isEqualTo(Path.of("/app/data"));
        assertThat(environment.settings().web().port()).isEqualTo(5002);
    }

    @Test
    void oneProcessAloneIsAServiceWithThreeClaimsThatOutliveTheRelease() {
        List<JsonNode> objects = made("default");

        assertThat(kinds(objects))
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
        assertThat(all(objects, "PersistentVolumeClaim"))
                .allSatisfy(claim -> assertThat(claim.at("/metadata/annotations/helm.sh~1resource-policy")
                                .asText())
                        .isEqualTo("keep"));
        JsonNode coordinator = one(objects, "StatefulSet");
        assertThat(coordinator.at("/spec/replicas").asInt()).isEqualTo(1);
        assertThat(container(coordinator).path("image").asText())
                .isEqualTo("registry.example.org/hubstorage:" + version());
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
        assertThat(container(one(made("default"), "StatefulSet"))
                        .at("/resources/limits/memory")
                        .asText())
                .isEqualTo("512Mi");
    }

    @Test
    void workersShareTheDataAndTheKeysToReadAndNothingElse() {
        List<JsonNode> objects = made("workers");
        JsonNode coordinator = one(objects, "StatefulSet");
        JsonNode worker = one(objects, "Deployment");

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
        JsonNode members = named(objects, "Service", "workers-hubstorage-members");
        assertThat(members.at("/spec/clusterIP").asText()).isEqualTo("None");
        assertThat(members.at("/spec/publishNotReadyAddresses").asBoolean()).isTrue();
        assertThat(members.at("/spec/ports").findValuesAsText("port")).containsExactly("5701", "5702");
        assertThat(Stream.of(coordinator, worker)
                        .filter(pod -> matches(members.at("/spec/selector"), pod.at("/spec/template"))))
                .hasSize(2);
        assertThat(named(objects, "PersistentVolumeClaim", "workers-hubstorage-data")
                        .at("/spec/accessModes/0")
                        .asText())
                .isEqualTo("ReadWriteMany");
        assertThat(worker.at("/spec/template/spec/tolerations/0/key").asText()).isEqualTo("transfers");
        assertThat(secret(named(objects, "Secret", "workers-hubstorage-web"), "HUBSTORAGE_WEB_PASSWORD"))
                .isEqualTo("it's \"quoted\" $5 #1");
    }

    @Test
    void aSecretOfTheClusterIsMadeOnceAndKept() {
        String made = secret(named(made("new"), "Secret", "new-hubstorage-cluster"), "HUBSTORAGE_CLUSTER_SECRET");
        String kept = secret(named(made("kept"), "Secret", "kept-hubstorage-cluster"), "HUBSTORAGE_CLUSTER_SECRET");

        assertThat(made).matches("[A-Za-z0-9]{48}");
        assertThat(kept).isEqualTo(KEPT);
    }

    @Test
    void onlyMembersReachTheClustersPortsAndOnlyWhoIsNamedReachesTheDashboard() {
        List<JsonNode> objects = made("workers");
        JsonNode coordinator = one(objects, "StatefulSet").at("/spec/template");
        JsonNode worker = one(objects, "Deployment").at("/spec/template");

        for (JsonNode member : List.of(coordinator, worker)) {
            for (String port : List.of("5701", "5702")) {
                List<JsonNode> from = admitted(objects, member, port);
                assertThat(from).hasSize(1);
                JsonNode peer = from.getFirst().at("/podSelector/matchLabels");
                assertThat(from.getFirst().size()).isEqualTo(1);
                assertThat(matches(peer, coordinator)).isTrue();
                assertThat(matches(peer, worker)).isTrue();
                assertThat(matches(peer, one(objects, "Pod"))).isFalse();
            }
        }
        assertThat(admitted(objects, worker, "web")).isEmpty();
        List<JsonNode> web = admitted(objects, coordinator, "web");
        assertThat(web).hasSize(2);
        assertThat(web.getFirst()
                        .at("/namespaceSelector/matchLabels/kubernetes.io~1metadata.name")
                        .asText())
                .isEqualTo("ingress");
        assertThat(matches(web.getLast().at("/podSelector/matchLabels"), one(objects, "Pod")))
                .isTrue();
        // In a release without workers nobody does, and the dashboard is for everybody.
        List<JsonNode> alone = made("default");
        JsonNode single = one(alone, "StatefulSet").at("/spec/template");
        assertThat(admitted(alone, single, "5701")).isEmpty();
        assertThat(admitted(alone, single, "web")).containsOnlyNulls();
    }

    @Test
    void whatGoesOutIsLimitedToNamesS3AndTheOtherMembersWhereThatIsWanted() {
        JsonNode policy = named(made("workers"), "NetworkPolicy", "workers-hubstorage-members");

        List<JsonNode> rules = list(policy.at("/spec/egress"));
        assertThat(policy.at("/spec/policyTypes").toString()).contains("Egress");
        assertThat(rules.stream().map(rule -> rule.path("ports").findValuesAsText("port")))
                .containsExactly(List.of("53", "53"), List.of("80", "9000"), List.of("5701", "5702"), List.of("587"));
        assertThat(made("default").toString()).doesNotContain("Egress");
    }

    @Test
    void whatIsThereAlreadyIsTakenAndNothingIsMadeInItsPlace() {
        List<JsonNode> objects = made("existing");
        JsonNode coordinator = one(objects, "StatefulSet");

        assertThat(kinds(objects)).containsExactlyInAnyOrder("StatefulSet", "Deployment", "Service", "Service", "Pod");
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
        List<JsonNode> objects = made("public");
        JsonNode rule = one(objects, "Ingress").at("/spec/rules/0");
        JsonNode service = named(objects, "Service", "public-hubstorage");
        JsonNode coordinator = container(one(objects, "StatefulSet"));

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

        JsonNode monitor = one(objects, "ServiceMonitor");
        assertThat(monitor.at("/metadata/labels/release").asText()).isEqualTo("prometheus");
        assertThat(labels(service.at("/metadata/labels")))
                .containsAllEntriesOf(labels(monitor.at("/spec/selector/matchLabels")));
        assertThat(labels(named(objects, "Service", "public-hubstorage-members").at("/metadata/labels")))
                .doesNotContainKey("app.kubernetes.io/component");
        assertThat(monitor.at("/spec/endpoints")).hasToString("""
            [{"port":"https","path":"/backups/metrics","scheme":"https","tlsConfig":{"insecureSkipVerify":true},\
            "interval":"30s","scrapeTimeout":"10s","authorization":{"type":"Bearer","credentials":\
            {"name":"public-hubstorage-web","key":"HUBSTORAGE_WEB_TOKEN"}},\
            "relabelings":[{"targetLabel":"job","replacement":"hubstorage"}]}]\
            """);
        assertThat(CHART.resolve("files/alerts.yml").toRealPath())
                .isEqualTo(Path.of("deploy/prometheus/alerts.yml").toRealPath());
        assertThat(one(objects, "PrometheusRule").path("spec"))
                .isEqualTo(KubernetesModel.documents(Files.readString(Path.of("deploy/prometheus/alerts.yml")))
                        .getFirst());
        // Where nobody knows these kinds, and nobody insists.
        assertThat(kinds(made("automatic"))).isEqualTo(kinds(made("default")));
    }

    @Test
    void theReadmeHasALineForEachValueAndNoneForOthers() throws IOException {
        Set<String> named = new TreeSet<>();
        Files.readAllLines(CHART.resolve("README.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|", -1)[1])
                .forEach(cell -> Stream.of(cell.split(","))
                        .map(name -> name.replace("`", "").strip())
                        .forEach(named::add));
        Set<String> values = new TreeSet<>();
        paths(
                "",
                KubernetesModel.documents(Files.readString(CHART.resolve("values.yaml")))
                        .getFirst(),
                values);

        assertThat(named).isEqualTo(values);
    }

    private static void paths(String prefix, JsonNode value, Set<String> paths) {
        // Of the workers' and the other volumes' there is one line, and what is free is one value.
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            String path = prefix + member.getKey();
            if (path.endsWith("resources")
                    || !member.getValue().isObject()
                    || member.getValue().isEmpty()) {
                paths.add(path);
            } else {
                paths(path + '.', member.getValue(), paths);
            }
        }
    }

    /** Those that .env.example marks with a star. */
    @Test
    void everyVariableThatIsSecretIsKeptOutOfWhatEverybodyMayRead() throws IOException {
        String helpers = Files.readString(CHART.resolve("templates/_helpers.tpl"));
        Matcher pattern = Pattern.compile("\\$secret := \"(.*)\"").matcher(helpers);
        assertThat(pattern.find()).isTrue();
        Pattern secret = Pattern.compile(pattern.group(1));
        List<String> starred = new ArrayList<>();
        List<String> plain = new ArrayList<>();
        boolean star = false;
        for (String line : Files.readAllLines(Path.of(".env.example"))) {
            Matcher variable = VARIABLE.matcher(line);
            if (variable.find()) {
                (star ? starred : plain).add(variable.group(1));
                star = false;
            } else {
                star |= line.startsWith("# *");
            }
        }
        // Their stars are of variables that people name themselves.
        starred.removeAll(List.of("HUBSTORAGE_NOTIFY_PRIVATE", "HUBSTORAGE_HOOKS_PATH"));
        // The pair of keys of a section has one star.
        plain.removeIf(name -> name.endsWith("SECRET_ACCESS_KEY") || name.startsWith("ARCHIVE_"));

        assertThat(starred)
                .hasSizeGreaterThan(10)
                .allMatch(name -> secret.matcher(name).find());
        assertThat(plain)
                .hasSizeGreaterThan(30)
                .noneMatch(name -> secret.matcher(name).find());
    }

    @Test
    void itIsOfTheProgramsVersion() throws IOException {
        JsonNode chart = KubernetesModel.documents(Files.readString(CHART.resolve("Chart.yaml")))
                .getFirst();
        assertThat(chart.path("appVersion").asText())
                .isEqualTo(chart.path("version").asText());
        assertThat(Files.readString(Path.of("pom.xml")))
                .contains("<revision>%s</revision>"
                        .formatted(chart.path("version").asText()));
    }

    private static String version() {
        try {
            return KubernetesModel.documents(Files.readString(CHART.resolve("Chart.yaml")))
                    .getFirst()
                    .path("appVersion")
                    .asText();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void podsStartAnewWhenWhatIsSecretChangesAndDoNotTellItsHash() throws Exception {
        JsonNode one = one(made("workers"), "StatefulSet").at("/spec/template/metadata/annotations");
        JsonNode other = one(made("public"), "StatefulSet").at("/spec/template/metadata/annotations");

        assertThat(labels(one)).containsOnlyKeys("checksum/cluster", "checksum/s3", "checksum/web");
        assertThat(one.path("checksum/web")).isNotEqualTo(other.path("checksum/web"));
        assertThat(one(made("workers"), "Deployment").at("/spec/template/metadata/annotations/checksum~1s3"))
                .isEqualTo(one.path("checksum/s3"));
        // What somebody would try guesses at the password with.
        JsonObject web = new JsonObject()
                .put("existingSecret", "")
                .put("secrets", new JsonObject().put("HUBSTORAGE_WEB_PASSWORD", "it's \"quoted\" $5 #1"));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(web.encode().getBytes(UTF_8));
        assertThat(HexFormat.of().formatHex(hash))
                .doesNotStartWith(one.path("checksum/web").asText());
    }

    private static List<JsonNode> made(String release) {
        assertThat(releases).containsKey(release);
        return releases.getOrDefault(release, List.of());
    }

    /** The pods of a release, as templates of their owners or by themselves. */
    private static List<JsonNode> pods(List<JsonNode> objects) {
        List<JsonNode> pods = new ArrayList<>(all(objects, "Pod"));
        all(objects, "StatefulSet").forEach(set -> pods.add(set.at("/spec/template")));
        all(objects, "Deployment").forEach(set -> pods.add(set.at("/spec/template")));
        return pods;
    }

    private static boolean matches(JsonNode selector, JsonNode pod) {
        return labels(pod.at("/metadata/labels"))
                .entrySet()
                .containsAll(labels(selector).entrySet());
    }

    private static Map<String, String> labels(JsonNode labels) {
        return labels.properties().stream()
                .collect(toMap(Map.Entry::getKey, label -> label.getValue().asText()));
    }

    /** Who is let in to a pod's port by all policies that are for it; null for everybody. */
    private static List<@Nullable JsonNode> admitted(List<JsonNode> objects, JsonNode pod, String port) {
        List<@Nullable JsonNode> from = new ArrayList<>();
        List<JsonNode> policies = all(objects, "NetworkPolicy").stream()
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

    private static List<String> claims(JsonNode owner) {
        return owner.at("/spec/template/spec/volumes").findValuesAsText("claimName");
    }

    private static JsonNode container(JsonNode owner) {
        return owner.at("/spec/template/spec/containers/0");
    }

    private static Map<String, String> variables(JsonNode container) {
        return list(container.path("env")).stream()
                .collect(toMap(
                        variable -> variable.path("name").asText(),
                        variable -> variable.path("value").asText("")));
    }

    private static String secret(JsonNode secret, String key) {
        return new String(Base64.getDecoder().decode(secret.at("/data/" + key).asText()), UTF_8);
    }

    private static List<String> kinds(List<JsonNode> objects) {
        return objects.stream().map(object -> object.path("kind").asText()).toList();
    }

    private static List<JsonNode> all(List<JsonNode> objects, String kind) {
        return objects.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .toList();
    }

    private static JsonNode one(List<JsonNode> objects, String kind) {
        assertThat(all(objects, kind)).hasSize(1);
        return all(objects, kind).getFirst();
    }

    private static JsonNode named(List<JsonNode> objects, String kind, String name) {
        return all(objects, kind).stream()
                .filter(object -> object.at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + ' ' + name));
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }
}

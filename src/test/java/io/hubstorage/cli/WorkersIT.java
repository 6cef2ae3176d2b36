package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.FreePorts;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The real jar several times, as a service and its workers, over one data folder. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WorkersIT {
    private static final String SECRET = "drawn by chance: 8f3c91";
    private static final int BUCKETS = 6;
    private static final int OBJECTS = 60;
    private static final int SIZE = 2_000;

    @TempDir
    static Path home;

    private static final List<HubProcess> STARTED = new ArrayList<>();
    private static SyntheticS3 s3;
    private static int servicePort;
    private static HubProcess service;
    private static HubProcess first;
    private static HubProcess second;

    private static ConditionFactory patiently() {
        return await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(200));
    }

    @BeforeAll
    static void start() {
        s3 = SyntheticS3.start();
        IntStream.range(0, BUCKETS)
                .forEach(i -> s3.bucket("b" + i + "-photos", SyntheticBucket.uniform(OBJECTS, SIZE, "album-#/##.jpg")));
        servicePort = FreePorts.two();
        Path config = home.resolve("service");
        HubProcess.configure(
                config,
                new JsonObject()
                        .put(
                                "s3_buckets",
                                new JsonArray(IntStream.range(0, BUCKETS)
                                        .mapToObj(i -> "b" + i + "-photos")
                                        .toList()))
                        .put("automation", new JsonObject().put("enabled", false)));
        service = process("service", SECRET, servicePort, "serve");
        service.awaitUp();
        first = process("one", SECRET, FreePorts.two(), "worker");
        // As a container is told.
        second =
                start("two", environment("two", SECRET, FreePorts.two(), Map.of("HUBSTORAGE_ROLE", "worker")), "serve");
    }

    @AfterAll
    static void stop() {
        STARTED.forEach(HubProcess::close);
        s3.close();
    }

    private static HubProcess process(String name, String secret, int port, String command) {
        return start(name, environment(name, secret, port, Map.of()), command);
    }

    private static HubProcess start(String name, Map<String, String> environment, String command) {
        try {
            Files.createDirectories(home.resolve(name));
            Files.createDirectories(home.resolve("data"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        HubProcess started = HubProcess.start(home.resolve(name), environment, List.of("-Xmx256m"), command);
        STARTED.add(started);
        return started;
    }

    private static Map<String, String> environment(String name, String secret, int port, Map<String, String> further) {
        Map<String, String> environment = new TreeMap<>(HubProcess.environment(home.resolve(name), s3.settings()));
        environment.put("HUBSTORAGE_DATA_PATH", home.resolve("data").toString());
        environment.put("HUBSTORAGE_CLUSTER", "127.0.0.1:" + servicePort);
        environment.put("HUBSTORAGE_CLUSTER_SECRET", secret);
        environment.put("HUBSTORAGE_CLUSTER_PORT", String.valueOf(port));
        environment.put("HUBSTORAGE_WORKER_NAME", name);
        environment.putAll(further);
        return environment;
    }

    private static List<JsonObject> workers() {
        return service.json("/api/workers").getJsonArray("workers").stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    private static List<String> ready() {
        return workers().stream()
                .filter(worker -> worker.getString("state").equals("ready"))
                .map(worker -> worker.getString("name"))
                .toList();
    }

    private static void awaitReady(String... names) {
        patiently().untilAsserted(() -> assertThat(ready()).containsExactlyInAnyOrder(names));
    }

    @Test
    @Order(1)
    void aServiceAndTwoWorkersMakeOneSnapshotThatIsProven() throws IOException {
        awaitReady("local", "one", "two");
        for (HubProcess worker : List.of(first, second)) {
            patiently()
                    .untilAsserted(() ->
                            assertThat(worker.get("/health/ready").statusCode()).isEqualTo(200));
            assertThat(worker.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(worker.get("/metrics").body())
                    .contains("hubstorage_worker_ready 1.0", "hubstorage_worker_shards ");
            assertThat(worker.get("/api/status").statusCode()).isEqualTo(404);
        }
        HeldRequests held = new HeldRequests();
        s3.faults().when(RequestKind.GET).then(Fault.hold(held));

        assertThat(service.post("/api/backup/run", new JsonObject()).statusCode())
                .isEqualTo(202);

        // All three have something to do before any of them gets anything.
        patiently()
                .untilAsserted(() -> assertThat(workers())
                        .allSatisfy(worker -> assertThat(worker.getInteger("shards"))
                                .as(worker.encode())
                                .isPositive()));
        assertThat(service.get("/metrics").body())
                .contains("hubstorage_workers{state=\"ready\"} 3.0", "hubstorage_worker_shards{worker=\"one\"}");
        held.open();
        patiently().until(() -> {
            JsonObject last = service.json("/api/backup/last").getJsonObject("last");
            return last != null && "success".equals(last.getString("result"));
        });

        try (Stream<Path> files = Files.walk(home.resolve("data"))) {
            assertThat(files.filter(path ->
                            path.toString().endsWith(".jpg") && path.toString().contains("/hublink_")))
                    .hasSize(BUCKETS * OBJECTS);
        }
        Map<String, String> environment = environment("service", SECRET, servicePort, Map.of());
        try (HubProcess verify = HubProcess.start(home.resolve("service"), environment, "verify")) {
            assertThat(verify.exitCode()).as(verify.out() + verify.err()).isZero();
        }
        assertThat(home.resolve("data/.hubstorage/probes")).isEmptyDirectory();
    }

    @Test
    @Order(2)
    void whoeverHasAnotherSecretOrAnotherFolderIsToldWhatIsWrong() throws IOException {
        try (HubProcess stranger = process("stranger", "another secret, no. 17", FreePorts.two(), "worker")) {
            patiently()
                    .untilAsserted(
                            () -> assertThat(stranger.get("/health/ready").body())
                                    .contains("another HUBSTORAGE_CLUSTER_SECRET"));
            assertThat(stranger.get("/health/ready").statusCode()).isEqualTo(503);
            assertThat(stranger.get("/health/live").statusCode()).isEqualTo(200);
        }
        Path elsewhere = Files.createDirectories(home.resolve("elsewhere"));
        Map<String, String> lost =
                environment("lost", SECRET, FreePorts.two(), Map.of("HUBSTORAGE_DATA_PATH", elsewhere.toString()));
        try (HubProcess worker = start("lost", lost, "worker")) {
            patiently()
                    .untilAsserted(() -> assertThat(worker.get("/health/ready").body())
                            .contains(
                                    "does not let this worker in: its data folder is another one than the service's"));
        }
        assertThat(ready()).containsExactlyInAnyOrder("local", "one", "two");
    }

    @Test
    @Order(3)
    void aSecondServiceInTheClusterIsRefused() {
        try (HubProcess another = process("another", SECRET, FreePorts.two(), "serve")) {
            assertThat(another.exitCode()).isEqualTo(1);
            assertThat(another.err())
                    .contains("There is a HubStorage service in this cluster already")
                    .contains("HUBSTORAGE_ROLE=worker");
        }
        assertThat(service.get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    @Order(4)
    void aWorkerThatIsToldToStopSaysGoodbye() {
        first.signal("TERM");
        assertThat(first.exitCode()).isZero();
        awaitReady("local", "two");
        assertThat(named("one")).as("it has not been lost").isEmpty();
    }

    @Test
    @Order(5)
    void workersFindAServiceThatWasKilledAndCameBack() {
        service.kill();
        patiently()
                .untilAsserted(() ->
                        assertThat(second.get("/health/ready").statusCode()).isEqualTo(503));

        service = process("service", SECRET, servicePort, "serve");

        awaitReady("local", "two");
        assertThat(second.get("/health/ready").statusCode()).isEqualTo(200);
        assertThat(second.out() + second.err())
                .as("what Vert.x and Hazelcast say of it, in many stack traces")
                .doesNotContain("Connecting to server", "Failed to handle memberRemoved");
    }

    @Test
    @Order(6)
    void aWorkerThatIsKilledIsLostAndOneThatDoesNotComeBackAfterARestartIsMissedUntilItIsForgotten()
            throws IOException {
        second.kill();
        patiently()
                .untilAsserted(() -> assertThat(named("two"))
                        .extracting(worker -> worker.getString("state"))
                        .containsExactly("lost"));
        assertThat(missed()).as("so soon").isEmpty();
        Path file = home.resolve("service/config/workers.json");
        patiently().until(() -> Files.readString(file).contains("lost_at"));
        service.kill();
        JsonObject known = new JsonObject(Files.readString(file));
        assertThat(known.getJsonArray("workers")).hasSize(1);
        JsonObject two = known.getJsonArray("workers").getJsonObject(0);
        two.put(
                "lost_at",
                Instant.parse(two.getString("lost_at")).minusSeconds(600).toString());
        Files.writeString(file, known.encode());

        service = process("service", SECRET, servicePort, "serve");

        patiently()
                .untilAsserted(() -> assertThat(missed())
                        .extracting(condition -> condition.getString("message"))
                        .containsExactly("Worker two is lost."));
        assertThat(service.json("/api/status").getJsonObject("status").getString("state"))
                .isIn("safe", "paused");
        assertThat(service.delete("/api/workers/two").statusCode()).isEqualTo(200);
        assertThat(service.delete("/api/workers/two").statusCode()).isEqualTo(404);
        assertThat(named("two")).isEmpty();
        assertThat(missed()).isEmpty();
    }

    private static List<JsonObject> named(String name) {
        return workers().stream()
                .filter(worker -> worker.getString("name").equals(name))
                .toList();
    }

    private static List<JsonObject> missed() {
        return service.json("/api/status").getJsonObject("status").getJsonArray("conditions").stream()
                .map(JsonObject.class::cast)
                .filter(condition -> condition.getString("kind").equals("worker"))
                .toList();
    }

    @Test
    @Order(7)
    void withoutAClusterThereIsNoneAndNothingOfHazelcastIsLoaded() throws IOException {
        Map<String, String> alone = HubProcess.environment(home.resolve("alone"), s3.settings());
        Files.createDirectories(home.resolve("alone"));
        Path loaded = home.resolve("loaded.txt");
        try (HubProcess hub =
                HubProcess.start(home.resolve("alone"), alone, List.of("-Xlog:class+load:file=" + loaded), "serve")) {
            JsonObject listing = hub.json("/api/workers");
            assertThat(listing.getBoolean("clustered")).isFalse();
            assertThat(listing.getJsonArray("workers")).hasSize(1);
        }
        try (Stream<String> lines = Files.lines(loaded)) {
            assertThat(lines.filter(line -> line.contains("hazelcast"))).isEmpty();
        }
    }

    @Test
    @Order(8)
    void aWorkerWithoutASecretOrAClusterIsRefusedInWords() {
        Map<String, String> none = HubProcess.environment(home.resolve("none"), null);
        try (HubProcess worker = start("none", none, "worker")) {
            assertThat(worker.exitCode()).isEqualTo(1);
            assertThat(worker.err()).contains("set HUBSTORAGE_CLUSTER");
        }
        none.put("HUBSTORAGE_CLUSTER", "nas");
        try (HubProcess worker = start("none", none, "worker")) {
            assertThat(worker.exitCode()).isEqualTo(2);
            assertThat(worker.err()).contains("HUBSTORAGE_CLUSTER_SECRET", "openssl rand -hex 32");
        }
    }
}

package io.hubstorage.backup.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.WorkerMessage;
import io.hubstorage.bus.WorkersMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SharedFolder;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in as a worker, and what it is told. */
@ExtendWith(VertxExtension.class)
class WorkersVerticleTest {
    private static final Instant NOW = Instant.parse("2026-11-27T08:00:00Z");
    private static final String VERSION = "1.2.3";

    @TempDir
    Path home;

    private Vertx vertx;
    private ConfigStore config;
    private String deployed;
    private volatile Instant now = NOW;

    @BeforeEach
    void start(Vertx provided) throws IOException {
        vertx = provided;
        Files.createDirectories(home.resolve("data"));
        Environment environment = Environment.load(
                Map.of(
                        "DOCKER_MODE", "false",
                        "HUBSTORAGE_CONFIG_PATH", home.resolve("config").toString(),
                        "HUBSTORAGE_DATA_PATH", home.resolve("data").toString()),
                home.resolve(".env"));
        config = ConfigStore.open(vertx, environment, UnaryOperator.identity(), InstantSource.fixed(NOW))
                .await();
        deploy();
    }

    private void deploy() {
        InstantSource clock = () -> now;
        Workers workers = new Workers(config::config, clock);
        deployed = vertx.deployVerticle(new WorkersVerticle(config, workers, clock, VERSION, true))
                .await();
    }

    /** A worker that sees the data folder there. */
    private void listens(String id, Path data) {
        SharedFolder folder = new SharedFolder(new Layout(data));
        new Bus(vertx)
                .answer(
                        Addresses.workerFolder(id),
                        body -> vertx.executeBlocking(() -> new WorkerMessage.Probed(folder.answer(
                                BusJson.decode(body, WorkerMessage.Probe.class).name()))))
                .await();
    }

    private static WorkerMessage.Hello hello(String id) {
        return new WorkerMessage.Hello(id, "rack-" + id, VERSION, NOW, "", true, null);
    }

    private WorkerMessage.Welcome say(WorkerMessage.Hello hello) {
        return BusJson.decode(
                new Bus(vertx)
                        .ask(Addresses.WORKER_HELLO, BusJson.encode(hello), Duration.ofSeconds(60))
                        .await(),
                WorkerMessage.Welcome.class);
    }

    private List<WorkersMessage.Worker> listing() {
        return new Bus(vertx)
                .ask(Addresses.WORKERS_LIST, WorkersMessage.Listing.class)
                .await()
                .workers();
    }

    private List<String> names() {
        return listing().stream().map(WorkersMessage.Worker::name).toList();
    }

    @Test
    void whoSharesTheFolderIsTakenAndToldTheConfigurationAndItsShare() {
        listens("1", home.resolve("data"));

        WorkerMessage.Welcome welcome = say(hello("1"));

        assertThat(welcome.config()).isEqualTo(config.current().config());
        assertThat(welcome.share().requests()).isPositive();
        assertThat(names()).containsExactly(Addresses.LOCAL_WORKER, "rack-1");
        assertThat(home.resolve("data/.hubstorage/probes")).isEmptyDirectory();
    }

    @Test
    void whoSaysGoodbyeIsNotThereAnyMore() {
        listens("1", home.resolve("data"));
        say(hello("1"));

        new Bus(vertx).publish(Addresses.WORKER_GOODBYE, new WorkerMessage.Goodbye("1"));

        assertThat(names()).containsExactly(Addresses.LOCAL_WORKER);
    }

    @Test
    void anotherVersionIsRefused() {
        WorkerMessage.Hello old = new WorkerMessage.Hello("1", "old", "1.2.2", NOW, "", true, null);

        assertRefused(old, "it is HubStorage 1.2.2, and the service is 1.2.3");
    }

    @Test
    void aClockThatIsMoreThanAMinuteOffIsRefused() {
        Instant ahead = NOW.plusSeconds(61);

        assertRefused(
                new WorkerMessage.Hello("1", "fast", VERSION, ahead, "", true, null),
                "its clock is more than a minute ahead of the service's");
        assertRefused(
                new WorkerMessage.Hello("1", "slow", VERSION, NOW.minusSeconds(200), "", true, null),
                "its clock is 3 min behind the service's");
    }

    @Test
    void anotherFolderIsRefusedByItsIdOrByWhatIsNotSeenInIt() throws IOException {
        assertRefused(
                new WorkerMessage.Hello("1", "x", VERSION, NOW, "d3adb33f", true, null),
                "another one than the service's (id d3adb33f");
        listens("2", Files.createDirectories(home.resolve("other")));
        assertRefused(hello("2"), "it cannot use the data folder. ");
    }

    @Test
    void whoCannotBeReachedIsRefused() {
        assertRefused(hello("1"), "HUBSTORAGE_CLUSTER_HOST");
    }

    @Test
    void oneThatCannotDoWhatIsConfiguredIsListedWithTheReasonAndTakenOnceItCan() {
        listens("1", home.resolve("data"));
        String reason = "it cannot do what the service is configured to do. LAB_AWS_ACCESS_KEY_ID is not set.";

        WorkerMessage.Welcome told = say(new WorkerMessage.Hello("1", "rack-1", VERSION, NOW, "", false, reason));

        assertThat(told.config()).isEqualTo(config.current().config());
        assertThat(listing().getLast().state()).isEqualTo(WorkersMessage.State.REFUSED);
        assertThat(listing().getLast().problem()).isEqualTo(reason);
        say(hello("1"));
        assertThat(listing())
                .extracting(WorkersMessage.Worker::state)
                .containsExactly(WorkersMessage.State.READY, WorkersMessage.State.READY);
    }

    @Test
    void oneThatIsThereIsNotForgottenNorOneThatNobodyKnows() {
        listens("1", home.resolve("data"));
        say(hello("1"));

        assertThatThrownBy(() -> forget("rack-1")).hasMessageContaining("Stop its process first");
        assertThatThrownBy(() -> forget("rack-2")).hasMessageContaining("no worker is called rack-2");
        assertThatThrownBy(() -> forget(Addresses.LOCAL_WORKER)).hasMessageContaining("is not lost");
    }

    @Test
    void whoWasThereIsExpectedAfterARestartUntilSomebodyForgetsIt() throws Exception {
        listens("1", home.resolve("data"));
        say(hello("1"));
        Path file = home.resolve("config/workers.json");
        vertx.undeploy(deployed).await();
        assertThat(file).content().contains("rack-1").doesNotContain(Addresses.LOCAL_WORKER);

        deploy();
        assertThat(names()).as("it may come back yet").containsExactly(Addresses.LOCAL_WORKER);
        now = NOW.plusSeconds(60);
        assertThat(names()).containsExactly(Addresses.LOCAL_WORKER, "rack-1");
        assertThat(forget("rack-1")).containsExactly(Addresses.LOCAL_WORKER);
        vertx.undeploy(deployed).await();
        assertThat(file).content().doesNotContain("rack-1");

        Files.writeString(file, "{\"format\": 1, \"workers\": [{\"name\":");
        deploy();
        now = NOW.plusSeconds(120);
        assertThat(names()).containsExactly(Addresses.LOCAL_WORKER);
    }

    private List<String> forget(String name) {
        return BusJson.decode(
                        new Bus(vertx)
                                .ask(Addresses.WORKERS_FORGET, new WorkersMessage.Forget(name))
                                .await(),
                        WorkersMessage.Listing.class)
                .workers()
                .stream()
                .map(WorkersMessage.Worker::name)
                .toList();
    }

    private void assertRefused(WorkerMessage.Hello hello, String reason) {
        assertThatThrownBy(() -> say(hello)).hasMessageContaining(reason);
        assertThat(listing())
                .filteredOn(each -> each.name().equals(hello.name()))
                .singleElement()
                .satisfies(refused -> {
                    assertThat(refused.state()).isEqualTo(WorkersMessage.State.REFUSED);
                    assertThat(refused.problem()).contains(reason);
                });
    }
}

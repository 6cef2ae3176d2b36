package io.hubstorage.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.Shelf;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
final class SpaceVerticleTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

    @TempDir
    Path folder;

    @Test
    void itAnswersRemembersWhatIsLeftAndSeesANewSnapshotAfterABackup(Vertx vertx) throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        Layout layout = new Layout(data);
        Files.createDirectories(layout.hub());
        Environment environment = Hub.environment(folder, data);
        InstantSource clock = InstantSource.fixed(NOW);
        ConfigStore config = ConfigStore.open(vertx, environment, UnaryOperator.identity(), clock)
                .await();
        String id = vertx.deployVerticle(new SpaceVerticle(config, clock)).await();
        Bus bus = new Bus(vertx);

        assertThat(bus.ask(Addresses.SPACE, SpaceMessage.Current.class).await().buckets())
                .isEmpty();
        await().untilAsserted(
                        () -> assertThat(SpaceMemory.read(layout).freeBytes()).hasSize(1));
        new Shelf(data).snapshot("photos", Map.of("a", "1"));
        vertx.eventBus().publish(Addresses.BACKUP_FINISHED, new JsonObject());
        await().untilAsserted(() -> assertThat(bus.ask(Addresses.SPACE, SpaceMessage.Current.class)
                        .await()
                        .buckets())
                .extracting(SpaceMessage.Bucket::bucket)
                .containsExactly("photos"));
        vertx.undeploy(id).await();
    }
}

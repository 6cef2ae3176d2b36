package io.hubstorage.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
final class StatusVerticleTest {
    /** Its stop has none of them to wait for, if it waits for no judgement. */
    private static final int STEPS = 50;

    /** At the end of a command a backup has just ended, and is being judged, when all is closed. */
    @Test
    void itHasStoppedWhenTheJudgementThatIsUnderWayIsOver(Vertx vertx, @TempDir Path folder) throws Exception {
        Promise<BackupMessage.Status> backup = Promise.promise();
        CountDownLatch asked = new CountDownLatch(1);
        new Bus(vertx)
                .answer(Addresses.BACKUP_STATUS, _ -> {
                    asked.countDown();
                    return backup.future();
                })
                .await();
        List<String> happened = new CopyOnWriteArrayList<>();
        vertx.eventBus().addOutboundInterceptor(delivery -> {
            if (delivery.message().address().equals(Addresses.STATUS_CHANGED)) {
                happened.add("judged");
            }
            delivery.next();
        });
        ConditionKit kit = new ConditionKit(vertx, folder, Instant.parse("2026-11-27T06:15:00Z"), "{}");
        String id = vertx.deployVerticle(kit.verticle()).await();
        vertx.eventBus().publish(Addresses.CONFIG_CHANGED, new JsonObject());
        await().until(() -> asked.getCount() == 0);

        Future<Void> stopped = vertx.undeploy(id).onSuccess(_ -> happened.add("stopped"));
        for (int step = 0; step < STEPS; step++) {
            vertx.executeBlocking(() -> null).await();
        }
        backup.complete(new BackupMessage.Status(false, null, null, null));
        stopped.await();

        assertThat(happened).containsExactly("judged", "stopped");
    }
}

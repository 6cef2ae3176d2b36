package io.hubstorage.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.LoginAttack;
import io.hubstorage.bus.StatusMessage;
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

    @Test
    void anAttackOnTheLoginIsAConditionForAnHour(Vertx vertx, @TempDir Path folder) throws Exception {
        Instant now = Instant.parse("2026-11-27T06:15:00Z");
        ConditionKit kit = new ConditionKit(vertx, folder, now, "{}");
        List<StatusMessage.Condition> told = new CopyOnWriteArrayList<>();
        new Bus(vertx)
                .listen(
                        Addresses.STATUS_CHANGED,
                        StatusMessage.Current.class,
                        status -> told.addAll(ConditionKit.of(status.conditions(), StatusMessage.Condition.Kind.LOGIN)))
                .await();
        vertx.deployVerticle(kit.verticle()).await();

        LoginAttack attack = new LoginAttack(now.minusSeconds(60), "203.0.113.7", 31);
        new Bus(vertx).publish(Addresses.LOGIN_ATTACKED, attack);

        await().until(() -> !told.isEmpty());
        assertThat(told.getFirst().message())
                .isEqualTo("Somebody tries passwords or tokens: 31 wrong, last from 203.0.113.7.");
        assertThat(told.getFirst().since()).isEqualTo(attack.at());
        assertThat(kit.login(attack)).hasSize(1);
        assertThat(kit.login(new LoginAttack(now.minusSeconds(3601), "203.0.113.7", 31)))
                .isEmpty();
    }
}

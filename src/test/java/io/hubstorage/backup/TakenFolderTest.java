package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.RunResult;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The data folder belongs to one process at a time: a run that finds it taken is refused, and has never been. */
final class TakenFolderTest extends EngineTest {
    private final AtomicInteger told = new AtomicInteger();

    @Test
    void aRunThatFindsTheFolderTakenIsRefusedWithoutATrace() throws Exception {
        SyntheticBucket bucket = bucket("photos", "a", "b");
        hub.configure("photos").start();
        hub.vertx().eventBus().consumer(Addresses.BACKUP_STARTED, _ -> told.incrementAndGet());
        hub.vertx().eventBus().consumer(Addresses.BACKUP_FINISHED, _ -> told.incrementAndGet());

        try (DataLock _ = DataLock.take(new Layout(hub.data()), Instant.EPOCH)) {
            assertThatThrownBy(hub::backUp)
                    .isInstanceOfSatisfying(
                            ReplyException.class,
                            refused -> assertThat(refused.failureCode()).isEqualTo(423))
                    .hasMessageContaining("another HubStorage is at work on " + hub.data());
            assertThat(hub.request(Addresses.BACKUP_HISTORY, new JsonObject()).getJsonArray("runs"))
                    .isEmpty();
            assertThat(hub.request(Addresses.BACKUP_STATUS, new JsonObject()).getBoolean("running"))
                    .isFalse();
            assertThat(hub.dryRun().result()).as("a dry run disturbs nobody").isEqualTo(RunResult.SUCCESS);
        }

        assertThat(s3.counts().gets()).isZero();
        assertThat(told)
                .as("begin and end of the dry run, and nothing of the other")
                .hasValue(2);
        audit(hub.backUp()).holds("photos", bucket);
    }
}

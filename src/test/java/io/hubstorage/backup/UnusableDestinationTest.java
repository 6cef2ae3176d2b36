package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Folders that cannot be used: no run begins where the snapshots go, and one that nothing remembers says so. */
final class UnusableDestinationTest extends EngineTest {
    @Test
    void aRunThatCannotBeginBecauseOfItsFolderIsRefusedWithTheReasonAndIsNoRun() throws Exception {
        SyntheticBucket bucket = bucket("photos", "a");
        hub.configure("photos").start();
        Files.writeString(hub.data(), "in the place of the folder");

        assertThatThrownBy(hub::backUp)
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        refused -> assertThat(refused.failureCode()).isEqualTo(503))
                .hasMessageContaining(hub.data() + " is no folder");
        assertThat(hub.request(Addresses.BACKUP_HISTORY, new JsonObject()).getJsonArray("runs"))
                .isEmpty();

        Files.delete(hub.data());
        audit(hub.backUp()).holds("photos", bucket);
    }

    @Test
    void aBackupWhoseRecordCannotBeWrittenIsMadeAllTheSameAndSaysSo() throws Exception {
        SyntheticBucket bucket = bucket("photos", "a");
        hub.configure("photos").start();
        Path nowhere = Path.of("/proc/version");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(nowhere), "a file that takes no bytes");
        Files.createSymbolicLink(home.resolve("config/history.jsonl"), nowhere);
        List<Alarm> alarms = new CopyOnWriteArrayList<>();
        hub.vertx()
                .eventBus()
                .<JsonObject>consumer(
                        Addresses.ALARM_RAISE, message -> alarms.add(BusJson.decode(message.body(), Alarm.class)));

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.message()).contains("this run is not in the history: ");
        audit(run).holds("photos", bucket);
        await().until(() -> !alarms.isEmpty());
        assertThat(alarms.getFirst().kind()).isEqualTo(Alarm.Kind.HISTORY_UNWRITABLE);
        assertThat(alarms.getFirst().remedy()).isNotBlank();
    }
}

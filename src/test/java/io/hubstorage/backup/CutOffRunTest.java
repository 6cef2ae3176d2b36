package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.fs.Trees;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Runs that the end of their process cut off, told of by the next process. */
final class CutOffRunTest extends EngineTest {
    private static final String CUT = "20261126T070000Z-c0de";

    /** Every end that is published, and every begin as its run's id. */
    private final List<String> told = new CopyOnWriteArrayList<>();

    /** Listens from before the engine starts on. */
    private void listen() {
        hub.vertx().eventBus().<JsonObject>consumer(Addresses.BACKUP_STARTED, message -> told.add("began"));
        hub.vertx().eventBus().<JsonObject>consumer(Addresses.BACKUP_FINISHED, message -> {
            RunRecord run = BusJson.decode(message.body(), RunRecord.class);
            told.add((run.runId().equals(CUT) ? "cut off: " : "ended: ")
                    + run.result().name());
        });
    }

    /** What a process that is killed in the middle of a run leaves in the history. */
    private void cutOff() {
        HistoryStore.open(home.resolve("config"))
                .append(new RunRecord(
                        new RunStart(CUT, Trigger.SCHEDULE, false, true, Instant.parse("2026-11-26T07:00:00Z")),
                        new RunEnd(RunResult.RUNNING, null, 1, null),
                        RunRecord.CurrentSnapshot.NONE,
                        List.of(),
                        List.of()));
    }

    private List<RunRecord> history() {
        return BusJson.decode(
                        hub.request(
                                Addresses.BACKUP_HISTORY,
                                BusJson.encode(new BackupMessage.HistoryQuery(10, null, null))),
                        BackupMessage.History.class)
                .runs();
    }

    @Test
    void itIsPublishedOnceAtTheNextStart() {
        bucket("photos", "a");
        hub.configure("photos");
        cutOff();

        listen();
        hub.start();

        await().until(() -> !told.isEmpty());
        hub.backUp();
        hub.stop();
        listen();
        hub.start().backUp();
        await().until(() -> told.size() >= 5);
        assertThat(told).containsExactly("cut off: INTERRUPTED", "began", "ended: SUCCESS", "began", "ended: SUCCESS");
        assertThat(history()).hasSize(3);
    }

    @Test
    void whereTheDiskWasNotMountedAtTheStartItIsPublishedOnceBeforeTheNextRunBegins() throws IOException {
        SyntheticBucket photos = bucket("photos", "a");
        hub.configure("photos");
        hub.backUp();
        hub.stop();
        cutOff();
        Path away = Files.move(hub.data(), home.resolve("away"));
        Files.createDirectory(hub.data());
        listen();
        hub.start();
        assertThat(history().getFirst().result()).isEqualTo(RunResult.RUNNING);

        Trees.delete(hub.data());
        Files.move(away, hub.data());
        photos.change("a");
        RunRecord next = hub.backUp();
        audit(next).holds("photos", photos);
        hub.backUp();

        await().until(() -> told.size() >= 5);
        assertThat(told).containsExactly("cut off: INTERRUPTED", "began", "ended: SUCCESS", "began", "ended: SUCCESS");
        assertThat(history().stream().filter(run -> run.runId().equals(CUT)))
                .singleElement()
                .satisfies(run -> assertThat(run.result()).isEqualTo(RunResult.INTERRUPTED));
    }

    @Test
    void aHistoryThatWasLostWhileTheDiskWasNotMountedIsTakenFromTheCertificatesOnceTheDiskIsThere() throws IOException {
        SyntheticBucket photos = bucket("photos", "a");
        hub.configure("photos");
        List<String> runs = new ArrayList<>();
        runs.add(hub.backUp().runId());
        photos.change("a");
        runs.add(hub.backUp().runId());
        hub.stop();
        Files.delete(home.resolve("config/history.jsonl"));
        Path away = Files.move(hub.data(), home.resolve("away"));
        Files.createDirectory(hub.data());
        hub.start().dryRun();

        Trees.delete(hub.data());
        Files.move(away, hub.data());
        runs.add(hub.backUp().runId());
        runs.add(hub.backUp().runId());

        assertThat(history().stream().filter(run -> !run.dryRun()).map(RunRecord::runId))
                .containsExactlyElementsOf(runs.reversed());
        await().until(() -> !alarms().isEmpty());
        hub.stop();
        assertThat(alarms()).singleElement().satisfies(alarm -> {
            assertThat(alarm.kind()).isEqualTo(Alarm.Kind.HISTORY_LOST);
            assertThat(alarm.message()).startsWith("The history had lost 2 runs");
            assertThat(alarm.occurrences().times()).isEqualTo(1);
        });
    }

    private List<Alarm> alarms() {
        hub.start();
        return BusJson.decode(hub.request(Addresses.STATUS, new JsonObject()), StatusMessage.Current.class)
                .alarms();
    }
}

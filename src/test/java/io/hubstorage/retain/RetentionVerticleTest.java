package io.hubstorage.retain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RetentionMessage;
import io.hubstorage.bus.RetentionMessage.Verdict;
import io.hubstorage.bus.RetentionRecord;
import io.hubstorage.bus.RetentionStart;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Trigger;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Snapshots;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Retention as those know it who ask over the bus: first only said, then confirmed, done, undone. */
final class RetentionVerticleTest {
    private static final TrashEmptier.Speed FAST =
            new TrashEmptier.Speed(10, 1_000_000, Duration.ofMillis(10), Duration.ofMillis(1));

    @TempDir
    Path folder;

    @AutoClose
    private TrashKit kit;

    private Bus bus;
    private Jobs jobs;
    private List<String> names;

    /** Five days with a snapshot each, the newest first, of which two are to stay. */
    @BeforeEach
    void open() throws IOException {
        kit = new TrashKit(
                folder.toRealPath(),
                new JsonObject().put("enabled", true).put("daily", 2).put("undo_hours", 24));
        bus = new Bus(kit.vertx);
        jobs = new Jobs(kit.vertx, kit.history, kit.clock);
        names = List.of(5, 4, 3, 2, 1).stream()
                .map(days -> kit.snapshot(days, "same", "1", "new", "of day " + days))
                .toList()
                .reversed();
        deploy(false);
    }

    private void deploy(boolean alone) {
        kit.vertx
                .deployVerticle(new RetentionVerticle(
                        kit.config, jobs, kit.history, kit.clock, alone, doubt -> kit.emptier(FAST, _ -> 100, doubt)))
                .await();
    }

    private RetentionMessage.Preview preview() {
        return await().until(
                        () -> bus.ask(Addresses.RETENTION_PREVIEW, RetentionMessage.Preview.class)
                                .await(),
                        // Null as long as it is being counted.
                        preview -> preview.freedBytes() != null);
    }

    private RetentionMessage.Status status() {
        return bus.ask(Addresses.RETENTION_STATUS, RetentionMessage.Status.class)
                .await();
    }

    private RetentionRecord run(@Nullable String digest, @Nullable String snapshot) {
        String id = bus.ask(Addresses.RETENTION_START, new RetentionStart(Trigger.SCHEDULE, digest, snapshot))
                .await()
                .getString("run_id");
        RetentionRecord ended = await().until(
                        () -> kit.history
                                .find(id)
                                .map(RetentionRecord.class::cast)
                                .orElse(null),
                        record -> record != null && record.result().ended());
        // It is in the history a moment before another may begin.
        await().until(() -> !jobs.isUnderWay(JobKind.RETENTION));
        return ended;
    }

    private RetentionMessage.Undone undo(@Nullable String snapshot) {
        return BusJson.decode(
                bus.ask(Addresses.RETENTION_UNDO, new RetentionMessage.Undo(snapshot))
                        .await(),
                RetentionMessage.Undone.class);
    }

    private void change(String rule, int value) throws IOException {
        Path file = kit.config.settings().configFolder().resolve("config.json");
        JsonObject changed = new JsonObject(Files.readString(file));
        changed.getJsonObject("retention").put(rule, value);
        Files.writeString(file, changed.encode());
        kit.config.reload().await();
    }

    private static List<String> going(RetentionMessage.Preview preview) {
        return preview.verdicts().stream()
                .filter(each -> !each.stays())
                .map(Verdict::snapshot)
                .toList();
    }

    @Test
    void nothingGoesByItselfBeforeSomebodyHasConfirmedThePolicy() {
        List<String> old = names.subList(2, 5);

        RetentionRecord first = run(null, null);
        assertThat(first.dryRun()).isTrue();
        assertThat(first.outcome().go()).isEqualTo(3);
        assertThat(first.message()).contains("3 snapshots would go", "Nobody has confirmed this policy yet");
        assertThat(kit.snapshots()).isEqualTo(names);
        assertThat(status().confirmed()).isFalse();

        RetentionMessage.Preview preview = preview();
        assertThat(going(preview)).isEqualTo(old);
        assertThat(preview.verdicts().getFirst().reasons())
                .extracting(RetentionMessage.Reason::kind)
                .contains("newest", "rule");
        RetentionRecord removed = run(preview.digest(), null);

        assertThat(removed.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(removed.outcome().removed()).isEqualTo(3);
        assertThat(removed.outcome().names()).isEqualTo(old.reversed());
        assertThat(removed.outcome().freedBytes())
                .isEqualTo(preview.freedBytes())
                .isPositive();
        assertThat(removed.outcome().undoUntil()).isEqualTo(TrashKit.NOW.plus(Duration.ofDays(1)));
        assertThat(kit.snapshots()).isEqualTo(names.subList(0, 2));
        assertThat(status().confirmed()).isTrue();
        assertThat(status().trash())
                .extracting(RetentionMessage.Removed::snapshot)
                .isEqualTo(old);
        assertThat(status().last()).isEqualTo(removed);

        String next = kit.snapshot(0, "same", "1");
        RetentionRecord byItself = run(null, null);
        assertThat(byItself.outcome().names()).containsExactly(names.get(1));
        assertThat(kit.snapshots()).containsExactly(next, names.getFirst());
    }

    private RetentionMessage.Preview tried(RetentionMessage.Query query) {
        return await().until(
                        () -> BusJson.decode(
                                bus.ask(Addresses.RETENTION_PREVIEW, query).await(), RetentionMessage.Preview.class),
                        preview -> preview.freedBytes() != null);
    }

    @Test
    void otherRulesCanBeTriedAndWhatTheyWouldDoIsStartedOnlyOnceTheyAreSaved() throws Exception {
        RetentionMessage.Preview shorter = tried(new RetentionMessage.Query(Map.of("daily", 1), null));
        assertThat(going(shorter)).isEqualTo(names.subList(1, 5));
        assertThat(shorter.freedBytes()).isGreaterThan(preview().freedBytes());
        assertThat(going(tried(new RetentionMessage.Query(Map.of(), null))))
                .as("no rule, so everything stays")
                .isEmpty();
        assertThatThrownBy(() -> run(shorter.digest(), null)).hasMessageContaining("preview");

        change("daily", 1);
        run(shorter.digest(), null);
        assertThat(kit.snapshots()).isEqualTo(names.subList(0, 1));
        assertThat(status().confirmed()).isTrue();
    }

    @Test
    void whatOneSnapshotFreesCanBeAskedAndWhatIsNoRuleOrNoSnapshotIsRefused() {
        RetentionMessage.Preview one = tried(new RetentionMessage.Query(null, names.getLast()));
        assertThat(one.freedBytes()).isPositive().isLessThan(preview().freedBytes());

        assertThatThrownBy(() -> tried(new RetentionMessage.Query(null, "hublink_20200101000000")))
                .hasMessageContaining("no snapshot");
        assertThatThrownBy(() -> tried(new RetentionMessage.Query(Map.of("daily", -1), null)))
                .hasMessageContaining("retention.daily");
        assertThatThrownBy(() -> tried(new RetentionMessage.Query(Map.of("undo_hours", 0), null)))
                .hasMessageContaining("undo_hours");
    }

    @Test
    void aPreviewThatIsOutOfDateStartsNothing() {
        String digest = preview().digest();
        kit.snapshot(0, "same", "1");

        assertThatThrownBy(() -> run(digest, null)).hasMessageContaining("look at a new one");
        assertThat(kit.snapshots()).hasSize(6);
        assertThat(status().confirmed()).isFalse();
        assertThat(kit.history.page(JobKind.RETENTION, 1, null))
                .as("it was no job")
                .isEmpty();
    }

    @Test
    void undoBringsBackTheVeryFilesAndThenThePolicyHasToBeConfirmedAgain() throws Exception {
        String old = names.getLast();
        SortedMap<String, String> before = TrashKit.inodes(kit.layout.snapshot(old));
        run(preview().digest(), null);

        assertThat(undo(old)).isEqualTo(new RetentionMessage.Undone(List.of(old), List.of()));
        assertThat(TrashKit.inodes(kit.layout.snapshot(old))).isEqualTo(before);
        assertThat(status().confirmed()).isFalse();
        assertThat(run(null, null).dryRun()).isTrue();
        assertThat(kit.snapshots()).contains(old);

        assertThat(undo(null).restored()).containsExactly(names.get(2), names.get(3));
        assertThat(kit.snapshots()).isEqualTo(names);
        assertThatThrownBy(() -> undo(null)).hasMessageContaining("nothing that could come back");
        assertThatThrownBy(() -> undo(old)).hasMessageContaining("not in the trash");
    }

    @Test
    void whatCannotBeBroughtBackIsNamedWithTheReason() throws Exception {
        run(preview().digest(), null);
        String clash = names.get(2);
        Files.createDirectories(kit.layout.snapshot(clash));
        assertThat(undo(clash).restored()).isEmpty();
        assertThat(status().confirmed())
                .as("the rules were wrong, whether or not it came back")
                .isFalse();
        RetentionMessage.Undone undone = undo(null);
        assertThat(undone.restored()).containsExactly(names.get(3), names.get(4));
        assertThat(undone.refused()).singleElement().satisfies(refused -> {
            assertThat(refused.snapshot()).isEqualTo(clash);
            assertThat(refused.why()).contains("again");
        });
        try (DataLock _ = DataLock.take(kit.layout, TrashKit.NOW)) {
            assertThat(undo(clash).refused().getFirst().why()).contains("A backup is under way");
        }
    }

    @Test
    void byHandASnapshotGoesWhateverTheRulesSayButNotWhatIsHeld() throws Exception {
        new Snapshots(kit.layout).find(names.get(3)).orElseThrow().pin(true);

        assertThatThrownBy(() -> run(null, names.getFirst())).hasMessageContaining("stays: last success of photos");
        assertThatThrownBy(() -> run(null, names.get(3))).hasMessageContaining("stays: pinned");
        assertThatThrownBy(() -> run(null, "hublink_20200101000000")).hasMessageContaining("no snapshot of this name");
        assertThatThrownBy(() -> run(null, "../../etc")).hasMessageContaining("no snapshot of this name");
        assertThat(kit.snapshots()).isEqualTo(names);

        RetentionRecord removed = run(null, names.get(1));

        assertThat(removed.dryRun()).isFalse();
        assertThat(removed.what().snapshot()).isEqualTo(names.get(1));
        assertThat(kit.snapshots()).doesNotContain(names.get(1));
        assertThat(status().confirmed()).as("that says nothing of the policy").isFalse();
        assertThat(status().trash()).singleElement().satisfies(item -> {
            assertThat(item.byHand()).isTrue();
            assertThat(item.freedBytes()).isEqualTo(removed.outcome().freedBytes());
            assertThat(item.until()).isEqualTo(removed.outcome().undoUntil());
        });
    }

    private void held(Consumer<RetentionMessage.Preview> looked) {
        RetentionMessage.Preview preview = preview();
        assertThat(going(preview)).isEmpty();
        looked.accept(preview);
        run(preview.digest(), null);
        assertThat(kit.snapshots()).isEqualTo(names);
        assertThatThrownBy(() -> run(null, names.getLast())).hasMessageContaining("stays");
    }

    @Test
    void anAlarmOfShrinkingOrDamageThatIsOpenKeepsEverything() {
        kit.alarms.add(Alarm.of(Alarm.Kind.SHRUNK, "photos", TrashKit.NOW, "photos shrank.", "Look.")
                .about("photos", names.getFirst()));
        held(preview -> assertThat(preview.verdicts().getLast().reasons())
                .extracting(RetentionMessage.Reason::kind)
                .containsExactly("alarm"));
        kit.alarms.clear();
        kit.alarms.add(Alarm.of(Alarm.Kind.DAMAGE, "x", TrashKit.NOW, "Damage.", "Repair."));
        held(_ -> {});
        kit.alarms.clear();
        assertThat(going(preview())).hasSize(3);
    }

    @Test
    void whatIsHeldOnlyAfterItHasBegunStaysAllTheSame() {
        String digest = preview().digest();
        Alarm damage = Alarm.of(Alarm.Kind.DAMAGE, "x", TrashKit.NOW, "Damage.", "Repair.");
        AtomicInteger asked = new AtomicInteger();
        kit.openAlarms = () -> asked.incrementAndGet() == 1 ? List.of() : List.of(damage);

        RetentionRecord record = run(digest, null);

        assertThat(record.result()).isEqualTo(RunResult.FAILED);
        assertThat(record.message()).contains("Nothing was removed.", names.getLast() + " stays after all.");
        assertThat(kit.snapshots()).isEqualTo(names);
    }

    @Test
    void aRestoreThatReadsKeepsEverything() throws Exception {
        Path restore = Files.createDirectories(kit.layout.restores().resolve("20261127-061500-aaaa"));
        try (DataLock _ = DataLock.take(restore.resolve("lock"), TrashKit.NOW)) {
            held(preview -> assertThat(preview.verdicts().getLast().reasons())
                    .extracting(RetentionMessage.Reason::text)
                    .containsExactly("a restore is under way"));
        }
        assertThat(going(preview())).hasSize(3);
    }

    @Test
    void aClockThatWentBackSuspendsTheRulesAndSaysSo() {
        kit.advance(Duration.ofDays(-30));
        RetentionMessage.Preview preview = preview();
        assertThat(going(preview)).isEmpty();
        assertThat(preview.suspended()).contains("The clock says");

        RetentionRecord record = run(preview.digest(), null);

        assertThat(record.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(record.message()).contains("The clock says");
        assertThat(kit.snapshots()).isEqualTo(names);
    }

    @Test
    void besideABackupNothingBegins() throws Exception {
        String digest = preview().digest();
        try (DataLock _ = DataLock.take(kit.layout, TrashKit.NOW)) {
            assertThatThrownBy(() -> run(digest, null)).hasMessageContaining("A backup is under way");
            assertThatThrownBy(() -> run(null, names.getLast())).hasMessageContaining("A backup is under way");
        }
        assertThat(kit.snapshots()).isEqualTo(names);
        assertThat(run(digest, null).outcome().removed()).isEqualTo(3);
    }

    @Test
    void whenItsTimeIsOverTheFilesAreDeletedByThemselvesAlsoAfterARestart() {
        run(preview().digest(), null);
        assertThat(kit.inTrash()).hasSize(6);
        kit.advance(Duration.ofHours(25));
        await().until(() -> kit.inTrash().isEmpty());
        assertThat(kit.snapshots()).isEqualTo(names.subList(0, 2));
        assertThatThrownBy(() -> undo(names.getLast())).hasMessageContaining("not in the trash");
    }

    @Test
    void whileAnAlarmIsOpenNothingIsDeletedForGood() {
        run(preview().digest(), null);
        kit.alarms.add(Alarm.of(Alarm.Kind.DAMAGE, "x", TrashKit.NOW, "Damage.", "Repair."));
        AtomicInteger asked = new AtomicInteger();
        kit.openAlarms = () -> {
            asked.incrementAndGet();
            return List.copyOf(kit.alarms);
        };
        kit.advance(Duration.ofHours(25));
        await().until(() -> asked.get() >= 3);
        assertThat(kit.inTrash()).hasSize(6);

        kit.alarms.clear();
        await().until(() -> kit.inTrash().isEmpty());
    }

    @Test
    void aPreviewThatSomebodyChangedTheTimeToUndoOfStartsNothing() throws Exception {
        RetentionMessage.Preview preview = preview();
        change("undo_hours", 0);

        assertThatThrownBy(() -> run(preview.digest(), null)).hasMessageContaining("look at a new one");
        assertThat(kit.snapshots()).isEqualTo(names);
        assertThat(status().confirmed()).isFalse();
        assertThat(preview().undoHours()).isZero();
    }

    @Test
    void whatTheRulesRemoveStopsWhenSomebodyUndoesARemovalMeanwhile() {
        run(preview().digest(), null);
        kit.snapshot(0, "same", "1");
        ConfirmedPolicy confirmed = new ConfirmedPolicy(kit.config.settings().configFolder());
        AtomicInteger asked = new AtomicInteger();
        kit.openAlarms = () -> {
            if (asked.incrementAndGet() == 2) {
                try {
                    confirmed.withdraw();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return List.of();
        };

        RetentionRecord record = run(null, null);

        assertThat(record.dryRun()).isFalse();
        assertThat(record.message()).contains("Nothing was removed.", "look at a new preview");
        assertThat(kit.snapshots()).contains(names.get(1));
    }

    @Test
    void oneThatTheEndOfItsProcessCutOffIsToldOf() {
        kit.history.append(new RetentionRecord(
                "20261127-061500-cut0",
                Trigger.SCHEDULE,
                TrashKit.NOW,
                new RunEnd(RunResult.RUNNING, null, 0, null),
                new RetentionRecord.What(false, null),
                RetentionRecord.Outcome.NONE));
        kit.vertx.deploymentIDs().forEach(id -> kit.vertx.undeploy(id).await());

        deploy(false);

        await().until(() ->
                Objects.requireNonNull(kit.history.find("20261127-061500-cut0").orElse(null))
                                .result()
                        == RunResult.INTERRUPTED);
    }

    @Test
    void aChangedPolicyHasToBeConfirmedAnew() throws Exception {
        run(preview().digest(), null);
        assertThat(status().confirmed()).isTrue();
        change("daily", 1);

        assertThat(status().confirmed()).isFalse();
        assertThat(run(null, null).dryRun()).isTrue();
    }
}

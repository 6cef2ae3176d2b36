package io.hubstorage.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RepairMessage;
import io.hubstorage.bus.RepairPlan;
import io.hubstorage.bus.RepairRecord;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Trigger;
import io.hubstorage.bus.VerifyRecord;
import io.hubstorage.jobs.Errand;
import io.hubstorage.repair.RepairKit.Item;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repairs over the bus: asked for, refused, and by themselves. */
final class RepairVerticleTest {
    @TempDir
    Path home;

    @AutoClose
    @SuppressWarnings("NullAway.Init") // by open
    private RepairKit kit;

    @SuppressWarnings("NullAway.Init") // by open
    private Bus bus;

    private final List<RepairRecord> records = new CopyOnWriteArrayList<>();
    private final List<JsonObject> started = new CopyOnWriteArrayList<>();
    private final List<Alarm> alarms = new CopyOnWriteArrayList<>();

    /** A snapshot of two damaged objects that S3 has. */
    private void open(String mode, int limit) throws IOException {
        Path real = home.toRealPath();
        kit = new RepairKit(
                real,
                real.resolve("data"),
                new JsonObject()
                        .put("verify", new JsonObject().put("repair", mode).put("repair_limit", limit)));
        SyntheticBucket bucket = kit.s3.bucket("photos", SyntheticBucket.empty());
        SortedMap<String, Item> photos = RepairKit.items();
        photos.put("a.jpg", Item.of(bucket.add("a.jpg", 300)));
        photos.put("b.jpg", Item.of(bucket.add("b.jpg", 300)));
        String snapshot = kit.snapshot(1, photos);
        RepairKit.rot(kit.file(snapshot, "a.jpg"));
        RepairKit.rot(kit.file(snapshot, "b.jpg"));
        kit.find();
        bus = new Bus(kit.vertx);
        bus.listen(JobKind.REPAIR.finished(), RepairRecord.class, records::add).await();
        bus.listen(Addresses.ALARM_RAISE, Alarm.class, alarms::add).await();
        kit.vertx
                .eventBus()
                .<JsonObject>consumer(JobKind.REPAIR.started(), message -> started.add(message.body()))
                .completion()
                .await();
        kit.vertx.deployVerticle(new RepairVerticle(kit.around(), false)).await();
    }

    private RepairMessage.View view() {
        return bus.ask(Addresses.REPAIR_STATUS, RepairMessage.View.class).await();
    }

    private RepairPlan plan() {
        RepairMessage.View asked = BusJson.decode(
                bus.ask(Addresses.REPAIR_PLAN, RepairMessage.Request.ALL).await(), RepairMessage.View.class);
        assertThat(asked.planning()).isTrue();
        return Objects.requireNonNull(
                await().until(this::view, each -> !each.planning()).plan());
    }

    private RepairRecord repaired() {
        await().until(() -> !records.isEmpty());
        return records.getFirst();
    }

    private static JsonObject start(String digest) {
        return new JsonObject().put("digest", digest);
    }

    @Test
    void whatWasLookedAtIsStartedByItsDigestAndNothingElse() throws IOException {
        open("ask", 1);
        assertThat(view()).isEqualTo(new RepairMessage.View("ask", false, null, null, null));
        assertThatThrownBy(() -> bus.ask(Addresses.REPAIR_START, start("none"), Bus.PATIENT)
                        .await())
                .hasMessageContaining("not the digest of the last plan");
        RepairPlan plan = plan();
        assertThat(plan.damaged().objects()).isEqualTo(2);
        assertThatThrownBy(() -> bus.ask(Addresses.REPAIR_START, start(plan.digest() + "0"), Bus.PATIENT)
                        .await())
                .hasMessageContaining("not the digest of the last plan");

        String id = bus.ask(Addresses.REPAIR_START, start(plan.digest()), Bus.PATIENT)
                .await()
                .getString("run_id");

        RepairRecord record = repaired();
        assertThat(record.runId()).isEqualTo(id);
        assertThat(record.trigger()).isEqualTo(Trigger.MANUAL);
        assertThat(record.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(record.message()).startsWith("2 files repaired");
        assertThat(kit.damages()).isEmpty();
        assertThat(view().plan()).as("it has been done").isNull();
    }

    @Test
    void offMeansThatNothingIsRepaired() throws IOException {
        open("off", 10);
        RepairPlan plan = plan();
        assertThatThrownBy(() -> bus.ask(Addresses.REPAIR_START, start(plan.digest()), Bus.PATIENT)
                        .await())
                .hasMessageContaining("switched off");
        verified(RunResult.SUCCESS);
        nothingBegins();
    }

    @Test
    void autoRepairsWhatAVerificationHasFoundWhenThatHasEnded() throws IOException {
        open("auto", 2);
        verified(RunResult.PARTIAL);
        RepairRecord record = repaired();
        assertThat(record.trigger()).isEqualTo(Trigger.SCHEDULE);
        assertThat(record.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(kit.damages()).isEmpty();
        assertThat(alarms).isEmpty();
    }

    @Test
    void whatWasRepairedByItselfNotLongAgoCountsForTheLimit() throws IOException {
        open("auto", 2);
        verified(RunResult.PARTIAL);
        assertThat(repaired().result()).isEqualTo(RunResult.SUCCESS);
        RepairKit.rot(kit.names.getFirst().file(kit.layout));
        kit.find();
        verified(RunResult.PARTIAL);
        assertThat(alarm().message())
                .isEqualTo("1 file is damaged and 2 repaired in the last 30 days, more than"
                        + " verify.repair_limit (2) allows to repair without asking.");
        assertThat(kit.damages()).hasSize(1);
    }

    @Test
    void aVerificationThatDidNotComeToItsEndStartsNothing() throws IOException {
        open("auto", 10);
        verified(RunResult.CANCELLED);
        verified(RunResult.FAILED);
        nothingBegins();
    }

    @Test
    void aRepairByItselfBeginsWhenTheBackupThatIsUnderWayHasEnded() throws IOException {
        open("auto", 10);
        Errand backup = new Errand(JobKind.BACKUP, "20261127-061500-back");
        kit.jobs.start(backup).await();
        verified(RunResult.PARTIAL);
        nothingBegins();
        backup.order(RunResult.SUCCESS);
        assertThat(repaired().result()).isEqualTo(RunResult.SUCCESS);
        assertThat(kit.damages()).isEmpty();
    }

    @Test
    void moreDamageThanTheLimitIsLeftForAPersonAndRaisesAnAlarm() throws IOException {
        open("auto", 1);
        verified(RunResult.PARTIAL);
        Alarm alarm = alarm();
        assertThat(alarm.kind()).isEqualTo(Alarm.Kind.DAMAGE);
        assertThat(alarm.message())
                .isEqualTo(
                        "2 files are damaged, more than verify.repair_limit (1) allows to repair" + " without asking.");
        assertThat(kit.damages()).hasSize(2);
        assertThat(records).isEmpty();
    }

    @Test
    void askMeansThatNothingBeginsByItself() throws IOException {
        open("ask", 10);
        verified(RunResult.PARTIAL);
        nothingBegins();
    }

    private Alarm alarm() {
        return await().until(() -> alarms.isEmpty() ? null : alarms.getFirst(), Objects::nonNull);
    }

    /** A verification has ended like that, and everybody has heard of it. */
    private void verified(RunResult result) {
        bus.publish(
                JobKind.VERIFY.finished(),
                new VerifyRecord(
                        "20261127-061500-vvvv",
                        Trigger.SCHEDULE,
                        RepairKit.NOW,
                        new RunEnd(result, RepairKit.NOW, 1, null),
                        VerifyRecord.Cycle.NONE,
                        VerifyRecord.Outcome.NONE));
        // The same loop answers, after what it heard before.
        view();
    }

    /** What takes longer than to begin has been done meanwhile, and is refused while a repair goes on. */
    private void nothingBegins() {
        assertThat(plan().damaged().objects()).isEqualTo(2);
        assertThat(started).isEmpty();
        assertThat(kit.damages()).hasSize(2);
    }
}

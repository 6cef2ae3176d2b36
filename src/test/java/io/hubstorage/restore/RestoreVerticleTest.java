package io.hubstorage.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RestoreMessage;
import io.hubstorage.bus.RestoreMessage.State;
import io.hubstorage.bus.RestoreMessage.View;
import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Trigger;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.restore.targets.Source;
import io.hubstorage.snapshot.DataLock;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Restores over the bus, and by the command that asks over it. */
final class RestoreVerticleTest {
    private static final InstantSource CLOCK = InstantSource.fixed(RestoreKit.NOW);

    @TempDir
    Path folder;

    @AutoClose
    private RestoreKit kit;

    private Bus bus;
    private HistoryStore history;
    private Jobs jobs;

    /** Again, as if the service might write below that folder. */
    private void openWith(Path allowed) throws IOException {
        kit.close();
        Files.writeString(folder.resolve(".env"), "HUBSTORAGE_RESTORE_PATH=" + allowed.toRealPath());
        open();
    }

    @BeforeEach
    void open() throws IOException {
        kit = new RestoreKit(folder.toRealPath());
        bus = new Bus(kit.vertx);
        history = HistoryStore.open(kit.config.settings().configFolder());
        jobs = new Jobs(kit.vertx, history, CLOCK);
        kit.snapshot(RestoreKit.SAVED, Map.of("photos", RestoreKit.items("a", "1", "b", "2", "c/d", "3")));
    }

    private void deploy(boolean alone) {
        kit.deploy(jobs, history, alone);
    }

    private View planned(JsonObject members) {
        JsonObject request =
                new JsonObject().put("to_dir", kit.target.toString()).mergeIn(members);
        String id = view(bus.ask(Addresses.RESTORE_PLAN, request, Bus.PATIENT).await())
                .id();
        return await().until(() -> status(id), view -> view.state() != State.PLANNING);
    }

    private static RestorePlan made(View view) {
        return Objects.requireNonNull(view.plan());
    }

    private View status(String id) {
        return view(
                bus.ask(Addresses.RESTORE_STATUS, new RestoreMessage.Get(id)).await());
    }

    private static View view(JsonObject body) {
        return BusJson.decode(body, View.class);
    }

    private void start(View plan) {
        bus.ask(
                        Addresses.RESTORE_START,
                        new RestoreMessage.Start(
                                plan.id(), String.valueOf(made(plan).digest()), null))
                .await();
    }

    private RestoreRecord ended(String id) {
        return Objects.requireNonNull(await().until(() -> status(id), view -> view.state() == State.ENDED)
                .record());
    }

    @Test
    void whatWasPlannedIsStartedByItsDigestAndEndsInTheHistory() {
        deploy(true);

        View plan = planned(new JsonObject());
        assertThat(plan.state()).isEqualTo(State.PLANNED);
        assertThat(plan.request().buckets()).containsExactly("photos");
        assertThat(made(plan).counts().write().objects()).isEqualTo(3);
        assertThat(kit.target).doesNotExist();
        start(plan);
        RestoreRecord record = ended(plan.id());

        assertThat(record.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(kit.files()).isEqualTo(Map.of("a", "1", "b", "2", "c/d", "3"));
        await().untilAsserted(() -> assertThat(history.find(plan.id())).contains(record));
        assertThatThrownBy(() -> start(plan)).hasMessageContaining("has been done");
        assertThat(BusJson.decode(
                                bus.ask(Addresses.RESTORE_LIST, new RestoreMessage.Query(null, null))
                                        .await(),
                                RestoreMessage.Page.class)
                        .restores())
                .singleElement()
                .isEqualTo(status(plan.id()));
    }

    @Test
    void anotherDigestThanThePlansStartsNothing() {
        deploy(true);
        View plan = planned(new JsonObject());

        assertThatThrownBy(() -> bus.ask(
                                Addresses.RESTORE_START, new RestoreMessage.Start(plan.id(), "0".repeat(64), null))
                        .await())
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        refused -> assertThat(refused.failureCode()).isEqualTo(Bus.STALE));
        assertThat(kit.target).doesNotExist();
    }

    @Test
    void overTheWebNoFolderIsWrittenToThatTheSettingsDoNotName() {
        deploy(false);

        assertThatThrownBy(() -> planned(new JsonObject().put("buckets", new JsonArray().add("photos"))))
                .hasMessageContaining("HUBSTORAGE_RESTORE_PATH");
        // Where it turns out only while it is planned, too.
        View plan = planned(new JsonObject());
        assertThat(plan.state()).isEqualTo(State.REFUSED);
        assertThat(made(plan).problems()).singleElement().asString().contains("HUBSTORAGE_RESTORE_PATH");
        assertThatThrownBy(() -> start(plan)).hasMessageContaining("HUBSTORAGE_RESTORE_PATH");
    }

    @Test
    void aSlipInTheRequestIsToldAtOnce() {
        deploy(true);
        assertThatThrownBy(() -> planned(new JsonObject().put("overwrite", "maybe")))
                .hasMessageContaining("never, if-different, if-older, always");
        assertThatThrownBy(() -> planned(new JsonObject().put("dryrun", true))).hasMessageContaining("dryrun");
        assertThatThrownBy(() -> planned(new JsonObject()
                        .put("buckets", new JsonArray().add("photos"))
                        .put("in_place", "photos")))
                .hasMessageContaining("only one of to, to_dir and in_place");
        assertThat(made(planned(new JsonObject().put("buckets", new JsonArray().add("nope"))))
                        .problems())
                .singleElement()
                .asString()
                .contains("nothing of a bucket nope", "It has photos");
    }

    @Test
    void nothingIsPlannedOnADiskThatIsNotMounted() throws IOException {
        deploy(true);
        Files.writeString(
                folder.resolve("config/destination.json"),
                new JsonObject()
                        .put("format", 1)
                        .put("destinations", new JsonObject().put(kit.data.toString(), "the-id-of-the-disk"))
                        .encode());

        assertThatThrownBy(() -> planned(new JsonObject()))
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        refused -> assertThat(refused.failureCode()).isEqualTo(Bus.UNUSABLE))
                .hasMessageContaining("probably the disk is not mounted");
        assertThat(kit.data.resolve(".hubstorage")).doesNotExist();
    }

    @Test
    void theObjectsOfAPlanComeByPage() throws IOException {
        deploy(true);
        Files.createDirectories(kit.target);
        Files.writeString(kit.target.resolve("b"), "other");
        View plan = planned(new JsonObject());

        RestoreMessage.Objects first = objects(plan, null, null, 2);
        assertThat(first.objects()).extracting(RestoreMessage.Item::key).containsExactly("a", "b");
        RestoreMessage.Objects rest = objects(plan, null, first.next(), 2);
        assertThat(rest.objects()).extracting(RestoreMessage.Item::key).containsExactly("c/d");
        assertThat(rest.next()).isNull();
        assertThat(objects(plan, "skip", null, 10).objects()).singleElement().satisfies(item -> {
            assertThat(item.reason()).isEqualTo("exists");
            assertThat(Objects.requireNonNull(item.found()).size()).isEqualTo(5);
        });
        assertThat(objects(plan, "not_written", null, 10).objects()).isEmpty();
        assertThatThrownBy(() -> objects(plan, "nonsense", null, 10)).hasMessageContaining("not_written");
    }

    private RestoreMessage.Objects objects(View plan, @Nullable String action, @Nullable Long after, int limit) {
        return BusJson.decode(
                bus.ask(Addresses.RESTORE_OBJECTS, new RestoreMessage.ObjectsQuery(plan.id(), action, after, limit))
                        .await(),
                RestoreMessage.Objects.class);
    }

    @Test
    void aPlanThatIsRemovedIsGone() {
        deploy(true);
        View plan = planned(new JsonObject());

        bus.ask(Addresses.RESTORE_REMOVE, new RestoreMessage.Remove(plan.id())).await();

        assertThatThrownBy(() -> status(plan.id())).hasMessageContaining("no restore of this id");
        assertThatThrownBy(() -> status("../../config")).hasMessageContaining("no restore of this id");
    }

    @Test
    void whatHasUnfinishedUploadsIsKeptUntilTheyAreEnded() throws Exception {
        CountDownLatch refusals = new CountDownLatch(2);
        kit.around = target -> new WrappedTarget(target) {
            @Override
            public void clear() throws TargetException, IOException, InterruptedException {
                refusals.countDown();
                if (refusals.getCount() > 0) {
                    throw new TargetException("AccessDenied", "It is not allowed.", false, true, null);
                }
                super.clear();
            }
        };
        deploy(true);
        View plan = planned(new JsonObject());
        Path scratch = Files.createDirectories(kit.restores.scratch(plan.id()));
        Files.writeString(
                scratch.resolve("uploads.jsonl"),
                new JsonObject()
                                .put("key", "a")
                                .put("begins", RestoreKit.NOW.toString())
                                .encode()
                        + "\n");

        assertThatThrownBy(() -> bus.ask(Addresses.RESTORE_REMOVE, new RestoreMessage.Remove(plan.id()))
                        .await())
                .hasMessageContaining("unfinished uploads");
        assertThat(status(plan.id()).state()).isEqualTo(State.PLANNED);
        bus.ask(Addresses.RESTORE_REMOVE, new RestoreMessage.Remove(plan.id())).await();

        assertThatThrownBy(() -> status(plan.id())).hasMessageContaining("no restore of this id");
    }

    @Test
    void whatCannotBeClearedAwayInTheEndIsNoFailure() {
        kit.around = target -> new WrappedTarget(target) {
            @Override
            public void clear() throws TargetException {
                throw new TargetException("AccessDenied", "It is not allowed.", false, true, null);
            }
        };

        assertThat(kit.restore(new JsonObject()).result()).isEqualTo(RunResult.SUCCESS);
    }

    @Test
    void oneThatRunsCanBeCancelledAndIsNotStartedTwiceNorRemoved() {
        CountDownLatch writing = new CountDownLatch(1);
        kit.around = target -> new WrappedTarget(target) {
            @Override
            public int atOnce() {
                return 1;
            }

            @Override
            public Written write(String name, ManifestEntry entry, Source source, Condition condition)
                    throws InterruptedException {
                writing.countDown();
                new CountDownLatch(1).await();
                throw new IllegalStateException("never comes here");
            }
        };
        deploy(true);
        View plan = planned(new JsonObject());
        View other = planned(new JsonObject());
        start(plan);
        await().until(() -> writing.getCount() == 0);

        assertThat(status(plan.id()).state()).isEqualTo(State.RUNNING);
        assertThat(Objects.requireNonNull(status(plan.id()).progress())
                        .progress()
                        .toWrite()
                        .objects())
                .isEqualTo(3);
        assertThatThrownBy(() -> start(other))
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        refused -> assertThat(refused.failureCode()).isEqualTo(Bus.CONFLICT));
        assertThatThrownBy(() -> bus.ask(Addresses.RESTORE_REMOVE, new RestoreMessage.Remove(plan.id()))
                        .await())
                .hasMessageContaining("cancel it first");
        bus.ask(Addresses.RESTORE_CANCEL, new RestoreMessage.Cancel(plan.id())).await();

        RestoreRecord record = ended(plan.id());
        assertThat(record.result()).isEqualTo(RunResult.CANCELLED);
        assertThat(record.outcome().left().objects()).isEqualTo(3);
        kit.around = target -> target;
        start(plan);
        await().until(() -> ended(plan.id()).result() == RunResult.SUCCESS);
    }

    @Test
    void whatAKilledProcessLeftIsGoneOnWith() throws IOException {
        openWith(folder);
        kit.around = target -> new WrappedTarget(target) {
            private final AtomicInteger writes = new AtomicInteger();

            @Override
            public int atOnce() {
                return 1;
            }

            @Override
            public Written write(String name, ManifestEntry entry, Source source, Condition condition)
                    throws ConflictException, TargetException, IOException, InterruptedException {
                Written written = super.write(name, entry, source, condition);
                if (writes.incrementAndGet() == 2) {
                    throw new OutOfMemoryError("as if the process had been killed");
                }
                return written;
            }
        };
        Restores.Planned plan = kit.plan(new JsonObject());
        assertThatThrownBy(() -> kit.run(plan)).isInstanceOf(OutOfMemoryError.class);
        history.append(unended(plan.id()));
        List<String> written = new ArrayList<>();
        kit.around = target -> new WrappedTarget(target) {
            @Override
            public Written write(String name, ManifestEntry entry, Source source, Condition condition)
                    throws ConflictException, TargetException, IOException, InterruptedException {
                written.add(name);
                return super.write(name, entry, source, condition);
            }
        };

        deploy(false);

        assertThat(ended(plan.id()).outcome().written().objects()).isEqualTo(3);
        assertThat(written).containsExactly("c/d");
        assertThat(kit.files()).isEqualTo(Map.of("a", "1", "b", "2", "c/d", "3"));
    }

    private RestoreRecord unended(String id) {
        return new RestoreRecord(
                id,
                Trigger.MANUAL,
                RestoreKit.NOW,
                new RunEnd(RunResult.RUNNING, null, 0, null),
                new RestoreRecord.What("hublink_20261120080000", List.of("photos"), kit.target.toString()),
                RestoreRecord.Outcome.NONE);
    }

    @Test
    void whatTheCommandLineMayAloneIsNeitherStartedNorGoneOnWithByTheService() {
        Restores.Planned begun = kit.plan(new JsonObject());
        history.append(unended(begun.id()));
        deploy(false);

        await().untilAsserted(() ->
                assertThat(history.find(begun.id()).orElseThrow().result()).isEqualTo(RunResult.INTERRUPTED));
        assertThatThrownBy(() -> start(status(begun.id())))
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        refused -> assertThat(refused.failureCode()).isEqualTo(Bus.CONFLICT))
                .hasMessageContaining("HUBSTORAGE_RESTORE_PATH");
        assertThat(kit.target).doesNotExist();
    }

    @Test
    void aPlanInPlaceIsNotStartedOnceThatIsSwitchedOff() throws IOException {
        deploy(true);
        Restores.Planned plan = kit.plan(new JsonObject());
        RestoreRequest inPlace = BusJson.request(new JsonObject().put("in_place", "photos"), RestoreRequest.class)
                .resolved("hublink_20261120080000", List.of("photos"), "s3://photos/");
        kit.restores.save(new Restores.Planned(
                plan.id(), plan.createdAt(), inPlace, new Place("photos", null, "", false), plan.plan()));

        assertThatThrownBy(() -> start(status(plan.id()))).hasMessageContaining("switched off");
    }

    @Test
    void whatCannotBeLookedAtNowIsLeftForTheNextStart() throws IOException {
        openWith(folder);
        Restores.Planned plan = kit.plan(new JsonObject());
        history.append(unended(plan.id()));
        Files.move(kit.data, folder.resolve("unmounted"));
        Files.createDirectory(kit.data);
        Files.writeString(
                folder.resolve("config/destination.json"),
                new JsonObject()
                        .put("format", 1)
                        .put("destinations", new JsonObject().put(kit.data.toString(), "the-id-of-the-disk"))
                        .encode());

        deploy(false);

        assertThat(history.find(plan.id()).orElseThrow().result()).isEqualTo(RunResult.RUNNING);
    }

    @Test
    void whatAnotherProcessIsAtIsNotRemoved() throws Exception {
        deploy(true);
        View plan = planned(new JsonObject());

        try (DataLock _ = kit.restores.lock(plan.id(), RestoreKit.NOW)) {
            assertThatThrownBy(() -> bus.ask(Addresses.RESTORE_REMOVE, new RestoreMessage.Remove(plan.id()))
                            .await())
                    .isInstanceOfSatisfying(
                            ReplyException.class,
                            refused -> assertThat(refused.failureCode()).isEqualTo(Bus.CONFLICT));
        }
        assertThat(kit.restores.hasLines(plan.id())).isTrue();
    }

    @Test
    void oneThatWasBrokenOffIsNoPlanThatNobodyStarted() {
        kit.around = target -> new WrappedTarget(target) {
            @Override
            public Written write(String name, ManifestEntry entry, Source source, Condition condition) {
                throw new OutOfMemoryError("as if the process had been killed");
            }
        };
        Restores.Planned plan = kit.plan(new JsonObject());
        deploy(true);
        assertThat(status(plan.id()).state()).isEqualTo(State.PLANNED);
        assertThatThrownBy(() -> kit.run(plan)).isInstanceOf(OutOfMemoryError.class);

        RestoreRecord byJournal = ended(plan.id());
        assertThat(byJournal.result()).isEqualTo(RunResult.INTERRUPTED);
        assertThat(byJournal.outcome().left().objects()).isEqualTo(3);
        RestoreRecord begun = new RestoreRecord(
                plan.id(),
                Trigger.SCHEDULE,
                RestoreKit.NOW.minusSeconds(5),
                new RunEnd(RunResult.RUNNING, null, 0, null),
                byJournal.what(),
                byJournal.outcome());
        history.append(begun);
        assertThat(ended(plan.id()).startedAt()).isEqualTo(begun.startedAt());
        assertThat(ended(plan.id()).result()).isEqualTo(RunResult.INTERRUPTED);

        kit.around = target -> target;
        start(status(plan.id()));
        await().until(() -> ended(plan.id()).result() == RunResult.SUCCESS);
        assertThat(kit.files()).isEqualTo(Map.of("a", "1", "b", "2", "c/d", "3"));
    }

    @Test
    void plansThatHangMakeRoomWhenTheyAreGivenUp() {
        AtomicInteger hanging = new AtomicInteger();
        kit.around = target -> new WrappedTarget(target) {
            @Override
            public Checked check(Demand demand) throws InterruptedException {
                hanging.incrementAndGet();
                new CountDownLatch(1).await();
                throw new IllegalStateException("never comes here");
            }
        };
        deploy(true);
        JsonObject request = new JsonObject().put("to_dir", kit.target.toString());
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ids.add(view(bus.ask(Addresses.RESTORE_PLAN, request, Bus.PATIENT).await())
                    .id());
        }
        await().until(() -> hanging.get() == 4);
        assertThatThrownBy(() ->
                        bus.ask(Addresses.RESTORE_PLAN, request, Bus.PATIENT).await())
                .hasMessageContaining("being planned already");
        ids.forEach(id ->
                bus.ask(Addresses.RESTORE_REMOVE, new RestoreMessage.Remove(id)).await());
        kit.around = target -> target;
        assertThat(planned(new JsonObject()).state()).isEqualTo(State.PLANNED);
        for (String id : ids) {
            await().untilAsserted(
                            () -> assertThatThrownBy(() -> status(id)).hasMessageContaining("no restore of this id"));
        }
    }

    @Test
    void oldPlansAreForgottenAndCertificatesStay() throws IOException {
        Restores.Planned done = kit.plan(new JsonObject());
        kit.run(done);
        Restores.Planned old = kit.plan(new JsonObject());
        FileTime longAgo = FileTime.from(RestoreKit.NOW.minusSeconds(90_000));
        Files.setLastModifiedTime(kit.restores.journal(done.id()), longAgo);
        Files.setLastModifiedTime(kit.restores.lines(old.id()).getParent(), longAgo);

        kit.restores.clean(RestoreKit.NOW, id -> id.equals(old.id()));
        assertThat(kit.restores.hasLines(done.id())).isFalse();
        assertThat(kit.restores.hasLines(old.id())).isTrue();
        assertThat(kit.restores.find(done.id())).contains(done);

        Files.setLastModifiedTime(kit.restores.lines(old.id()).getParent(), longAgo);
        kit.restores.clean(RestoreKit.NOW, _ -> false);
        assertThat(kit.restores.find(old.id())).isEmpty();
    }
}

package io.hubstorage.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.JobState;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The life that every kind of job has, told by errands. */
@ExtendWith(VertxExtension.class)
final class JobsTest {
    @TempDir
    Path folder;

    /** All that was published of jobs, such as {@code restore r1 started}, but for repeated progress. */
    private final List<String> told = new CopyOnWriteArrayList<>();

    private final List<JobRecord> ends = new CopyOnWriteArrayList<>();
    private final List<Alarm> alarms = new CopyOnWriteArrayList<>();
    private Bus bus;
    private HistoryStore history;
    private Jobs jobs;

    @BeforeEach
    void listen(Vertx vertx) {
        bus = new Bus(vertx);
        history = HistoryStore.open(folder);
        jobs = new Jobs(vertx, history, () -> Runs.T0);
        for (JobKind kind : JobKind.values()) {
            bus.listen(kind.started(), JobState.class, state -> tell(state.kind(), state.runId(), "started"))
                    .await();
            bus.listen(kind.progress(), JobState.class, state -> tell(state.kind(), state.runId(), "progress"))
                    .await();
            bus.listen(kind.finished(), JobRecord.class, job -> {
                        tell(job.kind(), job.runId(), job.result().name());
                        // Last: who waits for an end looks then at what was told.
                        ends.add(job);
                    })
                    .await();
        }
        bus.listen(Addresses.ALARM_RAISE, Alarm.class, alarms::add).await();
    }

    private void tell(JobKind kind, String id, String what) {
        String line = "%s %s %s".formatted(kind.word(), id, what);
        if (told.isEmpty() || !told.getLast().equals(line)) {
            told.add(line);
        }
    }

    private Errand errand(JobKind kind, String id) {
        return new Errand(kind, id);
    }

    private JobRecord endOf(String id) {
        await().until(() -> ends.stream().anyMatch(job -> job.runId().equals(id)));
        return ends.stream().filter(job -> job.runId().equals(id)).findFirst().orElseThrow();
    }

    private static void assertRefused(Future<?> asked, int code, String reason) {
        assertThatThrownBy(asked::await)
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        refused -> assertThat(refused.failureCode()).isEqualTo(code))
                .hasMessage(reason);
    }

    @Test
    void aDiskThatDoesNotAnswerKeepsNoThreadThatOthersNeed() {
        Errand errand = errand(JobKind.REPLICATION, "a");
        CompletableFuture<Boolean> virtual = new CompletableFuture<>();
        errand.order(_ -> {
            virtual.complete(Thread.currentThread().isVirtual());
            return Runs.job(JobKind.REPLICATION, "a", RunResult.SUCCESS, "done");
        });

        jobs.start(errand).await();

        assertThat(virtual.join()).isFalse();
        endOf("a");
    }

    @ParameterizedTest
    @EnumSource
    void aJobOfAnyKindIsInTheHistoryAndToldOfFromItsBeginToItsEnd(JobKind kind) {
        Errand errand = errand(kind, "a");

        assertThat(jobs.start(errand).await()).isEqualTo("a");
        await().until(() -> told.size() >= 2 && errand.ran);
        assertThat(jobs.current(Errand.class)).contains(errand);
        assertThat(history.find("a")).map(JobRecord::result).contains(RunResult.RUNNING);
        errand.order(RunResult.SUCCESS);

        assertThat(endOf("a").kind()).isEqualTo(kind);
        assertThat(told)
                .containsExactly(kind.word() + " a started", kind.word() + " a progress", kind.word() + " a SUCCESS");
        assertThat(history.page(null, 9, null)).containsExactly(endOf("a"));
        assertThat(errand.closed).hasValue(1);
        assertThat(jobs.current()).isEmpty();
    }

    @Test
    void whatEndsAtOnceIsToldOfInOrderToo() {
        Errand errand = errand(JobKind.RESTORE, "a");
        errand.order(RunResult.SUCCESS);

        jobs.start(errand).await();

        endOf("a");
        assertThat(told).containsExactly("restore a started", "restore a progress", "restore a SUCCESS");
    }

    @Test
    void kindsThatExcludeEachOtherRunOneAfterTheOther() {
        Errand first = errand(JobKind.BACKUP, "first");
        jobs.start(first).await();

        assertRefused(
                jobs.start(errand(JobKind.BACKUP, "second")), Bus.CONFLICT, "a backup is running already (first)");
        first.order(RunResult.FAILED);
        endOf("first");
        Errand third = errand(JobKind.BACKUP, "third");
        assertThat(jobs.start(third).await()).isEqualTo("third");
        third.order(RunResult.SUCCESS);
        assertThat(endOf("third").result()).isEqualTo(RunResult.SUCCESS);
        assertThat(told).noneMatch(line -> line.contains("second"));
        assertThat(history.find("second")).isEmpty();
    }

    @Test
    void aRestoreRunsBesideABackupAndNotBesideAnotherRestore() {
        Errand backup = errand(JobKind.BACKUP, "b");
        Errand restore = errand(JobKind.RESTORE, "r");
        jobs.start(backup).await();
        jobs.start(restore).await();

        assertRefused(jobs.start(errand(JobKind.RESTORE, "s")), Bus.CONFLICT, "a restore is running already (r)");
        assertThat(jobs.current()).containsExactly(backup, restore);

        restore.order(RunResult.FAILED);
        assertThat(endOf("r").result()).isEqualTo(RunResult.FAILED);
        assertThat(jobs.current()).containsExactly(backup);
        backup.order(RunResult.SUCCESS);
        assertThat(endOf("b").result()).isEqualTo(RunResult.SUCCESS);
    }

    @Test
    void theTableSaysTheSameFromBothSides() {
        assertThat(Stream.of(JobKind.values()))
                .allSatisfy(one -> assertThat(Stream.of(JobKind.values()))
                        .allSatisfy(
                                other -> assertThat(Jobs.exclude(one, other)).isEqualTo(Jobs.exclude(other, one))));
    }

    @Test
    void whatIsRefusedHasNeverBeenAndIsInNobodysWay() {
        Errand refused = new Errand(JobKind.RESTORE, "refused") {
            @Override
            public void admit() {
                throw Bus.refusal(Bus.LOCKED, "another process is at it");
            }
        };

        assertRefused(jobs.start(refused), Bus.LOCKED, "another process is at it");

        Errand next = errand(JobKind.RESTORE, "next");
        jobs.start(next).await();
        next.order(RunResult.SUCCESS);
        endOf("next");
        assertThat(refused.ran).isFalse();
        assertThat(told).allMatch(line -> line.startsWith("restore next "));
        assertThat(history.page(null, 9, null)).extracting(JobRecord::runId).containsExactly("next");
    }

    @Test
    void whatOnlyAsksToBeAdmittedIsInTheWayOfOthersAndIsNoJobYet() {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        Errand errand = new Errand(JobKind.RESTORE, "a") {
            @Override
            public void admit() throws IOException {
                asked.countDown();
                try {
                    answer.await();
                } catch (InterruptedException e) {
                    throw new InterruptedIOException();
                }
            }
        };
        Future<String> started = jobs.start(errand);
        await().until(() -> asked.getCount() == 0);

        assertThat(jobs.current(Errand.class)).isEmpty();
        assertThat(jobs.current()).isEmpty();
        assertRefused(jobs.start(errand(JobKind.RESTORE, "b")), Bus.CONFLICT, "a restore is running already (a)");

        answer.countDown();
        started.await();
        assertThat(jobs.current(Errand.class)).contains(errand);
        errand.order(RunResult.SUCCESS);
        endOf("a");
    }

    @Test
    void aLookForTroubleThatHangsIsNotFollowedByAnother() {
        AtomicInteger looks = new AtomicInteger();
        List<String> threads = new CopyOnWriteArrayList<>();
        CountDownLatch looked = new CountDownLatch(1);
        Errand errand = new Errand(JobKind.RESTORE, "a") {
            @Override
            public Optional<String> trouble() {
                threads.add(Thread.currentThread().getName());
                looks.incrementAndGet();
                try {
                    looked.await();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
                return Optional.empty();
            }
        };
        AtomicInteger progress = new AtomicInteger();
        bus.listen(JobKind.RESTORE.progress(), JobState.class, _ -> progress.incrementAndGet())
                .await();
        jobs.start(errand).await();
        await().until(() -> looks.get() > 0);
        int then = progress.get();
        await().until(() -> progress.get() > then + 12);
        assertThat(looks).hasValue(1);
        assertThat(threads)
                .as("Vert.x complains when it is closed while a worker of its own is still at it")
                .noneMatch(name -> name.startsWith("vert.x"));

        looked.countDown();
        await().until(() -> looks.get() > 1);
        errand.order(RunResult.SUCCESS);
        endOf("a");
    }

    @Test
    void whatGoesWrongOtherwiseOnTheWayInIsTheEndOfAJobThatHasBegun() {
        Errand errand = new Errand(JobKind.RESTORE, "a") {
            @Override
            public void admit() throws IOException {
                throw new IOException("a broken disk");
            }
        };

        assertThat(jobs.start(errand).await()).isEqualTo("a");

        assertThat(endOf("a").result()).isEqualTo(RunResult.FAILED);
        assertThat(endOf("a").message()).isEqualTo("because of a broken disk");
        assertThat(errand.ran).isFalse();
        assertThat(errand.closed).hasValue(1);
        assertThat(history.find("a")).contains(endOf("a"));
    }

    @Test
    void aJobIsStoppedByItsIdOrItsKind() {
        Errand backup = errand(JobKind.BACKUP, "b");
        Errand restore = errand(JobKind.RESTORE, "r");
        jobs.start(backup).await();
        jobs.start(restore).await();

        assertThat(jobs.cancel(null, "r")).isEqualTo("r");
        assertThat(endOf("r").result()).isEqualTo(RunResult.CANCELLED);
        assertThat(endOf("r").message()).isEqualTo("stopped on request; it can be gone on with");
        assertThat(restore.toldToStop).hasValue(1);
        assertThat(backup.toldToStop).hasValue(0);
        assertThat(jobs.cancel(JobKind.BACKUP, null)).isEqualTo("b");
        assertThat(endOf("b").result()).isEqualTo(RunResult.CANCELLED);
    }

    @Test
    void whatDoesNotRunIsNotStopped() {
        Errand backup = errand(JobKind.BACKUP, "b");
        jobs.start(backup).await();

        assertThatThrownBy(() -> jobs.cancel(JobKind.RESTORE, null)).hasMessage("no restore is running");
        assertThatThrownBy(() -> jobs.cancel(JobKind.RESTORE, "b")).hasMessage("no restore is running under the id b");
        assertThatThrownBy(() -> jobs.cancel(null, "c")).hasMessage("no job is running under the id c");
        backup.order(RunResult.SUCCESS);
        assertThat(endOf("b").result()).isEqualTo(RunResult.SUCCESS);
    }

    @Test
    void aJobThatCommitsIsNotStoppedAnyMore() {
        Errand errand = errand(JobKind.BACKUP, "b");
        jobs.start(errand).await();
        errand.order(job -> {
            job.beginCommit();
            assertThatThrownBy(() -> jobs.cancel(null, "b"))
                    .isInstanceOfSatisfying(
                            ReplyException.class,
                            refused -> assertThat(refused.failureCode()).isEqualTo(Bus.CONFLICT))
                    .hasMessage("the backup is committing what it did and ends in a moment");
            return Runs.job(JobKind.BACKUP, "b", RunResult.SUCCESS, "committed");
        });

        assertThat(endOf("b").message()).isEqualTo("committed");
    }

    @Test
    void whatEndsAJobThatWasToldToStopIsNotWhyItEnds() {
        Errand errand = errand(JobKind.RESTORE, "r");
        jobs.start(errand).await();
        errand.order(job -> {
            job.stop(RunResult.CANCELLED, "enough");
            throw new IOException("the connection that was closed because of it");
        });

        assertThat(endOf("r").result()).isEqualTo(RunResult.CANCELLED);
        assertThat(endOf("r").message()).isEqualTo("enough");
    }

    @Test
    void whatIsFoundToBeInTheWayEndsIt() {
        Errand errand = errand(JobKind.RESTORE, "r");
        errand.trouble = "the disk has gone";
        jobs.start(errand).await();

        assertThat(endOf("r").result()).isEqualTo(RunResult.FAILED);
        assertThat(endOf("r").message()).isEqualTo("the disk has gone");
        assertThat(errand.toldToStop).hasValue(1);
    }

    @Test
    void aFaultOfTheProgramItselfIsAnEndLikeAnother() {
        Errand errand = errand(JobKind.RESTORE, "a");
        jobs.start(errand).await();
        errand.fail(() -> {
            throw new StackOverflowError("too deep");
        });

        assertThat(endOf("a").result()).isEqualTo(RunResult.FAILED);
        assertThat(endOf("a").message()).isEqualTo("internal error: java.lang.StackOverflowError: too deep");
        assertThat(history.find("a")).contains(endOf("a"));
        assertThat(jobs.current()).isEmpty();
    }

    @Test
    void noFaultKeepsAJobFromEnding() {
        Errand errand = new Errand(JobKind.RESTORE, "a") {
            @Override
            public JobRecord begun() {
                throw new IllegalStateException("nobody can say");
            }
        };

        assertThat(jobs.start(errand).await()).isEqualTo("a");

        assertThat(endOf("a").message()).isEqualTo("internal error: java.lang.IllegalStateException: nobody can say");
        assertThat(errand.closed).hasValue(1);
        assertThat(jobs.current()).isEmpty();
    }

    @Test
    void norDoesAFaultAfterItsEnd() {
        Errand errand = new Errand(JobKind.RESTORE, "a") {
            @Override
            public void close() {
                throw new IllegalStateException("stuck");
            }

            @Override
            public void ended(JobRecord record) {
                throw new IllegalStateException("nobody can say");
            }
        };
        jobs.start(errand).await();
        errand.order(RunResult.SUCCESS);

        assertThat(endOf("a").result()).isEqualTo(RunResult.SUCCESS);
        assertThat(jobs.current()).isEmpty();
        jobs.stop().await();
    }

    @Test
    void aJobThatCanBeWrittenDownNowhereIsDoneAllTheSameAndSaysSo() throws IOException {
        historyIs("/proc/version");
        Errand errand = errand(JobKind.RESTORE, "a");
        jobs.start(errand).await();
        errand.order(RunResult.SUCCESS);

        assertThat(endOf("a").result()).isEqualTo(RunResult.SUCCESS);
        assertThat(endOf("a").message()).startsWith("done; this run is not in the history: ");
        await().until(() -> !alarms.isEmpty());
        assertThat(alarms)
                .singleElement()
                .satisfies(alarm -> assertThat(alarm.kind()).isEqualTo(Alarm.Kind.HISTORY_UNWRITABLE));
    }

    @Test
    void whereTheDiskOfTheHistoryIsFullNothingIsBegun() throws IOException {
        historyIs("/dev/full");
        Errand errand = errand(JobKind.RESTORE, "a");
        jobs.start(errand).await();

        assertThat(endOf("a").result()).isEqualTo(RunResult.FAILED);
        assertThat(endOf("a").message())
                .startsWith("the disk that holds %s is full".formatted(folder))
                .contains("Make room there; nothing was begun");
        assertThat(errand.ran).isFalse();
    }

    private void historyIs(String device) throws IOException {
        assumeTrue(Files.exists(Path.of(device)), device + " takes no bytes");
        Files.createSymbolicLink(HistoryStore.in(folder), Path.of(device));
    }

    @Test
    void withTheProgramAllJobsEndSoThatTheyCanBeGoneOnWithAndNoneBeginsAnyMore() {
        jobs.start(errand(JobKind.BACKUP, "b")).await();
        jobs.start(errand(JobKind.RESTORE, "r")).await();

        jobs.stop().await();

        assertThat(jobs.current()).isEmpty();
        assertThat(List.of(endOf("b"), endOf("r"))).allSatisfy(job -> {
            assertThat(job.result()).isEqualTo(RunResult.INTERRUPTED);
            assertThat(job.message()).isEqualTo("the service was stopped; it can be gone on with");
            assertThat(history.find(job.runId())).contains(job);
        });
        assertRefused(jobs.start(errand(JobKind.RESTORE, "late")), Bus.UNUSABLE, "HubStorage is being stopped");
        jobs.stop().await();
    }

    @Test
    void whatAnEarlierProcessLeftIsGoneOnWithOrToldToBeInterrupted() {
        history.append(Runs.run("backup", RunResult.RUNNING));
        history.append(Runs.restore("lost", RunResult.RUNNING));
        history.append(Runs.restore("ended", RunResult.PARTIAL));
        history.append(Runs.restore("going-on", RunResult.RUNNING));
        history.append(Runs.restore("then", RunResult.RUNNING));
        Errand goingOn = errand(JobKind.RESTORE, "going-on");
        Errand then = errand(JobKind.RESTORE, "then");

        jobs.settle(
                        RestoreRecord.class,
                        left -> Stream.of(goingOn, then)
                                .filter(work -> work.id().equals(left.runId()))
                                .findFirst())
                .await();

        assertThat(endOf("lost").result()).isEqualTo(RunResult.INTERRUPTED);
        assertThat(endOf("lost").message()).isEqualTo("The program ended in the middle of this restore.");
        assertThat(endOf("lost").finishedAt()).isEqualTo(Runs.T0);
        await().until(() -> goingOn.ran);
        assertThat(then.ran).as("one after the other").isFalse();
        goingOn.order(RunResult.SUCCESS);
        await().until(() -> then.ran);
        then.order(RunResult.PARTIAL);
        endOf("then");
        assertThat(ends).extracting(JobRecord::runId).containsExactly("lost", "going-on", "then");
        assertThat(history.unfinished(RestoreRecord.class)).isEmpty();
        assertThat(history.unfinished(RunRecord.class))
                .extracting(RunRecord::runId)
                .containsExactly("backup");
    }

    @Test
    void whatAnotherProcessIsAtStaysAsItIs() {
        history.append(Runs.restore("theirs", RunResult.RUNNING));
        history.append(Runs.restore("ours", RunResult.RUNNING));
        Errand theirs = new Errand(JobKind.RESTORE, "theirs") {
            @Override
            public void admit() {
                throw Bus.refusal(Bus.LOCKED, "another process is at it");
            }
        };
        Errand ours = errand(JobKind.RESTORE, "ours");
        ours.order(RunResult.SUCCESS);

        jobs.settle(RestoreRecord.class, left -> Optional.of(left.runId().equals("ours") ? ours : theirs))
                .await();

        assertThat(endOf("ours").result()).isEqualTo(RunResult.SUCCESS);
        assertThat(history.unfinished(RestoreRecord.class))
                .extracting(RestoreRecord::runId)
                .containsExactly("theirs");
    }

    @Test
    void whatCannotBeLookedAtNowStaysAsItIs() {
        history.append(Runs.restore("unmounted", RunResult.RUNNING));
        history.append(Runs.restore("lost", RunResult.RUNNING));

        jobs.settle(RestoreRecord.class, left -> {
                    if (left.runId().equals("unmounted")) {
                        throw new IOException("the disk is not mounted");
                    }
                    return Optional.empty();
                })
                .await();

        assertThat(endOf("lost").result()).isEqualTo(RunResult.INTERRUPTED);
        assertThat(history.unfinished(RestoreRecord.class))
                .extracting(RestoreRecord::runId)
                .containsExactly("unmounted");
    }

    @Test
    void theBusAnswersForJobsOfAllKinds(Vertx vertx) {
        vertx.deployVerticle(new JobsVerticle(jobs, history)).await();
        history.append(Runs.run("old", RunResult.SUCCESS));
        history.append(Runs.restore("bad", RunResult.FAILED));
        Errand errand = errand(JobKind.RESTORE, "now");
        jobs.start(errand).await();
        await().until(() -> errand.ran);

        JobMessage.Page first = page(null, 2, null);
        assertThat(first.jobs()).containsExactly(errand.begun(), Runs.restore("bad", RunResult.FAILED));
        assertThat(page(null, 2, first.next()))
                .as("by the cursor, as by the id alone")
                .isEqualTo(page(null, 2, "bad"))
                .isEqualTo(new JobMessage.Page(List.of(Runs.run("old", RunResult.SUCCESS)), null, null));
        assertThat(page(JobKind.BACKUP, null, null).jobs()).containsExactly(Runs.run("old", RunResult.SUCCESS));
        assertThatThrownBy(() -> page(null, 0, null)).hasMessageContaining("limit: found 0, allowed: 1 to 1000");

        assertThat(found("now")).isEqualTo(new JobMessage.Found(errand.begun(), errand.state(), "bad", null));
        assertThat(found("old")).isEqualTo(new JobMessage.Found(Runs.run("old", RunResult.SUCCESS), null, null, null));
        assertThatThrownBy(() -> found("none")).hasMessageContaining("the history knows no job of the id none");

        assertThat(bus.ask(Addresses.JOBS_STATUS, JobMessage.Status.class)
                        .await()
                        .kinds())
                .containsExactly(
                        new JobMessage.OfKind(
                                JobKind.BACKUP,
                                null,
                                Runs.run("old", RunResult.SUCCESS),
                                Runs.run("old", RunResult.SUCCESS)),
                        new JobMessage.OfKind(
                                JobKind.RESTORE, errand.state(), Runs.restore("bad", RunResult.FAILED), null),
                        new JobMessage.OfKind(JobKind.DRILL, null, null, null),
                        new JobMessage.OfKind(JobKind.VERIFY, null, null, null),
                        new JobMessage.OfKind(JobKind.REPAIR, null, null, null),
                        new JobMessage.OfKind(JobKind.RETENTION, null, null, null),
                        new JobMessage.OfKind(JobKind.REPLICATION, null, null, null));

        assertThat(bus.ask(Addresses.JOBS_CANCEL, new JobMessage.Cancel("now")).await())
                .isEqualTo(new JsonObject().put("run_id", "now"));
        assertThat(endOf("now").result()).isEqualTo(RunResult.CANCELLED);
        assertThatThrownBy(() -> bus.ask(Addresses.JOBS_CANCEL, new JobMessage.Cancel("now"))
                        .await())
                .hasMessage("no job is running under the id now");
    }

    private JobMessage.Page page(@Nullable JobKind kind, @Nullable Integer limit, @Nullable String before) {
        return bus.ask(Addresses.JOBS_LIST, new JobMessage.Query(kind, limit, before))
                .map(body -> BusJson.decode(body, JobMessage.Page.class))
                .await();
    }

    private JobMessage.Found found(String id) {
        return bus.ask(Addresses.JOBS_GET, new JobMessage.Get(id))
                .map(body -> BusJson.decode(body, JobMessage.Found.class))
                .await();
    }
}

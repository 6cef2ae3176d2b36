package io.hubstorage.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.HookOutcome;
import io.hubstorage.bus.HookOutcome.Result;
import io.hubstorage.bus.HookOutcome.When;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.JobState;
import io.hubstorage.bus.RunResult;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When hooks run in the life of a job, and what becomes of the job by them. */
@ExtendWith(VertxExtension.class)
final class JobHooksTest {
    @TempDir
    Path folder;

    /** What has happened, in order. */
    private final List<String> happened = new CopyOnWriteArrayList<>();

    private final List<JobRecord> ends = new CopyOnWriteArrayList<>();
    private final List<ScriptedHook> hooks = new CopyOnWriteArrayList<>();
    private HistoryStore history;
    private Jobs jobs;

    /** One that ends as it is told, or only when it is to stop. */
    private final class ScriptedHook implements JobHooks.Hook {
        private final String name;
        private final When when;
        private final Result result;
        private final boolean cancels;
        private final boolean hangs;
        private final List<RunResult> results;
        private final CountDownLatch begun = new CountDownLatch(1);

        ScriptedHook(String name, When when, Result result, boolean cancels, boolean hangs, RunResult... results) {
            this.name = name;
            this.when = when;
            this.result = result;
            this.cancels = cancels;
            this.hangs = hangs;
            this.results = List.of(results);
        }

        @Override
        public When when() {
            return when;
        }

        @Override
        public boolean cancels() {
            return cancels;
        }

        @Override
        public boolean concerns(JobRecord ended) {
            return results.isEmpty() || results.contains(ended.result());
        }

        @Override
        public HookOutcome run(JobRecord job, BooleanSupplier stop) {
            happened.add("%s hook %s (%s)".formatted(when, name, job.result()));
            begun.countDown();
            while (hangs && !stop.getAsBoolean()) {
                Thread.onSpinWait();
            }
            Result end = hangs ? Result.STOPPED : result;
            return new HookOutcome(
                    name, when, end, 1, end == Result.OK ? null : "exit code 3", end == Result.OK ? "" : "no disk");
        }
    }

    @BeforeEach
    void listen(Vertx vertx) {
        history = HistoryStore.open(folder);
        jobs = new Jobs(vertx, history, () -> Runs.T0, _ -> hooks);
        Bus bus = new Bus(vertx);
        for (JobKind kind : JobKind.values()) {
            bus.listen(kind.started(), JobState.class, _ -> happened.add("started"))
                    .await();
            bus.listen(kind.finished(), JobRecord.class, job -> {
                        happened.add("finished");
                        ends.add(job);
                    })
                    .await();
        }
    }

    private ScriptedHook hook(String name, When when, Result result) {
        return add(new ScriptedHook(name, when, result, true, false));
    }

    private ScriptedHook hanging(String name, When when) {
        return add(new ScriptedHook(name, when, Result.STOPPED, true, true));
    }

    private ScriptedHook add(ScriptedHook hook) {
        hooks.add(hook);
        return hook;
    }

    private class Told extends Errand {
        Told(JobKind kind) {
            super(kind, "a");
        }

        @Override
        public void admit() throws IOException {
            happened.add("admitted");
        }

        @Override
        public JobRecord run(Job job) throws Exception {
            happened.add("runs");
            return super.run(job);
        }

        @Override
        public void close() {
            happened.add("closed");
            super.close();
        }
    }

    private JobRecord end() {
        await().until(() -> !ends.isEmpty() && jobs.current().isEmpty());
        assertThat(history.page(null, 9, null)).containsExactlyElementsOf(ends);
        return ends.getFirst();
    }

    @ParameterizedTest
    @EnumSource
    void aJobOfAnyKindHasItsHooksAroundAllThatItTakesAndGivesBack(JobKind kind) {
        hook("mount", When.BEFORE, Result.OK);
        hook("unmount", When.AFTER, Result.OK);
        Errand errand = new Told(kind);
        errand.order(RunResult.SUCCESS);

        assertThat(jobs.start(errand).await()).isEqualTo("a");

        JobRecord end = end();
        assertThat(happened.stream().filter(what -> !what.equals("started")))
                .containsExactly(
                        "BEFORE hook mount (RUNNING)",
                        "admitted",
                        "runs",
                        "closed",
                        "AFTER hook unmount (SUCCESS)",
                        "finished");
        assertThat(end.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(end.message()).isEqualTo("done");
        assertThat(end.end().hooks()).extracting(HookOutcome::hook).containsExactly("mount", "unmount");
    }

    @Test
    void aHookThatFailsBeforeKeepsTheJobFromBeginningAndThoseAfterRunAllTheSame() {
        hook("mount", When.BEFORE, Result.FAILED);
        hook("never", When.BEFORE, Result.OK);
        hook("unmount", When.AFTER, Result.OK);
        Errand errand = new Told(JobKind.REPLICATION);

        assertThat(jobs.start(errand).await()).isEqualTo("a");

        JobRecord end = end();
        assertThat(happened)
                .doesNotContain("admitted", "runs", "BEFORE hook never (RUNNING)")
                .contains("AFTER hook unmount (FAILED)");
        assertThat(end.result()).isEqualTo(RunResult.FAILED);
        assertThat(end.message())
                .isEqualTo("The hook \"mount\" before this replication failed (exit code 3): no disk."
                        + " So the replication did not begin.");
        assertThat(end.end().hooks())
                .extracting(HookOutcome::hook, HookOutcome::result)
                .containsExactly(tuple("mount", Result.FAILED), tuple("unmount", Result.OK));
    }

    @Test
    void oneWhoseFailureIsToBeIgnoredIsInTheRecordAndInNobodysWay() {
        add(new ScriptedHook("mount", When.BEFORE, Result.TIMED_OUT, false, false));
        Errand errand = new Told(JobKind.BACKUP);
        errand.order(RunResult.SUCCESS);

        jobs.start(errand).await();

        assertThat(end().result()).isEqualTo(RunResult.SUCCESS);
        assertThat(end().message()).endsWith("The hook \"mount\" before this backup failed (exit code 3): no disk");
    }

    @Test
    void whatFailsAfterAJobChangesNothingOfItsResultAndHindersNoOther() {
        hook("first", When.AFTER, Result.FAILED);
        hook("second", When.AFTER, Result.OK);
        Errand errand = new Told(JobKind.RESTORE);
        errand.order(RunResult.SUCCESS);

        jobs.start(errand).await();

        assertThat(end().result()).isEqualTo(RunResult.SUCCESS);
        assertThat(end().message())
                .isEqualTo("done. The hook \"first\" after this restore failed (exit code 3): no disk");
        assertThat(end().end().hooks()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SUCCESS", "FAILED"})
    void oneAfterRunsOnlyAfterTheEndsThatItIsFor(RunResult result) {
        add(new ScriptedHook("ping", When.AFTER, Result.OK, true, false, RunResult.SUCCESS));
        Errand errand = new Told(JobKind.DRILL);
        errand.order(result);

        jobs.start(errand).await();

        assertThat(end().end().hooks()).hasSize(result == RunResult.SUCCESS ? 1 : 0);
    }

    @Test
    void whatRefusesToBeginOnceHooksHaveRunIsAJobThatFailed() {
        hook("mount", When.BEFORE, Result.OK);
        hook("unmount", When.AFTER, Result.OK);
        Errand errand = new Told(JobKind.REPAIR) {
            @Override
            public void admit() {
                throw Bus.refusal(Bus.LOCKED, "another process is at it");
            }
        };

        assertThat(jobs.start(errand).await()).isEqualTo("a");

        assertThat(end().result()).isEqualTo(RunResult.FAILED);
        assertThat(end().message()).isEqualTo("another process is at it");
        assertThat(happened).contains("AFTER hook unmount (FAILED)").doesNotContain("runs");
    }

    @Test
    void withoutHooksBeforeWhatIsRefusedHasNeverBeenAndHasNoneAfter() {
        hook("unmount", When.AFTER, Result.OK);
        Errand errand = new Told(JobKind.REPAIR) {
            @Override
            public void admit() {
                throw Bus.refusal(Bus.LOCKED, "another process is at it");
            }
        };

        assertThatThrownBy(() -> jobs.start(errand).await()).hasMessage("another process is at it");

        await().until(() -> happened.contains("closed"));
        assertThat(happened).containsExactly("closed");
        assertThat(history.page(null, 9, null)).isEmpty();
    }

    @Test
    void aTrialHasNoHooks() {
        hook("mount", When.BEFORE, Result.OK);
        hook("unmount", When.AFTER, Result.OK);
        Errand errand = new Errand(JobKind.BACKUP, "a") {
            @Override
            public JobRecord begun() {
                return Runs.run("a", RunResult.RUNNING, true);
            }
        };
        errand.order(RunResult.SUCCESS);

        jobs.start(errand).await();

        assertThat(end().end().hooks()).isEmpty();
        assertThat(happened).containsExactly("started", "finished");
    }

    @Test
    void aJobIsCancelledWhileAHookBeforeItRuns() {
        ScriptedHook mount = hanging("mount", When.BEFORE);
        hook("never", When.BEFORE, Result.OK);
        hook("unmount", When.AFTER, Result.OK);
        jobs.start(new Told(JobKind.BACKUP)).await();
        await().until(() -> mount.begun.getCount() == 0);

        jobs.cancel(null, "a");

        assertThat(end().result()).isEqualTo(RunResult.CANCELLED);
        assertThat(end().message())
                .startsWith("stopped on request; it can be gone on with")
                .contains("The hook \"mount\" before this backup was stopped");
        assertThat(happened)
                .contains("AFTER hook unmount (CANCELLED)")
                .doesNotContain("BEFORE hook never (RUNNING)", "admitted", "runs");
    }

    @Test
    void toCancelAJobThatIsOverEndsTheHookThatStillRunsAndNoOther() {
        ScriptedHook slow = hanging("slow", When.AFTER);
        hook("unmount", When.AFTER, Result.OK);
        Errand errand = new Told(JobKind.BACKUP);
        errand.order(job -> {
            job.beginCommit();
            return Runs.job(JobKind.BACKUP, "a", RunResult.SUCCESS, "committed");
        });
        jobs.start(errand).await();
        await().until(() -> slow.begun.getCount() == 0);

        assertThat(jobs.cancel(null, "a")).isEqualTo("a");

        assertThat(end().result()).isEqualTo(RunResult.SUCCESS);
        assertThat(end().end().hooks()).extracting(HookOutcome::result).containsExactly(Result.STOPPED, Result.OK);
    }

    @Test
    void theServiceStopsWithoutWaitingForHooksForEver() {
        ScriptedHook mount = hanging("mount", When.BEFORE);
        ScriptedHook unmount = hanging("unmount", When.AFTER);
        jobs.start(new Told(JobKind.BACKUP)).await();
        await().until(() -> mount.begun.getCount() == 0);

        jobs.stop().await();

        assertThat(unmount.begun.getCount()).isZero();
        assertThat(end().result()).isEqualTo(RunResult.INTERRUPTED);
        assertThat(end().end().stoppedInOrder()).isTrue();
        assertThat(end().end().hooks()).extracting(HookOutcome::result).containsOnly(Result.STOPPED);
    }

    @Test
    void nothingIsTroubleBeforeTheHooksAreThrough() {
        ScriptedHook mount = hanging("mount", When.BEFORE);
        AtomicInteger progress = new AtomicInteger();
        Errand errand = new Told(JobKind.BACKUP) {
            @Override
            public Optional<String> trouble() {
                return Optional.of("the disk is not mounted");
            }

            @Override
            public JobState state() {
                progress.incrementAndGet();
                return super.state();
            }
        };
        jobs.start(errand).await();
        await().until(() -> mount.begun.getCount() == 0 && progress.get() > 12);

        jobs.cancel(null, "a");

        assertThat(end().result()).isEqualTo(RunResult.CANCELLED);
    }

    @Test
    void anotherJobOfTheKindWaitsForTheHooks() {
        ScriptedHook slow = hanging("slow", When.AFTER);
        Errand errand = new Told(JobKind.RESTORE);
        errand.order(RunResult.SUCCESS);
        jobs.start(errand).await();
        await().until(() -> slow.begun.getCount() == 0);

        assertThatThrownBy(() -> jobs.start(new Errand(JobKind.RESTORE, "b")).await())
                .hasMessage("a restore is running already (a)");

        jobs.cancel(null, "a");
        assertThat(end().result()).isEqualTo(RunResult.SUCCESS);
    }
}

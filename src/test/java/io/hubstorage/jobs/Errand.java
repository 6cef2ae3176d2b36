package io.hubstorage.jobs;

import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.JobState;
import io.hubstorage.bus.RunResult;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A work for tests: waits until it is told what to do, or to stop. */
public class Errand implements Work {
    /** What there is to do. */
    interface Order {
        JobRecord carryOut(Job job) throws Exception;
    }

    final AtomicInteger closed = new AtomicInteger();
    final AtomicInteger toldToStop = new AtomicInteger();
    volatile boolean ran;
    volatile String trouble = "";

    private final JobKind kind;
    private final String id;
    private final CompletableFuture<Order> order = new CompletableFuture<>();

    public Errand(JobKind kind, String id) {
        this.kind = kind;
        this.id = id;
    }

    void order(Order what) {
        order.complete(what);
    }

    /** Ends it. */
    public void order(RunResult result) {
        order(_ -> Runs.job(kind, id, result, "done"));
    }

    /** Makes it fail. */
    void fail(Callable<JobRecord> failure) {
        order(_ -> failure.call());
    }

    @Override
    public JobKind kind() {
        return kind;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public JobRecord begun() {
        return Runs.job(kind, id, RunResult.RUNNING, "");
    }

    @Override
    public JobRecord run(Job job) throws Exception {
        ran = true;
        return order.get().carryOut(job);
    }

    @Override
    public JobRecord stopped(RunResult result, String why) {
        return Runs.job(kind, id, result, why);
    }

    @Override
    public String reason(Exception failure) {
        return "because of " + failure.getMessage();
    }

    @Override
    public String remains() {
        return "it can be gone on with";
    }

    @Override
    public JobState state() {
        return Runs.state(kind, id);
    }

    @Override
    public void stopping() {
        toldToStop.incrementAndGet();
        order(job -> {
            job.check();
            throw new AssertionError("told to stop, and not stopped");
        });
    }

    @Override
    public Optional<String> trouble() throws IOException {
        return trouble.isEmpty() ? Optional.empty() : Optional.of(trouble);
    }

    @Override
    public void close() {
        closed.incrementAndGet();
    }
}

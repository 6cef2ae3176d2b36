package io.hubstorage.restore;

import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RestoreState;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.Tally;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** How far a restore is. Thread-safe. */
final class RestoreProgress {
    private static final int SHOWN = 8;
    /** So much of a new measurement counts: some seconds, at five a second. */
    private static final double SHARE = 0.05;

    private final RestorePlan.Counts plan;
    private final LongAdder read = new LongAdder();
    private final Map<Long, Under> under = new ConcurrentHashMap<>();
    private volatile boolean stopping;
    private volatile RunPhase phase = RunPhase.PREPARING;
    private volatile @Nullable Instant retryAt;
    private volatile @Nullable Journal journal;
    private long measuredNanos;
    private long measuredBytes;
    private double rate;

    private record Under(PlanLine line, LongAdder read) {}

    RestoreProgress(RestorePlan.Counts plan) {
        this.plan = plan;
    }

    void follow(Journal other) {
        journal = other;
    }

    /** Whether it knows more than the plan. */
    boolean isFollowing() {
        return journal != null;
    }

    void enter(RunPhase next, @Nullable Instant until) {
        phase = next;
        retryAt = until;
    }

    /** It has been told to stop, whatever it still enters. */
    void stop() {
        stopping = true;
    }

    /** An object is being written; what counts its bytes. */
    LongAdder begin(PlanLine line) {
        LongAdder bytes = new LongAdder() {
            private static final long serialVersionUID = 1L;

            @Override
            public void add(long more) {
                super.add(more);
                read.add(more);
            }
        };
        under.put(line.line(), new Under(line, bytes));
        return bytes;
    }

    void end(PlanLine line) {
        under.remove(line.line());
    }

    RestoreRecord.Outcome outcome() {
        Journal open = journal;
        return open == null
                ? new RestoreRecord.Outcome(
                        new Tally(plan.objects(), plan.bytes()),
                        Tally.ZERO,
                        plan.identical(),
                        plan.skipped(),
                        plan.failed(),
                        plan.write(),
                        Tally.ZERO,
                        Map.of())
                : open.outcome(plan);
    }

    synchronized RestoreState.Progress state(long nowNanos) {
        RestoreRecord.Outcome outcome = outcome();
        long settled = plan.write().bytes() - outcome.left().bytes();
        long underWay = under.values().stream()
                .mapToLong(each -> Math.min(each.read.sum(), each.line.size()))
                .sum();
        long written = Math.min(plan.write().bytes(), settled + underWay);
        measure(nowNanos);
        long left = plan.write().bytes() - written;
        boolean known = !stopping && phase == RunPhase.TRANSFERRING && rate >= 1 && left > 0;
        return new RestoreState.Progress(
                stopping ? RunPhase.CANCELLING : phase,
                stopping ? null : retryAt,
                outcome,
                plan.write(),
                written,
                rate,
                known ? Long.valueOf(Math.round(left / rate)) : null);
    }

    private void measure(long nowNanos) {
        long bytes = read.sum();
        if (measuredNanos != 0 && nowNanos > measuredNanos) {
            double now = (bytes - measuredBytes) * 1e9 / (nowNanos - measuredNanos);
            rate = rate == 0 ? now : rate + SHARE * (now - rate);
        }
        measuredNanos = nowNanos;
        measuredBytes = bytes;
    }

    List<RunState.Transfer> transfers() {
        return under.values().stream()
                .limit(SHOWN)
                .map(each -> new RunState.Transfer(
                        each.line.bucket(),
                        each.line.key(),
                        each.line.size(),
                        Math.min(each.read.sum(), each.line.size())))
                .toList();
    }
}

package io.hubstorage.backup;

import io.hubstorage.bus.RunState.Waiting;
import io.hubstorage.bus.TransferMessage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a run, or one bucket of it, waits for S3, from what its workers tell: it does while at least one of them gets
 * nothing and none has got anything since that began. The log is told when the run begins to wait and when that is over, once
 * for all requests together. Not thread-safe.
 */
final class S3Watch {
    private static final Logger LOG = LoggerFactory.getLogger(S3Watch.class);

    /** One failed request is no outage. */
    private static final Duration NOTICEABLE = Duration.ofSeconds(3);
    /** How long nobody may complain before an outage counts as over although nothing was answered. */
    private static final Duration SILENT = Duration.ofSeconds(5);

    /** The search for the account's buckets, which is no bucket. */
    private static final String SEARCH = "";

    private final InstantSource clock;
    private final Scope run = new Scope();
    private final Map<String, Scope> buckets = new HashMap<>();

    S3Watch(InstantSource clock) {
        this.clock = clock;
    }

    private record Worker(String bucket, int shard) {}

    private record Outage(long sinceNanos, TransferMessage.Trouble told) {}

    /** Those whose outages count as one. */
    private static final class Scope {
        private final Map<Worker, Outage> outages = new HashMap<>();
        private @Nullable Long answeredNanos;
        private @Nullable Waiting waiting;
        private long waitingSinceNanos;
        private long heardNanos;

        void told(Worker worker, TransferMessage.@Nullable Service service, long now) {
            TransferMessage.Trouble trouble = service == null ? null : service.trouble();
            if (trouble == null) {
                outages.remove(worker);
            } else {
                outages.put(worker, new Outage(now - trouble.lastingMillis() * 1_000_000, trouble));
                heardNanos = now;
            }
            if (service != null && service.answeredMillisAgo() != null) {
                long answered = now - service.answeredMillisAgo() * 1_000_000;
                if (answeredNanos == null || answered - answeredNanos > 0) {
                    answeredNanos = answered;
                }
            }
        }

        private boolean answeredSince(long nanos) {
            Long answered = answeredNanos;
            return answered != null && answered - nanos > 0;
        }

        private boolean answeredWithin(Duration time, long nanos) {
            Long answered = answeredNanos;
            return answered != null && answered - nanos < time.toNanos();
        }

        /** Looks anew; {@code between} attempts nobody asks, and what was so stays so. */
        @Nullable
        Waiting look(boolean between, Instant wall, long now) {
            if (waiting != null && answeredSince(waitingSinceNanos)) {
                waiting = null;
            }
            Outage first = outages.values().stream()
                    .min((a, b) -> Long.signum(a.sinceNanos - b.sinceNanos))
                    .orElse(null);
            if (first != null) {
                took(first, wall, now);
            } else if (!between && now - heardNanos >= SILENT.toNanos()) {
                waiting = null;
            }
            return waiting;
        }

        private void took(Outage first, Instant wall, long now) {
            Long answered = answeredNanos;
            long since = answered != null && answered - first.sinceNanos > 0 ? answered : first.sinceNanos;
            if (waiting == null && now - since < NOTICEABLE.toNanos()) {
                return;
            }
            if (waiting == null) {
                waitingSinceNanos = since;
            }
            // The first moment stays: what the workers tell is to the millisecond, and late by some.
            Instant began = waiting == null ? wall.minusNanos(now - since) : waiting.since();
            waiting = new Waiting(Waiting.S3, first.told.cause(), began, names(), first.told.detail());
        }

        private List<String> names() {
            return outages.keySet().stream()
                    .map(Worker::bucket)
                    .filter(name -> !name.equals(SEARCH))
                    .distinct()
                    .sorted()
                    .toList();
        }
    }

    /** A worker tells; {@code service} is null when it needs nothing of S3, or has ended. */
    void told(String bucket, int shard, TransferMessage.@Nullable Service service, long now) {
        Worker worker = new Worker(bucket, shard);
        run.told(worker, service, now);
        buckets.computeIfAbsent(bucket, _ -> new Scope()).told(worker, service, now);
    }

    /** The search for the account's buckets goes on; null when it is over. */
    void discovering(TransferMessage.@Nullable Service service, long now) {
        told(SEARCH, 0, service, now);
    }

    /** No worker is busy with the bucket any more. */
    void ended(String bucket) {
        run.outages.keySet().removeIf(worker -> worker.bucket().equals(bucket));
        buckets.remove(bucket);
    }

    /** Workers are about to ask anew: what was so stays so until they tell otherwise. */
    void attemptBegan(long now) {
        run.heardNanos = now;
    }

    @Nullable
    Waiting ofBucket(String bucket, long now) {
        Scope scope = buckets.get(bucket);
        return scope == null ? null : scope.look(false, clock.instant(), now);
    }

    /** What the run waits for; {@code between} is whether one attempt is over and the next has not begun. */
    @Nullable
    Waiting ofRun(boolean between, long now) {
        Waiting before = run.waiting;
        long since = run.waitingSinceNanos;
        Waiting waiting = run.look(between, clock.instant(), now);
        // What arrived just before everything stopped may be told late: then the wait goes on, and was never over.
        boolean over = waiting == null || !run.answeredWithin(NOTICEABLE, since);
        if (before != null && run.answeredSince(since) && over) {
            LOG.info("S3 answers again, after {} s", (now - since) / 1_000_000_000);
            before = null;
        }
        if (before == null && waiting != null) {
            LOG.warn(
                    "Waiting for S3: {} since {}.{}",
                    waiting.cause(),
                    waiting.since().truncatedTo(ChronoUnit.SECONDS),
                    waiting.detail() == null ? "" : " " + waiting.detail());
        }
        return waiting;
    }
}

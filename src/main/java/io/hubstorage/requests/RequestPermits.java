package io.hubstorage.requests;

import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * How many requests for bodies may be under way at once, over all pieces of work: enough to hide the distance to the server, too few
 * to make a queue inside it whose end it answers to connections that we have given up. Thread-safe.
 *
 * <p>After each round of answers the limit becomes twice what was under way for nothing but the distance (Little's law), as BBR
 * does with its gain: it doubles as long as answers take no longer for it, and comes back as soon as they do. The distance is the
 * median time of answers to like requests, in the round where that was least. BBR takes the quickest answer of all; over the
 * internet, where times vary several times over, that is a rare exception, and whatever took the usual time would count as
 * queued. Once a minute it is measured anew, by a round of half as many requests: what took longer only because of a queue is
 * quicker then, and what is further away than it was is not.
 *
 * <p>The limit may always be what the server answers in a few seconds, up to {@link #MODEST}, however long that makes its queue. A
 * demand to slow down, or a share of requests that end in silence or broken connections, halves it (RFC 5681), and it recovers by an
 * eighth at a time.
 *
 * <p>The limits of {@code com.netflix.concurrency-limits} take every answer for as much work as the next. Here one brings four
 * bytes and another 8 MiB: their Vegas and gradient limits fall to their minimum beside large objects.
 */
public final class RequestPermits {
    /** What a demand to slow down leaves at least. */
    private static final int FLOOR = 4;
    /** So many do no harm to a server that is not slow; where it begins, knowing nothing. */
    private static final int MODEST = 32;
    /** The fewest answers that say something. */
    private static final int ROUND = 16;
    /** The most answers between two steps of the recovery. */
    private static final int RECOVERY = 256;
    /** How long a queue inside the server may be; requests are given up after several times that. */
    private static final long QUEUE_NANOS = 5_000_000_000L;
    /** How long a distance is believed; BBR looks six times as often, at a higher price. */
    private static final long BELIEVED_NANOS = 60_000_000_000L;
    /** A server that takes so long on average is never asked more at once for it. */
    private static final long SLUGGISH_NANOS = 2_000_000_000L;
    /** After so long without a request nothing is known of the server any more. */
    private static final long FORGET_NANOS = 10_000_000_000L;
    /** Of how many under way one broken one counts as chance. */
    private static final int CHANCE = 8;

    /** A semaphore whose permits can be taken away while they are in use. */
    private static final class Adjustable extends Semaphore {
        private static final long serialVersionUID = 1L;

        Adjustable(int permits) {
            super(permits);
        }

        void reduce(int by) {
            reducePermits(by);
        }
    }

    /** What is known of answers to requests for bodies of about one size. */
    private static final class Likes {
        private long distance = Long.MAX_VALUE;
        /** Of this round. */
        private long[] nanos = new long[ROUND];

        private int answers;

        void add(long took) {
            if (answers == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * answers);
            }
            nanos[answers++] = took;
        }

        /** Of the time of each of this round's answers, the share that was for the distance; their sum. */
        double ease() {
            if (answers == 0) {
                return 0;
            }
            Arrays.sort(nanos, 0, answers);
            distance = Math.min(distance, nanos[(answers - 1) / 2]);
            return round().mapToDouble(took -> Math.min(1, (double) distance / took))
                    .sum();
        }

        LongStream round() {
            return Arrays.stream(nanos, 0, answers);
        }
    }

    private final LongSupplier nanoClock;
    private final Adjustable permits;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger paused = new AtomicInteger();
    private volatile long idleSince;
    /** Whether somebody had to wait, or nearly: else the answers say nothing about more of them. */
    private volatile boolean full;

    private int ceiling;
    /** What the answers' times suggest. */
    private int wanted;
    /** What halving has left. */
    private int allowed;

    private volatile int limit;

    /** By size, each class 16 times the one before: a small body cannot tell how long a large one takes. */
    private final Likes[] likes = Stream.generate(Likes::new).limit(8).toArray(Likes[]::new);

    /** When the distance was last begun to be measured anew. */
    private long measured;

    private long roundBegan;
    private int answers;
    private int broken;
    /** Answers still to come to requests that were sent before the limit was last judged otherwise. */
    private int earlier;

    private int calm;
    /** Answers still to come to requests that were sent before the limit was last halved. */
    private int stale;

    /** @param ceiling the most that there may ever be at once */
    public RequestPermits(int ceiling) {
        this(ceiling, System::nanoTime);
    }

    RequestPermits(int ceiling, LongSupplier nanoClock) {
        this.ceiling = ceiling;
        this.nanoClock = nanoClock;
        this.wanted = MODEST;
        this.allowed = ceiling;
        this.limit = Math.min(MODEST, ceiling);
        this.permits = new Adjustable(limit);
        this.idleSince = nanoClock.getAsLong();
        this.measured = idleSince;
        this.roundBegan = idleSince;
    }

    public synchronized void ceiling(int most) {
        if (most != ceiling) {
            allowed = allowed >= ceiling ? most : Math.min(allowed, most);
            ceiling = most;
            resize();
        }
    }

    void acquire() throws InterruptedException {
        permits.acquire();
        int now = underWay.incrementAndGet();
        if (now == 1 && nanoClock.getAsLong() - idleSince > FORGET_NANOS) {
            begin();
        }
        if (!full && isFull()) {
            full = true;
        }
    }

    void release() {
        if (underWay.decrementAndGet() == 0) {
            idleSince = nanoClock.getAsLong();
        }
        permits.release();
    }

    private synchronized void begin() {
        forgetDistance();
        wanted = Math.min(wanted, MODEST);
        resize();
        nextRound(nanoClock.getAsLong());
    }

    private void forgetDistance() {
        measured = nanoClock.getAsLong();
        for (Likes like : likes) {
            like.distance = Long.MAX_VALUE;
        }
    }

    /**
     * A request was answered.
     *
     * @param nanos from sending it to the end of the answer
     * @param bytes of the body
     */
    synchronized void answered(long nanos, long bytes) {
        if (earlier > 0) {
            earlier--;
            roundBegan = nanoClock.getAsLong();
            recover();
            return;
        }
        answers++;
        int like = (64 - Long.numberOfLeadingZeros(Math.max(0, bytes) >> 12) + 3) / 4;
        likes[Math.min(likes.length - 1, like)].add(Math.max(1, nanos));
        recover();
        long now = nanoClock.getAsLong();
        if (answers >= Math.max(ROUND, limit) || now - roundBegan >= QUEUE_NANOS) {
            judge(now - roundBegan);
            nextRound(now);
        }
    }

    /** A request whose body waits for us is not under way, though it keeps its permit; {@link #resume} must follow. */
    void pause() {
        paused.incrementAndGet();
    }

    void resume() {
        paused.decrementAndGet();
    }

    /** A request was answered that had been paused: how long it took says nothing of the server. */
    synchronized void answeredWithPauses() {
        earlier = Math.max(0, earlier - 1);
        recover();
    }

    private boolean isFull() {
        return underWay.get() - paused.get() >= limit;
    }

    private void recover() {
        stale = Math.max(0, stale - 1);
        if (++calm >= Math.min(RECOVERY, 4 * limit)) {
            calm = 0;
            allowed = Math.min(ceiling, allowed + Math.max(1, allowed / 8));
            resize();
        }
    }

    private void judge(long elapsedNanos) {
        double ease = Stream.of(likes).mapToDouble(Likes::ease).sum() / answers;
        if (!full) {
            return;
        }
        double gain = 2 * limit * ease;
        if (Stream.of(likes).flatMapToLong(Likes::round).average().orElse(0) > SLUGGISH_NANOS) {
            gain = Math.min(gain, limit);
        }
        double queue = (double) QUEUE_NANOS * answers / Math.max(1, elapsedNanos);
        wanted = (int) Math.max(gain, Math.clamp(queue, 1, MODEST));
        int before = limit;
        if (nanoClock.getAsLong() - measured > BELIEVED_NANOS) {
            forgetDistance();
            wanted = Math.max(1, limit / 2);
        }
        resize();
        earlier = limit == before ? 0 : underWay.get();
    }

    private void nextRound(long now) {
        roundBegan = now;
        answers = 0;
        for (Likes like : likes) {
            like.answers = 0;
        }
        broken = 0;
        full = isFull();
    }

    /** The server asked to slow down; several answers of one burst count once. */
    synchronized void throttled() {
        halve(FLOOR);
    }

    /** A request came to nothing: silence for too long, or a connection that broke. Single ones count as chance. */
    synchronized void broken() {
        if (++broken * CHANCE >= limit) {
            broken = 0;
            halve(1);
        }
    }

    private void halve(int least) {
        if (stale > 0) {
            stale--;
            return;
        }
        stale = limit - 1;
        calm = 0;
        allowed = Math.max(Math.min(least, allowed), limit / 2);
        resize();
    }

    public int limit() {
        return limit;
    }

    private void resize() {
        int next = Math.max(1, Math.min(wanted, allowed));
        if (next > limit) {
            permits.release(next - limit);
        } else if (next < limit) {
            permits.reduce(limit - next);
        }
        limit = next;
    }
}

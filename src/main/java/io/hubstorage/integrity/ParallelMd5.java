package io.hubstorage.integrity;

import io.hubstorage.integrity.Md5Lanes.Stretch;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * MD5s of whatever has come and can be read again, side by side: four to five times as fast as one after the other where the
 * vectors of the processor are wide enough and the JVM has the module {@code jdk.incubator.vector}. Where they are not, or the
 * code is not compiled yet, {@link #takes} says so. Thread-safe; shared by all objects, because one alone seldom fills the lanes.
 *
 * <p>Stretches wait until there is one for each lane, or somebody needs the hash of one, or so much waits that it might no longer
 * be in the disk cache when it is read. Even then those threads come first that are ready to go on and may bring more of them;
 * nobody waits for a clock. {@code minio/md5-simd} has a server with lanes too, which is fed with the bytes themselves; those of
 * several parts of an upload never arrive together where each object is read front to back, as its SHA-256 has it.
 */
public final class ParallelMd5 {
    /** Shorter ones cost as much to hand over as to hash; and an ETag can claim parts of a few bytes by the hundred thousand. */
    private static final int SHORTEST = 16 << 10;
    /** Fewer than that are hashed one after the other. */
    private static final int FEWEST = 4;
    /** What may wait, at most. */
    private static final long MOST_WAITING = 256L << 20;
    /** After so many steps of full lanes (2 to 4 ms) others may use the processor too. */
    private static final int SHIFT = 16;

    private final LaneTrials trials;
    private final long capacity;
    private final ThreadFactory runners;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Queue<Stretch> queue = new ArrayDeque<>();
    /** Bytes of the stretches that have not been hashed yet. */
    private long waiting;

    private long hashed;
    /** How many threads can go on only when something has been hashed. */
    private int waiters;

    private boolean running;
    /** How many stretches have ever come. */
    private long come;
    /** As many as had come when others were let go first; less than that before they are. */
    private long seen;
    /** May come to rest in the middle of stretches. */
    private @Nullable Md5Lanes side;

    /** As wide as the processor, bounded by what the JVM may use of the memory, which is in proportion to what there is. */
    public ParallelMd5() {
        this(false);
    }

    /** @param faster whether that is to be believed without a trial */
    public ParallelMd5(boolean faster) {
        this(new LaneTrials(faster), Math.min(MOST_WAITING, Runtime.getRuntime().maxMemory() / 2));
    }

    /** @param capacity how many bytes may wait */
    ParallelMd5(LaneTrials trials, long capacity) {
        this(trials, capacity, Thread.ofVirtual().name("md5-lanes").factory());
    }

    /** @param runners makes the thread that hashes, one at a time; where it yields, whoever may bring stretches goes first */
    ParallelMd5(LaneTrials trials, long capacity, ThreadFactory runners) {
        this.trials = trials;
        this.capacity = capacity;
        this.runners = runners;
    }

    /** The MD5 of a stretch, sooner or later. */
    public interface Pending {
        /**
         * Waits for it.
         *
         * @throws IOException when the bytes could not be read, or something else made it impossible
         */
        byte[] get() throws IOException, InterruptedException;
    }

    /** Whether a stretch of at most so many bytes is worth handing over; otherwise whoever asks has to hash it. */
    public boolean takes(long length) {
        return length >= SHORTEST && length <= capacity / FEWEST && trials.favour(length);
    }

    /**
     * Hands a stretch over; waits while too much is under way.
     *
     * @param source must hold the bytes already, and be readable until the result is there or nobody wants it
     */
    Pending submit(ByteSource source, long from, long length) {
        Stretch stretch = new Stretch(source, from, length);
        lock.lock();
        try {
            while (waiting > 0 && waiting + length > capacity) {
                waiters++;
                try {
                    runIfDue();
                    room.awaitUninterruptibly();
                } finally {
                    waiters--;
                }
            }
            queue.add(stretch);
            waiting += length;
            come++;
            runIfDue();
        } finally {
            lock.unlock();
        }
        return () -> await(stretch);
    }

    /** How many bytes have been hashed here. */
    public long hashed() {
        lock.lock();
        try {
            return hashed;
        } finally {
            lock.unlock();
        }
    }

    private byte[] await(Stretch stretch) throws IOException, InterruptedException {
        boolean waits = !stretch.isDone();
        count(waits ? 1 : 0);
        try {
            if (waits) {
                hurry();
            }
            return stretch.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            String message =
                    cause instanceof IOException ? cause.getMessage() : "the MD5 could not be computed: " + cause;
            throw new IOException(message, cause);
        } finally {
            count(waits ? -1 : 0);
        }
    }

    /** More threads, or fewer, can go on only when something has been hashed. */
    private void count(int change) {
        lock.lock();
        try {
            waiters += change;
        } finally {
            lock.unlock();
        }
    }

    private void hurry() {
        lock.lock();
        try {
            runIfDue();
        } finally {
            lock.unlock();
        }
    }

    private int working() {
        return side == null ? 0 : side.working();
    }

    private int begun() {
        return working() + queue.size();
    }

    private boolean isDue() {
        return begun() > 0 && (waiters > 0 || begun() >= trials.lanes());
    }

    private void runIfDue() {
        if (!running && isDue()) {
            runners.newThread(this::run).start();
            running = true;
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // Not relied on: without, fewer stretches are hashed side by side.
    private void run() {
        try {
            int steps = 0;
            for (Work work = next(); work != null; work = next()) {
                free(work.go());
                if (++steps % SHIFT == 0) {
                    Thread.yield();
                }
            }
        } catch (Throwable error) {
            giveUp(error);
        }
    }

    /** Hashes for a while. */
    private interface Work {
        /** Returns the bytes of the stretches that are done. */
        long go();
    }

    /** What to do now; null where it is time to rest. */
    @SuppressWarnings("ThreadPriorityCheck")
    private @Nullable Work next() {
        lock.lock();
        try {
            if (!isDue()) {
                running = false;
                return null;
            }
            if (begun() < trials.lanes() && seen != come) {
                // For as long as that brings more of them, and once before each step.
                seen = come;
                return () -> {
                    Thread.yield();
                    return 0;
                };
            }
            seen = -1;
            if (working() == 0 && queue.size() < FEWEST) {
                Stretch alone = queue.remove();
                return () -> {
                    alone.hash();
                    return alone.length();
                };
            }
            Md5Lanes open = side == null ? new Md5Lanes(Md5Lanes.CHUNK) : side;
            side = open;
            while (open.free() > 0 && !queue.isEmpty()) {
                open.begin(queue.remove());
            }
            return () -> trials.step(open);
        } finally {
            lock.unlock();
        }
    }

    private void free(long done) {
        if (done > 0) {
            lock.lock();
            try {
                waiting -= done;
                hashed += done;
                room.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Nobody waits for ever, whatever the error. */
    private void giveUp(Throwable error) {
        lock.lock();
        try {
            // First, because the rest takes memory, of which there may be none.
            waiting = 0;
            running = false;
            room.signalAll();
            queue.forEach(stretch -> stretch.completeExceptionally(error));
            queue.clear();
            if (side != null) {
                side.fail(error);
            }
        } finally {
            lock.unlock();
        }
    }
}

package io.hubstorage.integrity;

import io.hubstorage.integrity.Md5Lanes.Stretch;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * MD5s of stretches that have just been written to files, side by side: four to five times as fast as one after the other where
 * the vectors of the processor are wide enough and the JVM has the module {@code jdk.incubator.vector}. Where
 * they are not, or the code is not compiled yet, {@link #takes} says so. Thread-safe; shared by all objects, because one alone seldom fills the lanes.
 *
 * <p>Stretches wait until there is one for each lane, somebody needs the hash of one, or so much waits that it might no longer
 * be in the disk cache when it is read: in memory they take nothing. {@code minio/md5-simd} has a server with lanes too, which
 * is fed with the bytes themselves; those of several parts of an upload never arrive together where each object is read front to
 * back, as its SHA-256 has it.
 */
public final class ParallelMd5 {
    /** Of lanes: the module is loaded when there is something to try it with, since that takes 0.1 s of a process. */
    private static final int UNKNOWN = -1;
    /** With narrower vectors, one after the other is as fast. */
    private static final int NARROWEST = 8;
    /** Wider ones take more words at a time than a block of MD5 has. */
    private static final int WIDEST = 16;
    /** Shorter ones cost more to hand over than to hash; and an ETag can claim parts of a few bytes by the hundred thousand. */
    private static final int SHORTEST = 64 << 10;
    /** Fewer than that are hashed one after the other. */
    private static final int FEWEST = 4;
    /** After each of so many bytes that are hashed otherwise, the lanes are tried. */
    private static final long TRIED_AFTER = 8L << 20;
    /** Blocks of each lane in a trial: 10 ms before the code is compiled, microseconds afterwards. */
    private static final int TRIAL = 16;
    /** Fewer trials say nothing: the one or the other may have been interrupted each time. */
    private static final int TRIALS = 8;
    /** Of so many steps at work, the quickest must still be worth it, for the same reason. */
    private static final int STEPS = 8;
    /** What may wait, at most. */
    private static final long MOST_WAITING = 256L << 20;

    private volatile int lanes;
    private final long capacity;
    private final LongSupplier nanos;
    private final ThreadFactory runners;
    private final AtomicLong refused = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Queue<Stretch> queue = new ArrayDeque<>();
    /** Bytes of the stretches that have not been hashed yet. */
    private long waiting;

    private long hashed;
    /** How many threads can go on only when something has been hashed. */
    private int waiters;

    private boolean running;
    private volatile boolean faster;
    private int trials;
    /** Nanoseconds of the quickest trial. */
    private long laned = Long.MAX_VALUE;
    /** And of the same bytes one after the other. */
    private long single = Long.MAX_VALUE;
    /** May come to rest in the middle of stretches. */
    private @Nullable Md5Lanes side;
    /** Nanoseconds that the quickest of the last steps took for a block of each lane; known to the thread that runs. */
    private long quickest = Long.MAX_VALUE;

    private int steps;

    /** As wide as the processor, bounded by what the JVM may use of the memory, which is in proportion to what there is. */
    public ParallelMd5() {
        this(false);
    }

    /** @param faster whether that is to be believed without a trial */
    public ParallelMd5(boolean faster) {
        this(
                faster ? lanesOfTheProcessor() : UNKNOWN,
                Math.min(MOST_WAITING, Runtime.getRuntime().maxMemory() / 2),
                faster);
    }

    /**
     * @param lanes 0 for none
     * @param capacity how many bytes may wait
     */
    ParallelMd5(int lanes, long capacity, boolean faster) {
        // Not a virtual thread: it computes without a pause, and the threads that carry those are as few as the
        // processors.
        this(
                lanes,
                capacity,
                faster,
                System::nanoTime,
                Thread.ofPlatform().daemon().name("md5-lanes").factory());
    }

    /**
     * The same, with a clock and threads of the caller's.
     *
     * @param nanos asked in pairs: around what the lanes do, and around the same bytes one after the other
     * @param runners of which one at a time runs
     */
    ParallelMd5(int lanes, long capacity, boolean faster, LongSupplier nanos, ThreadFactory runners) {
        this.lanes = lanes;
        this.capacity = capacity;
        this.faster = faster;
        this.nanos = nanos;
        this.runners = runners;
    }

    /** 0 where stretches cannot be hashed side by side. */
    static int lanesOfTheProcessor() {
        // Asked first: without the module the class cannot even be loaded.
        return VectorModule.isThere() && Md5Vectors.LANES >= NARROWEST && Md5Vectors.LANES <= WIDEST
                ? Md5Vectors.LANES
                : 0;
    }

    /** The MD5 of a stretch, sooner or later. */
    public interface Pending {
        /**
         * Waits for it.
         *
         * @throws IOException when the file could not be read, or something else made it impossible
         */
        byte[] get() throws IOException, InterruptedException;
    }

    /** Whether a stretch of at most so many bytes is worth handing over; otherwise whoever asks has to hash it. */
    public boolean takes(long length) {
        if (lanes == 0 || length < SHORTEST || length > capacity / FEWEST) {
            return false;
        }
        if (!faster && refused.addAndGet(length) >= TRIED_AFTER && lock.tryLock()) {
            try {
                if (lanes == UNKNOWN) {
                    lanes = lanesOfTheProcessor();
                }
                // Asked again: others may have tried meanwhile.
                if (lanes > 0 && !faster && refused.get() >= TRIED_AFTER) {
                    refused.set(0);
                    rehearse();
                }
            } catch (OutOfMemoryError e) {
                // Whoever asks can do without the lanes, and should not fail for them.
                return false;
            } finally {
                lock.unlock();
            }
        }
        return faster;
    }

    /**
     * Hashes a little in lanes, for the compiler to notice, and compares. Until the code is compiled it is a thousand times slower;
     * where the compiler knows no vectors, it stays so.
     */
    private void rehearse() {
        Md5Lanes open = open();
        long start = nanos.getAsLong();
        open.rehearse(TRIAL);
        laned = Math.min(laned, nanos.getAsLong() - start);
        MessageDigest digest = Algorithm.MD5.start();
        byte[] same = new byte[TRIAL * Md5Vectors.BLOCK * lanes];
        long began = nanos.getAsLong();
        digest.update(same);
        single = Math.min(single, nanos.getAsLong() - began);
        faster = ++trials >= TRIALS && laned < single / 2;
    }

    private Md5Lanes open() {
        Md5Lanes open = side == null ? new Md5Lanes(Md5Lanes.CHUNK) : side;
        side = open;
        return open;
    }

    /**
     * Hands a stretch over; waits while too much is under way.
     *
     * @param file must hold the bytes already, and be readable until the result is there or nobody wants it
     */
    Pending submit(ByteSource file, long from, long length) {
        Stretch stretch = new Stretch(file, from, length);
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

    private boolean isDue() {
        int begun = working() + queue.size();
        return begun > 0 && (waiters > 0 || begun >= lanes);
    }

    private void runIfDue() {
        if (!running && isDue()) {
            runners.newThread(this::run).start();
            running = true;
        }
    }

    private void run() {
        try {
            for (Work work = next(); work != null; work = next()) {
                free(work.go());
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
    private @Nullable Work next() {
        lock.lock();
        try {
            if (!isDue()) {
                running = false;
                return null;
            }
            if (working() == 0 && queue.size() < FEWEST) {
                Stretch alone = queue.remove();
                return () -> {
                    alone.hash();
                    return alone.length();
                };
            }
            Md5Lanes open = open();
            while (open.free() > 0 && !queue.isEmpty()) {
                open.begin(queue.remove());
            }
            return () -> step(open);
        } finally {
            lock.unlock();
        }
    }

    private long step(Md5Lanes open) {
        long began = nanos.getAsLong();
        long done = open.step();
        long spent = nanos.getAsLong() - began;
        // Shorter steps say more of what comes with a step than of the lanes.
        if (open.blocks() >= TRIAL) {
            quickest = Math.min(quickest, spent / open.blocks());
            if (++steps >= STEPS) {
                doubt();
                steps = 0;
                quickest = Long.MAX_VALUE;
            }
        }
        return done;
    }

    /** The JVM may drop code that it has compiled: then the lanes have to show again that they are faster. */
    private void doubt() {
        lock.lock();
        try {
            if (quickest > single / TRIAL) {
                faster = false;
                trials = 0;
                laned = Long.MAX_VALUE;
                single = Long.MAX_VALUE;
            }
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

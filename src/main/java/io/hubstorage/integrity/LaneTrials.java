package io.hubstorage.integrity;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether MD5s are computed faster in the lanes of vectors than one after the other, on this processor and with what the compiler
 * has made of the code by now: until it is compiled it is a thousand times slower, and where the compiler knows no vectors, it
 * stays so. Found out by trials, and doubted at work. Thread-safe.
 */
final class LaneTrials {
    /** Of lanes: the module is loaded when there is something to try it with, since that takes 0.1 s of a process. */
    private static final int UNKNOWN = -1;
    /** With narrower vectors, one after the other is as fast. */
    private static final int NARROWEST = 8;
    /** Wider ones take more words at a time than a block of MD5 has. */
    private static final int WIDEST = 16;
    /** After each of so many bytes that are hashed otherwise, the lanes are tried. */
    private static final long TRIED_AFTER = 8L << 20;
    /** Blocks of each lane in a trial: 10 ms before the code is compiled, microseconds afterwards. */
    private static final int TRIAL = 16;
    /** Fewer trials say nothing: the one or the other may have been interrupted each time. */
    private static final int TRIALS = 8;
    /** Of so many steps at work, the quickest must still be worth it, for the same reason. */
    private static final int STEPS = 8;

    private final LongSupplier nanos;
    private final AtomicLong refused = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile int lanes;
    private volatile boolean faster;
    private int trials;
    /** What is hashed in trials. Not on the heap: what the lanes work on is not, and the compiler is to see the same here. */
    private @Nullable MemorySegment example;

    /** Nanoseconds of the quickest trial. */
    private long laned = Long.MAX_VALUE;
    /** And of the same bytes one after the other. */
    private long single = Long.MAX_VALUE;
    /** Nanoseconds that the quickest of the last steps took for a block of each lane. */
    private long quickest = Long.MAX_VALUE;

    private int steps;

    /** Of this processor's lanes. */
    LaneTrials(boolean faster) {
        this(faster ? lanesOfTheProcessor() : UNKNOWN, faster, System::nanoTime);
    }

    /**
     * @param lanes 0 for none
     * @param faster whether that is to be believed without a trial
     * @param nanos asked in pairs: around what the lanes do, and around the same bytes one after the other
     */
    LaneTrials(int lanes, boolean faster, LongSupplier nanos) {
        this.lanes = lanes;
        this.faster = faster;
        this.nanos = nanos;
    }

    /** 0 where stretches cannot be hashed side by side. */
    static int lanesOfTheProcessor() {
        // Asked first: without the module the class cannot even be loaded.
        return VectorModule.isThere() && Md5Vectors.LANES >= NARROWEST && Md5Vectors.LANES <= WIDEST
                ? Md5Vectors.LANES
                : 0;
    }

    /** How many there are; less than 1 for none, or none yet. */
    int lanes() {
        return lanes;
    }

    /** Whether so many bytes belong in the lanes; those that do not bring the next trial nearer. */
    boolean favour(long length) {
        if (lanes == 0) {
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
                    compare();
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

    /** Hashes a little in lanes, for the compiler to notice, and as much one after the other. */
    private void compare() {
        int stretch = TRIAL * Md5Vectors.BLOCK;
        MemorySegment bytes = example;
        if (bytes == null) {
            bytes = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(stretch * Md5Vectors.LANES));
            example = bytes;
        }
        int[] starts = new int[Md5Vectors.LANES];
        for (int lane = 0; lane < starts.length; lane++) {
            starts[lane] = lane * stretch;
        }
        Md5Vectors vectors = new Md5Vectors();
        long start = nanos.getAsLong();
        vectors.hash(bytes, starts, TRIAL);
        laned = Math.min(laned, nanos.getAsLong() - start);
        MessageDigest digest = Algorithm.MD5.start();
        byte[] same = new byte[stretch * lanes];
        long began = nanos.getAsLong();
        digest.update(same);
        single = Math.min(single, nanos.getAsLong() - began);
        faster = ++trials >= TRIALS && laned < single / 2;
    }

    /** Lets all lanes go on by a step, and doubts them when they have become slow: the JVM may drop code that it has compiled. */
    long step(Md5Lanes work) {
        long began = nanos.getAsLong();
        long done = work.step();
        long spent = nanos.getAsLong() - began;
        // Shorter steps say more of what comes with a step than of the lanes.
        if (work.blocks() >= TRIAL) {
            note(spent / work.blocks());
        }
        return done;
    }

    private void note(long nanosOfABlock) {
        lock.lock();
        try {
            quickest = Math.min(quickest, nanosOfABlock);
            if (++steps >= STEPS) {
                if (quickest > single / TRIAL) {
                    // They have to show again that they are faster.
                    faster = false;
                    trials = 0;
                    laned = Long.MAX_VALUE;
                    single = Long.MAX_VALUE;
                }
                steps = 0;
                quickest = Long.MAX_VALUE;
            }
        } finally {
            lock.unlock();
        }
    }
}

package io.hubstorage.integrity;

import java.io.IOException;
import java.util.concurrent.ThreadFactory;

/**
 * MD5s of whatever has come and can be read again, side by side: four to five times as fast as one after the other where the
 * vectors of the processor are wide enough and the JVM has the module {@code jdk.incubator.vector}. Where they are not, or the
 * code is not compiled yet, {@link #takes} says so. Thread-safe; shared by all objects, because one alone seldom fills the lanes.
 *
 * <p>Bodies in memory and files have lanes of their own. Bodies are hashed on a virtual thread: where it yields, those who may
 * bring more of them run first. A thread that reads files belongs to nobody else, as such a read takes a virtual thread's carrier
 * with it: on a slow disk only the files are late.
 */
public final class ParallelMd5 {
    /** Shorter ones cost as much to hand over as to hash; and an ETag can claim parts of a few bytes by the hundred thousand. */
    private static final int SHORTEST = 16 << 10;
    /** What may wait, at most, of bodies and of files. */
    private static final long MOST_WAITING = 256L << 20;

    private final LaneTrials trials;
    private final long capacity;
    private final Md5Queue bodies;
    private final Md5Queue files;

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
        this.trials = trials;
        this.capacity = capacity;
        this.bodies = queue(Thread.ofVirtual().name("md5-bodies").factory());
        this.files = queue(Thread.ofPlatform().daemon().name("md5-files").factory());
    }

    private Md5Queue queue(ThreadFactory runners) {
        return new Md5Queue(trials, capacity, runners, Thread::yield);
    }

    /** The MD5 of a stretch, sooner or later. */
    public interface Pending {
        /**
         * Waits for it. Who is interrupted wants it no more.
         *
         * @throws IOException when the bytes could not be read, or something else made it impossible
         */
        byte[] get() throws IOException, InterruptedException;

        /** Nobody wants it any more, and nobody will ask for it: what it would be read from may go. */
        default void forget() {}
    }

    /** Whether a stretch of at most so many bytes is worth handing over; otherwise whoever asks has to hash it. */
    public boolean takes(long length) {
        return length >= SHORTEST && length <= capacity / Md5Queue.FEWEST && trials.favour(length);
    }

    /**
     * Hands a stretch over; waits while too much is under way.
     *
     * @param source must hold the bytes already, and be readable until the result is there or nobody wants it
     */
    Pending submit(ByteSource source, long from, long length) {
        return (source.isInMemory() ? bodies : files).submit(source, from, length);
    }

    /** How many bytes have been hashed here. */
    public long hashed() {
        return bodies.hashed() + files.hashed();
    }
}

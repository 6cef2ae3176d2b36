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
 * Stretches that wait for lanes, and the thread that hashes them. Thread-safe.
 *
 * <p>They wait until there is one for each lane, or somebody needs the hash of one, or so much waits that it might no longer
 * be in the disk cache when it is read. Even then those threads come first that are ready to go on and may bring more of them;
 * nobody waits for a clock. {@code minio/md5-simd} has a server with lanes too, which is fed with the bytes themselves; those of
 * several parts of an upload never arrive together where each object is read front to back, as its SHA-256 has it.
 */
final class Md5Queue {
    /** Fewer than that are hashed one after the other. */
    static final int FEWEST = 4;
    /** After so many steps of full lanes (2 to 4 ms) others may use the processor too. */
    private static final int SHIFT = 16;

    private final LaneTrials trials;
    private final long capacity;
    private final ThreadFactory runners;
    private final Runnable othersFirst;
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
    /** As many as had come when others were last let go first. */
    private long seen;
    /** May come to rest in the middle of stretches. */
    private @Nullable Md5Lanes side;

    /**
     * A queue that is empty.
     *
     * @param capacity how many bytes may wait
     * @param runners makes the thread that hashes, one at a time
     * @param othersFirst lets go on, on that thread, who may bring more stretches
     */
    Md5Queue(LaneTrials trials, long capacity, ThreadFactory runners, Runnable othersFirst) {
        this.trials = trials;
        this.capacity = capacity;
        this.runners = runners;
        this.othersFirst = othersFirst;
    }

    /** See {@link ParallelMd5#submit}. */
    ParallelMd5.Pending submit(ByteSource source, long from, long length) {
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
        return new ParallelMd5.Pending() {
            @Override
            public byte[] get() throws IOException, InterruptedException {
                return await(stretch);
            }

            @Override
            public void forget() {
                Md5Queue.this.forget(stretch);
            }
        };
    }

    /** How many bytes have been hashed here. */
    long hashed() {
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
        } catch (InterruptedException e) {
            forget(stretch);
            throw e;
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

    private void forget(Stretch stretch) {
        if (stretch.isDone()) {
            return;
        }
        lock.lock();
        try {
            stretch.cancel(false);
            if (queue.remove(stretch)) {
                waiting -= stretch.length();
                room.signalAll();
            } else if (!running) {
                leaveUnwanted();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whoever hashes does so before each step, and before coming to rest. */
    private void leaveUnwanted() {
        long left = side == null ? 0 : side.leaveUnwanted();
        if (left > 0) {
            waiting -= left;
            room.signalAll();
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

    private void run() {
        try {
            int steps = 0;
            for (Work work = next(); work != null; work = next()) {
                free(work.go());
                if (++steps % SHIFT == 0) {
                    othersFirst.run();
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
    private @Nullable Work next() {
        lock.lock();
        try {
            leaveUnwanted();
            if (!isDue()) {
                running = false;
                return null;
            }
            if (begun() < trials.lanes() && seen != come) {
                // For as long as that brings more of them.
                seen = come;
                return () -> {
                    othersFirst.run();
                    return 0;
                };
            }
            // A stretch leaves the queue last: where memory is short, an error finds it there.
            if (working() == 0 && queue.size() < FEWEST) {
                Stretch alone = queue.element();
                Work work = () -> {
                    alone.hash();
                    return alone.length();
                };
                queue.remove();
                return work;
            }
            Md5Lanes open = side == null ? new Md5Lanes(Md5Lanes.CHUNK) : side;
            side = open;
            while (open.free() > 0 && !queue.isEmpty()) {
                open.begin(queue.element());
                queue.remove();
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

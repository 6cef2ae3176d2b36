package io.hubstorage.verify;

import io.hubstorage.jobs.Cancellation;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** How far a verification is; also how to stop it. Thread-safe, and may be read while it goes on. */
public final class VerifyProgress {
    private final LongAdder toCover = new LongAdder();
    private final LongAdder covered = new LongAdder();
    private final LongAdder hashedFiles = new LongAdder();
    private final LongAdder hashedBytes = new LongAdder();
    private final AtomicInteger snapshots = new AtomicInteger();
    private final Cancellation cancellation = new Cancellation();

    /** For one verification. */
    public VerifyProgress() {}

    /** Which snapshot is being verified: 1 for the first; 0 before that. */
    public int snapshot() {
        return snapshots.get();
    }

    /** The bytes of this snapshot that are to be proven. */
    public long bytesToCover() {
        return toCover.sum();
    }

    /** How many of {@link #bytesToCover} are done. */
    public long bytesCovered() {
        return covered.sum();
    }

    public long bytesHashed() {
        return hashedBytes.sum();
    }

    public long filesHashed() {
        return hashedFiles.sum();
    }

    /** Makes the verification end soon, with a {@link CancellationException}. */
    public void cancel() {
        cancellation.request();
    }

    void check() {
        cancellation.check();
    }

    void addToCover(long bytes) {
        toCover.add(bytes);
    }

    void beginSnapshot() {
        toCover.reset();
        covered.reset();
        snapshots.incrementAndGet();
    }

    /** Without reading it. */
    void cover(long bytes) {
        covered.add(bytes);
    }

    /** Part of a file that {@code entries} entries share. */
    void read(long bytes, int entries) {
        hashedBytes.add(bytes);
        covered.add(bytes * entries);
    }

    void endFile() {
        hashedFiles.increment();
    }
}

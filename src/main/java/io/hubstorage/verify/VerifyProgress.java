package io.hubstorage.verify;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.LongAdder;

/** How far a verification is; also how to stop it. Thread-safe, and may be read while it goes on. */
public final class VerifyProgress {
    private final LongAdder looked = new LongAdder();
    private final LongAdder toCover = new LongAdder();
    private final LongAdder covered = new LongAdder();
    private final LongAdder hashedFiles = new LongAdder();
    private final LongAdder hashedBytes = new LongAdder();
    private volatile boolean hashing;
    private volatile boolean cancelled;

    /** For one verification. */
    public VerifyProgress() {}

    /** Whether the folders have been compared with the manifests, and content is being read. */
    public boolean isHashing() {
        return hashing;
    }

    /** How many files and folders were found so far. */
    public long looked() {
        return looked.sum();
    }

    /** The bytes to prove, those of hard links to one file counted each time. */
    public long bytesToCover() {
        return toCover.sum();
    }

    /** How many of {@link #bytesToCover} are done. */
    public long bytesCovered() {
        return covered.sum();
    }

    /** The bytes read so far. */
    public long bytesHashed() {
        return hashedBytes.sum();
    }

    /** The files read to their end so far. */
    public long filesHashed() {
        return hashedFiles.sum();
    }

    /** Makes the verification end soon, with a {@link CancellationException}. */
    public void cancel() {
        cancelled = true;
    }

    void check() {
        if (cancelled) {
            throw new CancellationException("stopped on request");
        }
    }

    void look() {
        looked.increment();
    }

    void addToCover(long bytes) {
        toCover.add(bytes);
    }

    void beginHashing() {
        hashing = true;
    }

    /** Part of a file that so many entries share. */
    void read(long bytes, int entries) {
        hashedBytes.add(bytes);
        covered.add(bytes * entries);
    }

    void endFile() {
        hashedFiles.increment();
    }
}

package io.hubstorage.snapshot;

import java.io.IOException;
import java.time.Duration;

/**
 * Whether a run, of this process or another, is at work on a data folder; to be asked as often as anybody likes. Who looks at a lock has
 * it for a moment, in which others may find it taken: so that is done once a second as long as nobody has it. Thread-safe; blocks.
 */
public final class LockWatch {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Layout layout;
    private boolean held;
    private long looked;
    private boolean hasLooked;

    public LockWatch(Layout layout) {
        this.layout = layout;
    }

    /** By the last look; who waits for it to end sees that at once. */
    public synchronized boolean isHeld() throws IOException {
        long now = System.nanoTime();
        if (held || !hasLooked || now - looked >= LOOK.toNanos()) {
            held = DataLock.holder(layout).isPresent();
            looked = now;
            hasLooked = true;
        }
        return held;
    }
}

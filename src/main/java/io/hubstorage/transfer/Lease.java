package io.hubstorage.transfer;

import io.hubstorage.jobs.Cancellation;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CancellationException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The cancellation of a shard, which its run also demands without a word: by taking away the file that is there as long as it counts
 * on the shard. Thread-safe.
 */
final class Lease extends Cancellation {
    /** How long a look holds: much less than a run waits before it gives a silent worker up. */
    private static final long LOOK_NANOS = 100_000_000L;

    private final @Nullable Path file;
    private final LongSupplier nanoClock;
    private volatile long lookedNanos;
    private volatile boolean lost;

    /** @param file null where nothing is written */
    Lease(@Nullable Path file) {
        this(file, System::nanoTime);
    }

    Lease(@Nullable Path file, LongSupplier nanoClock) {
        this.file = file;
        this.nanoClock = nanoClock;
        this.lookedNanos = nanoClock.getAsLong() - LOOK_NANOS - 1;
    }

    /** Whether the run has given the shard up: nothing of it may be written or told any more. Reads the disk. */
    boolean isLost() {
        if (!lost && file != null && !isThere(file)) {
            lost = true;
            request("the run has given this shard up");
        }
        return lost;
    }

    /** Opened, because a network file system answers for a while from memory what only looks. */
    private static boolean isThere(Path file) {
        try {
            FileChannel.open(file, StandardOpenOption.READ).close();
            return true;
        } catch (IOException _) {
            // Gone, or there are too many open files.
            return Files.exists(file);
        }
    }

    /** Before each step that writes: throws when the run has given the shard up, also while this process stood still. */
    void require() {
        long now = nanoClock.getAsLong();
        if (!lost && now - lookedNanos > LOOK_NANOS) {
            lookedNanos = now;
            isLost();
        }
        if (lost) {
            throw new CancellationException(reason());
        }
    }

    @Override
    public void check() {
        require();
        super.check();
    }
}

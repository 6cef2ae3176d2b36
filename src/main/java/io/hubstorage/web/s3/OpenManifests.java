package io.hubstorage.web.s3;

import io.hubstorage.manifest.KeyCursor;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The manifests that were read last, kept open for a few seconds with the frame that was read: who copies a bucket asks for
 * one key after the other, and each would cost a frame of a megabyte. Thread-safe; reading blocks.
 */
final class OpenManifests {
    /** A megabyte each, more or less. */
    private static final int MOST = 16;

    /** Longer, and a disk that somebody wants to unmount would be busy for no reason. */
    static final Duration KEPT = Duration.ofSeconds(10);

    private static final Duration LEGACY_WAIT = Duration.ofSeconds(5);

    /** Those that nobody reads now, the last one first. */
    private final Deque<Idle> idle = new ArrayDeque<>();

    /** One at a time: a folder of a million files is as much memory as all that is kept here. */
    private final ReentrantLock legacy = new ReentrantLock();

    private boolean closed;

    private record Idle(S3Buckets.Place place, KeyCursor entries, long sinceNanos) {}

    @FunctionalInterface
    interface Reading<T> {
        /** Reads from wherever the cursor stands: it must seek first. */
        T from(KeyCursor entries) throws IOException;
    }

    /** @throws S3Refusal when the snapshot was taken away meanwhile */
    <T> T read(S3Buckets.Place place, Reading<T> reading) throws IOException {
        try {
            if (place.snapshot().legacy()) {
                return readLegacy(place, reading);
            }
            KeyCursor kept = take(place);
            return read(place, kept == null ? place.snapshot().openDoubting(place.bucket()) : kept, reading);
        } catch (IOException e) {
            place.requireThere();
            throw e;
        }
    }

    /** A folder of the old tool is read from the disk, with all of its names in memory and nothing to be kept. */
    private <T> T readLegacy(S3Buckets.Place place, Reading<T> reading) throws IOException {
        try {
            if (!legacy.tryLock(LEGACY_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw S3Refusal.slowDown(
                        "Another folder without a manifest is being listed. Try again in some seconds.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
        try (KeyCursor entries = place.snapshot().open(place.bucket())) {
            return reading.from(entries);
        } finally {
            legacy.unlock();
        }
    }

    private <T> T read(S3Buckets.Place place, KeyCursor entries, Reading<T> reading) throws IOException {
        boolean sound = false;
        try {
            T result = reading.from(entries);
            sound = true;
            return result;
        } finally {
            if (!sound || !keep(place, entries)) {
                entries.close();
            }
        }
    }

    private synchronized @Nullable KeyCursor take(S3Buckets.Place place) {
        for (Iterator<Idle> each = idle.iterator(); each.hasNext(); ) {
            Idle one = each.next();
            if (one.place.equals(place)) {
                each.remove();
                return one.entries;
            }
        }
        return null;
    }

    private boolean keep(S3Buckets.Place place, KeyCursor entries) throws IOException {
        Idle tooMany;
        synchronized (this) {
            if (closed) {
                return false;
            }
            idle.addFirst(new Idle(place, entries, System.nanoTime()));
            tooMany = idle.size() > MOST ? idle.pollLast() : null;
        }
        if (tooMany != null) {
            tooMany.entries.close();
        }
        return true;
    }

    /** Closes those that were not asked for any more; to be called now and then. */
    void sweep() throws IOException {
        close(KEPT);
    }

    /** Closes all of them, and keeps none from now on. */
    void close() throws IOException {
        synchronized (this) {
            closed = true;
        }
        close(Duration.ZERO);
    }

    private void close(Duration unused) throws IOException {
        long now = System.nanoTime();
        List<Idle> old = new ArrayList<>();
        synchronized (this) {
            idle.removeIf(one -> now - one.sinceNanos >= unused.toNanos() && old.add(one));
        }
        for (Idle one : old) {
            one.entries.close();
        }
    }
}

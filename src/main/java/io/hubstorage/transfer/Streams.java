package io.hubstorage.transfer;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How the streams that large objects may have at once are shared out: a single object is read in several places, to make up for
 * the distance to the server; of many, each is read front to back, which spares reading it again for its hash. Thread-safe.
 */
final class Streams {
    private static final int ALL = 8;

    private final AtomicInteger objects = new AtomicInteger();

    /** An object's part of the streams; give it back. */
    final class Share implements AutoCloseable {
        private Share() {
            objects.incrementAndGet();
        }

        /** How many ranges this object may have under way now. */
        int width() {
            return Math.max(1, ALL / objects.get());
        }

        @Override
        public void close() {
            objects.decrementAndGet();
        }
    }

    /** Takes part. */
    Share join() {
        return new Share();
    }
}

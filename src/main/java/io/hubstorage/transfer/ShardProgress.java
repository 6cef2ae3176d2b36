package io.hubstorage.transfer;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.Tally;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What a shard has counted so far. Written by its threads, read by the heartbeat; numbers never go down. */
final class ShardProgress {
    private static final int SHOWN_IN_FLIGHT = 8;

    final Counter listed = new Counter();
    final Counter linked = new Counter();
    final Counter downloaded = new Counter();
    final Counter filtered = new Counter();
    final Counter archived = new Counter();
    final Counter vanished = new Counter();
    final Counter failed = new Counter();
    final Counter carried = new Counter();
    final Counter kept = new Counter();
    final Counter deleted = new Counter();
    final Counter toDownload = new Counter();
    final LongAdder bytesReceived = new LongAdder();
    private final Set<String> inFlight = ConcurrentHashMap.newKeySet();
    private volatile boolean listingComplete;

    /** Objects and their bytes. */
    static final class Counter {
        private final LongAdder objects = new LongAdder();
        private final LongAdder bytes = new LongAdder();

        void add(long size) {
            objects.increment();
            bytes.add(size);
        }

        void addBytes(long size) {
            bytes.add(size);
        }

        Tally tally() {
            return new Tally(objects.sum(), bytes.sum());
        }
    }

    BucketCounts counts() {
        return new BucketCounts(
                listed.tally(),
                linked.tally(),
                downloaded.tally(),
                filtered.tally(),
                archived.tally(),
                vanished.tally(),
                failed.tally(),
                carried.tally(),
                kept.tally(),
                deleted.tally());
    }

    void listingComplete() {
        listingComplete = true;
    }

    boolean isListingComplete() {
        return listingComplete;
    }

    void begin(String key) {
        inFlight.add(key);
    }

    void end(String key) {
        inFlight.remove(key);
    }

    /** Some of the keys being downloaded now. */
    Collection<String> shownInFlight() {
        return List.copyOf(inFlight.stream().limit(SHOWN_IN_FLIGHT).toList());
    }
}

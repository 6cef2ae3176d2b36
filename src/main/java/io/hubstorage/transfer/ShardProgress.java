package io.hubstorage.transfer;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketCounts.Fate;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/**
 * What a shard has counted so far. Written by its threads, read by the heartbeat; numbers never go down, but for those of objects
 * that are tried again.
 */
final class ShardProgress {
    private static final int SHOWN_IN_FLIGHT = 8;

    private final Map<Fate, Counter> counters = new EnumMap<>(Fate.class);
    final Counter listed = counter(Fate.LISTED);
    final Counter linked = counter(Fate.LINKED);
    final Counter downloaded = counter(Fate.DOWNLOADED);
    final Counter filtered = counter(Fate.FILTERED);
    final Counter archived = counter(Fate.ARCHIVED);
    final Counter vanished = counter(Fate.VANISHED);
    final Counter failed = counter(Fate.FAILED);
    final Counter carried = counter(Fate.CARRIED);
    final Counter kept = counter(Fate.KEPT);
    final Counter deleted = counter(Fate.DELETED);
    final Counter refetched = counter(Fate.REFETCHED);
    final Counter metadataRefreshed = counter(Fate.METADATA_REFRESHED);
    final Counter toDownload = new Counter();
    final LongAdder bytesReceived = new LongAdder();
    /** Linked files that somebody may write to. */
    final LongAdder writableFiles = new LongAdder();
    /** What is in the snapshot's tree and takes room on the disk that no earlier snapshot takes, in whole blocks. */
    final LongAdder allocatedBytes = new LongAdder();
    /** What looking at files of the last snapshot took, summed over threads. */
    final LongAdder lookNanos = new LongAdder();

    private final Map<String, Flight> inFlight = new ConcurrentHashMap<>();
    private final AtomicLong begun = new AtomicLong();
    private volatile boolean listingComplete;

    static final class Counter {
        private final LongAdder objects = new LongAdder();
        private final LongAdder bytes = new LongAdder();

        void add(long size) {
            objects.increment();
            bytes.add(size);
        }

        /** Takes an object back, because something else became of it. */
        void undo(long size) {
            objects.decrement();
            bytes.add(-size);
        }

        void addBytes(long size) {
            bytes.add(size);
        }

        private void add(Tally tally) {
            objects.add(tally.objects());
            bytes.add(tally.bytes());
        }

        Tally tally() {
            return new Tally(objects.sum(), bytes.sum());
        }
    }

    private record Flight(long number, String key, long size, LongAdder received) {
        TransferMessage.InFlight shown() {
            return new TransferMessage.InFlight(key, size, received.sum());
        }
    }

    ShardProgress(TransferMessage.Progress before) {
        before.counts().tallies().forEach((fate, tally) -> counter(fate).add(tally));
        toDownload.add(before.toDownload());
        bytesReceived.add(before.bytesReceived());
        listingComplete = before.listingComplete();
    }

    private Counter counter(Fate fate) {
        return counters.computeIfAbsent(fate, _ -> new Counter());
    }

    TransferMessage.Progress soFar(boolean listed) {
        return new TransferMessage.Progress(
                BucketCounts.of(fate -> counter(fate).tally()), toDownload.tally(), bytesReceived.sum(), listed);
    }

    TransferMessage.Usage usage(int listRequests) {
        return new TransferMessage.Usage(
                listRequests,
                TimeUnit.NANOSECONDS.toMillis(lookNanos.sum()),
                writableFiles.sum(),
                allocatedBytes.sum());
    }

    void listingComplete() {
        listingComplete = true;
    }

    boolean isListingComplete() {
        return listingComplete;
    }

    void begin(String key, long size) {
        inFlight.put(key, new Flight(begun.getAndIncrement(), key, size, new LongAdder()));
    }

    void end(String key) {
        inFlight.remove(key);
    }

    /** Whether any object is on its way, be it between two attempts. */
    boolean hasInFlight() {
        return !inFlight.isEmpty();
    }

    /** Takes the bytes that arrive of one object, as they arrive. */
    LongConsumer receiver(String key) {
        Flight flight = inFlight.get(key);
        return bytes -> {
            bytesReceived.add(bytes);
            if (flight != null) {
                flight.received().add(bytes);
            }
        };
    }

    /** Some of the objects on their way: those that have been so for longest, since the others are gone in a moment. */
    List<TransferMessage.InFlight> shownInFlight() {
        return inFlight.values().stream()
                .sorted(Comparator.comparingLong(Flight::number))
                .limit(SHOWN_IN_FLIGHT)
                .map(Flight::shown)
                .toList();
    }
}

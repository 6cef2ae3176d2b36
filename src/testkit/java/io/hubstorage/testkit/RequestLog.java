package io.hubstorage.testkit;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/** Counts every request and remembers the first hundred thousand since the last {@link #clear}. Safe for threads. */
public final class RequestLog {
    private static final int LIMIT = 100_000;

    private final Map<RequestKind, LongAdder> counts = new EnumMap<>(RequestKind.class);
    private final LongAdder bytes = new LongAdder();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();
    private final List<S3Request> requests = new ArrayList<>();

    RequestLog() {
        for (RequestKind kind : RequestKind.values()) {
            counts.put(kind, new LongAdder());
        }
    }

    /**
     * How much was asked for.
     *
     * @param bytes of bodies of objects, as far as they were handed to the network
     * @param mostAtOnce the highest number of requests that were open together
     */
    public record Counts(long lists, long gets, long heads, long listBuckets, long others, long bytes, int mostAtOnce) {
        /** All requests. */
        public long all() {
            return lists + gets + heads + listBuckets + others;
        }
    }

    /** The counts so far. */
    public Counts counts() {
        return new Counts(
                count(RequestKind.LIST),
                count(RequestKind.GET),
                count(RequestKind.HEAD),
                count(RequestKind.LIST_BUCKETS),
                counts.values().stream().mapToLong(LongAdder::sum).sum()
                        - count(RequestKind.LIST)
                        - count(RequestKind.GET)
                        - count(RequestKind.HEAD)
                        - count(RequestKind.LIST_BUCKETS)
                        - count(RequestKind.FOLDERS),
                bytes.sum(),
                mostOpen.get());
    }

    /** The remembered requests, in the order of their arrival. */
    public List<S3Request> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    /** The remembered requests that satisfy a condition. */
    public List<S3Request> requests(Predicate<S3Request> condition) {
        return requests().stream().filter(condition).toList();
    }

    /** Begins again at nought. */
    public void clear() {
        counts.values().forEach(LongAdder::reset);
        bytes.reset();
        mostOpen.set(open.get());
        synchronized (requests) {
            requests.clear();
        }
    }

    void began(S3Request request) {
        adder(request.kind()).increment();
        mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
        synchronized (requests) {
            if (requests.size() < LIMIT) {
                requests.add(request);
            }
        }
    }

    void ended() {
        open.decrementAndGet();
    }

    void sent(long count) {
        bytes.add(count);
    }

    /** How many requests of a kind there were so far. */
    public long count(RequestKind kind) {
        return adder(kind).sum();
    }

    private LongAdder adder(RequestKind kind) {
        LongAdder adder = counts.get(kind);
        if (adder == null) {
            throw new IllegalStateException("no counter for " + kind);
        }
        return adder;
    }
}

package io.hubstorage.transfer;

import io.hubstorage.integrity.ParallelMd5;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.requests.RequestPermits;
import io.hubstorage.requests.Requests;
import io.hubstorage.requests.RetryPolicy;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Requests whose bodies are kept until they are on the disk. Requests and memory are two limits, because they bind at different
 * times: a thousand small bodies are many requests and little memory, sixteen large ones the other way round, and a body stays in
 * memory when its request is long done. Who needs both takes memory first. Thread-safe.
 */
final class DownloadRequests extends Requests {
    private static final int UNIT = 1024;
    /** So many objects may be on their way, so that a listing far ahead is held back: each takes about 6 KiB while it waits. */
    private static final int OBJECTS = 500;
    /** Of the heap, for each of them. */
    private static final long HEAP_OF_OBJECT = 512 << 10;
    /** So many of each piece of work are, however many pieces there are. */
    private static final int FEWEST_OBJECTS = 16;
    /** As many small bodies as fill the lanes of {@link ParallelMd5}, or large ones as are read at once. */
    private static final long LEAST_MEMORY = 16L << 20;

    private static final long MOST_MEMORY = 128L << 20;

    private final Semaphore memory;
    private final int allMemory;
    private final AtomicInteger fetching;
    private final AtomicInteger largeObjects;
    private final PartialDownloads partials;
    private final ParallelMd5 parallelMd5;

    /** Limits of its own, and nobody to stop it; {@link #stoppedBy} shares them. */
    DownloadRequests(
            RequestPermits permits, RateLimiter bandwidth, long memory, RetryPolicy retries, ParallelMd5 parallelMd5) {
        super(permits, bandwidth, retries);
        this.allMemory = Math.toIntExact(Math.max(1, memory / UNIT));
        this.memory = new Semaphore(allMemory, true);
        this.fetching = new AtomicInteger();
        this.largeObjects = new AtomicInteger();
        this.partials = new PartialDownloads();
        this.parallelMd5 = parallelMd5;
    }

    private DownloadRequests(DownloadRequests shared, RequestPermits permits, long memory) {
        super(shared, permits);
        this.allMemory = Math.toIntExact(Math.max(1, memory / UNIT));
        this.memory = new Semaphore(allMemory, true);
        this.fetching = shared.fetching;
        this.largeObjects = new AtomicInteger();
        this.partials = new PartialDownloads();
        this.parallelMd5 = shared.parallelMd5;
    }

    private DownloadRequests(DownloadRequests shared, Cancellation cancellation) {
        super(shared, cancellation);
        this.allMemory = shared.allMemory;
        this.memory = shared.memory;
        this.fetching = shared.fetching;
        this.largeObjects = shared.largeObjects;
        this.partials = shared.partials;
        this.parallelMd5 = shared.parallelMd5;
    }

    /**
     * The same bandwidth, rules and hashing for another account, but limits of its own: what waits for a server that is down keeps
     * no permit and no memory from others.
     */
    DownloadRequests ofAccount(RequestPermits permits, long memoryOfAccount) {
        return new DownloadRequests(this, permits, memoryOfAccount);
    }

    @Override
    public DownloadRequests stoppedBy(Cancellation other) {
        return new DownloadRequests(this, other);
    }

    /** What bodies may take at once in a heap of so many bytes: an eighth of it, a quarter of a small one; at most 128 MiB. */
    static long memoryOfHeap(long heap) {
        return Math.max(Math.min(LEAST_MEMORY, heap / 4), Math.min(MOST_MEMORY, heap / 8));
    }

    /** How many objects may be on their way at once, of each of several pieces of work that share such a heap. */
    static int objectsAtOnce(long heap, int pieces) {
        return (int) Math.max(FEWEST_OBJECTS, Math.min(OBJECTS, heap / HEAP_OF_OBJECT) / Math.max(1, pieces));
    }

    /** How many pieces of work fetch objects, of all accounts. */
    AtomicInteger fetching() {
        return fetching;
    }

    /** How many objects of each of them may be on their way now. */
    int objectsAtOnce() {
        return objectsAtOnce(Runtime.getRuntime().maxMemory(), fetching.get());
    }

    /** How many objects are being read in ranges. */
    AtomicInteger largeObjects() {
        return largeObjects;
    }

    /** What is left of large objects that could not be read to their end. */
    PartialDownloads partials() {
        return partials;
    }

    /** Hashes bodies, and the parts of large ones, of all objects together. */
    ParallelMd5 parallelMd5() {
        return parallelMd5;
    }

    /** Waits until that much memory for bodies is free and takes it; close the result to give it back. */
    Memory memory(long bytes) throws InterruptedException {
        int units = Math.clamp((bytes + UNIT - 1) / UNIT, 1, allMemory);
        memory.acquire(units);
        return () -> memory.release(units);
    }

    interface Memory extends AutoCloseable {
        @Override
        void close();
    }
}

package io.hubstorage.transfer;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What all shards of a process share. Thread-safe.
 *
 * <p>Requests and memory are two limits, because they bind at different times: a thousand small bodies are many requests and
 * little memory, sixteen large ones the other way round, and a body stays in memory when its request is long done. Who needs
 * both takes memory first.
 *
 * @param permits how many requests may be under way
 * @param memory how many bytes of bodies may be held
 * @param largeObjects how many objects are being read in ranges
 */
record TransferContext(
        RequestPermits permits,
        ByteBudget memory,
        AtomicInteger largeObjects,
        PartialDownloads partials,
        RetryPolicy retries) {
    TransferContext(RequestPermits permits, ByteBudget memory, RetryPolicy retries) {
        this(permits, memory, new AtomicInteger(), new PartialDownloads(), retries);
    }
}

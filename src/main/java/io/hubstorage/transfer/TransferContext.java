package io.hubstorage.transfer;

import io.hubstorage.s3.S3Failure;
import java.io.IOException;

/**
 * What all shards of a process share: the permits for requests, the memory for bodies, the streams of large objects, and the
 * patience with faults that may pass. Thread-safe.
 */
record TransferContext(RequestPermits permits, ByteBudget memory, Streams streams, Backoff backoff) {
    /** A request for a body. */
    @FunctionalInterface
    interface Request<T> {
        T send() throws S3Failure, IOException, InterruptedException;
    }

    /** Sends a request when there is a permit, and lets the limit learn from the answer. */
    <T> T request(Request<T> request) throws S3Failure, IOException, InterruptedException {
        permits.acquire();
        long began = System.nanoTime();
        try {
            T answer = request.send();
            permits.answered(System.nanoTime() - began);
            return answer;
        } catch (S3Failure failure) {
            if (failure instanceof S3Failure.Throttled) {
                permits.throttled();
            }
            throw failure;
        } finally {
            permits.release();
        }
    }
}

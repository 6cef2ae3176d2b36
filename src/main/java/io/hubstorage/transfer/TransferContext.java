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

    /** Sends a request that brings no body, when there is a permit, and lets the limit learn from the answer. */
    <T> T request(Request<T> request) throws S3Failure, IOException, InterruptedException {
        return request(0, request);
    }

    /** Sends a request for so many bytes; otherwise as {@link #request(Request)}. */
    <T> T request(long bytes, Request<T> request) throws S3Failure, IOException, InterruptedException {
        permits.acquire();
        long began = System.nanoTime();
        try {
            T answer = request.send();
            permits.answered(System.nanoTime() - began, bytes);
            return answer;
        } catch (S3Failure failure) {
            if (failure instanceof S3Failure.Throttled) {
                permits.throttled();
            } else if (failure.isBroken()) {
                permits.broken();
            }
            throw failure;
        } finally {
            permits.release();
        }
    }
}

package io.hubstorage.transfer;

import io.hubstorage.jobs.Cancellation;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** How one piece of work sends its requests to S3, each until it works or is not worth another attempt. Thread-safe. */
record Requests(TransferContext context, Cancellation cancellation) {
    /** Sends a request that brings no body, when there is a permit. */
    <T extends @Nullable Object> T send(RetryPolicy.Attempt<T> request)
            throws S3Failure, IOException, InterruptedException {
        return retrying(() -> limited(0, request));
    }

    /** Whatever it takes to get something; listings, which do not queue behind downloads, and what sends {@link #limited}. */
    <T extends @Nullable Object> T retrying(RetryPolicy.Attempt<T> work)
            throws S3Failure, IOException, InterruptedException {
        return context.retries().retrying(cancellation, work);
    }

    /** The same for bytes that stay when an attempt breaks off. */
    <T extends @Nullable Object> T retrying(LongSupplier arrived, RetryPolicy.Attempt<T> work)
            throws S3Failure, IOException, InterruptedException {
        return context.retries().retrying(cancellation, arrived, work);
    }

    /** One attempt at a request for so many bytes, when there is a permit; the limit learns from the answer. */
    <T extends @Nullable Object> T limited(long bytes, RetryPolicy.Attempt<T> request)
            throws S3Failure, IOException, InterruptedException {
        RequestPermits permits = context.permits();
        permits.acquire();
        long began = System.nanoTime();
        try {
            T answer = request.run();
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

    /** Takes that much memory for bodies; close the result to give it back. */
    ByteBudget.Lease memory(long bytes) throws InterruptedException {
        return context.memory().take(bytes);
    }
}

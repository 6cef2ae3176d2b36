package io.hubstorage.s3;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import software.amazon.awssdk.core.exception.AbortedException;

/** Waits for the SDK on the caller's thread. */
final class Calls {
    private Calls() {}

    /** The result; an interrupted wait aborts the request. */
    static <T> T await(CompletableFuture<T> call, String what) throws S3Failure, InterruptedException {
        try {
            return call.get();
        } catch (InterruptedException interrupted) {
            call.cancel(true);
            throw interrupted;
        } catch (ExecutionException | CancellationException failure) {
            throw failure(failure, what);
        }
    }

    /** Sorts a failure; what an interrupt of this thread caused inside the SDK is an interrupt again. */
    static S3Failure failure(Throwable failure, String what) throws InterruptedException {
        boolean aborted = FailureSorter.find(failure, AbortedException.class) != null
                || FailureSorter.find(failure, InterruptedException.class) != null;
        if (aborted && Thread.interrupted()) {
            throw new InterruptedException("interrupted: " + what);
        }
        return S3Failure.of(failure, what);
    }
}

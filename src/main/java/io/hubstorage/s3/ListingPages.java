package io.hubstorage.s3;

import org.jspecify.annotations.Nullable;

/** A listing, page by page, for one virtual thread; the page after the last one handed out is already being fetched. */
public interface ListingPages extends AutoCloseable {
    /**
     * The next page, or null at the end. Blocks. After a {@link S3Failure.Retriable} or {@link S3Failure.Throttled} another
     * call asks for the same page again.
     *
     * @throws S3Failure.Permanent of kind {@code listing} when the listing contradicts itself, {@code listing-order} when
     *     a range was asked of a server whose order is unknown (the whole bucket can still be listed)
     */
    @Nullable
    Page nextPage() throws S3Failure, InterruptedException;

    /** How many LIST requests were made so far, those under way included. */
    int requests();

    /** Drops the request under way; harmless when repeated. */
    @Override
    void close();
}

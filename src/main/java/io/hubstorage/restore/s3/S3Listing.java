package io.hubstorage.restore.s3;

import io.hubstorage.fs.ExternalSort;
import io.hubstorage.requests.Requests;
import io.hubstorage.restore.targets.FoundSort;
import io.hubstorage.restore.targets.Target;
import io.hubstorage.restore.targets.Target.Found;
import io.hubstorage.s3.BucketListing;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What lies in a bucket below a prefix, in the order of keys. AWS lists in it; of other servers nobody knows before the end, so what they
 * list is sorted first, on the disk where there is much of it.
 */
final class S3Listing implements Target.Listing {
    private final BucketListing pages;
    private final Requests requests;
    private final @Nullable ExternalSort<Found> sort;
    private ExternalSort.@Nullable Sorted<Found> sorted;
    private Iterator<ListedObject> page = List.<ListedObject>of().iterator();
    private @Nullable String last;

    /**
     * @param scratch for sorting; null where the server lists in order
     */
    S3Listing(BucketListing pages, Requests requests, @Nullable Path scratch) {
        this.pages = pages;
        this.requests = requests;
        this.sort = scratch == null ? null : FoundSort.in(scratch);
    }

    /** @throws IOException a {@link ListingException}, too, when the listing does not come to its end */
    @Override
    public @Nullable Found next() throws IOException, InterruptedException {
        if (sort == null) {
            return listed();
        }
        ExternalSort.Sorted<Found> all = sorted;
        if (all == null) {
            for (Found found = listed(); found != null; found = listed()) {
                sort.add(found);
            }
            all = sort.sorted();
            sorted = all;
        }
        Found next = all.next();
        if (next != null && next.key().equals(last)) {
            throw new ListingException(
                    S3Failure.listing("The server's listing makes no sense: it names \"" + last + "\" twice."));
        }
        last = next == null ? null : next.key();
        return next;
    }

    private @Nullable Found listed() throws IOException, InterruptedException {
        try {
            while (!page.hasNext()) {
                BucketListing.Page next = requests.retrying(() -> Optional.ofNullable(pages.nextPage()))
                        .orElse(null);
                if (next == null) {
                    return null;
                }
                if (sort == null && !next.ordered()) {
                    throw new ListingException(S3Failure.listing(
                            "The server does not list in the order of keys, as AWS says that it does."));
                }
                page = next.objects().iterator();
            }
        } catch (S3Failure failure) {
            if (failure.kind() == S3Failure.Kind.NO_SUCH_BUCKET) {
                return null;
            }
            throw new ListingException(failure);
        }
        ListedObject object = page.next();
        return new Found(
                object.key(),
                object.key(),
                object.size(),
                object.etag().isEmpty() ? null : object.etag(),
                object.lastModified());
    }

    /** The target cannot be listed. */
    static final class ListingException extends IOException {
        private static final long serialVersionUID = 1L;

        ListingException(S3Failure failure) {
            super(failure.getMessage(), failure);
        }
    }

    @Override
    public void close() throws IOException {
        pages.close();
        if (sort != null) {
            sort.close();
        }
    }
}

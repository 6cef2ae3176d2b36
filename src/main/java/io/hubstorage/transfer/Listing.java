package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.Sorted;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ListingPages;
import io.hubstorage.s3.Page;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Feeds a shard's listing to the differ in key order, sorting it on disk first where the server lists otherwise. */
final class Listing {
    private static final int SORT_RUN = 20_000;

    /** The server does not list in UTF-8 byte order. */
    static final class UnorderedException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** Takes one listed object. */
    @FunctionalInterface
    interface Sink {
        void accept(ListedObject object) throws IOException, InterruptedException;
    }

    private final S3Access s3;
    private final TransferMessage.Shard shard;
    private final Requests requests;
    private int sent;

    Listing(S3Access s3, TransferMessage.Shard shard, Requests requests) {
        this.s3 = s3;
        this.shard = shard;
        this.requests = requests;
    }

    /** How many LIST requests it took. */
    int requests() {
        return sent;
    }

    /** Lists to the end; when it returns, the listing was complete. */
    void run(Path scratch, Sink sink) throws S3Failure, IOException, InterruptedException, UnorderedException {
        if (shard.sorted()) {
            runSorted(scratch, sink);
        } else {
            pages(sink, true);
        }
    }

    private void runSorted(Path scratch, Sink sink)
            throws S3Failure, IOException, InterruptedException, UnorderedException {
        try (ExternalSort<ListedObject> sort = new ExternalSort<>(
                (a, b) -> KeyOrder.compare(a.key(), b.key()), new ListedCodec(), scratch, SORT_RUN)) {
            pages(sort::add, false);
            try (Sorted<ListedObject> sorted = sort.sorted()) {
                String last = null;
                for (ListedObject object = sorted.next(); object != null; object = sorted.next()) {
                    if (object.key().equals(last)) {
                        throw S3Failure.listing("the server's listing of %s makes no sense: it names %s twice"
                                .formatted(shard.bucket(), last));
                    }
                    last = object.key();
                    sink.accept(object);
                }
            }
        }
    }

    private void pages(Sink sink, boolean mustBeOrdered)
            throws S3Failure, IOException, InterruptedException, UnorderedException {
        try (ListingPages pages = s3.list(shard.bucket(), shard.prefix(), shard.after(), shard.through())) {
            // A listing may take hours: one page that fails for a moment must not end it.
            for (Page page = next(pages); page != null; page = next(pages)) {
                if (mustBeOrdered && !page.ordered()) {
                    throw new UnorderedException();
                }
                for (ListedObject object : page.objects()) {
                    sink.accept(object);
                }
            }
        }
    }

    private @Nullable Page next(ListingPages pages) throws S3Failure, IOException, InterruptedException {
        try {
            return requests.retrying(() -> Optional.ofNullable(pages.nextPage()))
                    .orElse(null);
        } finally {
            sent = pages.requests();
        }
    }
}

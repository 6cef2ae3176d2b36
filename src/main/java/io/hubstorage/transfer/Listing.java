package io.hubstorage.transfer;

import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.ExternalSort.Sorted;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.s3.BucketListing;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Feeds a shard's listing to the differ in key order, sorting it on disk first where the server lists otherwise. */
final class Listing {
    private static final int SORT_RUN = 20_000;

    /** The server does not list in UTF-8 byte order. */
    static final class UnorderedException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    @FunctionalInterface
    interface Sink {
        void accept(ListedObject object) throws IOException, InterruptedException;
    }

    private final S3Access s3;
    private final Shard shard;
    private final DownloadRequests requests;
    private int sent;

    Listing(S3Access s3, Shard shard, DownloadRequests requests) {
        this.s3 = s3;
        this.shard = shard;
        this.requests = requests;
    }

    int requests() {
        return sent;
    }

    /**
     * Gives out each object in key order, as it is listed or, where the server lists otherwise, when all are. When it returns,
     * the listing was complete.
     */
    void run(Path scratch, Sink sink) throws S3Failure, IOException, InterruptedException, UnorderedException {
        if (!shard.sorted()) {
            pages(sink);
            return;
        }
        try (ExternalSort<ListedObject> all = sort(scratch)) {
            pages(all::add);
            replay(all, sink);
        }
    }

    /**
     * Lists to the end into a sort, for {@link #replay}.
     *
     * @param seen is given each object too, in the order of listing
     */
    void runTo(ExternalSort<ListedObject> all, Sink seen)
            throws S3Failure, IOException, InterruptedException, UnorderedException {
        pages(object -> {
            all.add(object);
            seen.accept(object);
        });
    }

    void replay(ExternalSort<ListedObject> all, Sink sink) throws S3Failure, IOException, InterruptedException {
        Sorted<ListedObject> sorted = all.sorted();
        String last = null;
        for (ListedObject object = sorted.next(); object != null; object = sorted.next()) {
            if (object.key().equals(last)) {
                throw S3Failure.listing(
                        "the server's listing of %s makes no sense: it names %s twice".formatted(shard.bucket(), last));
            }
            last = object.key();
            sink.accept(object);
        }
    }

    /** To hold listed objects on disk; to be closed by the caller. */
    static ExternalSort<ListedObject> sort(Path scratch) {
        return new ExternalSort<>(
                Comparator.comparing(ListedObject::key, KeyOrder.COMPARATOR), new Codec(), scratch, SORT_RUN);
    }

    private void pages(Sink sink) throws S3Failure, IOException, InterruptedException, UnorderedException {
        try (BucketListing pages = s3.list(
                shard.bucket(),
                shard.prefix(),
                shard.range().after(),
                shard.range().through())) {
            // A listing may take hours: one page that fails for a moment must not end it.
            for (BucketListing.Page page = next(pages); page != null; page = next(pages)) {
                if (!shard.sorted() && !page.ordered()) {
                    throw new UnorderedException();
                }
                for (ListedObject object : page.objects()) {
                    sink.accept(object);
                }
            }
        }
    }

    private BucketListing.@Nullable Page next(BucketListing pages) throws S3Failure, IOException, InterruptedException {
        try {
            return requests.retrying(() -> Optional.ofNullable(pages.nextPage()))
                    .orElse(null);
        } finally {
            sent = pages.requests();
        }
    }

    private static final class Codec implements ExternalSort.Codec<ListedObject> {
        @Override
        public void write(ListedObject object, DataOutput out) throws IOException {
            Instant time = object.lastModified();
            out.writeUTF(object.key());
            out.writeLong(object.size());
            out.writeUTF(object.etag());
            out.writeLong(time.getEpochSecond());
            out.writeInt(time.getNano());
            out.writeUTF(Objects.requireNonNullElse(object.storageClass(), ""));
            out.writeBoolean(object.restored());
        }

        @Override
        public ListedObject read(DataInput in) throws IOException {
            String key = in.readUTF();
            long size = in.readLong();
            String etag = in.readUTF();
            Instant lastModified = Instant.ofEpochSecond(in.readLong(), in.readInt());
            String storageClass = in.readUTF();
            return new ListedObject(
                    key, size, etag, lastModified, storageClass.isEmpty() ? null : storageClass, in.readBoolean());
        }
    }
}

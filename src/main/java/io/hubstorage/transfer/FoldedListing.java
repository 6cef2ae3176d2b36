package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.keys.FoldedPaths;
import io.hubstorage.keys.KeyFilter;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.S3Failure;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * For a disk that does not tell all names apart: the listing, put on disk as it comes, because no path can be given before
 * every key is known. Transfers begin when the listing has ended. Blocking; used once.
 */
final class FoldedListing implements AutoCloseable {
    private static final int BUFFER = 1 << 16;
    private static final int CHECK_EVERY = 1_000;

    private final Path spool;
    private final Cancellation cancellation;
    private final ListedCodec codec = new ListedCodec();
    private final FoldedPaths paths;
    private long objects;

    /** Lists to the end, and gives every key that will be in the snapshot its path. */
    FoldedListing(
            TransferMessage.Shard shard,
            TransferMessage.@Nullable Source previous,
            Listing listing,
            Cancellation cancellation,
            Path scratch)
            throws S3Failure, IOException, InterruptedException, Listing.UnorderedException {
        this.cancellation = cancellation;
        KeyFilter filter = Differ.filter(shard);
        Files.createDirectories(scratch);
        spool = Files.createTempFile(scratch, "listing-", ".spool");
        try (FoldedPaths.Collector keys = new FoldedPaths.Collector(scratch)) {
            try (DataOutputStream out =
                    new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(spool), BUFFER))) {
                listing.run(scratch, object -> {
                    codec.write(object, out);
                    objects++;
                    if (filter.accepts(object.key())) {
                        keys.add(object.key(), object.size());
                    }
                });
            }
            if (previous != null && !shard.options().delete()) {
                addCarried(shard, filter, previous, keys);
            }
            paths = keys.paths();
        } catch (S3Failure | IOException | InterruptedException | Listing.UnorderedException | RuntimeException e) {
            Files.deleteIfExists(spool);
            throw e;
        }
    }

    private static void addCarried(
            TransferMessage.Shard shard, KeyFilter filter, TransferMessage.Source previous, FoldedPaths.Collector keys)
            throws IOException {
        try (ManifestReader reader = ManifestReader.open(Path.of(previous.manifest()))) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                if (entry.key().startsWith(shard.prefix()) && filter.accepts(entry.key())) {
                    keys.add(entry.key(), entry.size());
                }
            }
        }
    }

    /** The paths of all keys. */
    FoldedPaths paths() {
        return paths;
    }

    /** Gives out what was listed, in key order. */
    void replay(Listing.Sink sink) throws IOException, InterruptedException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(spool), BUFFER))) {
            for (long i = 0; i < objects; i++) {
                if (i % CHECK_EVERY == 0) {
                    cancellation.check();
                }
                ListedObject object = codec.read(in);
                sink.accept(object);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (paths) {
            Files.deleteIfExists(spool);
        }
    }
}

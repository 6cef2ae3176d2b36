package io.hubstorage.testkit;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketCounts.Fate;
import io.hubstorage.bus.Tally;
import io.hubstorage.fs.Sha256;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.keys.PathAllocator;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes snapshots on the disk as backups do, without any S3: what did not change is a hard link to the snapshot before. */
public final class MadeSnapshots {
    private final Layout layout;
    private final SortedMap<String, SortedMap<String, Item>> buckets = new TreeMap<>();

    /** What is under a key now. */
    private static final class Item {
        private final Instant modified;
        private final long size;
        private String sha256 = "";
        /** Until it is on the disk. */
        private @Nullable Supplier<byte[]> body;
        /** In the last snapshot that has it. */
        private @Nullable Path file;

        Item(long size, Supplier<byte[]> body, Instant modified) {
            this.size = size;
            this.body = body;
            this.modified = modified;
        }

        /** The bytes that are not on the disk yet; null where they are. */
        private byte @Nullable [] take() {
            if (body == null) {
                return null;
            }
            byte[] bytes = body.get();
            body = null;
            sha256 = HexFormat.of().formatHex(Sha256.digest().digest(bytes));
            return bytes;
        }
    }

    /** In this data folder. */
    public MadeSnapshots(Path data) {
        layout = new Layout(data);
    }

    /** What the next snapshots have under a key. */
    public MadeSnapshots put(String bucket, String key, byte[] body, Instant modified) {
        return put(bucket, key, body.length, () -> body, modified);
    }

    /** The same with bytes that are asked for once, when they are written: all of them together may be more than fits into memory. */
    public MadeSnapshots put(String bucket, String key, long size, Supplier<byte[]> body, Instant modified) {
        bucket(bucket).put(key, new Item(size, body, modified));
        return this;
    }

    public MadeSnapshots put(String bucket, String key, String text, Instant modified) {
        return put(bucket, key, text.getBytes(StandardCharsets.UTF_8), modified);
    }

    public MadeSnapshots remove(String bucket, String key) {
        bucket(bucket).remove(key);
        return this;
    }

    private SortedMap<String, Item> bucket(String bucket) {
        return buckets.computeIfAbsent(bucket, _ -> new TreeMap<>(KeyOrder.COMPARATOR));
    }

    /** Makes one of all that there is now, and returns its name. */
    public String snapshot(Instant time) {
        Path snapshot = layout.snapshot(Layout.name(time));
        try {
            Files.createDirectories(Layout.trees(snapshot, null));
            Files.createDirectories(Layout.manifests(snapshot, null));
            List<Certificate.Bucket> certified = new ArrayList<>();
            for (Map.Entry<String, SortedMap<String, Item>> bucket : buckets.entrySet()) {
                certified.add(write(snapshot, bucket.getKey(), bucket.getValue()));
            }
            Shelf.certificate(Layout.name(time), time, Layout.time(time), certified)
                    .write(Layout.certificate(snapshot));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Layout.name(time);
    }

    private static Certificate.Bucket write(Path snapshot, String bucket, SortedMap<String, Item> items)
            throws IOException {
        Path tree = Files.createDirectories(Layout.tree(snapshot, bucket));
        Files.createDirectories(Layout.manifest(snapshot, bucket).getParent());
        PathAllocator paths = new PathAllocator();
        Tally linked = Tally.ZERO;
        Tally downloaded = Tally.ZERO;
        ManifestSummary manifest;
        try (ManifestWriter writer = new ManifestWriter(Layout.manifest(snapshot, bucket))) {
            for (Map.Entry<String, Item> each : items.entrySet()) {
                Item item = each.getValue();
                byte[] body = item.take();
                boolean known = body == null;
                ManifestEntry entry = new ManifestEntry(
                        each.getKey(),
                        paths.allocate(each.getKey(), item.size),
                        new ManifestEntry.Content(item.size, "etag", item.sha256, "md5", ManifestEntry.Upload.UNKNOWN),
                        new ManifestEntry.Metadata(item.modified),
                        known ? EntryState.LINKED : EntryState.DOWNLOADED);
                writer.write(entry);
                put(item, body, entry.directory(), tree.resolve(entry.path()));
                linked = known ? linked.plus(Tally.of(item.size)) : linked;
                downloaded = known ? downloaded : downloaded.plus(Tally.of(item.size));
            }
            manifest = writer.finish();
        }
        Tally files = linked.plus(downloaded);
        BucketCounts counts =
                new BucketCounts(Map.of(Fate.LISTED, files, Fate.LINKED, linked, Fate.DOWNLOADED, downloaded));
        return Shelf.bucket(bucket, manifest, counts);
    }

    private static void put(Item item, byte @Nullable [] body, boolean directory, Path place) throws IOException {
        Path before = item.file;
        if (directory) {
            Files.createDirectories(place);
            return;
        }
        Files.createDirectories(place.getParent());
        if (body != null) {
            Files.write(place, body);
            Files.setLastModifiedTime(place, FileTime.from(item.modified));
            Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("r--r--r--"));
        } else if (before != null) {
            Files.createLink(place, before);
        }
        item.file = place;
    }
}

package io.hubstorage.restore.s3;

import io.hubstorage.bus.Tally;
import io.hubstorage.config.Settings;
import io.hubstorage.integrity.Algorithm;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestEntry.Metadata;
import io.hubstorage.manifest.ManifestEntry.Upload;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.restore.targets.Source;
import io.hubstorage.restore.targets.Target;
import io.hubstorage.restore.targets.Target.Demand;
import io.hubstorage.s3.S3Access;
import io.hubstorage.testkit.SyntheticBody;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A bucket as the target of a restore, and entries of a snapshot to write to it. */
final class TestTarget implements AutoCloseable {
    static final String BUCKET = "target";
    static final Demand SOMETHING = new Demand(new Tally(1, 1), 1, 1, 1);
    /** So long a server may be silent in tests of silence. */
    static final Duration STALL = Duration.ofMillis(700);

    private static final RetryPolicy QUICK = new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(5), 4);

    private final Path folder;
    private final S3Access s3;
    private final S3Target target;
    private final AtomicInteger files = new AtomicInteger();

    /** What of an object is not its body. */
    record Traits(Upload upload, Metadata metadata) {
        static final Traits NONE = new Traits(Upload.UNKNOWN, metadata(Map.of(), Map.of(), Map.of(), null));

        static Metadata metadata(
                Map<String, String> headers,
                Map<String, String> user,
                Map<String, String> tags,
                @Nullable String storageClass) {
            return new Metadata(
                    Instant.parse("2026-11-01T10:20:30Z"), storageClass, null, headers, user, tags, Map.of());
        }
    }

    TestTarget(Settings.Aws settings, Path folder, ObjectAttributes attributes, boolean createBucket, Duration stall) {
        this.folder = folder;
        s3 = new S3Access(settings, 32, "test", stall);
        target = new S3Target(
                settings,
                s3,
                new S3Target.Destination("r1", BUCKET, "", folder.resolve("restore"), createBucket),
                attributes,
                QUICK,
                new UploadLimits(() -> 32, () -> Double.POSITIVE_INFINITY),
                InstantSource.system());
    }

    S3Target target() {
        return target;
    }

    /** With a file of its own. */
    record Item(ManifestEntry entry, Source source, Path file) {}

    /** An entry as a backup writes it, of a body that follows from its key. */
    Item item(String key, int size) throws IOException {
        return item(key, SyntheticBody.bytes(key.hashCode(), 0, size), Traits.NONE);
    }

    Item item(String key, byte[] body, Traits traits) throws IOException {
        Path file = folder.resolve("file-" + files.incrementAndGet());
        Files.createDirectories(folder);
        Files.write(file, body);
        String etag = etag(body, traits.upload);
        ManifestEntry entry = new ManifestEntry(
                key,
                file.getFileName().toString(),
                new ManifestEntry.Content(
                        body.length,
                        etag,
                        HexFormat.of().formatHex(Digest.sha256(body)),
                        etag.contains("-") ? "multipart-md5" : "md5",
                        traits.upload),
                traits.metadata,
                EntryState.DOWNLOADED);
        return new Item(entry, new Source(file, entry), file);
    }

    private static String etag(byte[] body, Upload upload) {
        HexFormat hex = HexFormat.of();
        List<Long> sizes = upload.partSizes();
        if (upload.partSize() == 0 && sizes.isEmpty()) {
            return hex.formatHex(Digest.md5(body));
        }
        MessageDigest all = Algorithm.MD5.start();
        int parts = 0;
        for (int at = 0; at < body.length; parts++) {
            int length =
                    Math.toIntExact(Math.min(body.length - at, sizes.isEmpty() ? upload.partSize() : sizes.get(parts)));
            all.update(Digest.md5(Arrays.copyOfRange(body, at, at + length)));
            at += length;
        }
        return hex.formatHex(all.digest()) + "-" + parts;
    }

    static Upload inPartsOf(long each) {
        return new Upload(each, List.of(), Map.of(), null);
    }

    Target.Written write(Item item, Target.Condition condition) throws Exception {
        return target.write(item.entry.key(), item.entry, item.source, condition);
    }

    @Override
    public void close() {
        target.close();
    }
}

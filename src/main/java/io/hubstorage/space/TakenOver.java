package io.hubstorage.space;

import io.hubstorage.bus.Tally;
import io.hubstorage.fs.Blocks;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot shared with one that was removed, and now adds itself to what older ones take.
 *
 * @param previous the one before it now; absent where it is the oldest
 * @param bytes by bucket
 */
record TakenOver(@Nullable String previous, Map<String, Long> bytes) {
    TakenOver {
        bytes = bytes == null ? Map.of() : Map.copyOf(bytes);
    }

    long sum() {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Finds it out by a merge of manifests: what the one before it now has not, beside what was new when it was made. Blocking. */
    static TakenOver count(Layout layout, String snapshot, @Nullable String previous) throws IOException {
        Path folder = layout.snapshot(snapshot);
        Certificate certificate = Certificate.read(Layout.certificate(folder));
        Map<String, Long> bytes = new HashMap<>();
        for (Certificate.Bucket bucket : certificate.buckets()) {
            if (bucket.manifest() != null) {
                Path before = previous == null ? null : Layout.manifest(layout.snapshot(previous), bucket.name());
                long all = before == null || !Files.exists(before)
                        ? SnapshotSummary.Added.about(bucket.files())
                        : without(Layout.manifest(folder, bucket.name()), before, Blocks.of(folder));
                Tally made = bucket.counts().downloaded();
                bytes.put(bucket.name(), Math.max(0, all - SnapshotSummary.Added.about(made)));
            }
        }
        return new TakenOver(previous, bytes);
    }

    private static long without(Path manifest, Path before, Blocks blocks) throws IOException {
        long bytes = 0;
        try (ManifestReader now = ManifestReader.open(manifest);
                ManifestReader then = ManifestReader.open(before)) {
            ManifestEntry old = then.next();
            for (ManifestEntry entry = now.next(); entry != null; entry = now.next()) {
                while (old != null && KeyOrder.compare(old.key(), entry.key()) < 0) {
                    old = then.next();
                }
                boolean same = old != null && old.key().equals(entry.key()) && isSame(old, entry);
                bytes += same || entry.directory() ? 0 : blocks.holding(entry.fileSize());
            }
        }
        return bytes;
    }

    private static boolean isSame(ManifestEntry old, ManifestEntry entry) {
        return old.size() == entry.size()
                && Objects.equals(old.etag(), entry.etag())
                && Objects.equals(old.fileSha256(), entry.fileSha256());
    }
}

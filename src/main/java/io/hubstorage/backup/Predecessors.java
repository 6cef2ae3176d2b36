package io.hubstorage.backup;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.LegacyTree;
import io.hubstorage.snapshot.ManifestEntry;
import io.hubstorage.snapshot.ManifestIndex;
import io.hubstorage.snapshot.ManifestReader;
import io.hubstorage.snapshot.SnapshotInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What earlier snapshots hold of each bucket. Thread-safe. */
final class Predecessors {
    private final List<SnapshotInfo> newestFirst;
    private final Staging staging;
    private final Map<String, Optional<Predecessor>> found = new ConcurrentHashMap<>();

    /**
     * A bucket's tree in an earlier snapshot.
     *
     * @param inNewest whether the newest snapshot of all has it; otherwise the bucket was not backed up for a while
     * @param index what the manifest holds
     */
    record Predecessor(SnapshotInfo snapshot, boolean inNewest, Path tree, Path manifest, ManifestIndex index) {
        TransferMessage.Source source(TransferMessage.Trust trust) {
            return new TransferMessage.Source(tree.toString(), manifest.toString(), true, trust);
        }

        /**
         * How many objects S3 listed then, to compare with what it lists now: filtered ones count, carried ones do not. What
         * the snapshot holds stands in for it where no listing is known; 0 when another prefix was listed.
         */
        long listed(String bucket, String prefix) {
            Certificate certificate = snapshot.certificate();
            return certificate == null
                    ? index.entries()
                    : certificate.buckets().stream()
                            .filter(each -> each.name().equals(bucket))
                            .findFirst()
                            .map(each -> !each.prefix().equals(prefix)
                                    ? 0
                                    : each.listing().complete()
                                            ? each.counts().listed().objects()
                                            : index.entries())
                            .orElse(index.entries());
        }
    }

    Predecessors(List<SnapshotInfo> newestFirst, Staging staging) {
        this.newestFirst = newestFirst;
        this.staging = staging;
    }

    /** The newest snapshot of all. */
    @Nullable
    SnapshotInfo newest() {
        return newestFirst.isEmpty() ? null : newestFirst.getFirst();
    }

    /** The buckets that the newest snapshot has. */
    Set<String> bucketsOfNewest() throws IOException {
        SnapshotInfo newest = newest();
        return newest == null ? Set.of() : new TreeSet<>(newest.buckets());
    }

    /** The newest snapshot's tree of this bucket. */
    Optional<Predecessor> of(String bucket) throws IOException {
        Optional<Predecessor> known = found.get(bucket);
        if (known == null) {
            known = find(bucket);
            found.put(bucket, known);
        }
        return known;
    }

    private Optional<Predecessor> find(String bucket) throws IOException {
        for (SnapshotInfo snapshot : newestFirst) {
            Path tree = snapshot.tree(bucket);
            if (Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
                Path manifest = snapshot.manifest(bucket);
                if (!Files.exists(manifest)) {
                    manifest = staging.scratch().resolve(bucket + ".legacy.zst");
                    LegacyTree.manifest(tree, staging.scratch(), manifest);
                }
                ManifestIndex index = ManifestIndex.read(ManifestIndex.beside(manifest));
                return Optional.of(new Predecessor(snapshot, snapshot.equals(newest()), tree, manifest, index));
            }
        }
        return Optional.empty();
    }

    /** Some file of the newest snapshot, to try a hard link with. */
    @Nullable
    Path sampleFile() throws IOException {
        SnapshotInfo newest = newest();
        if (newest == null || newest.legacy()) {
            return null;
        }
        for (String bucket : newest.buckets()) {
            try (ManifestReader reader = ManifestReader.open(newest.manifest(bucket))) {
                for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                    if (!entry.directory()) {
                        return newest.tree(bucket).resolve(entry.path());
                    }
                }
            }
        }
        return null;
    }
}

package io.hubstorage.backup;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.config.HubConfig;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestIndex;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.LegacyTree;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What earlier snapshots hold of each bucket. Thread-safe. */
final class PreviousSnapshots {
    private static final Logger LOG = LoggerFactory.getLogger(PreviousSnapshots.class);

    private final Snapshots snapshots;
    private final @Nullable SnapshotInfo newest;
    private final Staging staging;
    private final Map<String, Optional<Previous>> found = new ConcurrentHashMap<>();

    /**
     * A bucket's tree in an earlier snapshot.
     *
     * @param inNewest whether the newest snapshot of all has it; otherwise the bucket was not backed up for a while
     * @param index what the manifest holds
     */
    record Previous(SnapshotInfo snapshot, boolean inNewest, Path tree, Path manifest, ManifestIndex index) {
        TransferMessage.Source source(TransferMessage.Trust trust) {
            return new TransferMessage.Source(tree.toString(), manifest.toString(), true, trust);
        }

        /** The prefix that was listed then; where that is not known, the one of today. */
        String prefix(HubConfig.BucketSpec bucket) {
            return certified(bucket.name()).map(Certificate.Bucket::prefix).orElse(bucket.prefix());
        }

        /** What the snapshot's certificate says of the bucket; empty for snapshots of the old tool. */
        Optional<Certificate.Bucket> certified(String bucket) {
            Certificate certificate = snapshot.certificate();
            return certificate == null
                    ? Optional.empty()
                    : certificate.buckets().stream()
                            .filter(each -> each.name().equals(bucket))
                            .findFirst();
        }
    }

    PreviousSnapshots(Snapshots snapshots, Staging staging) throws IOException {
        this.snapshots = snapshots;
        this.newest = snapshots.newest().orElse(null);
        this.staging = staging;
    }

    @Nullable
    SnapshotInfo newest() {
        return newest;
    }

    /** When a snapshot of a run that began at that time counts as begun: after the newest one, also if the clock was set back. */
    Instant date(Instant startedAt) {
        Instant before = newest == null ? null : newest.startedAt();
        return before == null || startedAt.isAfter(before) ? startedAt : before.plusSeconds(1);
    }

    Set<String> bucketsOfNewest() throws IOException {
        return newest == null ? Set.of() : new TreeSet<>(newest.buckets());
    }

    /** The newest snapshot's tree of this bucket. */
    Optional<Previous> of(String bucket) throws IOException {
        Optional<Previous> known = found.get(bucket);
        if (known == null) {
            known = find(bucket);
            found.put(bucket, known);
        }
        return known;
    }

    private Optional<Previous> find(String bucket) throws IOException {
        SnapshotInfo snapshot = newest != null && Files.isDirectory(newest.tree(bucket), LinkOption.NOFOLLOW_LINKS)
                ? newest
                : snapshots.newestWith(bucket).orElse(null);
        if (snapshot == null) {
            return Optional.empty();
        }
        Path manifest = snapshot.manifest(bucket);
        return Optional.of(
                Files.exists(manifest) && isSound(manifest, false)
                        ? previous(snapshot, bucket, manifest)
                        : fromFiles(snapshot, bucket));
    }

    /**
     * Something was not where the manifest says: if the manifest itself is damaged, the files stand in for it.
     *
     * @return whether they do from now on
     */
    boolean recheck(String bucket) throws IOException {
        Optional<Previous> known = of(bucket);
        boolean damaged = known.isPresent() && !isSound(known.get().manifest(), true);
        if (damaged) {
            found.put(bucket, Optional.of(fromFiles(known.get().snapshot(), bucket)));
        }
        return damaged;
    }

    private Previous previous(SnapshotInfo snapshot, String bucket, Path manifest) throws IOException {
        ManifestIndex index = ManifestIndex.read(ManifestIndex.beside(manifest));
        return new Previous(snapshot, snapshot.equals(newest), snapshot.tree(bucket), manifest, index);
    }

    /** As the old tool's snapshots are read: by size and time, and each file is hashed before it is linked. */
    private Previous fromFiles(SnapshotInfo snapshot, String bucket) throws IOException {
        Path manifest = staging.scratch().resolve(bucket + ".legacy.zst");
        LegacyTree.manifest(snapshot.tree(bucket), staging.scratch(), manifest);
        return previous(snapshot, bucket, manifest);
    }

    private static boolean isSound(Path manifest, boolean whole) {
        try (ManifestReader reader = ManifestReader.open(manifest)) {
            while (whole && reader.next() != null) {
                // Reading is the check.
            }
            return true;
        } catch (IOException e) {
            LOG.warn("{}; its files are looked at instead, which takes longer", e.getMessage());
            return false;
        }
    }

    /** Some file of the newest snapshot, to try a hard link with. */
    @Nullable
    Path sampleFile() throws IOException {
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
            } catch (IOException e) {
                LOG.debug("no sample from {}", bucket, e);
            }
        }
        return null;
    }
}

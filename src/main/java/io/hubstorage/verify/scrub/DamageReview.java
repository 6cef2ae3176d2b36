package io.hubstorage.verify.scrub;

import io.hubstorage.fs.ExternalSort.Sorted;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import io.hubstorage.verify.scrub.Damage.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings the list of damage up to date with what an inventory has found: adds what is new, takes off what is right again or gone with its
 * snapshot, and reads once more what had the wrong bytes. One merge of both, in {@link DamageList#ORDER}.
 */
final class DamageReview {
    private static final int AT_ONCE = 1_000;

    private final Layout layout;
    private final DamageList list;
    private final InstantSource clock;
    private final FileProof proof;
    private final Pace pace;
    private final List<Damage> found = new ArrayList<>();
    private final List<Damage> gone = new ArrayList<>();
    /** What was read last: the snapshots that share a file come one after the other. */
    private @Nullable Read read;

    private record Read(FileId file, String sha256, boolean right) {}

    DamageReview(Layout layout, DamageList list, InstantSource clock, FileProof proof, Pace pace) {
        this.layout = layout;
        this.list = list;
        this.clock = clock;
        this.proof = proof;
        this.pace = pace;
    }

    /**
     * Brings it up to date.
     *
     * @return how many names were missing when they were looked at, and are not now: nothing is known of these
     * @throws IOException also when nothing on this disk can be trusted now
     */
    long settle(Sorted<Damage> now) throws IOException, InterruptedException {
        proof.requireNoTrouble();
        long back = 0;
        try (DamageList.Open open = list.open()) {
            Damage old = open.next();
            Damage seen = next(now);
            while (old != null || seen != null) {
                pace.step();
                int order = old == null ? 1 : seen == null ? -1 : DamageList.ORDER.compare(old, seen);
                if (seen != null && order >= 0) {
                    if (isBack(seen)) {
                        back++;
                    } else if (order > 0 || (old != null && old.kind() != seen.kind())) {
                        found.add(seen);
                    }
                    seen = next(now);
                } else if (old != null && isOver(old)) {
                    gone.add(old);
                }
                if (order <= 0) {
                    old = open.next();
                }
                flush(AT_ONCE);
            }
        }
        flush(1);
        return back;
    }

    /**
     * Adds the damaged files that a new snapshot shares with others: what did not change was linked into it as it is. Reads none of
     * them.
     */
    static void carryOn(Layout layout, String snapshot, InstantSource clock) throws IOException {
        DamageList list = new DamageList(layout);
        List<Damage> shared = new ArrayList<>();
        try (DamageList.Open open = list.open()) {
            for (Damage each = open.next(); each != null; each = open.next()) {
                FileId its = each.kind() == Kind.MANIFEST ? null : FileProof.id(layout, file(layout, each));
                Damage here =
                        new Damage(snapshot, each.bucket(), each.key(), each.path(), each.kind(), clock.instant());
                boolean told = !shared.isEmpty() && shared.getLast().isSameFile(here);
                if (!told && its != null && its.isKnown() && its.equals(FileProof.id(layout, file(layout, here)))) {
                    shared.add(here);
                }
                if (shared.size() > AT_ONCE) {
                    list.found(shared.subList(0, AT_ONCE));
                    shared.subList(0, AT_ONCE).clear();
                }
            }
        }
        list.found(shared);
    }

    private static Path file(Layout layout, Damage damage) {
        return Layout.tree(layout.snapshot(damage.snapshot()), damage.bucket()).resolve(damage.path());
    }

    /** Nothing is damaged in a snapshot that has been removed meanwhile. */
    private @Nullable Damage next(Sorted<Damage> now) throws IOException {
        Damage next = now.next();
        while (next != null && !isThere(next)) {
            next = now.next();
        }
        return next;
    }

    /** Also where nobody may look. */
    private boolean isThere(Damage damage) {
        Path snapshot = layout.snapshot(damage.snapshot());
        return !Files.notExists(
                damage.bucket().isEmpty() ? snapshot : Layout.certificate(snapshot), LinkOption.NOFOLLOW_LINKS);
    }

    /** Its snapshot was in the trash when it was looked at, or the disk away, for a moment. */
    private boolean isBack(Damage seen) {
        try {
            return seen.kind() == Kind.MISSING && Inventory.attributes(file(layout, seen)) != null;
        } catch (IOException e) {
            return true;
        }
    }

    /** Not while its snapshot can be had back out of the trash. */
    private boolean isGone(Damage old) {
        return Files.notExists(layout.snapshot(old.snapshot()), LinkOption.NOFOLLOW_LINKS)
                && Files.notExists(layout.removed(old.snapshot()), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Whether what was damaged, and has not been found by looking, is damaged no more: it may only not have been looked at, as where
     * the certificate cannot be read.
     */
    private boolean isOver(Damage old) throws InterruptedException {
        if (isGone(old)) {
            return true;
        }
        try {
            return old.kind() == Kind.MANIFEST ? isWhole(old) : isRight(old);
        } catch (IOException e) {
            return false;
        }
    }

    private boolean isWhole(Damage manifest) throws IOException, InterruptedException {
        Path snapshot = layout.snapshot(manifest.snapshot());
        Certificate certificate = Certificate.read(Layout.certificate(snapshot));
        for (Certificate.Bucket bucket : certificate.buckets()) {
            ManifestSummary summary = bucket.manifest();
            if (bucket.name().equals(manifest.bucket()) && summary != null) {
                Path file = Layout.manifest(snapshot, bucket.name());
                ManifestReader.open(file).close();
                return proof.holds(file, summary.sha256());
            }
        }
        return manifest.bucket().isEmpty();
    }

    private boolean isRight(Damage old) throws IOException, InterruptedException {
        Path manifest = Layout.manifest(layout.snapshot(old.snapshot()), old.bucket());
        Path file = file(layout, old);
        ManifestEntry entry = ManifestReader.find(manifest, old.key()).orElse(null);
        if (entry == null || OwnFiles.leadsAway(layout.data(), file)) {
            return false;
        }
        if (entry.directory()) {
            return Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
        }
        BasicFileAttributes attributes = OwnFiles.regular(file);
        String sha256 = entry.fileSha256();
        if (attributes == null || attributes.size() != entry.fileSize()) {
            return false;
        }
        return sha256 == null ? old.kind() != Kind.BYTES : isRight(file, FileId.of(attributes), sha256);
    }

    private boolean isRight(Path file, FileId id, String sha256) throws InterruptedException {
        Read last = read;
        if (last == null || !id.isKnown() || !last.file.equals(id) || !last.sha256.equals(sha256)) {
            boolean right;
            try {
                right = proof.holds(file, sha256);
            } catch (IOException e) {
                right = false;
            }
            last = new Read(id, sha256, right);
            read = last;
        }
        return last.right;
    }

    private void flush(int from) throws IOException {
        if (Math.max(found.size(), gone.size()) >= from) {
            // Or what was concluded just now is not so, and would be written to whatever stands in the place of the
            // disk.
            proof.requireNoTrouble();
        }
        if (found.size() >= from) {
            list.found(found);
            found.clear();
        }
        if (gone.size() >= from) {
            list.gone(gone, clock.instant());
            gone.clear();
        }
    }
}

package io.hubstorage.repair;

import io.hubstorage.fs.Sha256;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.repair.DamagedFile.Target;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.verify.scrub.Damage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up what damaged files should be. Only manifests are believed that are those of the snapshot's certificate: what is put in
 * the place of a file is what they say. Blocking.
 */
record Examiner(Layout layout) {
    private static final Logger LOG = LoggerFactory.getLogger(Examiner.class);
    private static final int BUFFER = 1 << 18;

    /** What cannot be repaired, and why. */
    record Lost(Damage damage, long size, String why) {}

    /**
     * What the damage of a batch comes to.
     *
     * @param targets what may be repaired
     * @param gone what is damaged no more: its snapshot has gone, or never had it
     */
    record Examined(List<Target> targets, List<Damage> gone, List<Lost> lost) {}

    Examined examine(List<Damage> damages, Runnable check) throws IOException {
        Examined examined = new Examined(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<Damage> sorted = damages.stream()
                .sorted(Comparator.comparing(Damage::snapshot).thenComparing(Damage::bucket))
                .toList();
        for (int from = 0; from < sorted.size(); ) {
            Damage first = sorted.get(from);
            int to = from;
            while (to < sorted.size()
                    && sorted.get(to).snapshot().equals(first.snapshot())
                    && sorted.get(to).bucket().equals(first.bucket())) {
                to++;
            }
            check.run();
            bucket(sorted.subList(from, to), examined, check);
            from = to;
        }
        // Of the same key the newest snapshot first: what its entry says is most likely to be in S3 still.
        examined.targets.sort(
                Comparator.comparing((Target target) -> target.damage().bucket())
                        .thenComparing(target -> target.entry().key())
                        .thenComparing(target -> target.damage().snapshot(), Comparator.reverseOrder()));
        return examined;
    }

    /** Those of one bucket of one snapshot. */
    private void bucket(List<Damage> damages, Examined examined, Runnable check) throws IOException {
        String name = damages.getFirst().snapshot();
        Optional<Snapshots.Folder> folder = new Snapshots(layout).folder(name);
        if (folder.isEmpty()) {
            if (!hasGone(layout.snapshot(name))) {
                lose(damages, examined, "What is called %s is no snapshot any more.".formatted(name));
            } else if (hasGone(layout.removed(name))) {
                examined.gone.addAll(damages);
            } else {
                // It can be had back, and is damaged then.
                LOG.info("{} was removed: what is damaged there stays so until that is undone", name);
            }
            return;
        }
        if (folder.get().legacy()) {
            lose(
                    damages,
                    examined,
                    "The old tool made this snapshot, or its certificate is gone: nothing says what it held.");
            return;
        }
        try {
            Path manifest = certified(name, damages.getFirst().bucket());
            try (ManifestReader reader = ManifestReader.open(manifest)) {
                for (Damage damage : damages) {
                    check.run();
                    look(damage, reader, examined);
                }
            }
        } catch (UncertainException | IOException e) {
            lose(
                    damages.stream().filter(each -> isNew(each, examined)).toList(),
                    examined,
                    "Nothing says for sure what it held: " + e.getMessage());
        }
    }

    /** A disk that cannot be read is no proof of it. */
    private static boolean hasGone(Path path) {
        try {
            Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return false;
        } catch (IOException e) {
            return e instanceof NoSuchFileException;
        }
    }

    private static boolean isNew(Damage damage, Examined examined) {
        return examined.targets.stream().noneMatch(each -> each.damage().equals(damage))
                && !examined.gone.contains(damage)
                && examined.lost.stream().noneMatch(each -> each.damage().equals(damage));
    }

    private static void lose(List<Damage> damages, Examined examined, String why) {
        damages.forEach(each -> examined.lost.add(new Lost(each, 0, why)));
    }

    /** There is no manifest that could be believed. */
    private static final class UncertainException extends Exception {
        private static final long serialVersionUID = 1L;

        UncertainException(String message) {
            super(message);
        }
    }

    private Path certified(String snapshot, String bucket) throws UncertainException, IOException {
        SnapshotInfo found = new Snapshots(layout)
                .find(snapshot)
                .orElseThrow(() -> new UncertainException("its certificate cannot be read."));
        Path tree = Layout.tree(found.folder(), bucket).normalize();
        Path manifest = Layout.manifest(found.folder(), bucket);
        ManifestSummary summary = Objects.requireNonNull(found.certificate()).buckets().stream()
                .filter(each -> each.name().equals(bucket))
                .map(Certificate.Bucket::manifest)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new UncertainException("its certificate has no manifest of this bucket."));
        // A certificate may call a bucket anything.
        if (tree.getNameCount() != found.folder().getNameCount() + 2
                || !tree.startsWith(found.folder())
                || OwnFiles.leadsAway(found.folder(), manifest)) {
            throw new UncertainException("its manifest does not lie in the snapshot.");
        }
        if (OwnFiles.regular(manifest) == null) {
            throw new UncertainException("its manifest is no file.");
        }
        if (!sha256(manifest).equals(summary.sha256())) {
            throw new UncertainException("its manifest is not the one that the certificate was made for.");
        }
        return manifest;
    }

    private void look(Damage damage, ManifestReader reader, Examined examined) throws IOException {
        if (damage.kind() == Damage.Kind.MANIFEST) {
            examined.lost.add(new Lost(
                    damage,
                    0,
                    "It was the manifest that was damaged; verify the snapshot again, since it is right now."));
            return;
        }
        reader.seek(damage.key(), damage.key() + '\0');
        ManifestEntry entry = reader.next();
        if (entry == null) {
            examined.gone.add(damage);
            return;
        }
        String why = problem(damage, entry);
        if (why != null) {
            examined.lost.add(new Lost(damage, entry.size(), why));
            return;
        }
        Path file = new DamagedFile.Name(damage.snapshot(), damage.bucket(), entry.key(), entry.path()).file(layout);
        BasicFileAttributes found = entry.directory() ? null : OwnFiles.regular(file);
        examined.targets.add(new Target(damage, entry, found == null ? null : DamagedFile.inode(file, found)));
    }

    /** Why it cannot be put right, whatever there is. */
    private @Nullable String problem(Damage damage, ManifestEntry entry) {
        if (!entry.directory() && entry.sha256() == null) {
            return "The manifest has no SHA-256 of it: it was taken over from the old tool and never read.";
        }
        if (!KeyPath.staysInside(entry.path())) {
            return "The manifest's path of it leads out of the bucket's folder.";
        }
        Path folder = layout.snapshot(damage.snapshot());
        Path way = folder;
        Path file = new DamagedFile.Name(damage.snapshot(), damage.bucket(), entry.key(), entry.path()).file(layout);
        for (Path name : folder.relativize(file)) {
            way = way.resolve(name);
            if (!way.equals(file)
                    && Files.exists(way, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isDirectory(way, LinkOption.NOFOLLOW_LINKS)) {
                return "%s stands where a folder should be (%s): remove it, and repair again."
                        .formatted(
                                Files.isSymbolicLink(way) ? "A symbolic link" : "Something else",
                                layout.data().relativize(way));
            }
        }
        return !entry.directory() && isFolderWithSomething(file)
                ? "A folder that is not empty stands there: move it away, and repair again."
                : null;
    }

    /** Asked for before anything is fetched; and what cannot be read is not thought to be empty. */
    private static boolean isFolderWithSomething(Path file) {
        if (!Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (Stream<Path> children = Files.list(file)) {
            return children.findAny().isPresent();
        } catch (IOException _) {
            return true;
        }
    }

    /** Of a whole file, in lower-case hex; a link is not followed. */
    static String sha256(Path file) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}

package io.hubstorage.replicate;

import io.hubstorage.bus.ReplicationRecord.Failure;
import io.hubstorage.fs.DiskProbe;
import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.ExternalSort.Sorted;
import io.hubstorage.fs.Trees;
import io.hubstorage.keys.NameFolding;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which names the copy's disk takes. The data folder's may take others: the paths in a manifest are made for that one, and the copy
 * has the same manifests. Found out before anything of a snapshot is copied.
 *
 * @param folds whether names that differ in case or normalisation may be one file
 * @param longest the bytes that one name may have
 * @param odd whether names may hold what Windows has other uses for
 */
record TargetNames(boolean folds, int longest, boolean odd) {
    private static final int USUAL = 255;
    /** What encrypting file systems leave of that. */
    private static final int SHORTER = 143;

    private static final String ODD = "<>:\"|?*";

    /** How a disk is found out about; tests have disks of their own. */
    @FunctionalInterface
    interface Probe {
        /**
         * Tries in this folder, and leaves nothing behind.
         *
         * @throws IOException also where the disk cannot hold a copy at all
         */
        TargetNames of(Path folder) throws IOException;
    }

    /** By trying. */
    static TargetNames of(Path folder) throws IOException {
        DiskProbe disk = DiskProbe.probe(folder, null);
        if (!disk.links() && !disk.reflinks()) {
            throw new IOException(
                    "The disk of %s has neither hard links nor reflinks, so that each snapshot would take its whole size there (%s). Use a file system that has them, as ext4, XFS, btrfs, ZFS or APFS"
                            .formatted(folder, disk.detail()));
        }
        Path room = Files.createTempDirectory(folder, "names-");
        try {
            int longest = takes(room, "n".repeat(USUAL)) ? USUAL : SHORTER;
            return new TargetNames(disk.caseInsensitive() || disk.normalising(), longest, takes(room, "odd" + ODD));
        } finally {
            Trees.delete(room);
        }
    }

    private static boolean takes(Path room, String name) {
        try {
            return Files.exists(Files.createFile(room.resolve(name)));
        } catch (IOException | InvalidPathException e) {
            return false;
        }
    }

    /**
     * What of a bucket cannot be there, if anything: the first that is found.
     *
     * @param scratch for temporary files
     */
    Optional<Failure> problem(String snapshot, String bucket, Path manifest, Path scratch) throws IOException {
        if (!folds && odd && longest >= USUAL) {
            return Optional.empty();
        }
        try (ManifestReader entries = ManifestReader.open(manifest);
                ExternalSort<Name> names = new ExternalSort<>(
                        Comparator.comparing(Name::folded), Name.CODEC, scratch, ExternalSort.DEFAULT_RUN)) {
            for (ManifestEntry entry = entries.next(); entry != null; entry = entries.next()) {
                String why = refusal(entry.path());
                if (why != null) {
                    return Optional.of(new Failure(snapshot, bucket, entry.key(), why));
                }
                if (folds) {
                    names.add(Name.of(entry));
                }
            }
            return clash(names).map(why -> new Failure(snapshot, bucket, null, why));
        }
    }

    private @Nullable String refusal(String path) {
        for (String name : path.split("/", -1)) {
            int bytes = name.length() * 3 <= longest ? 0 : name.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > longest) {
                return "The copy's disk takes names of %d bytes at most, and this one needs %d."
                        .formatted(longest, bytes);
            }
        }
        return odd || path.chars().noneMatch(unit -> ODD.indexOf(unit) >= 0)
                ? null
                : "The copy's disk takes no names with any of %s.".formatted(ODD);
    }

    private static Optional<String> clash(ExternalSort<Name> names) throws IOException {
        try (Sorted<Name> sorted = names.sorted()) {
            Name before = null;
            for (Name name = sorted.next(); name != null; name = sorted.next()) {
                if (before != null && before.clashesWith(name)) {
                    return Optional.of(
                            "The copy's disk takes %s and %s for the same name.".formatted(before.path, name.path));
                }
                before = name;
            }
            return Optional.empty();
        }
    }

    /**
     * A path and what is left of it on a disk that folds names. What is in a folder comes right behind it, since no path holds a NUL.
     *
     * @param folder whether the path is a directory marker's
     */
    private record Name(String folded, String path, boolean folder) {
        static final ExternalSort.Codec<Name> CODEC = new ExternalSort.Codec<>() {
            @Override
            public void write(Name name, DataOutput out) throws IOException {
                out.writeUTF(name.path);
                out.writeBoolean(name.folder);
            }

            @Override
            public Name read(DataInput in) throws IOException {
                return of(in.readUTF(), in.readBoolean());
            }
        };

        static Name of(ManifestEntry entry) {
            return of(entry.path(), entry.directory());
        }

        private static Name of(String path, boolean folder) {
            return new Name(NameFolding.fold(path).replace('/', '\0'), path, folder);
        }

        /** With the next one in order: one file for both, one folder in two spellings, or a file where a folder is. */
        boolean clashesWith(Name next) {
            String[] ours = path.split("/", -1);
            String[] theirs = next.path.split("/", -1);
            int common = Math.min(ours.length, theirs.length);
            for (int i = 0; i < common; i++) {
                if (!NameFolding.fold(ours[i]).equals(NameFolding.fold(theirs[i]))) {
                    return false;
                }
                if (!ours[i].equals(theirs[i])) {
                    return true;
                }
            }
            return ours.length == theirs.length || (ours.length < theirs.length && !folder);
        }
    }
}

package io.hubstorage.repair;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.Durable;
import io.hubstorage.repair.DamagedFile.Name;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts one right file in the place of damaged ones, name by name: each step leaves every name with the file that it had or with the
 * right one, and an interrupted replacement is gone on with by the next. First what is replaced is kept in quarantine, then a line in the
 * snapshot says what is done, then it is done by one rename. Used by one thread; blocking.
 */
final class Replacement {
    private final Layout layout;
    private final Staging staging;
    private final Quarantine quarantine;
    private final Proven proven;
    private final Runnable check;
    /** What was kept of each damaged inode; null where it could not be. */
    private final Map<Object, @Nullable String> kept = new HashMap<>();

    /**
     * What is put there.
     *
     * @param good a whole and durable file
     * @param inodes that may be replaced by it
     */
    record Proven(Path good, Set<Object> inodes, Words words) {}

    /**
     * What is written down of it.
     *
     * @param from where its bytes are from, for people
     * @param sha256 what each damaged inode was found to hold, in lower-case hex; absent where it cannot be read
     */
    record Words(String job, Instant at, String source, String from, Map<Object, String> sha256, String damage) {}

    /** Something is in the way that nobody may remove but a person. */
    static final class BlockedException extends Exception {
        private static final long serialVersionUID = 1L;

        BlockedException(String why) {
            super(why);
        }
    }

    /** @param check is called before each step, and may throw to end there */
    Replacement(Layout layout, Staging staging, Quarantine quarantine, Proven proven, Runnable check) {
        this.layout = layout;
        this.staging = staging;
        this.quarantine = quarantine;
        this.proven = proven;
        this.check = check;
    }

    /**
     * Keeps what stands at these names and may be replaced, so that {@link #place} does not have to: where the disk has no further link for
     * it that is a copy, which may take longer than anybody waits.
     */
    void keep(Collection<Name> names, long size, String wanted) throws IOException {
        for (Name name : names) {
            Path file = name.file(layout);
            BasicFileAttributes before =
                    OwnFiles.leadsAway(name.folder(layout), Durable.folderOf(file)) ? null : OwnFiles.regular(file);
            Object inode = before == null ? null : DamagedFile.inode(file, before);
            if (inode != null && proven.inodes.contains(inode)) {
                String _ = keep(file, inode, line(name, inode).put("size", size).put("sha256", wanted));
            }
        }
    }

    /**
     * Gives this name the right file.
     *
     * @param wanted its SHA-256
     * @throws BlockedException when it cannot have it as things are; it has the file that it had
     */
    void place(Name name, long size, String wanted) throws BlockedException, IOException {
        Path file = name.file(layout);
        folder(layout, name, Durable.folderOf(file));
        BasicFileAttributes before = standing(file);
        Object inode = before == null || !before.isRegularFile() ? null : DamagedFile.inode(file, before);
        if (inode != null && Files.isSameFile(file, proven.good)) {
            return;
        }
        if (inode != null && !proven.inodes.contains(inode)) {
            throw new BlockedException("Somebody has put another file there meanwhile: verify, and repair again.");
        }
        ObjectNode line = line(name, inode).put("size", size).put("sha256", wanted);
        if (before != null && !before.isDirectory()) {
            line.put("quarantine", keep(file, inode, line));
        }
        check.run();
        RepairLog.append(Layout.repairLog(name.folder(layout)), line);
        check.run();
        Path next = staging.link(proven.good, wanted);
        check.run();
        if (before != null && before.isDirectory()) {
            try {
                Files.delete(file);
            } catch (DirectoryNotEmptyException e) {
                throw new BlockedException("A folder that is not empty stands there: move it away, and repair again.");
            }
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Durable.syncFolder(Durable.folderOf(file));
        check.run();
    }

    private @Nullable String keep(Path file, @Nullable Object inode, ObjectNode line) throws IOException {
        if (inode == null) {
            return quarantine.keep(file, line, proven.words.at);
        }
        if (!kept.containsKey(inode)) {
            check.run();
            kept.put(inode, quarantine.keep(file, line, proven.words.at));
        }
        return kept.get(inode);
    }

    /** Makes the folder of a directory marker. */
    static void folder(Layout layout, Name name) throws BlockedException, IOException {
        folder(layout, name, name.file(layout));
    }

    /** A folder with those before it; what stands in the way stays, and is never followed. */
    private static void folder(Layout layout, Name name, Path folder) throws BlockedException, IOException {
        Path way = name.folder(layout);
        if (!Files.isDirectory(way, LinkOption.NOFOLLOW_LINKS)) {
            throw new BlockedException("The snapshot has gone.");
        }
        for (Path each : way.relativize(folder)) {
            Path parent = way;
            way = way.resolve(each);
            if (Files.isDirectory(way, LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            try {
                Files.createDirectory(way);
                Durable.syncFolder(parent);
            } catch (FileAlreadyExistsException e) {
                throw new BlockedException("%s stands where a folder should be (%s): remove it, and repair again."
                        .formatted(
                                Files.isSymbolicLink(way) ? "A symbolic link" : "Something else",
                                layout.data().relativize(way)));
            }
        }
    }

    private static @Nullable BasicFileAttributes standing(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException _) {
            return null;
        }
    }

    private ObjectNode line(Name name, @Nullable Object inode) {
        Words words = proven.words;
        return BusJson.mapper()
                .createObjectNode()
                .put("at", words.at.toString())
                .put("run_id", words.job)
                .put("snapshot", name.snapshot())
                .put("bucket", name.bucket())
                .put("key", name.key())
                .put("path", name.path())
                .put("damage", words.damage)
                .put("found_sha256", inode == null ? null : words.sha256.get(inode))
                .put("source", words.source)
                .put("from", words.from);
    }
}

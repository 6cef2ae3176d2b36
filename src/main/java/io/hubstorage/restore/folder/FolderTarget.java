package io.hubstorage.restore.folder;

import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.fs.LineLog;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.restore.targets.Source;
import io.hubstorage.restore.targets.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Restores into a folder. Every file is a copy, never a hard link to the snapshot's: whoever edits a restored file in place would
 * change the same file in every snapshot that has it. A file appears under its name in one step and with its time; until then it
 * is in a folder of our own beside the others. Nothing is followed that leads out of the folder, and nothing is replaced that is
 * not a plain file.
 */
public final class FolderTarget implements Target {
    /** How the list of files is called whose names are not their keys. */
    static final String NAMES = "hubstorage-names-";

    /** Times on disks are as coarse as that. */
    private static final Duration TIME = Duration.ofSeconds(1);

    private static final int AT_ONCE = Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 2, 16);

    private final Path root;
    private final TargetFolder folder;
    private final Path mapped;
    private final Path scratch;
    private final FolderCheck check;
    private final boolean deletes;
    private final Function<Path, FolderNames> naming;
    private @Nullable LineLog mappings;

    /**
     * @param folder absolute; need not be there
     * @param scratch for temporary files, ours
     * @param ours folders of HubStorage, which the target must neither be in nor hold; none for a folder that is one of them itself
     * @param deletes whether what is found may be deleted, so that all of the folder has to be readable
     */
    public FolderTarget(Path folder, String restoreId, Path scratch, List<Path> ours, boolean deletes)
            throws IOException {
        this(folder, restoreId, scratch, ours, deletes, FolderNames::of);
    }

    /** @param naming what a folder calls its files */
    FolderTarget(
            Path folder,
            String restoreId,
            Path scratch,
            List<Path> ours,
            boolean deletes,
            Function<Path, FolderNames> naming)
            throws IOException {
        this.root = FolderAccess.real(folder);
        this.folder = new TargetFolder(root, restoreId);
        this.mapped = root.resolve(NAMES + restoreId + ".jsonl");
        this.scratch = scratch;
        this.check = new FolderCheck(root, List.copyOf(ours), scratch);
        this.deletes = deletes;
        this.naming = naming;
    }

    @Override
    public Checked check(Demand demand) throws IOException {
        List<String> problems = new ArrayList<>(check.problems(demand, folder.isBegun()));
        if (problems.isEmpty() && demand.deletes() > 0 && names().folds()) {
            // A file is listed as the disk spells it, and so what the snapshot has would look like something else.
            problems.add(
                    "The disk of %s does not tell X from x (or spells letters with accents in its own way), so that nobody can say for sure which of its files the snapshot has: nothing can be deleted there. Restore without deleting, or to an empty folder."
                            .formatted(root));
        }
        return new Checked(problems, List.of());
    }

    private FolderNames names() {
        return naming.apply(FolderAccess.existing(root));
    }

    @Override
    public void requireBegun() throws TargetException {
        folder.requireBegun();
    }

    @Override
    public void prepare() throws TargetException, InterruptedException {
        folder.begin();
    }

    @Override
    public Names names(Keys keys) throws IOException {
        return names().names(keys, scratch);
    }

    @Override
    public long requests(ManifestEntry entry) {
        return 0;
    }

    @Override
    public int atOnce() {
        return AT_ONCE;
    }

    /** A network disk that does not answer would keep all that carries virtual threads, and the service with them. */
    @Override
    public Thread.Builder threads() {
        return Thread.ofPlatform().daemon().name("restore-", 0);
    }

    @Override
    public Listing list(String prefix) throws IOException {
        return FolderListing.of(root, prefix, deletes, scratch);
    }

    @Override
    public Optional<Found> find(String key, String name) throws TargetException {
        BasicFileAttributes there = folder.look(folder.place(name));
        return there == null || !there.isRegularFile() ? Optional.empty() : Optional.of(found(key, name, there));
    }

    private static Found found(String key, String name, BasicFileAttributes there) {
        return new Found(key, name, there.size(), null, there.lastModifiedTime().toInstant());
    }

    @Override
    public boolean isSame(Found found, ManifestEntry entry) {
        boolean sameTime = Duration.between(found.lastModified(), entry.lastModified())
                        .abs()
                        .compareTo(TIME)
                < 0;
        return found.size() == entry.size() && (entry.directory() || sameTime);
    }

    @Override
    public Written write(String name, ManifestEntry entry, Source source, Condition condition)
            throws ConflictException, TargetException, IOException, InterruptedException {
        Path file = folder.place(name);
        folder.requireBegun();
        if (entry.directory()) {
            folder.makeFolder(file);
            noteIfMapped(name, entry.key());
            return new Written(null, ManifestEntry.EMPTY);
        }
        folder.makeFolder(Durable.folderOf(file));
        require(condition, file);
        Path part = folder.newPart();
        try {
            folder.copy(source, part, entry.lastModified());
            require(condition, file);
            name(part, file, condition);
        } finally {
            folder.onDisk(() -> Files.deleteIfExists(part));
        }
        folder.changed(Durable.folderOf(file));
        noteIfMapped(name, entry.key());
        return new Written(null, source.sha256() == null ? ManifestEntry.LENGTH : "sha256");
    }

    /** In one step; where nothing may be there by a link, which fails if something is, unlike a rename. */
    private void name(Path part, Path file, Condition condition)
            throws ConflictException, TargetException, InterruptedException {
        try {
            if (condition instanceof Condition.Absent) {
                try {
                    Files.createLink(file, part);
                    return;
                } catch (FileAlreadyExistsException e) {
                    throw new ConflictException(file + " has just been made by somebody else.");
                } catch (UnsupportedOperationException | FileSystemException e) {
                    // A disk without hard links; whether there is a better reason, the move tells.
                    require(condition, file);
                }
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new TargetException(
                    "other_disk",
                    "%s is on another disk than %s: restore to a folder that is all on one disk.".formatted(file, root),
                    false,
                    false,
                    e);
        } catch (IOException e) {
            throw folder.failure(e);
        }
    }

    private void require(Condition condition, Path file) throws ConflictException, TargetException {
        BasicFileAttributes found = folder.look(file);
        if (found != null && !found.isRegularFile()) {
            throw new ConflictException("%s is %s, which is not replaced.".formatted(file, TargetFolder.kind(found)));
        }
        switch (condition) {
            case Condition.Absent _ -> {
                if (found != null) {
                    throw new ConflictException(file + " is there now; it was not when the plan was made.");
                }
            }
            case Condition.Unchanged(Found before) -> {
                if (found == null || !isStill(found, before)) {
                    throw new ConflictException(file + " has changed since the plan was made.");
                }
            }
            case Condition.Any _ -> {}
        }
    }

    private static boolean isStill(BasicFileAttributes found, Found before) {
        return found.isRegularFile()
                && found.size() == before.size()
                && found.lastModifiedTime().toInstant().equals(before.lastModified());
    }

    @Override
    public Optional<Written> holds(String name, ManifestEntry entry) throws TargetException, InterruptedException {
        Path file = folder.place(name);
        BasicFileAttributes found = folder.look(file);
        if (entry.directory()) {
            return found != null && found.isDirectory()
                    ? Optional.of(new Written(null, ManifestEntry.EMPTY))
                    : Optional.empty();
        }
        if (found == null || !found.isRegularFile() || !isSame(found(entry.key(), name, found), entry)) {
            return Optional.empty();
        }
        if (entry.sha256() == null) {
            return Optional.of(new Written(null, ManifestEntry.LENGTH));
        }
        return folder.onDisk(() -> {
            try (InputStream in = new Source(file, entry).open()) {
                in.transferTo(OutputStream.nullOutputStream());
                return Optional.of(new Written(null, "sha256"));
            } catch (Source.DamagedException e) {
                return Optional.empty();
            }
        });
    }

    @Override
    public void delete(Found expected) throws ConflictException, TargetException, InterruptedException {
        Path file = folder.place(expected.name());
        folder.requireNoLink(Durable.folderOf(file));
        BasicFileAttributes found = folder.look(file);
        if (found == null) {
            return;
        }
        if (!found.isDirectory() && !isStill(found, expected)) {
            throw new ConflictException(file + " has changed since the plan was made.");
        }
        try {
            Files.deleteIfExists(file);
        } catch (DirectoryNotEmptyException e) {
            throw new ConflictException(file + " is no longer empty.");
        } catch (IOException e) {
            throw folder.failure(e);
        }
    }

    @Override
    public void sync() throws TargetException, IOException {
        folder.end(mapped);
    }

    @Override
    public void clear() throws TargetException, InterruptedException {
        folder.clear();
    }

    @Override
    public void close() throws IOException {
        try (folder) {
            if (mappings != null) {
                mappings.close();
            }
        }
    }

    /** Tells people which file is which key, where that is not the same. */
    private synchronized void noteIfMapped(String name, String key) throws TargetException, InterruptedException {
        if (!FolderNames.isMapped(name)) {
            return;
        }
        folder.onDisk(() -> {
            if (mappings == null) {
                mappings = Files.exists(mapped) ? LineLog.goOn(mapped) : LineLog.create(mapped);
            }
            mappings.append((BusJson.mapper().writeValueAsString(Map.of("key", key, "path", name)) + "\n")
                    .getBytes(StandardCharsets.UTF_8));
            return true;
        });
    }
}

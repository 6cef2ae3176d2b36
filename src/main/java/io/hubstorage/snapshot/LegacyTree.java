package io.hubstorage.snapshot;

import io.hubstorage.bus.Tally;
import io.hubstorage.fs.Trees;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.Fingerprint;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestMerge;
import io.hubstorage.manifest.ManifestSummary;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bucket's folder in a snapshot without a manifest, its files as entries: sizes and the files' times, to the second, as the
 * times of last modification, because {@code aws s3 sync} set them so; no ETags and no hashes. Symbolic links and special files
 * are left out.
 *
 * <p>As a cursor it shows a snapshot of the old tool, whose names are the keys, and reads only the folders that it comes to; it
 * holds the names of those it is in.
 */
public final class LegacyTree implements KeyCursor {
    private static final Logger LOG = LoggerFactory.getLogger(LegacyTree.class);

    private final Path tree;
    /** What is still to come of the folders that it is in; the keys of folders end in a slash. */
    private final Deque<Iterator<String>> open = new ArrayDeque<>();

    private String from = "";
    private @Nullable String before;
    /** The last key that was looked at: what is before it needs to be read anew. */
    private @Nullable String passed;

    public LegacyTree(Path tree) {
        this.tree = tree;
    }

    /**
     * Writes a manifest of what the folder holds, with its index beside it. It may also be a folder of ours whose manifest is
     * damaged, so names that stand for other keys are read as such. What cannot be read is left out. Memory does not grow with
     * the number of files.
     *
     * @param scratch for temporary files
     */
    public static ManifestSummary manifest(Path tree, Path scratch, Path outZst) throws IOException {
        try (ManifestMerge found = new ManifestMerge(null, scratch)) {
            Trees.walk(tree, new Trees.Visitor() {
                @Override
                public void found(String path, BasicFileAttributes attributes) throws IOException {
                    if (attributes.isRegularFile()) {
                        found.add(entry(KeyPath.toKey(path), path, attributes));
                    }
                }

                @Override
                public void unreadable(String path, IOException failure) {
                    LOG.warn(
                            "{} cannot be read, so what it holds is downloaded: {}",
                            tree.resolve(path),
                            failure.toString());
                }
            });
            return found.write(outZst);
        }
    }

    /** The file under one key as an entry, if there is one. Reads no folder, however many files are in it. */
    public static Optional<ManifestEntry> find(Path tree, String key) {
        for (String name : key.split("/", -1)) {
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                return Optional.empty();
            }
        }
        try {
            Path file = tree.resolve(key);
            boolean inside = file.startsWith(tree) && file.normalize().equals(file);
            BasicFileAttributes found = inside && !OwnFiles.leadsAway(tree, file) ? OwnFiles.regular(file) : null;
            return found == null ? Optional.empty() : Optional.of(entry(key, key, found));
        } catch (InvalidPathException e) {
            // No file can have that name, as one with a NUL.
            return Optional.empty();
        }
    }

    @Override
    public void seek(String start, @Nullable String end) {
        if (passed != null && KeyOrder.compare(start, passed) <= 0) {
            open.clear();
            passed = null;
        }
        from = start;
        before = end;
    }

    @Override
    public @Nullable ManifestEntry next() throws IOException {
        if (passed == null) {
            passed = "";
            open.push(children("").iterator());
        }
        while (!open.isEmpty()) {
            if (!open.getFirst().hasNext()) {
                open.pop();
                continue;
            }
            String key = open.getFirst().next();
            passed = key;
            if (before != null && KeyOrder.compare(key, before) >= 0) {
                open.clear();
                passed = null;
                from = before;
                return null;
            }
            if (key.endsWith("/")) {
                enter(key);
            } else if (KeyOrder.compare(key, from) >= 0) {
                BasicFileAttributes file = OwnFiles.regular(tree.resolve(key));
                if (file != null) {
                    return entry(key, key, file);
                }
            }
        }
        return null;
    }

    @Override
    public @Nullable ManifestEntry lastBefore(@Nullable String key) throws IOException {
        open.clear();
        passed = null;
        return lastBefore("", key);
    }

    private @Nullable ManifestEntry lastBefore(String folder, @Nullable String key) throws IOException {
        for (String child : children(folder).reversed()) {
            if (key != null && KeyOrder.compare(child, key) >= 0) {
                continue;
            }
            if (child.endsWith("/")) {
                ManifestEntry last = lastBefore(child, key);
                if (last != null) {
                    return last;
                }
                continue;
            }
            BasicFileAttributes file = OwnFiles.regular(tree.resolve(child));
            if (file != null) {
                return entry(child, child, file);
            }
        }
        return null;
    }

    /** There is no index. */
    @Override
    public @Nullable Tally tally(String start, @Nullable String end) {
        return null;
    }

    /** There are no hashes. */
    @Override
    public @Nullable Fingerprint fingerprint(String start, @Nullable String end) {
        return null;
    }

    @Override
    public void close() {}

    private void enter(String folder) throws IOException {
        String end = KeyOrder.beyond(folder);
        if (end == null || KeyOrder.compare(end, from) > 0) {
            open.push(children(folder).iterator());
        }
    }

    private List<String> children(String folder) throws IOException {
        List<String> children = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(tree.resolve(folder))) {
            for (Path path : paths) {
                String name = path.getFileName().toString();
                boolean isFolder = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
                children.add(folder + name + (isFolder ? "/" : ""));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (NoSuchFileException e) {
            // Gone while we looked, as when a snapshot is deleted.
            return List.of();
        }
        children.sort(KeyOrder.COMPARATOR);
        return children;
    }

    private static ManifestEntry entry(String key, String path, BasicFileAttributes file) {
        return new ManifestEntry(
                key,
                path,
                new ManifestEntry.Content(file.size(), null),
                new ManifestEntry.Metadata(file.lastModifiedTime().toInstant().truncatedTo(ChronoUnit.SECONDS)),
                EntryState.DOWNLOADED);
    }
}

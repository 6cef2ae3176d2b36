package io.hubstorage.snapshot;

import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of a bucket's folder in a snapshot of the old tool, which kept no manifest, as entries: keys as the names spell
 * them, and the files' times, which {@code aws s3 sync} took from S3. Symbolic links and special files are left out. Reads
 * the folders that it comes to, and holds the names of those it is in.
 */
public final class TreeCursor implements KeyCursor {
    private final Path tree;
    private final Deque<Iterator<Child>> open = new ArrayDeque<>();
    private String from = "";
    private @Nullable String before;
    /** The last key that was looked at: what is before it needs to be read anew. */
    private @Nullable String passed;

    /** A file, or a folder, whose key ends in a slash. */
    private record Child(String key) {
        boolean folder() {
            return key.endsWith("/");
        }
    }

    /** Below this folder. */
    public TreeCursor(Path tree) {
        this.tree = tree;
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
            open.push(children(""));
        }
        while (!open.isEmpty()) {
            if (!open.getFirst().hasNext()) {
                open.pop();
                continue;
            }
            Child child = open.getFirst().next();
            passed = child.key;
            if (before != null && KeyOrder.compare(child.key, before) >= 0) {
                open.clear();
                passed = null;
                from = before;
                return null;
            }
            if (child.folder()) {
                enter(child);
            } else if (KeyOrder.compare(child.key, from) >= 0) {
                ManifestEntry entry = entry(child.key);
                if (entry != null) {
                    return entry;
                }
            }
        }
        return null;
    }

    @Override
    public void close() {}

    private void enter(Child folder) throws IOException {
        String end = KeyOrder.beyond(folder.key);
        if (end == null || KeyOrder.compare(end, from) > 0) {
            open.push(children(folder.key));
        }
    }

    private Iterator<Child> children(String folder) throws IOException {
        List<Child> children = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(tree.resolve(folder))) {
            for (Path path : paths) {
                String name = path.getFileName().toString();
                boolean isFolder = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
                children.add(new Child(folder + name + (isFolder ? "/" : "")));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (NoSuchFileException e) {
            // Gone while we looked, as when a snapshot is deleted.
            return List.<Child>of().iterator();
        }
        children.sort(Comparator.comparing(Child::key, KeyOrder.COMPARATOR));
        return children.iterator();
    }

    private @Nullable ManifestEntry entry(String key) {
        BasicFileAttributes file = OwnFiles.regular(tree.resolve(key));
        return file == null
                ? null
                : new ManifestEntry(
                        key,
                        key,
                        new ManifestEntry.Content(file.size(), null),
                        new ManifestEntry.Metadata(
                                file.lastModifiedTime().toInstant().truncatedTo(ChronoUnit.SECONDS)),
                        EntryState.DOWNLOADED);
    }
}

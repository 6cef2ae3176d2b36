package io.hubstorage.restore.folder;

import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.Trees;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.restore.targets.FoundSort;
import io.hubstorage.restore.targets.Target;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a folder holds, by key: a folder's own order is another, so it is sorted, on disk where it is much. */
final class FolderListing implements Target.Listing {
    private final ExternalSort<Target.Found> sort;
    private final ExternalSort.Sorted<Target.Found> sorted;

    private FolderListing(ExternalSort<Target.Found> sort) throws IOException {
        this.sort = sort;
        this.sorted = sort.sorted();
    }

    /**
     * The plain files whose keys begin with the prefix, and the empty folders as the directory markers they stand for. A folder that
     * cannot be read to its end is an error where all of it has to be known. What is HubStorage's own is not looked at: what restores
     * have at the root, and data folders; nor is what a disk has there for itself.
     *
     * @param whole whether a folder that may not be read is an error, too
     */
    static FolderListing of(Path root, String prefix, boolean whole, Path scratch) throws IOException {
        ExternalSort<Target.Found> sort = FoundSort.in(scratch);
        try {
            if (Files.isDirectory(root)) {
                Files.walkFileTree(root, new Walk(root, prefix, whole, sort));
            }
            return new FolderListing(sort);
        } catch (IOException | RuntimeException e) {
            sort.close();
            throw e;
        }
    }

    @Override
    public Target.@Nullable Found next() throws IOException {
        return sorted.next();
    }

    @Override
    public void close() throws IOException {
        sort.close();
    }

    private static final class Walk extends SimpleFileVisitor<Path> {
        private final Path root;
        private final String prefix;
        private final boolean whole;
        private final ExternalSort<Target.Found> sort;
        /** How much is in the folders that the walk is in. */
        private final Deque<Integer> children = new ArrayDeque<>();

        Walk(Path root, String prefix, boolean whole, ExternalSort<Target.Found> sort) {
            this.root = root;
            this.prefix = prefix;
            this.whole = whole;
            this.sort = sort;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            if (isOwn(folder, "lost+found", TargetFolder.PARTS)) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            countChild();
            if (Files.exists(folder.resolve(".hubstorage/marker.json"), LinkOption.NOFOLLOW_LINKS)) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            // A long name is a chain of folders, so that this need not be a whole one.
            String key = folder.equals(root) ? "" : KeyPath.toKey(Trees.relative(root, folder));
            if (!key.startsWith(prefix) && !prefix.startsWith(key)) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            children.push(0);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (!isOwn(file, FolderTarget.NAMES)) {
                countChild();
                if (attributes.isRegularFile()) {
                    add(file, false, attributes);
                }
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException || isOwn(file, "lost+found", TargetFolder.PARTS)) {
                return FileVisitResult.CONTINUE;
            }
            if (failure instanceof AccessDeniedException && !whole) {
                countChild();
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            if (children.pop() == 0 && !folder.equals(root)) {
                add(folder, true, Files.readAttributes(folder, BasicFileAttributes.class));
            }
            return FileVisitResult.CONTINUE;
        }

        private boolean isOwn(Path file, String... beginnings) {
            return root.equals(file.getParent())
                    && Stream.of(beginnings).anyMatch(file.getFileName().toString()::startsWith);
        }

        private void countChild() {
            if (!children.isEmpty()) {
                children.push(children.pop() + 1);
            }
        }

        private void add(Path file, boolean folder, BasicFileAttributes attributes) throws IOException {
            String name = Trees.relative(root, file);
            String key = KeyPath.toKey(name, folder);
            if (key.startsWith(prefix)) {
                sort.add(new Target.Found(
                        key,
                        name,
                        folder ? 0 : attributes.size(),
                        null,
                        attributes.lastModifiedTime().toInstant()));
            }
        }
    }
}

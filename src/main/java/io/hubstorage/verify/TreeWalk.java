package io.hubstorage.verify;

import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** Finds everything below a bucket's folder; follows no link. */
final class TreeWalk extends SimpleFileVisitor<Path> {
    private final BucketTree tree;
    private final ExternalSort<FoundPath> found;
    private final VerifyProgress progress;

    private TreeWalk(BucketTree tree, ExternalSort<FoundPath> found, VerifyProgress progress) {
        this.tree = tree;
        this.found = found;
        this.progress = progress;
    }

    static void walk(BucketTree tree, ExternalSort<FoundPath> found, VerifyProgress progress) throws IOException {
        Files.walkFileTree(tree.folder(), new TreeWalk(tree, found, progress));
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
        if (!folder.equals(tree.folder())) {
            add(folder, attributes);
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        add(file, attributes);
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
        if (!(failure instanceof NoSuchFileException)) {
            String path = Trees.relative(tree.folder(), file);
            found.add(new FoundPath(tree.place(path, true), path, FoundPath.Type.CLOSED_FOLDER, 0, ""));
            tree.findings()
                    .problem(Problem.Kind.UNREADABLE, tree.bucket(), null, path, "it cannot be read: " + failure);
        }
        return FileVisitResult.CONTINUE;
    }

    private void add(Path file, BasicFileAttributes attributes) throws IOException {
        progress.check();
        progress.look();
        found.add(FoundPath.of(Trees.relative(tree.folder(), file), attributes, tree));
    }
}

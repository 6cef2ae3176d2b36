package io.hubstorage.fs;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Whole folder trees. Blocking. */
public final class Trees {
    private Trees() {}

    /** The way from a folder to what is below it, with {@code /} between the names on every system. */
    public static String relative(Path folder, Path file) {
        StringJoiner path = new StringJoiner("/");
        folder.relativize(file).forEach(name -> path.add(name.toString()));
        return path.toString();
    }

    /** Takes what is found below a folder, in no order; nothing is followed. */
    public interface Visitor {
        /** A folder, a file, a link or anything else, at this path from the folder that is walked. */
        void found(String path, BasicFileAttributes attributes) throws IOException;

        /** What is there, or what is left of the folder that is there, cannot be looked at; the walk goes on without it. */
        void unreadable(String path, IOException failure) throws IOException;
    }

    /**
     * Makes a folder and those between it and the root, where they are missing, but never the root.
     *
     * @throws NoSuchFileException when the root is not there
     * @return the folder
     */
    public static Path createBelow(Path root, Path folder) throws IOException {
        Path each = root;
        for (Path name : root.relativize(folder)) {
            each = each.resolve(name);
            try {
                Files.createDirectory(each);
            } catch (FileAlreadyExistsException e) {
                if (!Files.isDirectory(each)) {
                    throw e;
                }
            }
        }
        return folder;
    }

    /** Shows everything below a folder, but not the folder. What goes while it is looked at was not there. */
    public static void walk(Path folder, Visitor visitor) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) throws IOException {
                return each.equals(folder) ? FileVisitResult.CONTINUE : visitFile(each, attributes);
            }

            @Override
            public FileVisitResult visitFile(Path each, BasicFileAttributes attributes) throws IOException {
                visitor.found(relative(folder, each), attributes);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path each, IOException failure) throws IOException {
                if (!(failure instanceof NoSuchFileException)) {
                    visitor.unreadable(relative(folder, each), failure);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path each, @Nullable IOException failure) throws IOException {
                return failure == null ? FileVisitResult.CONTINUE : visitFileFailed(each, failure);
            }
        });
    }

    /** Is asked before each file and folder that is deleted; may wait, or throw to end it there. */
    @FunctionalInterface
    public interface Pace {
        void next() throws IOException;
    }

    /**
     * Deletes a folder with all that is below it, read-only folders too; a symbolic link is deleted, never followed. Does
     * nothing when there is no such folder. Files keep their modes: they may be hard-linked elsewhere.
     */
    public static void delete(Path folder) throws IOException {
        delete(folder, () -> {});
    }

    /** The same at a pace. */
    public static void delete(Path folder, Pace pace) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) throws IOException {
                if (!Files.isWritable(each) || !Files.isExecutable(each)) {
                    open(each);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                pace.next();
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                boolean closedFolder = failure instanceof AccessDeniedException
                        && Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)
                        && !(Files.isReadable(file) && Files.isExecutable(file));
                if (!closedFolder) {
                    throw failure;
                }
                open(file);
                delete(file, pace);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path each, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                pace.next();
                Files.deleteIfExists(each);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Only for what was just seen to be a folder, because this would follow a link. */
    private static void open(Path folder) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(folder, PosixFileAttributeView.class);
        if (view != null) {
            view.setPermissions(PosixFilePermissions.fromString("rwx------"));
        }
    }
}

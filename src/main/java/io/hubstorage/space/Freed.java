package io.hubstorage.space;

import io.hubstorage.fs.Inode;
import io.hubstorage.fs.Trees;
import io.hubstorage.jobs.WorkerPool;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * What deleting snapshots frees, to the byte, as {@code du} and {@code df} count: a file that several of them share counts once, and
 * only when all of its names go with them, so that what an older or newer snapshot, or anything else on the disk, has too stays.
 * Folders, manifests and certificates count. Disks that compress, or share blocks between files, free less than they name here.
 *
 * @param bytes in allocated blocks
 * @param files that go, each once however many names it had, folders not counted
 */
public record Freed(long bytes, long files) {
    /** More keep no disk busier. */
    private static final int AT_ONCE = 4;

    /**
     * Counts what these snapshots alone hold. Looks at each of their files, at none of other snapshots; memory does not grow with
     * their number. What is being linked or deleted meanwhile may count either way.
     *
     * @param names of snapshots; of one that is not there nothing is counted
     */
    public static Freed of(Layout layout, Collection<String> names) throws IOException, InterruptedException {
        return of(names.stream().map(layout::snapshot).toList());
    }

    /** The same of folders of any name, as those in the trash. */
    public static Freed of(Collection<Path> folders) throws IOException, InterruptedException {
        // Not in the data folder: there a backup that begins clears up.
        Path scratch = Files.createTempDirectory("hubstorage-freed-");
        try {
            return of(folders, new LinkCount(scratch));
        } finally {
            Trees.delete(scratch);
        }
    }

    static Freed of(Collection<Path> folders, LinkCount links) throws IOException, InterruptedException {
        try (links) {
            // Platform threads: a disk that does not answer would keep what carries virtual ones.
            WorkerPool.<IOException>run(
                    () -> AT_ONCE, Thread.ofPlatform().name("freed-", 0).daemon(), pool -> {
                        for (Path part : parts(folders, links)) {
                            pool.submit(() -> {
                                try (Inode.Reader reader = new Inode.Reader()) {
                                    below(part, reader, links);
                                }
                            });
                        }
                    });
            return links.sum();
        }
    }

    /**
     * The folders to be walked each by itself; what lies above them is counted. The same bucket of all snapshots comes one after the
     * other, so that the names of a file come close together and few files are open at a time.
     */
    private static List<Path> parts(Collection<Path> folders, LinkCount links) throws IOException {
        List<Path> parts = new ArrayList<>();
        try (Inode.Reader reader = new Inode.Reader()) {
            for (Path snapshot : folders) {
                if (!Files.isDirectory(snapshot, LinkOption.NOFOLLOW_LINKS)) {
                    continue;
                }
                links.add(alone(reader.read(snapshot)));
                for (Path upper : count(snapshot, reader, links)) {
                    parts.addAll(count(upper, reader, links));
                }
            }
        }
        parts.sort(Comparator.comparing((Path part) -> part.getFileName().toString())
                .thenComparing(Path::toString));
        return parts;
    }

    /** Counts what is in a folder, and returns the folders among it. */
    private static List<Path> count(Path folder, Inode.Reader reader, LinkCount links) throws IOException {
        List<Path> inner = new ArrayList<>();
        Freed.<IOException>each(folder, child -> {
            if (add(child, reader, links)) {
                inner.add(child);
            }
        });
        return inner;
    }

    private static void below(Path folder, Inode.Reader reader, LinkCount links)
            throws IOException, InterruptedException {
        Freed.<InterruptedException>each(folder, child -> {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (add(child, reader, links)) {
                below(child, reader, links);
            }
        });
    }

    /** Whether it is a folder. */
    private static boolean add(Path child, Inode.Reader reader, LinkCount links) throws IOException {
        try {
            Inode inode = reader.read(child);
            links.add(inode.folder() ? alone(inode) : inode);
            return inode.folder();
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    /** A folder's links are those of the folders in it. */
    private static Inode alone(Inode folder) {
        return new Inode(folder.device(), folder.number(), 1, folder.allocated(), true);
    }

    private interface Child<E extends Exception> {
        void accept(Path child) throws IOException, E;
    }

    private static <E extends Exception> void each(Path folder, Child<E> sink) throws IOException, E {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                sink.accept(child);
            }
        } catch (NoSuchFileException _) {
            // Gone meanwhile.
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }
}

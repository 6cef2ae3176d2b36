package io.hubstorage.restore.folder;

import io.hubstorage.fs.DiskProbe;
import io.hubstorage.fs.Trees;
import io.hubstorage.keys.FoldedPaths;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.keys.PathAllocator;
import io.hubstorage.keys.Paths;
import io.hubstorage.restore.targets.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What restored files are called on a disk: as their keys wherever it takes them, and else as {@link KeyPath} has it, which stands for
 * one key alone.
 *
 * @param folds whether the disk takes names for the same that differ only in case or normalisation
 * @param verbatim whether it takes all names that Unix takes, {@code CON}, {@code a\b} and those with a dot at their end among them
 */
record FolderNames(boolean folds, boolean verbatim) {
    private static final Logger LOG = LoggerFactory.getLogger(FolderNames.class);
    private static final String ODD = "odd \\ : \t name. ";
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_PATH = 3_200;
    /** How names begin that stand for something else. */
    private static final String MARKER = "~hub";

    /** Found out by trying in a folder that is there; it leaves nothing behind. What nobody can tell is taken for the worse. */
    static FolderNames of(Path folder) {
        try {
            DiskProbe probe = DiskProbe.probe(folder, null);
            boolean folds = probe.caseInsensitive() || probe.normalising();
            return new FolderNames(folds, !folds && takesOdd(folder));
        } catch (IOException e) {
            // Whether one can write there at all is told elsewhere.
            LOG.debug("{} cannot be tried out", folder, e);
            return new FolderNames(true, false);
        }
    }

    private static boolean takesOdd(Path folder) throws IOException {
        Path room = Files.createTempDirectory(folder, ".hubstorage-probe-");
        try {
            Files.createFile(room.resolve(ODD));
            try (Stream<Path> found = Files.list(room)) {
                return found.allMatch(file -> file.getFileName().toString().equals(ODD));
            }
        } catch (IOException | InvalidPathException e) {
            LOG.debug("{} takes no odd names", folder, e);
            return false;
        } finally {
            Trees.delete(room);
        }
    }

    /** @param scratch for what does not fit in memory */
    Target.Names names(Target.Keys keys, Path scratch) throws IOException {
        if (!folds) {
            PathAllocator paths = new PathAllocator();
            return (key, size) -> name(key, size, paths);
        }
        FoldedPaths paths;
        try (FoldedPaths.Collector collector = new FoldedPaths.Collector(scratch)) {
            keys.forEach(collector::add);
            paths = collector.paths();
        }
        return new Target.Names() {
            @Override
            public String next(String key, long size) throws IOException {
                return paths.allocate(key, size);
            }

            @Override
            public void close() throws IOException {
                paths.close();
            }
        };
    }

    private String name(String key, long size, Paths paths) throws IOException {
        String path = paths.allocate(key, size);
        String plain = KeyPath.isDirectoryMarker(key, size) ? key.substring(0, key.length() - 1) : key;
        // One that got a number would be in the way of another.
        boolean alone = path.equals(KeyPath.toPath(plain));
        return verbatim && alone && isUnixPath(plain) ? plain : path;
    }

    /** Whether a path is not its key. */
    static boolean isMapped(String path) {
        return path.startsWith(MARKER) || path.contains("/" + MARKER);
    }

    private static boolean isUnixPath(String key) {
        if (bytes(key) > LONGEST_PATH || !StandardCharsets.UTF_8.newEncoder().canEncode(key)) {
            return false;
        }
        for (String name : key.split("/", -1)) {
            boolean special = name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('\0') >= 0;
            if (special || name.toLowerCase(Locale.ROOT).startsWith(MARKER) || bytes(name) > LONGEST_NAME) {
                return false;
            }
        }
        return true;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}

package io.hubstorage.snapshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether what stands at a path of ours is ours: HubStorage makes no symbolic links, so one that stands in the data folder
 * was put there by somebody else, and may lead anywhere. Blocking.
 */
public final class OwnFiles {
    private static final Set<PosixFilePermission> WRITE = EnumSet.of(
            PosixFilePermission.OWNER_WRITE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private OwnFiles() {}

    /** The first of our own folders and files beside the snapshots that is a symbolic link, if any is. */
    public static Optional<Path> foreign(Layout layout) {
        return Stream.of(
                        layout.hub(),
                        layout.marker(),
                        layout.lock(),
                        layout.epochs(),
                        layout.stagings(),
                        layout.journals(),
                        layout.restores(),
                        layout.drills(),
                        layout.scrub(),
                        layout.damage(),
                        layout.space(),
                        layout.repairs(),
                        layout.quarantine(),
                        layout.replication(),
                        layout.scratch(),
                        layout.trash(),
                        layout.removedSnapshots())
                .filter(Files::isSymbolicLink)
                .findFirst();
    }

    /** Whether the folder, or any folder between it and {@code root}, itself included, is a symbolic link. */
    public static boolean leadsAway(Path root, Path folder) {
        for (Path way = folder; way != null && way.startsWith(root); way = way.getParent()) {
            if (Files.isSymbolicLink(way)) {
                return true;
            }
        }
        return false;
    }

    /** Whether its mode lets anybody write to it; false where there are no modes, or it cannot be looked at. */
    public static boolean isWritable(Path file) {
        try {
            return isWritable(Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException | UnsupportedOperationException _) {
            return false;
        }
    }

    /** Whether that mode lets anybody write; false where these attributes tell no mode. */
    public static boolean isWritable(BasicFileAttributes attributes) {
        return attributes instanceof PosixFileAttributes posix
                && posix.permissions().stream().anyMatch(WRITE::contains);
    }

    /** What a regular file is like; null when there is none, or something else. Does not look at the folders before it. */
    public static @Nullable BasicFileAttributes regular(Path file) {
        try {
            BasicFileAttributes found =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return found.isRegularFile() ? found : null;
        } catch (IOException _) {
            return null;
        }
    }
}

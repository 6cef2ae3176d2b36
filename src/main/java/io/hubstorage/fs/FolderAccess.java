package io.hubstorage.fs;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a folder can be worked in and, if not, why and what to do: who owns it, who we are. Blocking; never throws for a
 * folder that is in a bad way.
 */
public final class FolderAccess {
    private static final int OWNER_WRITES = 0300;
    private static final int GROUP_WRITES = 0030;
    private static final int OTHERS_WRITE = 0003;

    private FolderAccess() {}

    /**
     * What is wrong.
     *
     * @param what one sentence
     * @param remedy one or two sentences; empty where {@code what} says it all
     */
    public record Problem(String what, String remedy) {
        public String sentence() {
            return remedy.isEmpty() ? what : what + " " + remedy;
        }
    }

    /** Asks the system, and wakes no disk that sleeps. */
    public static Optional<Problem> ask(Path folder) {
        Path existing = existing(folder);
        if (!Files.isDirectory(existing)) {
            return Optional.of(
                    new Problem("%s is no folder.".formatted(existing), "Remove it, or choose another folder."));
        }
        // Without the right to search, a folder cannot be told from one that is not there.
        if (!Files.isExecutable(existing) || !Files.isReadable(existing) || !Files.isWritable(existing)) {
            return Optional.of(refused(existing));
        }
        return Optional.empty();
    }

    /** Asks, and then makes a file there and removes it: some file systems promise what they do not hold. */
    public static Optional<Problem> tryOut(Path folder) {
        Optional<Problem> found = ask(folder);
        if (found.isPresent() || !Files.isDirectory(folder)) {
            return found;
        }
        try {
            Files.delete(Files.createTempFile(folder, ".hubstorage-test-", ".tmp"));
            return Optional.empty();
        } catch (AccessDeniedException _) {
            return Optional.of(refused(folder));
        } catch (IOException e) {
            // A full disk is another matter, with advice of its own.
            return DiskFull.isCauseOf(e)
                    ? Optional.empty()
                    : Optional.of(new Problem(
                            "%s cannot be written to: %s.".formatted(folder, reason(e)),
                            "See whether its disk is mounted and well."));
        }
    }

    /** Whether a file can be read and, if it is there, written. */
    public static Optional<Problem> askFile(Path file) {
        return !Files.exists(file) || (Files.isReadable(file) && Files.isWritable(file))
                ? Optional.empty()
                : Optional.of(refused(file));
    }

    /**
     * Who owns a folder, where what this process makes there would belong to another user, who may shut the owner out by it. Makes a
     * file there and removes it, unless we are the owner: a network folder may give all files to one user. Empty where nobody can
     * tell, or the owner has no name here.
     */
    public static Optional<String> otherOwner(Path folder) {
        Owner us = us();
        Owner owner = owner(folder);
        if (us == null || owner == null || us.uid == owner.uid) {
            return Optional.empty();
        }
        try {
            String name = Files.getOwner(folder).getName();
            Path file = Files.createTempFile(folder, ".hubstorage-test-", ".tmp");
            try {
                Owner made = owner(file);
                return made == null || made.uid == owner.uid || name.chars().allMatch(Character::isDigit)
                        ? Optional.empty()
                        : Optional.of(name);
            } finally {
                Files.delete(file);
            }
        } catch (IOException | UnsupportedOperationException _) {
            return Optional.empty();
        }
    }

    /** Where a folder is, or would be made, once every symbolic link on the way to it has been followed. */
    public static Path real(Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath().normalize();
        Path there = existing(absolute);
        return there.toRealPath().resolve(there.relativize(absolute)).normalize();
    }

    /** The folder itself, or the nearest one above that there is: where it would be made. */
    public static Path existing(Path folder) {
        Path found = folder.toAbsolutePath();
        while (!Files.exists(found) && found.getParent() != null) {
            found = found.getParent();
        }
        return found;
    }

    private static Problem refused(Path path) {
        if (readOnly(path)) {
            return new Problem("%s is mounted read-only.".formatted(path), "Mount it so that it can be written to.");
        }
        Owner us = us();
        Owner owner = owner(path);
        if (us == null || owner == null) {
            return new Problem(
                    "%s cannot be written to.".formatted(path),
                    "Give the user that runs HubStorage the right to read and write there.");
        }
        return new Problem(
                "HubStorage runs as %d:%d and cannot write to %s, which belongs to %d:%d with mode %o."
                        .formatted(us.uid, us.gid, path, owner.uid, owner.gid, owner.mode & 07777),
                remedy(path, us, owner));
    }

    private static String remedy(Path path, Owner us, Owner owner) {
        if (owner.lets(us)) {
            return "Owner and mode are as they should be: see whether an access list, SELinux or AppArmor, or the"
                    + " server of a network folder forbids it.";
        }
        if (owner.uid == us.uid) {
            return "Allow it (chmod -R u+rwX %s).".formatted(path);
        }
        String chown = "chown -R %d:%d %s".formatted(us.uid, us.gid, path);
        return owner.uid == 0
                ? "Let it belong to HubStorage (%s).".formatted(chown)
                : "Run HubStorage as its owner (in the container: PUID=%d and PGID=%d), or let it belong to HubStorage (%s)."
                        .formatted(owner.uid, owner.gid, chown);
    }

    private static boolean readOnly(Path path) {
        try {
            return Files.getFileStore(path).isReadOnly();
        } catch (IOException _) {
            return false;
        }
    }

    private static String reason(IOException e) {
        return e instanceof FileSystemException system && system.getReason() != null
                ? system.getReason()
                : String.valueOf(e.getMessage());
    }

    private record Owner(int uid, int gid, int mode) {
        /** Whether this mode gives the other the right to write; groups that he is in besides are not known here. */
        boolean lets(Owner other) {
            int needed = other.uid == uid ? OWNER_WRITES : other.gid == gid ? GROUP_WRITES : OTHERS_WRITE;
            return other.uid == 0 || (mode & needed) == needed;
        }
    }

    /** Null where the file system has no owners as Unix has them. */
    private static @Nullable Owner owner(Path path) {
        try {
            Map<String, Object> found = Files.readAttributes(path, "unix:uid,gid,mode");
            return found.get("uid") instanceof Integer uid
                            && found.get("gid") instanceof Integer gid
                            && found.get("mode") instanceof Integer mode
                    ? new Owner(uid, gid, mode)
                    : null;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException _) {
            return null;
        }
    }

    /** Who this process is: the owner of its entry in {@code /proc} or, where there is none, of a file that it makes. */
    private static @Nullable Owner us() {
        Owner found = owner(Path.of("/proc/self"));
        if (found != null) {
            return found;
        }
        try {
            Path file = Files.createTempFile("hubstorage-", ".tmp");
            try {
                return owner(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException _) {
            return null;
        }
    }
}

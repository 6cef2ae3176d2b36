package io.hubstorage.fs;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a disk can do, found out by trying.
 *
 * @param hardLinks whether files of the last snapshot can be linked
 * @param detail the system's own words when they cannot
 * @param reflinks whether a new file can share the blocks of one that cannot be linked, see {@link Reflinks}
 * @param caseInsensitive whether {@code a} and {@code A} are one file
 * @param normalising whether names that differ only in Unicode normalisation are one file, or come back otherwise
 * @param usableBytes free for this user
 */
public record DiskProbe(
        HardLinks hardLinks,
        @Nullable String detail,
        boolean reflinks,
        boolean caseInsensitive,
        boolean normalising,
        long usableBytes) {
    private static final String COMPOSED = "probe-\u00e9";
    /** Some blocks: a file system may keep less beside its name. */
    private static final int PROBED = 1 << 16;

    private static final String DECOMPOSED = "probe-e\u0301";

    /** Whether files can be linked, and why not. */
    public enum HardLinks {
        WORK,
        UNSUPPORTED,
        NOT_PERMITTED,
        TOO_MANY,
        OTHER_DISK
    }

    /**
     * Tries in a folder of its own below {@code folder}, and leaves nothing behind.
     *
     * @param folder where staging will be; created if need be
     * @param existing a file of the last snapshot to link, or null when there is none
     */
    public static DiskProbe probe(Path folder, @Nullable Path existing) throws IOException {
        Files.createDirectories(folder);
        Path room = Files.createTempDirectory(folder, "probe-");
        try {
            Link link = links(room, existing);
            return new DiskProbe(
                    link.state,
                    link.detail,
                    reflinks(room, existing),
                    sameFile(room, "probe-case", "PROBE-CASE"),
                    expressible(room) && normalising(room),
                    usableBytes(folder));
        } finally {
            Trees.delete(room);
        }
    }

    /** Whether unchanged files can be hard links; not for one that has too many already, but for all others. */
    public boolean links() {
        return hardLinks == HardLinks.WORK || hardLinks == HardLinks.TOO_MANY;
    }

    /** For people: how unchanged files come into a new snapshot, and what to do. */
    public String message() {
        String how = reflinks
                ? "unchanged files share their blocks with those of the last snapshot (reflinks)"
                : "unchanged files are copied from the last snapshot, which takes more space";
        return switch (hardLinks) {
            case WORK -> "Hard links work.";
            case UNSUPPORTED -> "This disk has no hard links: %s.".formatted(how);
            case NOT_PERMITTED ->
                "Files of the last snapshot belong to another user and may not be linked: %s. Run HubStorage as the user who owns them, or give them to its user (chown)."
                        .formatted(how);
            case TOO_MANY ->
                "A file has as many hard links as this disk allows: a new one takes its place, then that is linked.";
            case OTHER_DISK ->
                "The last snapshot is not on the same mount as the staging folder: %s. Mount the whole data folder in one piece."
                        .formatted(how);
        };
    }

    /** Free for this user on the disk that holds the folder, or will hold it, in bytes. */
    public static long usableBytes(Path folder) throws IOException {
        return Files.getFileStore(FolderAccess.existing(folder)).getUsableSpace();
    }

    private record Link(HardLinks state, @Nullable String detail) {}

    private static Link links(Path room, @Nullable Path existing) throws IOException {
        Path own = Files.createFile(room.resolve("own"));
        Optional<IOException> failure = link(room.resolve("own-link"), own);
        if (failure.isPresent()) {
            return new Link(HardLinks.UNSUPPORTED, failure.get().getMessage());
        }
        if (existing == null) {
            return new Link(HardLinks.WORK, null);
        }
        failure = link(room.resolve("existing-link"), existing);
        return failure.map(reason -> new Link(reason(existing, room, reason), reason.getMessage()))
                .orElseGet(() -> new Link(HardLinks.WORK, null));
    }

    private static boolean reflinks(Path room, @Nullable Path existing) throws IOException {
        Path from = existing == null ? Files.write(room.resolve("own-blocks"), new byte[PROBED]) : existing;
        return new Reflinks().make(from, room.resolve("reflink"), FileTime.fromMillis(0), false);
    }

    /** Own files can be linked here but this one cannot: told apart by its facts, since the words depend on the locale. */
    private static HardLinks reason(Path existing, Path room, IOException failure) {
        try {
            if (!Files.getFileStore(existing).equals(Files.getFileStore(room))) {
                return HardLinks.OTHER_DISK;
            }
            // NTFS allows the fewest links, 1,024.
            boolean many =
                    Files.getAttribute(existing, "unix:nlink", LinkOption.NOFOLLOW_LINKS) instanceof Integer links
                            && links >= 1_000;
            if (many) {
                return HardLinks.TOO_MANY;
            }
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
        return HardLinks.NOT_PERMITTED;
    }

    private static Optional<IOException> link(Path link, Path existing) throws IOException {
        try {
            Files.createLink(link, existing);
            return Optional.empty();
        } catch (IOException e) {
            if (DiskFull.isCauseOf(e)) {
                // That says nothing about links.
                throw e;
            }
            return Optional.of(e);
        } catch (UnsupportedOperationException e) {
            return Optional.of(new IOException("hard links are not supported", e));
        }
    }

    private static boolean sameFile(Path room, String first, String second) throws IOException {
        Files.createFile(room.resolve(first));
        try {
            Files.createFile(room.resolve(second));
            return false;
        } catch (FileAlreadyExistsException e) {
            return true;
        }
    }

    /** Whether this process can use names beyond ASCII at all. */
    private static boolean expressible(Path room) {
        try {
            return room.resolve(COMPOSED).toString().endsWith(COMPOSED);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static boolean normalising(Path room) throws IOException {
        if (sameFile(room, COMPOSED, DECOMPOSED)) {
            return true;
        }
        try (Stream<Path> files = Files.list(room)) {
            return files.map(file -> file.getFileName().toString())
                            .filter(name -> name.equals(COMPOSED) || name.equals(DECOMPOSED))
                            .count()
                    != 2;
        }
    }
}

package io.hubstorage.web;

import io.hubstorage.bus.S3Message.Outcome;
import io.hubstorage.bus.S3Message.Step;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a folder is good for, found out by doing it. Blocking. */
final class FolderCheck {
    private static final long GIB = 1L << 30;

    private FolderCheck() {}

    /** Whether the data folder takes files and hard links, and how much room it has. */
    static List<Step> data(Path folder) {
        List<Step> steps = new ArrayList<>();
        steps.add(writable("data_folder", folder));
        if (steps.getFirst().outcome() == Outcome.OK) {
            steps.add(hardLinks(folder));
            steps.add(space(folder));
        }
        return steps;
    }

    /** Whether a file can be written there. */
    static Step writable(String name, Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                return new Step(
                        name,
                        Outcome.FAILED,
                        "%s is no folder.".formatted(folder),
                        "Create it, or mount the disk that belongs there.");
            }
            Path file = Files.createTempFile(folder, ".hubstorage-test-", ".tmp");
            try {
                Files.writeString(file, "written by the self-test");
            } finally {
                Files.deleteIfExists(file);
            }
            return new Step(name, Outcome.OK, "%s can be written.".formatted(folder), null);
        } catch (IOException e) {
            return new Step(
                    name,
                    Outcome.FAILED,
                    "%s cannot be written: %s".formatted(folder, reason(e)),
                    "Give the user that runs HubStorage the right to write there.");
        }
    }

    private static Step hardLinks(Path folder) {
        try {
            Path file = Files.createTempFile(folder, ".hubstorage-test-", ".tmp");
            Path link = file.resolveSibling(file.getFileName() + ".link");
            try {
                Files.createLink(link, file);
            } finally {
                Files.deleteIfExists(link);
                Files.deleteIfExists(file);
            }
            return new Step("hard_links", Outcome.OK, "Unchanged files cost no space.", null);
        } catch (IOException | UnsupportedOperationException e) {
            return new Step(
                    "hard_links",
                    Outcome.SKIPPED,
                    "This disk knows no hard links: every snapshot takes its full size.",
                    "Use a file system with hard links (ext4, XFS, Btrfs, ZFS, APFS, NTFS) to save space.");
        }
    }

    private static Step space(Path folder) {
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            return new Step("free_space", Outcome.OK, "%.1f GiB free.".formatted((double) free / GIB), null);
        } catch (IOException e) {
            return new Step("free_space", Outcome.SKIPPED, "The disk does not tell: " + reason(e), null);
        }
    }

    private static String reason(IOException e) {
        return e instanceof AccessDeniedException ? "permission denied" : String.valueOf(e.getMessage());
    }
}

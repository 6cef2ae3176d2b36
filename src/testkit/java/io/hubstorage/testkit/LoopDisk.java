package io.hubstorage.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real file system of its own in a file, that nobody else writes to: mounted over a loop device, which only root may. Tests are
 * skipped, and say so, where that cannot be done.
 */
public final class LoopDisk implements AutoCloseable {
    private static final int SECONDS = 60;

    private final Path folder;

    private LoopDisk(Path folder) {
        this.folder = folder;
    }

    /** What can be mounted. */
    public enum Type {
        /** With the blocks that larger ones have. */
        EXT4("-q -F -b 4096"),
        XFS("-q -f"),
        BTRFS("-q -f"),
        /** With room for few hard links to one file in a folder, as a btrfs has that was made long ago. */
        BTRFS_OF_FEW_LINKS("-q -f -O ^extref"),
        /** That keeps nothing of a small file beside its name. */
        BTRFS_OF_WHOLE_BLOCKS("-q -f");

        private final String options;

        Type(String options) {
            this.options = options;
        }

        /** As the system calls it. */
        public String system() {
            return name().startsWith("BTRFS") ? "btrfs" : name().toLowerCase(Locale.ROOT);
        }

        private String mountOptions() {
            return this == BTRFS_OF_WHOLE_BLOCKS ? "loop,max_inline=0" : "loop";
        }

        /** The smallest that its tool makes, and some. */
        private long bytes() {
            return (this == XFS ? 320L : 160L) << 20;
        }
    }

    /** Makes an empty one and mounts it at this folder, which is made; its file is beside it. */
    public static LoopDisk mount(Path folder, Type type) {
        try {
            Files.createDirectories(folder);
            Path image = folder.resolveSibling(folder.getFileName() + ".image");
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength(type.bytes());
            }
            List<String> make = new ArrayList<>(List.of("mkfs." + type.system()));
            make.addAll(List.of(type.options.split(" ")));
            make.add(image.toString());
            require(type, run(make));
            require(
                    type,
                    run(List.of(
                            "mount",
                            "-t",
                            type.system(),
                            "-o",
                            type.mountOptions(),
                            image.toString(),
                            folder.toString())));
            return new LoopDisk(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void require(Type type, String trouble) {
        assumeTrue(trouble.isEmpty(), "no %s can be made and mounted here: %s".formatted(type.system(), trouble));
    }

    public Path folder() {
        return folder;
    }

    /** What is in use of it when everything that was written or deleted is on the disk, in bytes. */
    public long used() {
        try {
            String trouble = run(List.of("sync", "-f", folder.toString()));
            if (!trouble.isEmpty()) {
                throw new IllegalStateException(trouble);
            }
            var store = Files.getFileStore(folder);
            return store.getTotalSpace() - store.getUnallocatedSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What a btrfs has in use for the bytes of files, without what it keeps of them beside their names, or for all else: see {@link
     * #used}, which has both, the latter twice.
     *
     * @param kind {@code Data} or {@code Metadata}
     */
    public long used(String kind) {
        used();
        String said = said(List.of("btrfs", "filesystem", "df", "--raw", folder.toString()));
        Matcher found = Pattern.compile(kind + ", .*used=(\\d+)").matcher(said);
        if (!found.find()) {
            throw new IllegalStateException(said);
        }
        return Long.parseLong(found.group(1));
    }

    private static String said(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it complained about, or that it took too long, as where a kernel waits for a loop device; empty when it worked. */
    private static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            // None of them says more than a pipe takes.
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "%s did not end in %d s".formatted(command.getFirst(), SECONDS);
            }
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int code = process.exitValue();
            return code == 0 ? "" : "%s ended with %d: %s".formatted(command.getFirst(), code, said);
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        String trouble = run(List.of("umount", folder.toString()));
        if (!trouble.isEmpty()) {
            throw new IllegalStateException(trouble);
        }
    }
}

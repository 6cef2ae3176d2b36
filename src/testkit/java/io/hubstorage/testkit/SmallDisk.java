package io.hubstorage.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A real file system of a few MiB that can be filled to the last page: a tmpfs, which only root may mount. Tests are skipped,
 * and say so, where that cannot be done.
 */
public final class SmallDisk implements AutoCloseable {
    /** What the smallest file takes. */
    public static final int PAGE = 4_096;

    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** Mounts one at this folder, which is made. */
    public static SmallDisk mount(Path folder, int mebibytes, int inodes) {
        try {
            Files.createDirectories(folder);
            String options = "size=%dm,nr_inodes=%d".formatted(mebibytes, inodes);
            String trouble = run("mount", "-t", "tmpfs", "-o", options, "hubstorage-test", folder.toString());
            assumeTrue(trouble.isEmpty(), "no tmpfs can be mounted here (only root can): " + trouble);
            return new SmallDisk(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets something else take all of the room but this. */
    public void leave(int pages) {
        Path ballast = ballast();
        try (RandomAccessFile file = new RandomAccessFile(ballast.toFile(), "rw")) {
            long full = fill(file);
            file.setLength(Math.max(0, full - (long) pages * PAGE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets something else take all of the disk's inodes but these. */
    public void leaveInodes(int count) {
        Path crowd = folder.resolve("crowd");
        int made = 0;
        try {
            Files.createDirectories(crowd);
            while (tryCreate(crowd.resolve(Integer.toString(made)))) {
                made++;
            }
            for (int i = 0; i < count; i++) {
                Files.delete(crowd.resolve(Integer.toString(--made)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What had taken the room is gone. */
    public void free() {
        try {
            Files.deleteIfExists(ballast());
            run("rm", "-rf", folder.resolve("crowd").toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path ballast() {
        return folder.resolve("ballast");
    }

    private static long fill(RandomAccessFile file) throws IOException {
        byte[] page = new byte[PAGE];
        long length = file.length() / PAGE * PAGE;
        file.seek(length);
        while (true) {
            try {
                file.write(page);
                length += PAGE;
            } catch (IOException full) {
                return length;
            }
        }
    }

    private static boolean tryCreate(Path file) {
        try {
            Files.write(file, new byte[0], StandardOpenOption.CREATE_NEW);
            return true;
        } catch (IOException full) {
            return false;
        }
    }

    /** What it complained about; empty when it worked. */
    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            int code = process.waitFor();
            return code == 0 ? "" : "%s ended with %d: %s".formatted(command[0], code, said);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            String trouble = run("umount", folder.toString());
            if (!trouble.isEmpty()) {
                throw new IllegalStateException(trouble);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

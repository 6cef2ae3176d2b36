package io.hubstorage.fs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names the time since which the disk below a folder was attached: as long as it is the same, the kernel has lost nothing that
 * was written there. It is made of the boot's id, the file system's device number and the kernel's sequence number of the
 * disk, which a disk that is plugged in again gets anew. The id of the mount is not part of it, because each start of a
 * container has another.
 */
public final class DiskMark {
    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");
    private static final int DEVICE = 2;
    private static final int MOUNT_POINT = 4;

    private DiskMark() {}

    public static String of(Path folder) throws IOException {
        return of(folder.toRealPath(), Path.of("/proc"), Path.of("/sys"));
    }

    /** @param folder without symbolic links */
    static String of(Path folder, Path proc, Path sys) throws IOException {
        Path boot = proc.resolve("sys/kernel/random/boot_id");
        if (!Files.isReadable(boot)) {
            return "unknown since " + ProcessHandle.current();
        }
        String mark = Files.readString(boot).strip();
        Path mounts = proc.resolve("self/mountinfo");
        return Files.isReadable(mounts) ? mark + disk(folder, mounts, sys) : mark;
    }

    private static String disk(Path folder, Path mounts, Path sys) throws IOException {
        String[] best = {};
        int depth = -1;
        for (String line : Files.readAllLines(mounts)) {
            String[] fields = line.split(" ", -1);
            if (fields.length > MOUNT_POINT) {
                Path point = Path.of(unescaped(fields[MOUNT_POINT]));
                // Of several on one point the last is on top.
                if (folder.startsWith(point) && point.getNameCount() >= depth) {
                    depth = point.getNameCount();
                    best = fields;
                }
            }
        }
        return best.length == 0 ? "" : " %s %s".formatted(best[DEVICE], sequence(best, sys));
    }

    /** Of the device itself, or of the disk that it is a partition of; for btrfs and the like, of the one that is mounted. */
    private static String sequence(String[] mount, Path sys) throws IOException {
        for (Path device : new Path[] {
            sys.resolve("dev/block").resolve(mount[DEVICE]),
            sys.resolve("class/block")
                    .resolve(Path.of("/" + mount[mount.length - 2]).getFileName())
        }) {
            if (Files.exists(device)) {
                Path real = device.toRealPath();
                for (Path place : new Path[] {real, real.resolveSibling("")}) {
                    Path sequence = place.resolve("diskseq");
                    if (Files.isReadable(sequence)) {
                        return Files.readString(sequence).strip();
                    }
                }
            }
        }
        return "-";
    }

    private static String unescaped(String path) {
        return OCTAL.matcher(path)
                .replaceAll(match -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(match.group(1), 8))));
    }
}

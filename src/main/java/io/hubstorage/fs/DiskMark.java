package io.hubstorage.fs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Names the time since which the disk below a folder was attached: as long as it is the same, the kernel has lost nothing that
 * was written there. It is made of the boot's id, the file system's device number and the kernel's sequence number of the
 * disk, which a disk that is plugged in again gets anew. The id of the mount is not part of it, because each start of a
 * container has another.
 */
public final class DiskMark {
    private DiskMark() {}

    public static String of(Path folder) throws IOException {
        return of(folder.toRealPath(), Path.of("/proc"), Path.of("/sys"));
    }

    /** @param folder without symbolic links */
    static String of(Path folder, Path proc, Path sys) throws IOException {
        Path boot = proc.resolve("sys/kernel/random/boot_id");
        if (!Files.isReadable(boot)) {
            // With the time, because a number comes again after a start of the machine.
            ProcessHandle process = ProcessHandle.current();
            return "unknown since %s of %s"
                    .formatted(process, process.info().startInstant().orElse(null));
        }
        String mark = Files.readString(boot).strip();
        Mount mount = Mount.of(folder, proc.resolve("self/mountinfo")).orElse(null);
        return mount == null ? mark : "%s %s %s".formatted(mark, mount.device(), sequence(mount, sys));
    }

    /** Of the device itself, or of the disk that it is a partition of; for btrfs and the like, of the one that is mounted. */
    private static String sequence(Mount mount, Path sys) throws IOException {
        for (Path device : new Path[] {
            sys.resolve("dev/block").resolve(mount.device()),
            sys.resolve("class/block").resolve(Path.of("/" + mount.source()).getFileName())
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
}

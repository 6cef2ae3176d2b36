package io.hubstorage.restore.folder;

import io.hubstorage.bus.Sizes;
import io.hubstorage.fs.DiskProbe;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.restore.targets.Target.Demand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Why nothing can be restored to a folder, told before the first byte. Blocking.
 *
 * @param root without symbolic links; need not be there
 * @param ours folders of HubStorage, which it must neither be in nor hold; none for a folder that is one of them itself
 * @param scratch of this restore, for what has to be remembered of the folder
 */
record FolderCheck(Path root, List<Path> ours, Path scratch) {
    /** What a file may take beyond its bytes. */
    private static final int BLOCK = 4_096;

    /**
     * A sentence each, with what to do.
     *
     * @param begun whether the restore has been at work there, and so its folder has been found again
     */
    List<String> problems(Demand demand, boolean begun) throws IOException {
        List<String> problems = new ArrayList<>();
        for (Path own : ours) {
            if (holds(own, root) || holds(root, own)) {
                problems.add("%s is where HubStorage keeps its own files (%s): restore to another folder."
                        .formatted(root, own));
            }
        }
        for (Path way = root; way != null && !ours.isEmpty() && problems.isEmpty(); way = way.getParent()) {
            if (Files.exists(way.resolve(".hubstorage/marker.json"), LinkOption.NOFOLLOW_LINKS)) {
                problems.add("%s is a data folder of HubStorage: restore to another folder.".formatted(way));
            }
        }
        FolderAccess.ask(root).ifPresent(problem -> problems.add(problem.sentence()));
        long free = DiskProbe.usableBytes(root);
        long needed = demand.write().bytes() + demand.write().objects() * BLOCK;
        if (needed > free) {
            problems.add("The restore needs %s, and %s has %s free: make room, or choose another folder."
                    .formatted(Sizes.bytes((double) needed), root, Sizes.bytes((double) free)));
        }
        if (!begun) {
            otherDisk().ifPresent(problems::add);
        }
        return problems;
    }

    /** Whether a folder is the other or in it, by whatever way it is reached. */
    private static boolean holds(Path outer, Path inner) throws IOException {
        if (!Files.exists(outer)) {
            return inner.startsWith(outer);
        }
        for (Path way = FolderAccess.existing(inner); way != null; way = way.getParent()) {
            if (Files.isSameFile(way, outer)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The disk is remembered by the first look, which is the plan's. By its mount point and device, so that one that was unmounted and
     * mounted again is the same.
     */
    private Optional<String> otherDisk() throws IOException {
        String disk = Files.getFileStore(FolderAccess.existing(root)).toString();
        Path remembered = scratch.resolve("disk");
        // Empty after a power loss.
        if (!Files.exists(remembered) || Files.size(remembered) == 0) {
            Files.createDirectories(scratch);
            Files.writeString(remembered, disk);
            return Optional.empty();
        }
        String planned = Files.readString(remembered);
        return planned.equals(disk)
                ? Optional.empty()
                : Optional.of(
                        "%s is on another disk than when the plan was made (on %s instead of %s): is the right one mounted? If it is, make another plan."
                                .formatted(root, disk, planned));
    }
}

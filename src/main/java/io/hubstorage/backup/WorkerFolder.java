package io.hubstorage.backup;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.ShardId;
import io.hubstorage.bus.TransferMessage.Workspace;
import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that a worker in another process has to itself for one shard: it writes nowhere else, and nobody else writes there. So
 * whatever a worker does that was given up long ago, because nobody heard of it or it stood still, it does to files that are in no
 * snapshot: its folder is taken from it by a rename, and what comes of its work is moved out of there only after that. Nothing
 * that a network file system remembers of names can lead it elsewhere. Blocking.
 */
final class WorkerFolder {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerFolder.class);
    /** Taken from a worker that had not come to an end. */
    private static final String LOST = "lost";
    /** Taken from one that had: what is in there goes to where the coordinator's own worker would have put it. */
    private static final String DONE = "done";

    private static final String TREE = "tree";

    private final Path place;
    private final int shard;
    private Path folder;

    private WorkerFolder(Path folder, int shard) {
        this.place = folder;
        this.folder = folder;
        this.shard = shard;
    }

    /** A new one in that folder, which must be there, with its tree and its lease. */
    static WorkerFolder make(Path parent, TransferMessage.Shard asked) throws IOException {
        ShardId id = asked.id();
        WorkerFolder made =
                new WorkerFolder(parent.resolve("%04d.%d".formatted(id.index(), id.dispatch())), id.index());
        Trees.createBelow(parent, made.tree());
        Files.writeString(Path.of(made.shard(asked).lease()), asked.runId());
        return made;
    }

    /** Those that are left below that folder. */
    static List<WorkerFolder> in(Path parent) throws IOException {
        List<WorkerFolder> found = new ArrayList<>();
        if (Files.isDirectory(parent)) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent)) {
                for (Path each : folders) {
                    String name = each.getFileName().toString();
                    found.add(new WorkerFolder(each, Integer.parseInt(name.substring(0, name.indexOf('.')))));
                }
            }
        }
        return found;
    }

    Path tree() {
        return folder.resolve(TREE);
    }

    Path log() {
        return folder.resolve("shard-%04d.journal".formatted(shard));
    }

    /** The shard as it is worked on in here. */
    TransferMessage.Shard shard(TransferMessage.Shard asked) {
        return asked.in(asked.id(), new Workspace(tree().toString(), folder.toString(), asked.sources()));
    }

    boolean hasLease(TransferMessage.Shard asked) {
        return Files.exists(Path.of(shard(asked).lease()));
    }

    /** The worker has not come to an end, and shall not. */
    void giveUp() throws IOException {
        take(LOST);
    }

    /** The worker has come to its end: moves what it has made to where the coordinator's own would have put it, two folders that are there. */
    void takeIn(Path tree, Path journal) throws IOException {
        take(DONE);
        moveOut(tree, journal);
    }

    /** After the end of the process that gave it out. */
    void takeAfterCrash(Path tree, Path journal) throws IOException {
        if (folder.toString().endsWith("." + DONE)) {
            moveOut(tree, journal);
        } else if (!folder.toString().endsWith("." + LOST)) {
            giveUp();
        }
    }

    /**
     * Deletes the lease of one that was given up, so that a worker that opens it by what its network file system remembers of names does
     * not find it either. It can do no harm by then. Nobody waits for that: where it is the worker's machine that is gone, an NFS server
     * which has lent that the lease takes a minute and a half to have it back, in which nobody here can look for names in the folder.
     */
    void revokeLater() {
        Path lease = folder.resolve("shard-%04d%s".formatted(shard, TransferMessage.Shard.LEASE));
        Thread.ofPlatform().daemon().name("revoke-lease").start(() -> {
            try {
                Files.deleteIfExists(lease);
            } catch (IOException e) {
                LOG.debug("{} could not be deleted", lease, e);
            }
        });
    }

    private void take(String how) throws IOException {
        Path taken = place.resolveSibling(place.getFileName() + "." + how);
        Files.move(folder, taken, StandardCopyOption.ATOMIC_MOVE);
        folder = taken;
    }

    private void moveOut(Path tree, Path journal) throws IOException {
        if (Files.isDirectory(tree())) {
            merge(tree(), tree);
        }
        for (Path file : files()) {
            Files.move(file, journal.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        }
        Trees.delete(folder);
    }

    /** Those that are of use to the steps after this one. */
    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "shard-*")) {
            for (Path file : all) {
                String name = file.toString();
                if (!name.endsWith(TransferMessage.Shard.DRAFT)
                        && !name.endsWith(TransferMessage.Shard.LEASE)
                        && Files.isRegularFile(file)) {
                    files.add(file);
                }
            }
        }
        return files;
    }

    /**
     * Moves all that is in a folder, and deletes it: whole folders where the target has none of that name, since shards share those
     * above the keys at their ends.
     */
    private static void merge(Path from, Path to) throws IOException {
        boolean found = true;
        // Again until nothing is left: a file system may pass over names while others go from the folder that is read.
        while (found) {
            found = false;
            try (DirectoryStream<Path> children = Files.newDirectoryStream(from)) {
                for (Path child : children) {
                    found = true;
                    Path target = to.resolve(child.getFileName());
                    if (!isFolder(target) || !isFolder(child)) {
                        move(child, target);
                    } else {
                        merge(child, target);
                    }
                }
            }
        }
        Files.delete(from);
    }

    /** Somebody else may make a folder of that name at this very moment. */
    private static void move(Path child, Path target) throws IOException {
        try {
            Files.move(child, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!isFolder(target) || !isFolder(child)) {
                throw e;
            }
            merge(child, target);
        }
    }

    private static boolean isFolder(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}

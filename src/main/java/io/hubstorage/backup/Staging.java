package io.hubstorage.backup;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Trust;
import io.hubstorage.fs.DiskMark;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Trees;
import io.hubstorage.manifest.ChangeLog;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestMerge;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a run works before its snapshot exists. A run that was cut off leaves its staging behind; the next run adopts it:
 * it lists and plans afresh, and spares the download of whatever a change log of the staging names with the listed ETag.
 *
 * <p>Each attempt at a bucket writes into a tree of its own and takes what earlier ones left as a source to link from, so
 * that nothing of an earlier attempt can slip into the snapshot. Used by one run at a time; buckets may run side by side.
 */
final class Staging {
    private static final Logger LOG = LoggerFactory.getLogger(Staging.class);
    private static final String BOOT = "boot-id";
    /** How the name of a shard's change log ends. */
    private static final String CHANGE_LOG = ".journal";

    private final Layout layout;
    private final String time;
    private final boolean reattached;
    private int lastAttempt;

    private Staging(Layout layout, String time, boolean reattached, int lastAttempt) {
        this.layout = layout;
        this.time = time;
        this.reattached = reattached;
        this.lastAttempt = lastAttempt;
    }

    /** Adopts the staging that an earlier run left, or begins a new one; older ones and the trash are deleted. */
    static Staging open(Layout layout, Instant now) throws IOException {
        Trees.delete(layout.trash());
        List<String> times = children(layout.stagings());
        while (!times.isEmpty() && isTampered(layout, times.getLast())) {
            LOG.warn(
                    "somebody put a symbolic link into {}, which an interrupted run left: its downloads are dropped",
                    layout.staging(times.getLast()));
            delete(layout, times.getLast());
            times = times.subList(0, times.size() - 1);
        }
        for (String old : times.subList(0, Math.max(0, times.size() - 1))) {
            delete(layout, old);
        }
        for (String journal : children(layout.journals())) {
            if (!times.contains(journal)) {
                delete(layout, journal);
            }
        }
        String mark = DiskMark.of(layout.data());
        if (times.isEmpty()) {
            String time = Layout.time(now);
            Files.createDirectories(layout.staging(time));
            Files.createDirectories(layout.journal(time));
            Files.writeString(layout.journal(time).resolve(BOOT), mark);
            return new Staging(layout, time, false, 0);
        }
        String time = times.getLast();
        Path bootFile = layout.journal(time).resolve(BOOT);
        boolean reattached =
                !Files.exists(bootFile) || !Files.readString(bootFile).equals(mark);
        Staging staging = new Staging(layout, time, reattached, lastAttempt(layout, time));
        staging.revokeLeasesAndDeleteDrafts();
        staging.takeFromWorkers();
        staging.undoAssembly();
        LOG.info(
                "continuing the work of an interrupted run{}: what it had downloaded is not downloaded again",
                reattached
                        ? ", each file checked by its hash first because the machine or its disk was started since"
                        : "");
        return staging;
    }

    /** Workers of the run that began this staging, in another process maybe, must not go on in it; nor can anybody with what they had half. */
    private void revokeLeasesAndDeleteDrafts() throws IOException {
        if (!Files.isDirectory(layout.journal(time))) {
            return;
        }
        try (Stream<Path> files = Files.walk(layout.journal(time), 3)) {
            for (Path file : files.filter(Staging::isOfNoFurtherUse).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static boolean isOfNoFurtherUse(Path file) {
        String name = file.toString();
        return name.endsWith(TransferMessage.Shard.LEASE) || name.endsWith(TransferMessage.Shard.DRAFT);
    }

    /** What workers in other processes were at work on: whoever of them goes on knows no place any more where it could write. */
    private void takeFromWorkers() throws IOException {
        for (int attempt = 1; attempt <= lastAttempt; attempt++) {
            for (String bucket : children(layout.workers(time).resolve(Layout.ATTEMPT_PREFIX + attempt))) {
                for (WorkerFolder folder : WorkerFolder.in(layout.workers(time, attempt, bucket))) {
                    folder.takeAfterCrash(tree(attempt, bucket), journal(attempt, bucket));
                }
            }
        }
    }

    /** A folder of its own for a worker in another process that is given this shard. */
    WorkerFolder workerFolder(TransferMessage.Shard shard) throws IOException {
        // By which a later run knows that there was such an attempt.
        Files.createDirectories(journal(shard.id().attempt(), shard.bucket()));
        return WorkerFolder.make(layout.workers(time, shard.id().attempt(), shard.bucket()), shard);
    }

    /** Whether a symbolic link stands where the trees and journals begin; within a tree, each file is looked at when used. */
    private static boolean isTampered(Layout layout, String time) throws IOException {
        return hasLink(layout.staging(time), 2)
                || hasLink(layout.stagedSnapshot(time), 2)
                || hasLink(layout.journal(time), 3);
    }

    private static boolean hasLink(Path folder, int depth) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(folder, depth)) {
            return files.anyMatch(Files::isSymbolicLink);
        }
    }

    synchronized int nextAttempt() {
        return ++lastAttempt;
    }

    Path tree(int attempt, String bucket) {
        return layout.attempt(time, attempt, bucket);
    }

    Path journal(int attempt, String bucket) {
        return layout.attemptJournal(time, attempt, bucket);
    }

    /** A folder for the run's other working files. */
    Path scratch() throws IOException {
        return Files.createDirectories(layout.journal(time).resolve("scratch"));
    }

    /**
     * What earlier attempts at the bucket have downloaded, as sources to link from.
     *
     * @param doubtful whether somebody may still have been writing there when it was given up
     */
    List<TransferMessage.Source> staged(String bucket, boolean doubtful) throws IOException {
        List<TransferMessage.Source> sources = new ArrayList<>();
        Path root = layout.staging(time);
        try (ManifestMerge own = new ManifestMerge(null, scratch());
                ManifestMerge lost = new ManifestMerge(null, scratch())) {
            for (int attempt = 1; attempt <= lastAttempt; attempt++) {
                for (String file : children(journal(attempt, bucket))) {
                    if (file.endsWith(CHANGE_LOG)) {
                        addDownloads(
                                journal(attempt, bucket).resolve(file),
                                Trees.relative(root, tree(attempt, bucket)) + "/",
                                own);
                    }
                }
                for (WorkerFolder folder : WorkerFolder.in(layout.workers(time, attempt, bucket))) {
                    if (Files.exists(folder.log())) {
                        addDownloads(folder.log(), Trees.relative(root, folder.tree()) + "/", lost);
                    }
                }
            }
            add(own, bucket + ".staged", reattached || doubtful ? Trust.HASH : Trust.MANIFEST, sources);
            add(lost, bucket + ".lost", Trust.HASH, sources);
        }
        return sources;
    }

    private void add(ManifestMerge downloads, String name, Trust trust, List<TransferMessage.Source> sources)
            throws IOException {
        if (!downloads.isEmpty()) {
            Path manifest = scratch().resolve("%s.%d.zst".formatted(name, lastAttempt));
            downloads.write(manifest);
            sources.add(new TransferMessage.Source(layout.staging(time).toString(), manifest.toString(), false, trust));
        }
    }

    /** What a worker has left that was lost in the middle of a shard. It may not have told its disk to keep it. */
    Optional<TransferMessage.Source> left(WorkerFolder folder, TransferMessage.Shard shard) throws IOException {
        if (!Files.exists(folder.log())) {
            return Optional.empty();
        }
        TransferMessage.ShardId id = shard.id();
        Path manifest = scratch()
                .resolve("%s.%d.%d.%d.lost.zst".formatted(id.bucket(), id.attempt(), id.index(), id.dispatch()));
        try (ManifestMerge downloads = new ManifestMerge(null, scratch())) {
            addDownloads(folder.log(), "", downloads);
            if (downloads.isEmpty()) {
                return Optional.empty();
            }
            downloads.write(manifest);
        }
        return Optional.of(
                new TransferMessage.Source(folder.tree().toString(), manifest.toString(), false, Trust.HASH));
    }

    private static void addDownloads(Path log, String pathPrefix, ManifestMerge downloads) throws IOException {
        try (ChangeLog.Reader reader = new ChangeLog.Reader(log)) {
            for (ManifestEntry entry = reader.nextDownload(); entry != null; entry = reader.nextDownload()) {
                downloads.add(entry.withPath(pathPrefix + entry.path()));
            }
        }
    }

    boolean hasDownloads() throws IOException {
        for (Path log : logs()) {
            try (ChangeLog.Reader reader = new ChangeLog.Reader(log)) {
                if (reader.nextDownload() != null) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Of all attempts at all buckets. */
    private List<Path> logs() throws IOException {
        List<Path> logs = new ArrayList<>();
        if (Files.isDirectory(layout.journal(time))) {
            try (Stream<Path> files = Files.walk(layout.journal(time))) {
                files.filter(file -> file.toString().endsWith(CHANGE_LOG)).forEach(logs::add);
            }
        }
        for (String attempt : children(layout.workers(time))) {
            Path folder = layout.workers(time).resolve(attempt);
            for (String bucket : children(folder)) {
                WorkerFolder.in(folder.resolve(bucket)).stream()
                        .map(WorkerFolder::log)
                        .filter(Files::exists)
                        .forEach(logs::add);
            }
        }
        return logs;
    }

    Path beginAssembly() throws IOException {
        Path snapshot = layout.stagedSnapshot(time);
        Trees.delete(snapshot);
        // Also where all buckets are of named accounts: by these folders a snapshot is known.
        Files.createDirectories(Layout.trees(snapshot, null));
        Files.createDirectories(Layout.manifests(snapshot, null));
        return snapshot;
    }

    void assemble(int attempt, String bucket) throws IOException {
        Path tree = Files.createDirectories(tree(attempt, bucket));
        Path place = Layout.tree(layout.stagedSnapshot(time), bucket);
        Files.createDirectories(Durable.folderOf(place));
        Files.move(tree, place, StandardCopyOption.ATOMIC_MOVE);
    }

    /** After a crash in the middle of an assembly: each tree goes back to the attempt it came from. */
    private void undoAssembly() throws IOException {
        Path snapshot = layout.stagedSnapshot(time);
        for (String bucket : Files.isDirectory(snapshot) ? SnapshotInfo.called(snapshot) : List.<String>of()) {
            for (int attempt = lastAttempt; attempt > 0; attempt--) {
                Path tree = tree(attempt, bucket);
                if (Files.isDirectory(journal(attempt, bucket)) && !Files.exists(tree)) {
                    Files.createDirectories(Durable.folderOf(tree));
                    Files.move(Layout.tree(snapshot, bucket), tree, StandardCopyOption.ATOMIC_MOVE);
                    break;
                }
            }
        }
        Trees.delete(snapshot);
    }

    /**
     * Deletes everything: the snapshot has been committed, or nothing in here is worth keeping. That it cannot be deleted is
     * only told: it changes nothing about what the run has done, and the next one tries again.
     */
    void discard() {
        try {
            delete(layout, time);
        } catch (IOException e) {
            LOG.warn("what the run had staged in {} could not be deleted: {}", layout.hub(), e.toString());
        }
    }

    /** Moved away first: a deletion that is cut off leaves no half staging to adopt. */
    private static void delete(Layout layout, String time) throws IOException {
        Files.createDirectories(layout.trash());
        moveAway(layout.staging(time), layout.trash().resolve("staging-" + time));
        moveAway(layout.journal(time), layout.trash().resolve("journal-" + time));
        Trees.delete(layout.trash());
    }

    private static void moveAway(Path folder, Path away) throws IOException {
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Trees.delete(away);
            Files.move(folder, away, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static int lastAttempt(Layout layout, String time) throws IOException {
        return children(layout.journal(time)).stream()
                .filter(name -> name.startsWith(Layout.ATTEMPT_PREFIX))
                .mapToInt(name -> Integer.parseInt(name.substring(Layout.ATTEMPT_PREFIX.length())))
                .max()
                .orElse(0);
    }

    private static List<String> children(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
    }
}

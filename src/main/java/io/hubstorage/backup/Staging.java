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
 *
 * <p>Its name ends in the epoch of the run that has it, and it is renamed when another run adopts it. So whoever has lost the data
 * folder without knowing finds nothing under the names that it knows, whatever it was about to do, the commit too; it neither makes
 * that anew nor touches what has a higher epoch.
 */
final class Staging {
    private static final Logger LOG = LoggerFactory.getLogger(Staging.class);
    private static final String BOOT = "boot-id";
    /** What an assembly is called while its trees are given back. */
    private static final String UNDONE = "undone";

    /** How the name of a shard's change log ends. */
    private static final String CHANGE_LOG = ".journal";

    private final Layout layout;
    private final Name name;
    private final boolean reattached;
    private int lastAttempt;

    /**
     * What the folders of a staging are called.
     *
     * @param time when it was begun, as {@link Layout#time} says
     * @param epoch of the run that has it; 0 in those of earlier versions
     */
    private record Name(String time, long epoch) implements Comparable<Name> {
        static Name parse(String folder) {
            int dot = folder.lastIndexOf('.');
            return dot < 0
                    ? new Name(folder, 0)
                    : new Name(folder.substring(0, dot), Long.parseLong(folder.substring(dot + 1)));
        }

        /** Who has taken the data folder later has what counts, whatever the clocks say. */
        @Override
        public int compareTo(Name other) {
            return Comparator.comparingLong(Name::epoch)
                    .thenComparing(Name::time)
                    .compare(this, other);
        }

        @Override
        public String toString() {
            return epoch == 0 ? time : time + "." + epoch;
        }
    }

    private Staging(Layout layout, Name name, boolean reattached, int lastAttempt) {
        this.layout = layout;
        this.name = name;
        this.reattached = reattached;
        this.lastAttempt = lastAttempt;
    }

    /**
     * Adopts the staging that an earlier run left, or begins a new one; older ones and the trash are deleted.
     *
     * @param epoch of the hold of the data folder; 0 where there is none
     * @throws IOException also when a later run has taken the data folder
     */
    static Staging open(Layout layout, Instant now, long epoch) throws IOException {
        List<Name> left = names(layout.stagings());
        List<Name> journals = names(layout.journals());
        if (epoch > 0 && Stream.concat(left.stream(), journals.stream()).anyMatch(found -> found.epoch() > epoch)) {
            throw new IOException("another HubStorage has taken over " + layout.data());
        }
        Trees.delete(layout.trash());
        while (!left.isEmpty() && isTampered(layout, left.getLast())) {
            LOG.warn(
                    "somebody put a symbolic link into {}, which an interrupted run left: its downloads are dropped",
                    layout.staging(left.getLast().toString()));
            delete(layout, left.getLast());
            left = left.subList(0, left.size() - 1);
        }
        Name ours = new Name(left.isEmpty() ? Layout.time(now) : left.getLast().time(), epoch);
        boolean begun = !left.isEmpty();
        if (begun) {
            adopt(layout.staging(left.getLast().toString()), layout.staging(ours.toString()));
        }
        for (Name old : left.subList(0, Math.max(0, left.size() - 1))) {
            delete(layout, old);
        }
        boolean has = false;
        for (Name journal : journals.reversed()) {
            if (begun && !has && journal.time().equals(ours.time())) {
                has = true;
                adopt(layout.journal(journal.toString()), layout.journal(ours.toString()));
            } else {
                delete(layout, journal);
            }
        }
        Files.createDirectories(layout.staging(ours.toString()));
        Files.createDirectories(layout.journal(ours.toString()));
        String mark = DiskMark.of(layout.data());
        Path bootFile = layout.journal(ours.toString()).resolve(BOOT);
        if (!begun) {
            Files.writeString(bootFile, mark);
            return new Staging(layout, ours, false, 0);
        }
        boolean reattached =
                !Files.exists(bootFile) || !Files.readString(bootFile).equals(mark);
        Staging staging = new Staging(layout, ours, reattached, lastAttempt(layout, ours));
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

    private static void adopt(Path folder, Path ours) throws IOException {
        if (!folder.equals(ours)) {
            Files.move(folder, ours, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** By epoch and time. What has another name is not ours. */
    private static List<Name> names(Path folder) throws IOException {
        return children(folder).stream()
                .filter(child -> child.matches("\\d{14}(\\.\\d{1,18})?"))
                .map(Name::parse)
                .sorted()
                .toList();
    }

    /** Workers of the run that began this staging, in another process maybe, must not go on in it; nor can anybody with what they had half. */
    private void revokeLeasesAndDeleteDrafts() throws IOException {
        if (!Files.isDirectory(journal())) {
            return;
        }
        try (Stream<Path> files = Files.walk(journal(), 3)) {
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
            for (String bucket : children(workers().resolve(Layout.ATTEMPT_PREFIX + attempt))) {
                for (WorkerFolder folder : WorkerFolder.in(layout.workers(name.toString(), attempt, bucket))) {
                    prepare(attempt, bucket);
                    folder.takeAfterCrash(tree(attempt, bucket), journal(attempt, bucket));
                }
            }
        }
    }

    /** A folder of its own for a worker in another process that is given this shard. */
    WorkerFolder workerFolder(TransferMessage.Shard shard) throws IOException {
        Path parent = layout.workers(name.toString(), shard.id().attempt(), shard.bucket());
        return WorkerFolder.make(Trees.createBelow(staging(), parent), shard);
    }

    /** Whether a symbolic link stands where the trees and journals begin; within a tree, each file is looked at when used. */
    private static boolean isTampered(Layout layout, Name name) throws IOException {
        String folder = name.toString();
        return hasLink(layout.staging(folder), 2)
                || hasLink(layout.stagedSnapshot(folder), 2)
                || hasLink(layout.journal(folder), 3);
    }

    private static boolean hasLink(Path folder, int depth) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(folder, depth)) {
            return files.anyMatch(Files::isSymbolicLink);
        }
    }

    private Path staging() {
        return layout.staging(name.toString());
    }

    private Path journal() {
        return layout.journal(name.toString());
    }

    private Path workers() {
        return layout.workers(name.toString());
    }

    private Path stagedSnapshot() {
        return layout.stagedSnapshot(name.toString());
    }

    /** Makes the folders of an attempt at a bucket, unless another run has taken what they are in. */
    void prepare(int attempt, String bucket) throws IOException {
        Trees.createBelow(staging(), tree(attempt, bucket));
        Trees.createBelow(journal(), journal(attempt, bucket));
    }

    synchronized int nextAttempt() {
        return ++lastAttempt;
    }

    Path tree(int attempt, String bucket) {
        return layout.attempt(name.toString(), attempt, bucket);
    }

    Path journal(int attempt, String bucket) {
        return layout.attemptJournal(name.toString(), attempt, bucket);
    }

    /** A folder for the run's other working files. */
    Path scratch() throws IOException {
        return Trees.createBelow(journal(), journal().resolve("scratch"));
    }

    /**
     * What earlier attempts at the bucket have downloaded, as sources to link from.
     *
     * @param doubtful whether somebody may still have been writing there when it was given up
     */
    List<TransferMessage.Source> staged(String bucket, boolean doubtful) throws IOException {
        List<TransferMessage.Source> sources = new ArrayList<>();
        Path root = staging();
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
                for (WorkerFolder folder : WorkerFolder.in(layout.workers(name.toString(), attempt, bucket))) {
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
            sources.add(new TransferMessage.Source(staging().toString(), manifest.toString(), false, trust));
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
        if (Files.isDirectory(journal())) {
            try (Stream<Path> files = Files.walk(journal())) {
                files.filter(file -> file.toString().endsWith(CHANGE_LOG)).forEach(logs::add);
            }
        }
        for (String attempt : children(workers())) {
            Path folder = workers().resolve(attempt);
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
        Path snapshot = stagedSnapshot();
        Trees.delete(snapshot);
        // Also where all buckets are of named accounts: by these folders a snapshot is known.
        Trees.createBelow(staging(), Layout.trees(snapshot, null));
        Trees.createBelow(staging(), Layout.manifests(snapshot, null));
        return snapshot;
    }

    void assemble(int attempt, String bucket) throws IOException {
        Path tree = Trees.createBelow(staging(), tree(attempt, bucket));
        Path place = Layout.tree(stagedSnapshot(), bucket);
        Trees.createBelow(staging(), Durable.folderOf(place));
        Files.move(tree, place, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * After a crash in the middle of an assembly: each tree goes back to the attempt it came from. The whole is renamed first: it
     * might still be committed by somebody whose machine does not see yet that the staging has another name.
     */
    private void undoAssembly() throws IOException {
        Path undone = staging().resolve(UNDONE);
        // Of an undoing that was cut off.
        giveBack(undone);
        if (Files.exists(stagedSnapshot(), LinkOption.NOFOLLOW_LINKS)) {
            adopt(stagedSnapshot(), undone);
            giveBack(undone);
        }
    }

    private void giveBack(Path snapshot) throws IOException {
        for (String bucket : Files.isDirectory(snapshot) ? SnapshotInfo.called(snapshot) : List.<String>of()) {
            for (int attempt = lastAttempt; attempt > 0; attempt--) {
                Path tree = tree(attempt, bucket);
                if (Files.isDirectory(journal(attempt, bucket)) && !Files.exists(tree)) {
                    Trees.createBelow(staging(), Durable.folderOf(tree));
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
            delete(layout, name);
        } catch (IOException e) {
            LOG.warn("what the run had staged in {} could not be deleted: {}", layout.hub(), e.toString());
        }
    }

    /** Moved away first: a deletion that is cut off leaves no half staging to adopt. */
    private static void delete(Layout layout, Name name) throws IOException {
        Files.createDirectories(layout.trash());
        moveAway(layout.staging(name.toString()), layout.trash().resolve("staging-" + name));
        moveAway(layout.journal(name.toString()), layout.trash().resolve("journal-" + name));
        Trees.delete(layout.trash());
    }

    private static void moveAway(Path folder, Path away) throws IOException {
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Trees.delete(away);
            Files.move(folder, away, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static int lastAttempt(Layout layout, Name name) throws IOException {
        return children(layout.journal(name.toString())).stream()
                .filter(child -> child.startsWith(Layout.ATTEMPT_PREFIX))
                .mapToInt(child -> Integer.parseInt(child.substring(Layout.ATTEMPT_PREFIX.length())))
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

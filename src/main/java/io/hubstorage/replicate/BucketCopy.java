package io.hubstorage.replicate;

import io.hubstorage.bus.ReplicationRecord.Failure;
import io.hubstorage.bus.Tally;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.jobs.WorkerPool;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.CorruptManifestException;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bucket of a snapshot, by one merge of its manifest with that of the snapshot before it (and of the one after it, where the copy
 * has that already): what is the same file under the same key is linked from the copy's, or shares its blocks, the bytes of all else are copied and proven.
 * Memory does not grow with the bucket, because only one key is looked at: whether other keys are hard links to the same file is not
 * found out.
 */
final class BucketCopy {
    private static final Logger LOG = LoggerFactory.getLogger(BucketCopy.class);
    private static final int AT_ONCE = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 8);

    private final SnapshotCopy.Job job;
    private final String bucket;
    private final SnapshotTree source;
    private final StagedTree staged;
    private final Path manifest;
    private final FileCopy files;
    private final List<SnapshotCopy.Base> bases;
    private final LongAdder objects = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder failures = new LongAdder();

    BucketCopy(
            SnapshotCopy.Job job,
            String bucket,
            CopyFolder.Staging staging,
            FileCopy files,
            List<SnapshotCopy.Base> bases) {
        this.job = job;
        this.bucket = bucket;
        this.source = new SnapshotTree(job.source(), bucket);
        this.staged = new StagedTree(staging.folder(), bucket, staging.left());
        this.manifest = Layout.manifest(staging.folder(), bucket);
        this.files = files;
        this.bases = bases;
    }

    /**
     * Returns whether all of it is there now.
     *
     * @param expected what it holds
     * @throws SnapshotCopy.GoneException when the snapshot has been removed meanwhile
     */
    boolean run(Tally expected) throws IOException, InterruptedException {
        staged.begin();
        List<Neighbour> neighbours = new ArrayList<>();
        try (ManifestReader now = ManifestReader.open(manifest)) {
            for (SnapshotCopy.Base base : bases) {
                neighbours.add(new Neighbour(base));
            }
            WorkerPool.<IOException>run(
                    () -> AT_ONCE,
                    // A disk that does not answer would keep all that carries virtual threads, and the service with
                    // them.
                    Thread.ofPlatform().daemon().name("replicate-", 0),
                    pool -> {
                        for (ManifestEntry entry = now.next(); entry != null; entry = now.next()) {
                            stop().check();
                            put(entry, neighbours, pool);
                        }
                    });
        } catch (CorruptManifestException e) {
            job.progress().failed(new Failure(job.name(), bucket, null, String.valueOf(e.getMessage())));
            return false;
        } finally {
            for (Neighbour neighbour : neighbours) {
                neighbour.close();
            }
        }
        if (failures.sum() > 0) {
            return false;
        }
        Tally found = new Tally(objects.sum(), bytes.sum());
        if (!found.equals(expected)) {
            job.progress()
                    .failed(new Failure(
                            job.name(),
                            bucket,
                            null,
                            "Its manifest names %s, but its certificate counts %s.".formatted(found, expected)));
            return false;
        }
        return true;
    }

    private Cancellation stop() {
        return job.stop();
    }

    /** A snapshot that the copy has, in which the same keys are looked for. Without a manifest that can be read more is copied. */
    private final class Neighbour implements AutoCloseable {
        private final @Nullable SnapshotTree here;
        private final SnapshotTree there;
        private KeyCursor cursor = KeyCursor.empty();
        private @Nullable ManifestEntry next;

        Neighbour(SnapshotCopy.Base base) {
            here = base.source() == null ? null : new SnapshotTree(base.source(), bucket);
            there = new SnapshotTree(base.copy(), bucket);
            Path file = Layout.manifest(base.copy(), bucket);
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                try {
                    cursor = ManifestReader.open(file);
                    next = cursor.next();
                } catch (IOException e) {
                    giveUp(e);
                }
            }
        }

        /** Its entry of a key; keys come in order. */
        private @Nullable ManifestEntry find(String key) {
            try {
                while (next != null && KeyOrder.compare(next.key(), key) < 0) {
                    next = cursor.next();
                }
            } catch (IOException e) {
                giveUp(e);
            }
            return next != null && next.key().equals(key) ? next : null;
        }

        private void giveUp(IOException e) {
            LOG.warn("A manifest of the copy is damaged, so that more is copied anew: {}", e.toString());
            next = null;
        }

        /** Whether the file is one that this snapshot has too, and has been linked from the copy's. */
        boolean link(ManifestEntry entry, @Nullable BasicFileAttributes found, Path file) throws IOException {
            ManifestEntry known = find(entry.key());
            if (known == null || !isSame(entry, known) || !isSameFile(known, found)) {
                return false;
            }
            BasicFileAttributes attributes = there.look(known.path());
            Path existing = there.file(known.path());
            return attributes != null
                    && existing != null
                    && attributes.size() == entry.fileSize()
                    && entry.hasTimeOnDisk(attributes.lastModifiedTime())
                    && (staged.link(file, existing, attributes)
                            || files.share(existing, file, attributes.lastModifiedTime()));
        }

        /** Whether it is one file in the data folder. Where that has this snapshot no more, what the manifests say is enough. */
        private boolean isSameFile(ManifestEntry known, @Nullable BasicFileAttributes found) {
            if (here == null) {
                return true;
            }
            BasicFileAttributes before = here.look(known.path());
            return found != null && before != null && StagedTree.isSame(found, before);
        }

        @Override
        public void close() throws IOException {
            cursor.close();
        }
    }

    private void put(ManifestEntry entry, List<Neighbour> neighbours, WorkerPool<IOException> pool)
            throws IOException, InterruptedException {
        try {
            Path file = staged.place(entry.path());
            Path from = source.file(entry.path());
            if (file == null || from == null) {
                throw new SourceException("Its path leads out of the bucket's folder.", null);
            }
            if (entry.directory()) {
                staged.folder(file);
                job.progress().folder();
                count(entry);
                return;
            }
            BasicFileAttributes found = source.look(entry.path());
            for (Neighbour neighbour : neighbours) {
                if (neighbour.link(entry, found, file)) {
                    job.progress().linked(entry.size());
                    count(entry);
                    return;
                }
            }
            if (found == null) {
                throw new SourceException("It is missing, or something else than a file.", null);
            }
            pool.submit(() -> copy(entry, found, from, file));
        } catch (SourceException e) {
            failed(entry, e);
        }
    }

    private void count(ManifestEntry entry) {
        objects.increment();
        bytes.add(entry.size());
    }

    private static boolean isSame(ManifestEntry entry, ManifestEntry other) {
        return entry.fileSha256() != null
                && entry.fileSha256().equals(other.fileSha256())
                && entry.fileSize() == other.fileSize();
    }

    private void copy(ManifestEntry entry, BasicFileAttributes found, Path from, Path file)
            throws IOException, InterruptedException {
        try {
            stop().check();
            boolean proven = entry.sha256() != null;
            if (staged.holds(file, entry, files)) {
                job.progress().resumed(entry.size(), proven);
            } else {
                // Or it would stay when the data folder's turns out to be damaged.
                Files.deleteIfExists(file);
                files.copy(from, file, new FileCopy.Expected(entry.fileSize(), entry.fileSha256(), time(entry, found)));
                job.progress().copied(entry.size(), proven);
            }
            count(entry);
        } catch (SourceException e) {
            failed(entry, e);
        }
    }

    /** As exactly as the data folder has it, if that is the time at all. */
    private static FileTime time(ManifestEntry entry, BasicFileAttributes found) {
        FileTime time = found.lastModifiedTime();
        return entry.hasTimeOnDisk(time) ? time : FileTime.from(entry.timeOnDisk());
    }

    private void failed(ManifestEntry entry, SourceException e) throws IOException {
        job.requireThere();
        failures.increment();
        job.progress()
                .failed(new Failure(job.name(), bucket, entry.key(), String.valueOf(e.getMessage())), entry.size());
    }
}

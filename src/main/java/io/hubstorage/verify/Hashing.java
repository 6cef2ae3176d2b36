package io.hubstorage.verify;

import io.hubstorage.snapshot.Sha256;
import io.hubstorage.snapshot.Sorted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Reads files, each inode once, several at a time, and compares what they hash to with every line that names them. */
final class Hashing {
    private static final int BUFFER = 1 << 18;
    private static final int MOST_THREADS = 16;

    private final List<BucketTree> trees;
    private final VerifyProgress progress;
    private final AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    private final int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, MOST_THREADS);

    Hashing(List<BucketTree> trees, VerifyProgress progress) {
        this.trees = trees;
        this.progress = progress;
    }

    /** @param jobs sorted by inode */
    void run(Sorted<HashJob> jobs) throws IOException, InterruptedException {
        Semaphore room = new Semaphore(threads * 2);
        try (ExecutorService pool = Executors.newFixedThreadPool(
                threads, Thread.ofVirtual().name("verify-", 0).factory())) {
            List<HashJob> group = new ArrayList<>();
            for (HashJob job = jobs.next(); job != null; job = jobs.next()) {
                progress.check();
                boolean same = !group.isEmpty()
                        && !job.inode().isEmpty()
                        && job.inode().equals(group.getFirst().inode());
                if (!same && !group.isEmpty()) {
                    submit(List.copyOf(group), room, pool);
                    group.clear();
                }
                group.add(job);
            }
            if (!group.isEmpty()) {
                submit(List.copyOf(group), room, pool);
            }
            room.acquire(threads * 2);
            progress.check();
            Throwable failure = failed.get();
            if (failure != null) {
                throw new IllegalStateException("files could not be hashed: " + failure, failure);
            }
        }
    }

    private void submit(List<HashJob> group, Semaphore room, ExecutorService pool) throws InterruptedException {
        room.acquire();
        pool.execute(() -> {
            try {
                prove(group);
            } catch (CancellationException _) {
                // Whoever hands out the work sees it too.
            } catch (RuntimeException | Error e) {
                failed.compareAndSet(null, e);
            } finally {
                room.release();
            }
        });
    }

    private void prove(List<HashJob> group) {
        HashJob first = group.getFirst();
        String found;
        try {
            found = hash(trees.get(first.tree()).file(first.path()), group.size());
        } catch (CancellationException e) {
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            // Whatever it is: nothing is said to be right that was not read.
            group.forEach(job -> problem(job, Problem.Kind.UNREADABLE, "it cannot be read: " + e));
            return;
        }
        for (HashJob job : group) {
            if (found.equals(job.sha256())) {
                BucketTree tree = trees.get(job.tree());
                tree.findings().proven(tree.bucket(), job.size());
            } else {
                problem(
                        job,
                        Problem.Kind.HASH,
                        "its SHA-256 is %s, but the manifest says %s".formatted(found, job.sha256()));
            }
        }
    }

    private String hash(Path file, int entries) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (SeekableByteChannel in =
                Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            ByteBuffer buffer = ByteBuffer.allocate(Math.clamp(in.size(), 1, BUFFER));
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                progress.check();
                digest.update(buffer.array(), 0, read);
                progress.read(read, entries);
                buffer.clear();
            }
        }
        progress.endFile();
        return HexFormat.of().formatHex(digest.digest());
    }

    private void problem(HashJob job, Problem.Kind kind, String detail) {
        BucketTree tree = trees.get(job.tree());
        tree.findings().problem(kind, tree.bucket(), job.key(), job.path(), detail);
    }
}

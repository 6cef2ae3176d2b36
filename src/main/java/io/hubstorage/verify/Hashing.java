package io.hubstorage.verify;

import io.hubstorage.fs.Sha256;
import io.hubstorage.fs.Sorted;
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

/** Reads files, each inode once, several at a time. */
final class Hashing implements AutoCloseable {
    private static final int BUFFER = 1 << 18;
    private static final int MOST_THREADS = 16;

    /** So many links of one file are told together; with more, it is read again. */
    private static final int MOST_LINKS = 1000;

    private final VerifyProgress progress;
    private final int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, MOST_THREADS);
    private final ExecutorService pool = Executors.newFixedThreadPool(
            threads, Thread.ofVirtual().name("verify-", 0).factory());

    /**
     * A file whose content has to be read.
     *
     * @param inode see {@link FoundPath}
     * @param place see {@link FoundPath}
     * @param path relative to the bucket's folder
     * @param sha256 what the manifest says
     */
    record Job(String inode, String place, String path, String key, long size, String sha256) {
        /** For sorting on disk. */
        static final Texts<Job> CODEC = new Texts<>(
                job -> List.of(job.inode, job.place, job.path, job.key, Long.toString(job.size), job.sha256),
                texts -> new Job(
                        texts.get(0),
                        texts.get(1),
                        texts.get(2),
                        texts.get(3),
                        Long.parseLong(texts.get(4)),
                        texts.get(5)));
    }

    /** Is told what each file holds, by several threads, but by one at a time. */
    interface Sink {
        /** The file has a content of this SHA-256. */
        void read(Job job, String sha256) throws IOException;

        /** Its content cannot be read. */
        void unreadable(Job job, Throwable failure) throws IOException;
    }

    Hashing(VerifyProgress progress) {
        this.progress = progress;
    }

    /**
     * Returns when all have been read.
     *
     * @param folder that the paths are relative to
     * @param jobs sorted by inode
     */
    void run(Path folder, Sorted<Job> jobs, Sink sink) throws IOException, InterruptedException {
        Semaphore room = new Semaphore(threads * 2);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Job> links = new ArrayList<>();
        for (Job job = jobs.next(); job != null && failure.get() == null; job = jobs.next()) {
            progress.check();
            boolean same = !links.isEmpty()
                    && !job.inode().isEmpty()
                    && job.inode().equals(links.getFirst().inode())
                    && links.size() < MOST_LINKS;
            if (!same && !links.isEmpty()) {
                submit(folder, List.copyOf(links), sink, room, failure);
                links.clear();
            }
            links.add(job);
        }
        if (!links.isEmpty()) {
            submit(folder, List.copyOf(links), sink, room, failure);
        }
        room.acquire(threads * 2);
        progress.check();
        switch (failure.get()) {
            case null -> {}
            case IOException e -> throw e;
            case Throwable e -> throw new IllegalStateException("a file could not be verified: " + e, e);
        }
    }

    private void submit(
            Path folder, List<Job> links, Sink sink, Semaphore room, AtomicReference<@Nullable Throwable> failure)
            throws InterruptedException {
        room.acquire();
        pool.execute(() -> {
            try {
                read(folder, links, sink);
            } catch (CancellationException _) {
                // Whoever hands out the work sees it too.
            } catch (Throwable e) {
                // Nothing counts as looked at that was not.
                failure.compareAndSet(null, e);
            } finally {
                room.release();
            }
        });
    }

    private void read(Path folder, List<Job> links, Sink sink) throws IOException {
        String found = null;
        Throwable failure = null;
        try {
            found = hash(folder.resolve(links.getFirst().path()), links.size());
        } catch (CancellationException e) {
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            // Whatever it is: nothing is said to be right that was not read.
            failure = e;
        }
        synchronized (this) {
            for (Job job : links) {
                if (found != null) {
                    sink.read(job, found);
                } else if (failure != null) {
                    sink.unreadable(job, failure);
                }
            }
        }
    }

    private String hash(Path file, int links) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (SeekableByteChannel in =
                Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            ByteBuffer buffer = ByteBuffer.allocate(Math.clamp(in.size(), 1, BUFFER));
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                progress.check();
                digest.update(buffer.array(), 0, read);
                progress.read(read, links);
                buffer.clear();
            }
        }
        progress.endFile();
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void close() {
        pool.close();
    }
}

package io.hubstorage.verify;

import io.hubstorage.fs.ExternalSort.Sorted;
import io.hubstorage.fs.Sha256;
import io.hubstorage.jobs.WorkerPool;
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

/** Reads files, each inode once, several at a time. */
final class Hashing {
    private static final int BUFFER = 1 << 18;
    private static final int AT_ONCE = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 16);

    /** How many links of one file are handled by one read; with more, it is read again. */
    private static final int MOST_LINKS = 1000;

    private final VerifyProgress progress;

    /**
     * A file whose content has to be read.
     *
     * @param inode see {@link BucketTree.Found}
     * @param place see {@link BucketTree#place}
     * @param path relative to the bucket's folder
     * @param sha256 what the manifest says
     */
    record Job(String inode, String place, String path, String key, long size, String sha256) {
        static final TextCodec<Job> CODEC = new TextCodec<>(
                job -> List.of(job.inode, job.place, job.path, job.key, Long.toString(job.size), job.sha256),
                texts -> new Job(
                        texts.get(0),
                        texts.get(1),
                        texts.get(2),
                        texts.get(3),
                        Long.parseLong(texts.get(4)),
                        texts.get(5)));

        /** Whether one reading tells of both. */
        boolean isLinkOf(Job other) {
            return !inode.isEmpty() && inode.equals(other.inode);
        }
    }

    /** Is told what each file holds, by several threads, but by one at a time. */
    interface Sink {
        void read(Job job, String sha256) throws IOException;

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
        WorkerPool.<IOException>run("verify", AT_ONCE, pool -> {
            Job job = jobs.next();
            while (job != null) {
                progress.check();
                List<Job> links = new ArrayList<>();
                do {
                    links.add(job);
                    job = jobs.next();
                } while (job != null && links.size() < MOST_LINKS && job.isLinkOf(links.getFirst()));
                pool.submit(() -> read(folder, links, sink, pool));
            }
        });
    }

    private void read(Path folder, List<Job> links, Sink sink, WorkerPool<?> pool) throws IOException {
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
            if (pool.hasFailed() || Thread.currentThread().isInterrupted()) {
                // This reading was broken off because all is, which says nothing of the file.
                return;
            }
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
}

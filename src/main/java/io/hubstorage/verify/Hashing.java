package io.hubstorage.verify;

import io.hubstorage.fs.ExternalSort.Sorted;
import io.hubstorage.fs.Sha256;
import io.hubstorage.fs.TextCodec;
import io.hubstorage.jobs.WorkerPool;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.StoredContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Reads files, each inode once, several at a time. */
final class Hashing {
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
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
     * @param size of the content
     * @param sha256 of the content, as the manifest says
     * @param stored what the file is, where that holds the content compressed
     */
    record Job(
            String inode,
            String place,
            String path,
            String key,
            long size,
            String sha256,
            ManifestEntry.@Nullable Stored stored) {
        static final TextCodec<Job> CODEC = new TextCodec<>(
                job -> List.of(
                        job.inode,
                        job.place,
                        job.path,
                        job.key,
                        Long.toString(job.size),
                        job.sha256,
                        job.stored == null ? "" : Long.toString(job.stored.size()),
                        job.stored == null ? "" : job.stored.sha256()),
                texts -> new Job(
                        texts.get(0),
                        texts.get(1),
                        texts.get(2),
                        texts.get(3),
                        Long.parseLong(texts.get(4)),
                        texts.get(5),
                        texts.get(6).isEmpty()
                                ? null
                                : new ManifestEntry.Stored(Long.parseLong(texts.get(6)), texts.get(7), 0)));

        /** Of the file, as the manifest says. */
        String fileSha256() {
            return stored == null ? sha256 : stored.sha256();
        }

        /** What a compressed file is said to be and to hold; empty where the file is the content, of which its own hash tells all. */
        String claim() {
            return stored == null ? "" : "%s %d %s".formatted(stored.sha256(), size, sha256);
        }

        /** Whether one reading tells of both. */
        boolean isLinkOf(Job other) {
            return !inode.isEmpty() && inode.equals(other.inode) && claim().equals(other.claim());
        }
    }

    /** Is told what each file holds, by several threads, but by one at a time. */
    interface Sink {
        /**
         * It was read to its end.
         *
         * @param before what the file was like before that
         */
        void read(Job job, BasicFileAttributes before, String sha256) throws IOException;

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
        // As in a cycle of proofs, beside which it may be asked for over the bus.
        WorkerPool.<IOException>run(() -> AT_ONCE, Thread.ofPlatform().daemon().name("verify-", 0), pool -> {
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
        BasicFileAttributes before = null;
        Throwable failure = null;
        try {
            Job first = links.getFirst();
            Path file = folder.resolve(first.path());
            before = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            found = hash(Files.newByteChannel(file, READ), links.size());
            if (first.stored != null && found.equals(first.stored.sha256())) {
                requireContent(file, first, links.size());
            }
            progress.endFile();
        } catch (CancellationException e) {
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            // Whatever it is: nothing is said to be right that was not read, nor a file that is when its content is
            // not.
            found = null;
            failure = e;
        }
        synchronized (this) {
            if (pool.hasFailed() || Thread.currentThread().isInterrupted()) {
                // This reading was broken off because all is, which says nothing of the file.
                return;
            }
            for (Job job : links) {
                if (found != null && before != null) {
                    sink.read(job, before, found);
                } else if (failure != null) {
                    sink.unreadable(job, failure);
                }
            }
        }
    }

    /** By the way that everything takes that reads it. */
    private void requireContent(Path file, Job job, int links) throws IOException {
        String found = hash(StoredContent.open(file, job.size, job.stored), 0);
        progress.cover((job.size - Objects.requireNonNull(job.stored).size()) * links);
        if (!found.equals(job.sha256)) {
            throw new IOException("what it holds compressed has the SHA-256 %s, but the manifest says %s"
                    .formatted(found, job.sha256));
        }
    }

    /** @param links how many names of the file are covered by what is read */
    private String hash(SeekableByteChannel opened, int links) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (SeekableByteChannel in = opened) {
            ByteBuffer buffer = ByteBuffer.allocate(Math.clamp(in.size(), 1, BUFFER));
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                progress.check();
                digest.update(buffer.array(), 0, read);
                if (links > 0) {
                    progress.read(read, links);
                }
                buffer.clear();
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}

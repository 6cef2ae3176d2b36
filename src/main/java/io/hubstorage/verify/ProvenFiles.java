package io.hubstorage.verify;

import io.hubstorage.fs.ExternalSort.Sorted;
import io.hubstorage.fs.TextCodec;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was read of each bucket in the snapshot that was verified last, in scratch files: of what the next one shares with
 * it, nothing is read again. Neither memory nor scratch files grow with the number of snapshots. Not thread-safe.
 */
final class ProvenFiles {
    private final Path scratch;
    private final Map<String, Integer> buckets = new HashMap<>();

    /**
     * A file, as in {@link BucketTree.Found}, and what it holds.
     *
     * @param claim what it was compared with, see {@link Hashing.Job#claim}
     */
    record Item(String place, String inode, String claim, String sha256) {
        static final TextCodec<Item> CODEC = new TextCodec<>(
                each -> List.of(each.place, each.inode, each.claim, each.sha256),
                texts -> new Item(texts.get(0), texts.get(1), texts.get(2), texts.get(3)));

        static Item of(Hashing.Job job, String sha256) {
            return new Item(job.place(), job.inode(), job.claim(), sha256);
        }
    }

    ProvenFiles(Path scratch) {
        this.scratch = scratch;
    }

    /** Those of a bucket, to be asked for in the order of their places. */
    Cursor open(String bucket) throws IOException {
        Path file = file(bucket);
        return new Cursor(
                Files.exists(file)
                        ? new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 14))
                        : null);
    }

    void replace(String bucket, Sorted<Item> items) throws IOException {
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file(bucket)), 1 << 14))) {
            for (Item item = items.next(); item != null; item = items.next()) {
                out.writeBoolean(true);
                Item.CODEC.write(item, out);
            }
            out.writeBoolean(false);
        }
    }

    /** A certificate may call a bucket anything: its name is no name for a file. */
    private Path file(String bucket) {
        return scratch.resolve("proven-" + buckets.computeIfAbsent(bucket, _ -> buckets.size()));
    }

    static final class Cursor implements AutoCloseable {
        private final @Nullable DataInputStream in;
        private @Nullable Item current;
        private boolean ended;
        private long items;

        private Cursor(@Nullable DataInputStream in) throws IOException {
            this.in = in;
            advance();
        }

        /** The SHA-256 of the file of this job, if it is the same inode and said to be the same; null when it has to be read. */
        @Nullable
        String sha256(Hashing.Job job) throws IOException {
            while (current != null && current.place().compareTo(job.place()) < 0) {
                advance();
            }
            return current != null
                            && !job.inode().isEmpty()
                            && current.place().equals(job.place())
                            && current.inode().equals(job.inode())
                            && current.claim().equals(job.claim())
                    ? current.sha256()
                    : null;
        }

        /** How many there are in all. Reads to the end. */
        long count() throws IOException {
            while (current != null) {
                advance();
            }
            return items;
        }

        private void advance() throws IOException {
            current = in != null && !ended && in.readBoolean() ? Item.CODEC.read(in) : null;
            ended = current == null;
            items += ended ? 0 : 1;
        }

        @Override
        public void close() throws IOException {
            if (in != null) {
                in.close();
            }
        }
    }
}

package io.hubstorage.space;

import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.SnapshotInfo;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot, as far as what stays and what it takes depend on it; small, so that ten thousand fit in memory.
 *
 * @param begun when its run began, as its name says; absent for one of the old tool, of which nothing else is known either
 * @param buckets those that its certificate names
 */
public record SnapshotSummary(String name, @Nullable Instant begun, boolean pinned, List<Bucket> buckets, Added added) {
    /**
     * One of its buckets.
     *
     * @param held whether the snapshot has anything of it
     * @param tried whether it was part of the run; what was not is as in the snapshot before
     * @param whole whether everything could be copied when it was last part of a run
     */
    public record Bucket(String name, boolean held, boolean tried, boolean whole) {
        /** Whether the run backed it up, and all of it. */
        public boolean succeeded() {
            return held && tried && whole;
        }

        private static Bucket of(Certificate.Bucket bucket) {
            return new Bucket(
                    bucket.name(),
                    bucket.manifest() != null,
                    !bucket.outcome().leftOut(),
                    bucket.outcome().result() == RunResult.SUCCESS);
        }
    }

    /** What was new on the disk when it was made, as its certificate says. */
    public static final class Added {
        static final Added NOTHING = new Added(null, null, 0, new long[0]);

        /** Half a block is empty behind each file, about. */
        private static final long WASTE = 2_048;

        private final @Nullable String previous;
        private final @Nullable Long bytes;
        private final long held;
        private final long[] ofBuckets;

        private Added(@Nullable String previous, @Nullable Long bytes, long held, long[] ofBuckets) {
            this.previous = previous;
            this.bytes = bytes;
            this.held = held;
            this.ofBuckets = ofBuckets;
        }

        static Added of(Certificate certificate) {
            return new Added(
                    certificate.basis().previous(),
                    certificate.allocatedBytes(),
                    certificate.buckets().stream()
                            .mapToLong(bucket -> about(bucket.files()))
                            .sum(),
                    certificate.buckets().stream()
                            .mapToLong(bucket -> about(bucket.counts().downloaded()))
                            .toArray());
        }

        /** What so many files take on a disk, about. */
        static long about(Tally files) {
            return files.bytes() + files.objects() * WASTE;
        }

        /** The snapshot that it was compared with; null for none. */
        @Nullable
        String previous() {
            return previous;
        }

        /** In allocated blocks, folders and manifests included; of a certificate that does not tell, what its files take about. */
        long bytes() {
            long sum = 0;
            for (long each : ofBuckets) {
                sum += each;
            }
            return bytes == null ? sum : bytes;
        }

        /** What all files of the snapshot take, about, those that it shares with others included. */
        long held() {
            return held;
        }

        /** What the new files of the bucket with that number take, about. */
        long ofBucket(int number) {
            return ofBuckets[number];
        }
    }

    public SnapshotSummary {
        buckets = List.copyOf(buckets);
    }

    /** One of which nothing is known that takes room. */
    public SnapshotSummary(String name, @Nullable Instant begun, boolean pinned, List<Bucket> buckets) {
        this(name, begun, pinned, buckets, Added.NOTHING);
    }

    /** Asks the disk whether it is pinned. */
    public static SnapshotSummary of(SnapshotInfo snapshot) {
        Certificate certificate = snapshot.certificate();
        return certificate == null
                ? new SnapshotSummary(snapshot.name(), null, snapshot.pinned(), List.of())
                : new SnapshotSummary(
                        snapshot.name(),
                        certificate.startedAt(),
                        snapshot.pinned(),
                        certificate.buckets().stream().map(Bucket::of).toList(),
                        Added.of(certificate));
    }

    /** Whether the old tool made it, so that nothing tells what it holds. */
    public boolean legacy() {
        return begun == null;
    }

    /** When it began; not of one of the old tool. */
    public Instant time() {
        return Objects.requireNonNull(begun);
    }

    /** The same, pinned or not. */
    public SnapshotSummary withPin(boolean other) {
        return new SnapshotSummary(name, begun, other, buckets, added);
    }

    /** The same with an equal list. */
    SnapshotSummary withBuckets(List<Bucket> equal) {
        return new SnapshotSummary(name, begun, pinned, equal, added);
    }
}

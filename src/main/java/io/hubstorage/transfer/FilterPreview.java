package io.hubstorage.transfer;

import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.Tally;
import io.hubstorage.config.HubConfig;
import io.hubstorage.keys.KeyFilter;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.s3.BucketListing;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries patterns on a bucket's real keys: those of the newest snapshot where its manifest names them all, else those that
 * a first few pages of the listing name. Bounded in keys and in time. Blocking; used once.
 */
final class FilterPreview {
    private static final Logger LOG = LoggerFactory.getLogger(FilterPreview.class);
    private static final int MOST_PATTERNS = 200;
    /** Of a key, in characters; a longer prefix or pattern fits none. */
    private static final int LONGEST = 1_024;

    private static final int MOST_KEYS_OF_MANIFEST = 50_000;
    private static final int MOST_KEYS_OF_LISTING = 10_000;
    /** So many keys of each kind are told. */
    private static final int SAMPLE = 50;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String bucket;
    private final String prefix;
    private final List<String> exclude;
    private final List<String> include;
    private final long deadline = System.nanoTime() + PATIENCE.toNanos();

    /** @throws IllegalArgumentException when there is no bucket, or there are too many patterns */
    FilterPreview(S3Message.FilterTrial trial) {
        bucket = Objects.requireNonNullElse(trial.bucket(), "");
        if (!HubConfig.BucketSpec.isName(bucket)) {
            throw new IllegalArgumentException("bucket: found %s, allowed: the name of a bucket"
                    .formatted(bucket.isBlank() ? "nothing" : '"' + shortened(bucket) + '"'));
        }
        prefix = Objects.requireNonNullElse(trial.prefix(), "");
        exclude = Objects.requireNonNullElse(trial.exclude(), List.of());
        include = Objects.requireNonNullElse(trial.include(), List.of());
        if (prefix.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "prefix: found %d characters, allowed: %d".formatted(prefix.length(), LONGEST));
        }
        if (Stream.concat(exclude.stream(), include.stream()).anyMatch(pattern -> pattern.length() > LONGEST)) {
            throw new IllegalArgumentException(
                    "exclude: found a pattern longer than a key, allowed: %d characters".formatted(LONGEST));
        }
        int patterns = exclude.size() + include.size();
        if (patterns > MOST_PATTERNS) {
            throw new IllegalArgumentException(
                    "exclude: found %d patterns, allowed: %d in all".formatted(patterns, MOST_PATTERNS));
        }
    }

    private static String shortened(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", "?");
        return plain.length() > 80 ? plain.substring(0, 80) + '…' : plain;
    }

    S3Message.FilterOutcome run(Path data, Supplier<S3Access> s3) throws S3Failure, IOException, InterruptedException {
        SnapshotInfo snapshot = fitting(data);
        if (snapshot != null) {
            try {
                Counts counts = new Counts();
                boolean complete = readManifest(snapshot.manifest(bucket), counts);
                return counts.outcome(snapshot.name(), complete);
            } catch (IOException damaged) {
                LOG.warn("The manifest of {} in {} cannot be read: {}", bucket, snapshot.name(), damaged.getMessage());
            }
        }
        Counts counts = new Counts();
        boolean complete = list(s3.get(), counts);
        return counts.outcome(null, complete);
    }

    /** The newest snapshot, unless its manifest lacks keys: because patterns or another prefix have kept them out. */
    private @Nullable SnapshotInfo fitting(Path data) throws IOException {
        SnapshotInfo newest = new Snapshots(new Layout(data)).newest().orElse(null);
        Certificate certificate = newest == null ? null : newest.certificate();
        if (newest == null || certificate == null || !Files.isRegularFile(newest.manifest(bucket))) {
            return null;
        }
        return certificate.buckets().stream()
                        .anyMatch(each -> each.name().equals(bucket)
                                && prefix.startsWith(each.prefix())
                                && each.counts().filtered().equals(Tally.ZERO))
                ? newest
                : null;
    }

    private boolean readManifest(Path manifest, Counts counts) throws IOException {
        try (ManifestReader reader = ManifestReader.open(manifest)) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                if (!entry.key().startsWith(prefix)) {
                    continue;
                }
                if (isEnough(counts, MOST_KEYS_OF_MANIFEST)) {
                    return false;
                }
                counts.add(entry.key(), entry.size());
            }
            return true;
        }
    }

    private boolean list(S3Access s3, Counts counts) throws S3Failure, InterruptedException, IOException {
        try (BucketListing pages = s3.list(bucket, prefix, null, null)) {
            for (BucketListing.Page page = pages.nextPage(); page != null; page = pages.nextPage()) {
                for (ListedObject object : page.objects()) {
                    if (isEnough(counts, MOST_KEYS_OF_LISTING)) {
                        return false;
                    }
                    counts.add(object.key(), object.size());
                }
            }
            return true;
        }
    }

    private boolean isEnough(Counts counts, int mostKeys) {
        return counts.looked() >= mostKeys || System.nanoTime() - deadline > 0;
    }

    /** What the patterns do to the keys, and the first keys of each kind. */
    private final class Counts {
        private final KeyFilter filter = new KeyFilter(prefix, exclude, include);
        private final long[] excludeMatches = new long[exclude.size()];
        private final long[] includeMatches = new long[include.size()];
        private final Kind copied = new Kind();
        private final Kind excluded = new Kind();
        private final Kind included = new Kind();

        private static final class Kind {
            private long objects;
            private long bytes;
            private final List<String> sample = new ArrayList<>();

            void add(String key, long size) {
                objects++;
                bytes += size;
                if (sample.size() < SAMPLE) {
                    sample.add(key);
                }
            }

            S3Message.Caught caught() {
                return new S3Message.Caught(objects, bytes, List.copyOf(sample));
            }
        }

        void add(String key, long size) {
            BitSet out = filter.excluding(key);
            BitSet in = filter.including(key);
            out.stream().forEach(index -> excludeMatches[index]++);
            in.stream().forEach(index -> includeMatches[index]++);
            if (!out.isEmpty() && in.isEmpty()) {
                excluded.add(key, size);
                return;
            }
            copied.add(key, size);
            if (!out.isEmpty()) {
                included.add(key, size);
            }
        }

        long looked() {
            return copied.objects + excluded.objects;
        }

        S3Message.FilterOutcome outcome(@Nullable String snapshot, boolean complete) {
            return new S3Message.FilterOutcome(
                    snapshot,
                    complete,
                    new Tally(looked(), copied.bytes + excluded.bytes),
                    copied.caught(),
                    excluded.caught(),
                    included.caught(),
                    matches(exclude, excludeMatches),
                    matches(include, includeMatches));
        }

        private List<S3Message.PatternMatches> matches(List<String> patterns, long[] counts) {
            return IntStream.range(0, patterns.size())
                    .mapToObj(index -> new S3Message.PatternMatches(patterns.get(index), counts[index]))
                    .toList();
        }
    }
}

package io.hubstorage.drill;

import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.bus.Tally;
import io.hubstorage.jobs.Job;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Files of a snapshot, chosen by chance, each as likely as any other of its bucket. The same seed chooses the same of the same
 * snapshot.
 *
 * @param keys by bucket, where it has any; each list in no order
 * @param total of all of them
 */
record Sample(Map<String, List<String>> keys, Tally total) {
    /** A bucket of which some were drawn. */
    private record Drawn(List<ManifestEntry> entries, long of) {}

    /**
     * Reads the manifests through once. One of each bucket is taken that has any, and the rest by how many each has.
     *
     * @param wanted how many; more where there are more buckets
     */
    static Sample of(SnapshotReader snapshot, List<String> buckets, int wanted, long seed, Job job) throws IOException {
        Random random = new Random(seed);
        Map<String, Drawn> drawn = new LinkedHashMap<>();
        for (String bucket : buckets) {
            Drawn some = drawn(snapshot, bucket, wanted, random, job);
            if (some.of > 0) {
                drawn.put(bucket, some);
            }
        }
        long all = drawn.values().stream().mapToLong(Drawn::of).sum();
        int spare = Math.max(0, wanted - drawn.size());
        Map<String, List<String>> keys = new LinkedHashMap<>();
        Tally total = Tally.ZERO;
        long before = 0;
        for (Map.Entry<String, Drawn> each : drawn.entrySet()) {
            Drawn some = each.getValue();
            // Shares of the spare ones by the sum so far, so that together they come to exactly all of them.
            long upTo = before + some.of;
            long share = 1 + share(spare, upTo, all) - share(spare, before, all);
            before = upTo;
            List<ManifestEntry> taken = some.entries.subList(0, (int) Math.min(share, some.entries.size()));
            keys.put(each.getKey(), taken.stream().map(ManifestEntry::key).toList());
            for (ManifestEntry entry : taken) {
                total = total.plus(Tally.of(entry.size()));
            }
        }
        return new Sample(keys, total);
    }

    private static long share(int spare, long part, long all) {
        return Math.round(spare * (part / (double) all));
    }

    /** Algorithm R (Waterman; Knuth, TAOCP 3.4.2), and what it leaves mixed, because its places are not all the same. */
    private static Drawn drawn(SnapshotReader snapshot, String bucket, int wanted, Random random, Job job)
            throws IOException {
        List<ManifestEntry> reservoir = new ArrayList<>();
        long seen = 0;
        try (KeyCursor entries = snapshot.open(bucket)) {
            for (ManifestEntry entry = entries.next(); entry != null; entry = entries.next()) {
                job.check();
                seen++;
                if (reservoir.size() < wanted) {
                    reservoir.add(entry);
                } else {
                    long place = random.nextLong(seen);
                    if (place < wanted) {
                        reservoir.set((int) place, entry);
                    }
                }
            }
        }
        Collections.shuffle(reservoir, random);
        return new Drawn(reservoir, seen);
    }
}

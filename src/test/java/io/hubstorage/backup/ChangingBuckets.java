package io.hubstorage.backup;

import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import io.hubstorage.testkit.SyntheticS3;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Three buckets of some hundred small objects and a few that are fetched in ranges, and how they change at random. None is so
 * small that a new version could have the bytes of the old one, and be the old one to whoever compares ETags.
 */
final class ChangingBuckets {
    private static final int SMALLEST = 16;
    private static final int LARGE = 9 << 20;
    private static final int MEDIUM = 3 << 19;
    private static final int FEWEST = 20;

    private final RandomGenerator random;
    private final Map<String, SyntheticBucket> buckets = new TreeMap<>();

    ChangingBuckets(SyntheticS3 s3, RandomGenerator random, long seed) {
        this.random = random;
        add(s3, "documents", SyntheticBucket.ruled(180, "year-#/##.txt", index -> SMALLEST + index * 37 % 3_000), seed);
        add(s3, "films", SyntheticBucket.ruled(12, "clip-##", index -> 1_000 + index), seed);
        add(s3, "photos", SyntheticBucket.ruled(120, "album-#/##.jpg", index -> SMALLEST + index * 911 % 9_000), seed);
        get("films").add("long.mp4", LARGE);
        get("films").add("short.mp4", MEDIUM);
    }

    private void add(SyntheticS3 s3, String name, SyntheticBucket bucket, long seed) {
        buckets.put(name, s3.bucket(name, bucket.seeded(seed)));
    }

    Map<String, SyntheticBucket> all() {
        return buckets;
    }

    String[] names() {
        return buckets.keySet().toArray(String[]::new);
    }

    SyntheticBucket get(String name) {
        SyntheticBucket bucket = buckets.get(name);
        if (bucket == null) {
            throw new IllegalArgumentException(name);
        }
        return bucket;
    }

    /** Adds, changes, deletes, and lets a file turn into a folder, or back. */
    void change() {
        for (int change = random.nextInt(2, 40); change > 0; change--) {
            SyntheticBucket bucket = get(random.nextBoolean() ? "photos" : "documents");
            switch (random.nextInt(8)) {
                case 0, 1 -> bucket.add("new/" + random.nextInt(60), random.nextInt(SMALLEST, 4_000));
                case 2, 3, 4 -> bucket.change(any(bucket));
                case 5, 6 -> {
                    // Over hundreds of changes more would go than come.
                    if (bucket.objects().count() > FEWEST) {
                        bucket.delete(any(bucket));
                    }
                }
                default -> {
                    boolean folder = bucket.find("turns") != null;
                    bucket.delete(folder ? "turns" : "turns/inside");
                    bucket.add(folder ? "turns/inside" : "turns", 500);
                }
            }
        }
        if (random.nextInt(6) == 0) {
            get("films").change(random.nextInt(3) == 0 ? "long.mp4" : "short.mp4");
        }
    }

    private String any(SyntheticBucket bucket) {
        List<String> keys = bucket.objects().map(SyntheticObject::key).toList();
        return keys.get(random.nextInt(keys.size()));
    }
}

package io.hubstorage.bench;

import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.MadeSnapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;

/**
 * Makes a data folder with snapshots of one bucket, in which what did not change is a hard link to the one before. Every folder that
 * is made with the same figures is the same.
 */
final class SnapshotMaker {
    static final String BUCKET = "photos";

    private static final int KEYS_OF_A_FOLDER = 1_000;

    private final MadeSnapshots made;
    private final int keys;
    private final int size;
    private final double changed;
    private final Random random = new Random(1);
    private boolean first = true;

    /**
     * Makes the data folder one of the HubStorage with this folder for its configuration.
     *
     * @param size of an object, in bytes
     * @param changed percent of the keys that change from one snapshot to the next
     */
    SnapshotMaker(Path data, Path config, int keys, int size, double changed) throws IOException {
        this.keys = keys;
        this.size = size;
        this.changed = changed;
        Files.createDirectories(data);
        Files.createDirectories(config);
        Files.writeString(config.resolve("config.json"), "{}");
        new Destination(new Layout(data), config).claim();
        made = new MadeSnapshots(data);
    }

    /** Makes one more. */
    void snapshot(Instant time) {
        for (int i = 0; i < keys; i++) {
            if (first || random.nextDouble() * 100 < changed) {
                long seed = random.nextLong();
                made.put(BUCKET, "dir-%03d/key-%07d".formatted(i / KEYS_OF_A_FOLDER, i), size, () -> body(seed), time);
            }
        }
        first = false;
        made.snapshot(time);
    }

    private byte[] body(long seed) {
        byte[] body = new byte[size];
        new Random(seed).nextBytes(body);
        return body;
    }
}

package io.hubstorage.backup;

import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.Durable;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When the files of each bucket were last looked at, in {@code .hubstorage/presence.json}, and whether they are to be looked
 * at again.
 *
 * <p>A look is one {@code stat} a file while the listing is compared with the manifest. Warm, that takes about 2 µs a file;
 * on a NAS or a disk that has to seek it may take a thousand times as long. So what the last look took decides: if that was at
 * most {@link #CHEAP}, each run looks; otherwise {@code verify.presence_hours} must have passed. A run that links the files
 * into a new snapshot looks at them in any case. For one run; thread-safe.
 */
final class Presence {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);

    /** Of all threads together. A million files on a local disk stay below. */
    private static final Duration CHEAP = Duration.ofSeconds(10);

    private final Path file;
    private final Map<String, Look> looks;

    /**
     * All files of a bucket were there.
     *
     * @param snapshot in that snapshot
     * @param at when the run began that looked
     * @param millis what it took, summed over threads
     */
    record Look(String snapshot, Instant at, long millis) {}

    private record Content(int format, Map<String, Look> buckets) {}

    private Presence(Path file, Map<String, Look> looks) {
        this.file = file;
        this.looks = looks;
    }

    /** What is known; without the file, or where it makes no sense, that is nothing, and everything is looked at. */
    static Presence read(Layout layout) {
        try {
            Content content = BusJson.mapper().readValue(Files.readAllBytes(layout.presence()), Content.class);
            return new Presence(layout.presence(), new TreeMap<>(content.buckets));
        } catch (NoSuchFileException _) {
            // None has been looked at yet.
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} is of no use, so each file is looked at: {}", layout.presence(), e.getMessage());
        }
        return new Presence(layout.presence(), new TreeMap<>());
    }

    /** Whether a run that begins now must look at the bucket's files in this snapshot. */
    synchronized boolean isDue(String bucket, String snapshot, Instant now, Duration every) {
        Look last = looks.get(bucket);
        return last == null
                || !last.snapshot.equals(snapshot)
                || last.millis <= CHEAP.toMillis()
                || last.at.isAfter(now)
                || !last.at.plus(every).isAfter(now);
    }

    /** All files of the bucket are in the snapshot; {@code millis} where that was measured. */
    synchronized void looked(String bucket, String snapshot, Instant at, @Nullable Long millis) {
        Look before = looks.get(bucket);
        // Unknown: what it took the last time. Calling it cheap would have the next run look again.
        long took = millis != null ? millis : before == null ? 0 : before.millis;
        looks.put(bucket, new Look(snapshot, at, took));
    }

    /** When all of these buckets had been looked at in this snapshot: the look that is longest ago. */
    synchronized Optional<Instant> since(Collection<String> buckets, String snapshot) {
        List<Look> looked = buckets.stream()
                .map(looks::get)
                .filter(look -> look != null && look.snapshot.equals(snapshot))
                .toList();
        return looked.size() < buckets.size()
                ? Optional.empty()
                : looked.stream().map(Look::at).min(Comparator.naturalOrder());
    }

    /** Not worth a failed run: whoever finds nothing of use here looks at the files. */
    synchronized void write() {
        try {
            // The run has the lock of the data folder, so nobody else writes it.
            Durable.deleteDrafts(file);
            Durable.writeAtomically(file, BusJson.mapper().writeValueAsBytes(new Content(1, looks)));
        } catch (IOException e) {
            LOG.warn("{} could not be written, so the next run looks at each file: {}", file, e.getMessage());
        }
    }
}

package io.hubstorage.manifest;

import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.ExternalSort.Sorted;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.ChangeLog.Change;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The next manifest: the lines of the last one with changes in their place, in key order. The changes are sorted on disk where
 * they are many; memory does not grow with either. Not thread-safe.
 */
public final class ManifestMerge implements AutoCloseable {
    /** Some ten megabytes of entries of usual size, in each of the shards that are merged at once. */
    private static final int RUN = 20_000;

    private final @Nullable ManifestReader last;
    private final ExternalSort<Change> changes;
    private @Nullable Sorted<Change> sorted;
    private @Nullable Change change;
    private @Nullable ManifestEntry old;

    /**
     * A line of the next manifest.
     *
     * @param linkFrom the last manifest's line of whose file it must be made a link; null when it has its file already
     */
    public record Line(ManifestEntry entry, @Nullable ManifestEntry linkFrom) {}

    /**
     * @param last the lines of the last manifest, which the caller closes; null for a manifest of nothing but the changes
     * @param scratch for temporary files
     */
    public ManifestMerge(@Nullable ManifestReader last, Path scratch) {
        this(last, scratch, RUN);
    }

    ManifestMerge(@Nullable ManifestReader last, Path scratch, int run) {
        this.last = last;
        changes = new ExternalSort<>(
                Comparator.comparing(Change::key, KeyOrder.COMPARATOR), new Change.Codec(), scratch, run);
    }

    /** Adds one line, which counts more than those before it of the same key. */
    public void add(ManifestEntry entry) throws IOException {
        changes.add(Change.to(entry));
    }

    /**
     * Adds all that a log says.
     *
     * @throws IOException also when its last line is torn
     */
    public void addAll(Path log) throws IOException {
        try (ChangeLog.Reader reader = new ChangeLog.Reader(log)) {
            for (Change each = reader.next(); each != null; each = reader.next()) {
                changes.add(each);
            }
        }
    }

    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /** The next line, or null after the last; when nothing more is added. */
    public @Nullable Line next() throws IOException {
        if (sorted == null) {
            sorted = changes.sorted();
            change = sorted.next();
            old = last == null ? null : last.next();
        }
        while (old != null || change != null) {
            ManifestEntry before = takeOld();
            if (before != null && (change == null || !change.key().equals(before.key()))) {
                return new Line(before.withState(before.state().unchanged()), before);
            }
            ManifestEntry entry = takeChange(sorted);
            if (entry != null) {
                return line(entry, before);
            }
        }
        return null;
    }

    /** Writes all lines as a manifest, with its index beside it. */
    public ManifestSummary write(Path zst) throws IOException {
        try (ManifestWriter writer = new ManifestWriter(zst)) {
            for (Line line = next(); line != null; line = next()) {
                writer.write(line.entry());
            }
            return writer.finish();
        }
    }

    @Override
    public void close() throws IOException {
        changes.close();
    }

    /** The last manifest's next line, unless the next change is of a key before it. */
    private @Nullable ManifestEntry takeOld() throws IOException {
        ManifestEntry before = old;
        if (before == null || last == null || (change != null && KeyOrder.compare(change.key(), before.key()) < 0)) {
            return null;
        }
        old = last.next();
        return before;
    }

    /** What the changes of the next key come to: the last of them counts. */
    private @Nullable ManifestEntry takeChange(Sorted<Change> rest) throws IOException {
        Change held = change;
        if (held == null) {
            return null;
        }
        change = rest.next();
        while (change != null && change.key().equals(held.key())) {
            held = change;
            change = rest.next();
        }
        return held.entry();
    }

    private static Line line(ManifestEntry entry, @Nullable ManifestEntry before) throws IOException {
        if (entry.state() == EntryState.DOWNLOADED) {
            return new Line(entry, null);
        }
        if (before == null) {
            throw new IOException("%s is to be a link, but the last manifest does not have it".formatted(entry.key()));
        }
        return new Line(entry, before);
    }
}

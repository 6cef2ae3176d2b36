package io.hubstorage.verify.scrub;

import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.ExternalSort.Sorted;
import io.hubstorage.fs.TextCodec;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.verify.scrub.DamageLog.Event;
import io.hubstorage.verify.scrub.DamageLog.Line;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is damaged in a data folder. It is kept as a log of what was found, repaired and gone, and the last line about a file of a
 * snapshot counts. Memory does not grow with the damage, only with the number of snapshots that have any. Blocking; thread-safe.
 */
public final class DamageList {
    /** The snapshots that share a file beside each other, the newest first. */
    public static final Comparator<Damage> ORDER = Comparator.comparing(Damage::bucket)
            .thenComparing(Damage::key, KeyOrder.COMPARATOR)
            .thenComparing(Damage::path)
            .thenComparing(Damage::snapshot, Comparator.reverseOrder());

    private static final int SORT_RUN = 20_000;

    /** So many snapshots are told by name. */
    private static final int NAMED = 20;

    private final DamageLog log;
    private final Path scratch;

    /** How they stand in scratch files. */
    static final TextCodec<Damage> DAMAGES = new TextCodec<>(
            each -> List.of(
                    each.snapshot(),
                    each.bucket(),
                    each.key(),
                    each.path(),
                    each.kind().name(),
                    each.foundAt().toString()),
            texts -> new Damage(
                    texts.get(0),
                    texts.get(1),
                    texts.get(2),
                    texts.get(3),
                    Damage.Kind.valueOf(texts.get(4)),
                    Instant.parse(texts.get(5))));

    /**
     * All that is damaged now.
     *
     * @param files paths in buckets, however many snapshots have a damaged file there
     * @param damages files of snapshots: what two snapshots share counts twice
     * @param manifests of these, certificates and manifests: what they name cannot be proven
     * @param snapshots how many have any
     * @param newest the first of these by name, the newest first
     * @param since when the first that is still damaged was found; absent when nothing is damaged
     */
    public record Summary(
            long files,
            long damages,
            long manifests,
            int snapshots,
            List<String> newest,
            @Nullable Instant since) {
        /** Nothing is damaged. */
        public static final Summary NONE = new Summary(0, 0, 0, 0, List.of(), null);

        public Summary {
            newest = List.copyOf(newest);
        }
    }

    /** What is damaged now, in {@link #ORDER}, to be read once. Not thread-safe. */
    public static final class Open implements AutoCloseable {
        private final ExternalSort<Line> sort;
        private final Sorted<Line> lines;
        private @Nullable Line ahead;

        private Open(ExternalSort<Line> sort) throws IOException {
            this.sort = sort;
            this.lines = sort.sorted();
            this.ahead = lines.next();
        }

        /** The next one, or null after the last. */
        public @Nullable Damage next() throws IOException {
            while (ahead != null) {
                Damage open = ofOneFile();
                if (open != null) {
                    return open;
                }
            }
            return null;
        }

        /** What the lines about the next file come to: null when it is not damaged any more. */
        private @Nullable Damage ofOneFile() throws IOException {
            Damage open = null;
            Damage first = ahead == null ? null : ahead.damage();
            while (ahead != null && first != null && first.isSameFile(ahead.damage())) {
                Damage next = ahead.damage();
                if (ahead.event() != Event.FOUND) {
                    open = null;
                } else {
                    open = open == null
                            ? next
                            : new Damage(
                                    next.snapshot(),
                                    next.bucket(),
                                    next.key(),
                                    next.path(),
                                    next.kind(),
                                    open.foundAt());
                }
                ahead = lines.next();
            }
            return open;
        }

        @Override
        public void close() throws IOException {
            sort.close();
        }
    }

    /** The one of a data folder. */
    public DamageList(Layout layout) {
        this.log = new DamageLog(layout.damage());
        this.scratch = layout.scrub().resolve("damage");
    }

    /** Adds what was found; what is on it already stays on it, with the time when it was found first. Durable when it returns. */
    public void found(Collection<Damage> damages) throws IOException {
        log.append(Event.FOUND, damages, null);
    }

    /** Takes off what was repaired. Durable when it returns. */
    public void repaired(Collection<Damage> damages, Instant at) throws IOException {
        log.append(Event.REPAIRED, damages, at);
    }

    /** Takes off what was found right again, or went with its snapshot. Durable when it returns. */
    public void gone(Collection<Damage> damages, Instant at) throws IOException {
        log.append(Event.GONE, damages, at);
    }

    /** What is damaged now. Whoever opens it closes it. */
    public Open open() throws IOException {
        ExternalSort<Line> sort =
                new ExternalSort<>(Comparator.comparing(Line::damage, ORDER), DamageLog.CODEC, scratch, SORT_RUN);
        try {
            log.read(sort);
            return new Open(sort);
        } catch (IOException | RuntimeException e) {
            sort.close();
            throw e;
        }
    }

    /**
     * Some of it, in {@link #ORDER}.
     *
     * @param skip how many come before the first
     */
    public List<Damage> page(long skip, int limit) throws IOException {
        try (Open open = open()) {
            long before = skip;
            while (before > 0 && open.next() != null) {
                before--;
            }
            List<Damage> page = new ArrayList<>();
            Damage next = limit > 0 ? open.next() : null;
            while (next != null) {
                page.add(next);
                next = page.size() < limit ? open.next() : null;
            }
            return page;
        }
    }

    /** Reads the whole file. */
    public Summary summary() throws IOException {
        if (!log.exists()) {
            return Summary.NONE;
        }
        long files = 0;
        long damages = 0;
        long manifests = 0;
        Instant since = null;
        Set<String> snapshots = new TreeSet<>(Comparator.reverseOrder());
        try (Open open = open()) {
            Damage before = null;
            for (Damage each = open.next(); each != null; each = open.next()) {
                damages++;
                manifests += each.kind() == Damage.Kind.MANIFEST ? 1 : 0;
                boolean another = before == null
                        || !before.bucket().equals(each.bucket())
                        || !before.path().equals(each.path());
                files += another ? 1 : 0;
                snapshots.add(each.snapshot());
                since = since == null || each.foundAt().isBefore(since) ? each.foundAt() : since;
                before = each;
            }
        }
        return new Summary(
                files,
                damages,
                manifests,
                snapshots.size(),
                snapshots.stream().limit(NAMED).toList(),
                since);
    }
}

package io.hubstorage.browse.history;

import io.hubstorage.browse.Comparison;
import io.hubstorage.browse.KeyQuery;
import io.hubstorage.browse.NotThereException;
import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.browse.history.FolderWindow.Row;
import io.hubstorage.browse.history.FolderWindow.Seen;
import io.hubstorage.browse.history.FolderWindow.State;
import io.hubstorage.browse.history.Level.Item;
import io.hubstorage.bus.Tally;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A folder of a bucket in one snapshot beside the same folder in another: a merge of two sorted streams. A window of it costs what
 * its rows cost, wherever it begins and however large the folder is; memory is two frames of each manifest. Blocking; not
 * thread-safe.
 */
public final class FolderView implements AutoCloseable {
    /** Of all that is read to tell whether folders changed, in entries of each snapshot: about 100 ms. */
    private static final int MOST_COMPARED = 40_000;
    /** Rows that are sorted otherwise than by name. */
    public static final int MOST_SORTED = 10_000;

    private static final int ASK_EVERY = 1024;

    private final String prefix;
    private final Opening opening;
    private final KeyCursor atEntries;
    private final KeyCursor sinceEntries;
    private final Level at;
    private final Level since;

    /**
     * What is shown of what.
     *
     * @param since what it is compared with; null for nothing, and then all is {@link State#SAME}
     * @param prefix empty for the top, or the folder with its slash
     * @param filter what names in the folder have to match, without what is before them; null for all
     * @param changes whether what is the same in both is left out; folders of which it would take too long to tell are not
     */
    public record Opening(
            SnapshotReader at,
            @Nullable SnapshotReader since,
            String bucket,
            String prefix,
            @Nullable KeyQuery filter,
            boolean changes) {
        public Opening(
                SnapshotReader at,
                @Nullable SnapshotReader since,
                String bucket,
                String prefix,
                @Nullable KeyQuery filter) {
            this(at, since, bucket, prefix, filter, false);
        }

        KeyCursor atEntries() throws IOException {
            return at.open(bucket);
        }

        KeyCursor sinceEntries() throws IOException {
            return since == null ? KeyCursor.empty() : since.openIfThere(bucket);
        }

        /** Whether the filter lets the item of that name through. */
        boolean shows(String name) {
            int end = Level.isFolder(prefix, name) ? name.length() - 1 : name.length();
            return filter == null || filter.matches(name.substring(prefix.length(), end));
        }
    }

    /** Where a window begins. */
    public enum Edge {
        /** At the beginning. */
        NONE,
        /** With the row that has this key, or the next one. */
        FROM,
        /** Behind the row that has this key. */
        AFTER,
        /** Its end is before the row that has this key. */
        BEFORE
    }

    /**
     * Which rows.
     *
     * @param key of a row or below one; empty for {@link Edge#NONE}
     * @param skip so many rows are passed over first
     * @param descending whether the rows come against the order of keys; all words are then meant the other way round
     */
    public record Place(Edge edge, String key, int skip, int limit, boolean descending) {}

    /**
     * Opens both.
     *
     * @throws NotThereException when the snapshot that is shown has nothing of the bucket
     */
    public static FolderView open(Opening opening) throws IOException {
        KeyCursor at = opening.atEntries();
        try {
            return new FolderView(opening, at, opening.sinceEntries());
        } catch (IOException | RuntimeException e) {
            at.close();
            throw e;
        }
    }

    private FolderView(Opening opening, KeyCursor at, KeyCursor since) {
        this.opening = opening;
        this.prefix = opening.prefix();
        this.atEntries = at;
        this.sinceEntries = since;
        this.at = new Level(at, prefix);
        this.since = new Level(since, prefix);
    }

    @Override
    public void close() throws IOException {
        try (atEntries) {
            sinceEntries.close();
        }
    }

    /**
     * Reads a window. With a filter, or of changes alone, it may have fewer rows than asked for, even none, and still have a next one.
     *
     * @param time after which no more rows are looked for that are to be shown
     */
    public FolderWindow read(Place place, Duration time) throws IOException {
        boolean backwards = place.edge == Edge.BEFORE;
        boolean upwards = backwards == place.descending;
        start(upwards, place);
        Merged found = merge(upwards, place.skip, place.limit, time);
        List<Row> rows = judged(found.rows);
        String onwards = found.more ? found.last : null;
        String back = isAnythingBehind(upwards, place, rows) ? rows.getFirst().key() : null;
        return backwards ? new FolderWindow(rows.reversed(), onwards, back) : new FolderWindow(rows, back, onwards);
    }

    private void start(boolean upwards, Place place) {
        String name = Level.name(prefix, place.key);
        if (upwards) {
            String from = switch (place.edge) {
                case NONE -> prefix;
                case FROM -> name;
                case AFTER, BEFORE -> Level.behind(prefix, name);
            };
            at.up(from);
            since.up(from);
        } else {
            String below = switch (place.edge) {
                case NONE -> null;
                case FROM -> Level.behind(prefix, name);
                case AFTER, BEFORE -> name;
            };
            at.down(below);
            since.down(below);
        }
    }

    /** Whether there are rows in the other direction, of which a filter might still let none through. */
    private boolean isAnythingBehind(boolean upwards, Place place, List<Row> rows) throws IOException {
        if (rows.isEmpty() || (place.edge == Edge.NONE && place.skip == 0)) {
            return false;
        }
        String first = rows.getFirst().key();
        for (Level level : List.of(at, since)) {
            if (upwards) {
                level.down(first);
            } else {
                level.up(Level.behind(prefix, first));
            }
            if (level.next() != null) {
                return true;
            }
        }
        return false;
    }

    /**
     * What a merge has found.
     *
     * @param last the name that was looked at last; absent when there was none
     * @param more whether there may be more behind that
     */
    private record Merged(List<Row> rows, @Nullable String last, boolean more) {}

    private Merged merge(boolean upwards, int skip, int limit, Duration time) throws IOException {
        long begun = System.nanoTime();
        boolean choosing = opening.filter() != null || opening.changes();
        List<Row> rows = new ArrayList<>();
        String last = null;
        int left = skip;
        int steps = 0;
        try (FolderComparison comparison = new FolderComparison(opening, MOST_COMPARED)) {
            for (Pair pair = next(upwards, null); pair != null; pair = next(upwards, pair)) {
                if (++steps % ASK_EVERY == 0 && choosing && System.nanoTime() - begun > time.toNanos()) {
                    return new Merged(rows, last, true);
                }
                String name = pair.name();
                if (opening.shows(name) && !(opening.changes() && isSame(pair, comparison))) {
                    if (left == 0 && rows.size() == limit) {
                        return new Merged(rows, last, true);
                    }
                    if (left == 0) {
                        rows.add(row(pair, true));
                    } else {
                        left--;
                    }
                }
                last = name;
            }
        }
        return new Merged(rows, last, false);
    }

    /**
     * Where the merge is.
     *
     * @param order negative or positive where only the first or only the second is at this name
     * @param now what comes next in the one; null after its last
     * @param before what comes next in the other
     */
    private record Pair(
            int order, @Nullable Item now, @Nullable Item before) {
        String name() {
            return Objects.requireNonNull(order <= 0 ? now : before).name();
        }
    }

    private @Nullable Pair next(boolean upwards, @Nullable Pair last) throws IOException {
        Item now = last == null || last.order <= 0 ? at.next() : last.now;
        Item before = last == null || last.order >= 0 ? since.next() : last.before;
        if (now == null && before == null) {
            return null;
        }
        if (now == null || before == null) {
            return new Pair(before == null ? -1 : 1, now, before);
        }
        int order = KeyOrder.compare(now.name(), before.name());
        return new Pair(upwards ? order : -order, now, before);
    }

    private Row row(Pair pair, boolean sums) throws IOException {
        Item now = pair.order <= 0 ? pair.now : null;
        Item before = pair.order >= 0 ? pair.before : null;
        String name = pair.name();
        return new Row(
                name,
                Level.isFolder(prefix, name),
                state(now, before),
                now == null ? null : seen(at, now, sums),
                before == null ? null : seen(since, before, sums));
    }

    private static Seen seen(Level level, Item item, boolean sums) throws IOException {
        ManifestEntry entry = item.entry();
        return entry == null
                ? new Seen(sums ? level.tally(item.name()) : null, null)
                : new Seen(Tally.of(entry.size()), entry.lastModified());
    }

    private boolean isSame(Pair pair, FolderComparison comparison) throws IOException {
        Row row = row(pair, pair.order == 0 && Level.isFolder(prefix, pair.name()));
        return (row.state() == null ? comparison.state(row) : row.state()) == State.SAME;
    }

    /** Null for a folder that is in both. */
    private @Nullable State state(@Nullable Item now, @Nullable Item before) {
        if (opening.since() == null) {
            return State.SAME;
        }
        if (now == null || before == null) {
            return now == null ? State.REMOVED : State.ADDED;
        }
        return now.entry() == null || before.entry() == null
                ? null
                : Comparison.sameContent(now.entry(), before.entry()) ? State.SAME : State.CHANGED;
    }

    /**
     * The rows with all that can be told of their folders: what is below them, and whether that changed. Where sums differ that is
     * known at once; where they are the same, their files are compared, of small folders first, until that takes too long.
     */
    private List<Row> judged(List<Row> rows) throws IOException {
        List<Row> judged = new ArrayList<>(rows);
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < judged.size(); i++) {
            if (judged.get(i).state() == null) {
                open.add(i);
            }
        }
        open.sort(Comparator.comparingLong(i -> objects(judged.get(i))));
        try (FolderComparison comparison = new FolderComparison(opening, MOST_COMPARED)) {
            for (int i : open) {
                Row row = judged.get(i);
                judged.set(i, new Row(row.key(), true, comparison.state(row), row.now(), row.before()));
            }
        }
        return judged;
    }

    /** Large ones stay in the order of their keys, so that one that ends where the next begins is read there once. */
    private static long objects(Row row) {
        Tally files = row.now() == null ? null : row.now().files();
        return files == null ? Long.MAX_VALUE : Math.min(files.objects(), FolderComparison.FINGERPRINT + 1L);
    }

    /** By what rows are sorted, other than by name. */
    public enum Sorting {
        SIZE,
        TIME
    }

    /**
     * The first rows of a folder in an order of its own.
     *
     * @param rows at most {@link #MOST_SORTED}, as {@link #page} takes them
     * @param total how many there are
     */
    public record Sorted(List<Row> rows, long total) {
        public Sorted {
            rows = List.copyOf(rows);
        }
    }

    /**
     * Sorts the rows of the folder, which reads all of them. What has no size or no time comes last, and what is the same in that
     * by key.
     *
     * @param cancelled asked now and then; when it says so, this ends with a {@link CancellationException}
     */
    public Sorted sorted(Sorting by, boolean descending, BooleanSupplier cancelled) throws IOException {
        Comparator<Row> order = order(by, descending);
        PriorityQueue<Row> first = new PriorityQueue<>(order.reversed());
        long total = 0;
        int steps = 0;
        at.up(prefix);
        since.up(prefix);
        try (FolderComparison comparison = new FolderComparison(opening, MOST_COMPARED)) {
            for (Pair pair = next(true, null); pair != null; pair = next(true, pair)) {
                if (++steps % ASK_EVERY == 0 && cancelled.getAsBoolean()) {
                    throw new CancellationException();
                }
                if (opening.shows(pair.name()) && !(opening.changes() && isSame(pair, comparison))) {
                    total++;
                    first.add(row(pair, by == Sorting.SIZE));
                    if (first.size() > MOST_SORTED) {
                        first.poll();
                    }
                }
            }
        }
        List<Row> rows = new ArrayList<>(first);
        rows.sort(order);
        return new Sorted(rows, total);
    }

    private static Comparator<Row> order(Sorting by, boolean descending) {
        Comparator<Row> value = Comparator.comparingLong(row -> Objects.requireNonNullElse(value(by, row), 0L));
        return Comparator.<Row, Boolean>comparing(row -> value(by, row) == null)
                .thenComparing(descending ? value.reversed() : value)
                .thenComparing(Row::key, KeyOrder.COMPARATOR);
    }

    private static @Nullable Long value(Sorting by, Row row) {
        Seen seen = shown(row);
        return switch (by) {
            case SIZE -> seen.files() == null ? null : (Long) seen.files().bytes();
            case TIME ->
                seen.lastModified() == null ? null : (Long) seen.lastModified().toEpochMilli();
        };
    }

    private static Seen shown(Row row) {
        return Objects.requireNonNull(row.now() == null ? row.before() : row.now());
    }

    /** Some of the sorted rows, with all that can be told of them. */
    public List<Row> page(Sorted sorted, int offset, int limit) throws IOException {
        List<Row> rows = new ArrayList<>();
        int end = Math.min(sorted.rows.size(), offset + limit);
        for (Row row : sorted.rows.subList(Math.min(offset, end), end)) {
            rows.add(
                    row.folder()
                            ? new Row(
                                    row.key(),
                                    true,
                                    row.state(),
                                    withSum(at, row.key(), row.now()),
                                    withSum(since, row.key(), row.before()))
                            : row);
        }
        return judged(rows);
    }

    private static @Nullable Seen withSum(Level level, String folder, @Nullable Seen seen) throws IOException {
        return seen == null || seen.files() != null ? seen : new Seen(level.tally(folder), null);
    }
}

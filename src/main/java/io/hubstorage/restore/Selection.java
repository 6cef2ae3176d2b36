package io.hubstorage.restore;

import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.keys.KeyFilter;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which entries of a snapshot are to be restored. Blocking; immutable. */
final class Selection {
    private final SnapshotReader snapshot;
    private final @Nullable SnapshotReader absentIn;
    private final List<String> buckets;
    private final List<Span> spans;
    private final NavigableMap<String, Span> spansByText = new TreeMap<>(KeyOrder.COMPARATOR);
    private final KeyFilter filter;

    /**
     * All keys that begin with a text, or the one key that is the text.
     *
     * @param whole whether it is one key
     */
    record Span(String text, boolean whole) {
        static final Span ALL = new Span("", false);

        boolean holds(String key) {
            return whole ? key.equals(text) : key.startsWith(text);
        }

        private @Nullable String end() {
            return whole ? text + '\0' : KeyOrder.beyond(text);
        }
    }

    /**
     * @param buckets of the snapshot, in the order in which they are restored
     * @param absentIn only what this one has not; null for all
     */
    Selection(
            SnapshotReader snapshot, List<String> buckets, RestoreRequest request, @Nullable SnapshotReader absentIn) {
        this.snapshot = snapshot;
        this.absentIn = absentIn;
        this.buckets = List.copyOf(buckets);
        this.spans = spans(request);
        spans.forEach(span -> spansByText.put(span.text, span));
        boolean onlyIncluded = request.exclude().isEmpty() && !request.include().isEmpty();
        this.filter = new KeyFilter("", onlyIncluded ? List.of("*") : request.exclude(), request.include());
    }

    /** In order, none within another. */
    private static List<Span> spans(RestoreRequest request) {
        if (request.prefixes().isEmpty() && request.keys().isEmpty()) {
            return List.of(Span.ALL);
        }
        List<Span> spans = new ArrayList<>();
        Span prefix = null;
        for (Span span : Stream.concat(
                        request.prefixes().stream().map(text -> new Span(text, false)),
                        request.keys().stream().map(text -> new Span(text, true)))
                .distinct()
                .sorted(Comparator.comparing(Span::text, KeyOrder.COMPARATOR).thenComparing(Span::whole))
                .toList()) {
            if (prefix == null || !prefix.holds(span.text)) {
                spans.add(span);
                prefix = span.whole ? prefix : span;
            }
        }
        return List.copyOf(spans);
    }

    SnapshotReader snapshot() {
        return snapshot;
    }

    List<String> buckets() {
        return buckets;
    }

    List<Span> spans() {
        return spans;
    }

    /** Whether an entry of this key would be restored if the snapshot had one. */
    boolean reaches(String key) {
        // What is between a prefix and a key that it holds begins with it, too, and so is no span of its own.
        Map.Entry<String, Span> span = spansByText.floorEntry(key);
        return span != null && span.getValue().holds(key) && filter.accepts(key);
    }

    /** The selected entries of a bucket within some of the spans, in key order. For one thread. */
    Entries entries(String bucket, List<Span> within) throws IOException {
        return new Entries(bucket, within);
    }

    final class Entries implements AutoCloseable {
        private final KeyCursor cursor;
        private final KeyCursor absent;
        private final List<Span> within;
        private int span = -1;
        private @Nullable ManifestEntry other;

        private Entries(String bucket, List<Span> within) throws IOException {
            this.within = within;
            this.cursor = snapshot.open(bucket);
            try {
                this.absent = absentIn == null ? KeyCursor.empty() : absentIn.openIfThere(bucket);
            } catch (IOException | RuntimeException e) {
                cursor.close();
                throw e;
            }
        }

        /** The next, or null after the last. */
        @Nullable
        ManifestEntry next() throws IOException {
            while (true) {
                ManifestEntry entry = span < 0 ? null : cursor.next();
                if (entry == null) {
                    if (span + 1 >= within.size()) {
                        return null;
                    }
                    seek(within.get(++span));
                } else if (filter.accepts(entry.key()) && !isInOther(entry.key())) {
                    return entry;
                }
            }
        }

        private void seek(Span next) throws IOException {
            cursor.seek(next.text, next.end());
            absent.seek(next.text, next.end());
            other = absent.next();
        }

        private boolean isInOther(String key) throws IOException {
            while (other != null && KeyOrder.compare(other.key(), key) < 0) {
                other = absent.next();
            }
            return other != null && other.key().equals(key);
        }

        @Override
        public void close() throws IOException {
            try (cursor) {
                absent.close();
            }
        }
    }
}

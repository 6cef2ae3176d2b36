package io.hubstorage.keys;

import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.ExternalSort.Sorted;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Paths for a disk that takes names for the same which differ in case or normalisation ({@link NameFolding}). Needs to see
 * all keys before it can give the first path, since keys that clash may be far apart in order: they are sorted on disk by
 * their folded form, where what clashes comes together, and only what needs a number is sorted back. Of the keys that would
 * be one file, the first in {@link KeyOrder} keeps its name; a folder gives way to any file; and the compressed form of a key
 * is a name beside its own. Memory does not grow with the number of keys. Not thread-safe.
 */
public final class FoldedPaths implements Paths, AutoCloseable {
    private final ExternalSort<NumberedKey> clashes;
    private final Sorted<NumberedKey> ordered;
    private @Nullable NumberedKey head;
    private @Nullable NumberedKey current;
    private @Nullable NumberedKey currentCompressed;
    private @Nullable String last;

    private FoldedPaths(ExternalSort<NumberedKey> clashes) throws IOException {
        this.clashes = clashes;
        this.ordered = clashes.sorted();
        this.head = ordered.next();
    }

    /** Takes the keys, in any order and each as often as one likes; what is asked for later must be among them. */
    public static final class Collector implements AutoCloseable {
        private final Path scratch;
        private final int run;
        private final ExternalSort<Folded> keys;

        public Collector(Path scratch) {
            this(scratch, ExternalSort.DEFAULT_RUN);
        }

        Collector(Path scratch, int run) {
            this.scratch = scratch;
            this.run = run;
            keys = new ExternalSort<>(
                    // Compressed forms first, as they are the first to come where all names are told apart.
                    Comparator.comparing(Folded::folded)
                            .thenComparing(key -> !key.compressed())
                            .thenComparing(Folded::key, KeyOrder.COMPARATOR),
                    new Folded.Codec(),
                    scratch,
                    run);
        }

        /** Adds one key; of one that comes twice, the first size counts. */
        public void add(String key, long size) throws IOException {
            keys.add(new Folded(NameFolding.fold(key), key, KeyPath.isDirectoryMarker(key, size), false));
        }

        /** Adds the compressed form of a key. */
        public void addCompressed(String key) throws IOException {
            String name = key + KeyPath.COMPRESSED;
            keys.add(new Folded(NameFolding.fold(name), name, false, true));
        }

        /** The paths of all keys; to be closed by the caller. No key can be added any more. */
        public FoldedPaths paths() throws IOException {
            ExternalSort<NumberedKey> clashes = new ExternalSort<>(
                    Comparator.comparing(NumberedKey::key, KeyOrder.COMPARATOR).thenComparing(NumberedKey::compressed),
                    new NumberedKey.Codec(),
                    scratch,
                    run);
            try (Sorted<Folded> sorted = keys.sorted()) {
                find(sorted, clashes);
                return new FoldedPaths(clashes);
            } catch (IOException e) {
                clashes.close();
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            keys.close();
        }

        private static void find(Sorted<Folded> sorted, ExternalSort<NumberedKey> clashes) throws IOException {
            List<Group> groups = new ArrayList<>();
            Folded before = null;
            for (Folded key = sorted.next(); key != null; key = sorted.next()) {
                if (before != null && key.isSame(before)) {
                    continue;
                }
                before = key;
                String folded = key.folded();
                groups.removeIf(group -> !folded.startsWith(group.folded));
                if (groups.isEmpty() || !groups.getLast().folded.equals(folded)) {
                    groups.add(new Group(folded));
                }
                NumberedKey numbered = groups.getLast().take(key, groups);
                if (!numbered.isPlain()) {
                    clashes.add(numbered);
                }
            }
        }
    }

    @Override
    public String allocate(String key, long size, boolean compressible) throws IOException {
        if (last != null && KeyOrder.compare(last, key) >= 0) {
            throw new IllegalArgumentException("keys must come in order, but " + key + " came after " + last);
        }
        last = key;
        while (head != null && KeyOrder.compare(head.key(), key) < 0) {
            head = ordered.next();
        }
        current = take(key, false);
        currentCompressed = take(key, true);
        return withSize(size);
    }

    private @Nullable NumberedKey take(String key, boolean compressed) throws IOException {
        NumberedKey next = head;
        if (next == null || next.compressed() != compressed || !next.key().equals(key)) {
            return null;
        }
        head = ordered.next();
        return next;
    }

    @Override
    public String withSize(long size) {
        String key = last();
        return current == null ? KeyPath.toPath(key, size) : current.path(KeyPath.isDirectoryMarker(key, size));
    }

    @Override
    public String compressed() {
        String key = last();
        return currentCompressed == null ? KeyPath.toCompressedPath(key) : currentCompressed.path(false);
    }

    private String last() {
        if (last == null) {
            throw new IllegalStateException("no key has been given a path yet");
        }
        return last;
    }

    @Override
    public void close() throws IOException {
        clashes.close();
    }

    /** The keys of one folded form, in key order. */
    private static final class Group {
        private final String folded;
        private int keys;
        private int files;

        Group(String folded) {
            this.folded = folded;
        }

        /** @param prefixes the groups whose form the key's begins with, shortest first, this one last */
        NumberedKey take(Folded key, List<Group> prefixes) {
            List<KeyPath.Mark> folders = prefixes.stream()
                    .filter(group -> group.files > 0
                            && group.folded.length() < folded.length()
                            && folded.charAt(group.folded.length()) == '/')
                    .map(group -> new KeyPath.Mark(segmentEnd(key.key(), slashes(group.folded)), group.keys))
                    .toList();
            int own = keys++;
            files += key.marker() ? 0 : 1;
            return new NumberedKey(key.base(), key.compressed(), folders, own);
        }

        private static int slashes(String folded) {
            return (int) folded.chars().filter(unit -> unit == '/').count();
        }

        /** Where the segment ends that has this many slashes before it: folding keeps each slash, but not each length. */
        private static int segmentEnd(String key, int slashesBefore) {
            int end = -1;
            for (int i = 0; i <= slashesBefore; i++) {
                end = key.indexOf('/', end + 1);
            }
            return end;
        }
    }

    /**
     * A key, or the name of its compressed form, which is the key with an ending.
     *
     * @param marker whether it is a directory marker
     */
    private record Folded(String folded, String key, boolean marker, boolean compressed) {
        boolean isSame(Folded other) {
            return key.equals(other.key) && compressed == other.compressed;
        }

        String base() {
            return compressed ? key.substring(0, key.length() - KeyPath.COMPRESSED.length()) : key;
        }

        static final class Codec implements ExternalSort.Codec<Folded> {
            @Override
            public void write(Folded item, DataOutput out) throws IOException {
                out.writeUTF(item.folded);
                out.writeUTF(item.key);
                out.writeBoolean(item.marker);
                out.writeBoolean(item.compressed);
            }

            @Override
            public Folded read(DataInput in) throws IOException {
                return new Folded(in.readUTF(), in.readUTF(), in.readBoolean(), in.readBoolean());
            }
        }
    }

    /**
     * A key that cannot have its ordinary path, or not in its compressed form.
     *
     * @param folders its segments that are folders where a file stands
     * @param own the number of its last segment, if it is a file; 0 for none
     */
    private record NumberedKey(String key, boolean compressed, List<KeyPath.Mark> folders, int own) {
        NumberedKey {
            folders = List.copyOf(folders);
        }

        boolean isPlain() {
            return own == 0 && folders.isEmpty();
        }

        /** @param marker whether the key is a directory marker now */
        String path(boolean marker) {
            if (marker) {
                return KeyPath.encode(key.substring(0, key.length() - 1), folders);
            }
            String name = compressed ? key + KeyPath.COMPRESSED : key;
            List<KeyPath.Mark> marks = new ArrayList<>(folders);
            if (own > 0) {
                marks.add(new KeyPath.Mark(name.length(), own));
            }
            return KeyPath.encode(name, marks);
        }

        static final class Codec implements ExternalSort.Codec<NumberedKey> {
            @Override
            public void write(NumberedKey item, DataOutput out) throws IOException {
                out.writeUTF(item.key);
                out.writeBoolean(item.compressed);
                out.writeInt(item.own);
                out.writeInt(item.folders.size());
                for (KeyPath.Mark mark : item.folders) {
                    out.writeInt(mark.end());
                    out.writeInt(mark.number());
                }
            }

            @Override
            public NumberedKey read(DataInput in) throws IOException {
                String key = in.readUTF();
                boolean compressed = in.readBoolean();
                int own = in.readInt();
                int count = in.readInt();
                List<KeyPath.Mark> folders = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    folders.add(new KeyPath.Mark(in.readInt(), in.readInt()));
                }
                return new NumberedKey(key, compressed, folders, own);
            }
        }
    }
}

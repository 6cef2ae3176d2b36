package io.hubstorage.browse;

import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One page of one level of a bucket, as S3 itself shows it with a delimiter: the keys below a prefix that do not have it any
 * more, and for all others, once each, what they have up to its next place.
 *
 * @param next what to give as {@code after} for the next page; absent on the last one
 */
public record FolderPage(List<Item> items, @Nullable String next) {
    /**
     * A file or a folder.
     *
     * @param name its key or, of a folder, what all of its keys begin with, which ends in the delimiter
     * @param entry absent for a folder
     */
    public record Item(String name, @Nullable ManifestEntry entry) {}

    public FolderPage {
        items = List.copyOf(items);
    }

    /**
     * Reads a page of a folder, without the marker of that folder; what is further below is skipped, however much it is.
     *
     * @param prefix empty for the top; need not end in a slash
     * @param after an item's name from this level, or null for the first page
     */
    public static FolderPage read(KeyCursor entries, String prefix, @Nullable String after, int limit)
            throws IOException {
        return read(
                entries,
                prefix,
                "/",
                after,
                limit,
                marker -> marker.directory() && marker.key().equals(prefix));
    }

    /**
     * Reads a page of what S3 lists.
     *
     * @param delimiter any text; the empty one for all keys below the prefix
     * @param after any key or name of an item, or null for the first page; after a key in the middle of a folder, the folder
     *     comes again
     */
    public static FolderPage read(KeyCursor entries, String prefix, String delimiter, @Nullable String after, int limit)
            throws IOException {
        return read(entries, prefix, delimiter, after, limit, _ -> false);
    }

    private static FolderPage read(
            KeyCursor entries,
            String prefix,
            String delimiter,
            @Nullable String after,
            int limit,
            Predicate<ManifestEntry> hidden)
            throws IOException {
        String end = KeyOrder.beyond(prefix);
        String from = after == null ? prefix : following(prefix, delimiter, after);
        List<Item> items = new ArrayList<>();
        if (from == null) {
            return new FolderPage(items, null);
        }
        entries.seek(KeyOrder.compare(from, prefix) < 0 ? prefix : from, end);
        for (ManifestEntry entry = entries.next(); entry != null; entry = entries.next()) {
            if (hidden.test(entry)) {
                continue;
            }
            if (items.size() == limit) {
                return new FolderPage(items, items.getLast().name());
            }
            int place = delimiter.isEmpty() ? -1 : entry.key().indexOf(delimiter, prefix.length());
            if (place < 0) {
                items.add(new Item(entry.key(), entry));
                continue;
            }
            String folder = entry.key().substring(0, place + delimiter.length());
            items.add(new Item(folder, null));
            String next = following(prefix, delimiter, folder);
            if (next == null) {
                break;
            }
            entries.seek(next, end);
        }
        return new FolderPage(items, null);
    }

    /** The first key behind this one or, if it is a folder of this level, behind all that it holds; null for none. */
    private static @Nullable String following(String prefix, String delimiter, String name) {
        boolean folder = !delimiter.isEmpty()
                && name.startsWith(prefix)
                && name.length() >= prefix.length() + delimiter.length()
                && name.indexOf(delimiter, prefix.length()) == name.length() - delimiter.length();
        return folder ? KeyOrder.beyond(name) : name + '\0';
    }
}

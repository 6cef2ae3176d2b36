package io.hubstorage.browse;

import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of one level of a bucket, as S3 itself shows it with the delimiter {@code /}: the keys below a prefix that have
 * no further slash, and for all others, once each, what they have up to their next slash.
 *
 * @param next what to give as {@code after} for the next page; absent on the last one
 */
public record FolderPage(List<Item> items, @Nullable String next) {
    /**
     * A file or a folder.
     *
     * @param name its key or, of a folder, what all of its keys begin with, which ends in a slash
     * @param entry absent for a folder
     */
    public record Item(String name, @Nullable ManifestEntry entry) {}

    public FolderPage {
        items = List.copyOf(items);
    }

    /**
     * Reads a page; what a folder holds is skipped, however much it is.
     *
     * @param prefix empty for the top; need not end in a slash
     * @param after an item's name from this level, or null for the first page
     */
    public static FolderPage read(KeyCursor entries, String prefix, @Nullable String after, int limit)
            throws IOException {
        String end = KeyOrder.beyond(prefix);
        entries.seek(after == null ? prefix : following(prefix, after), end);
        List<Item> items = new ArrayList<>();
        for (ManifestEntry entry = entries.next(); entry != null; entry = entries.next()) {
            if (entry.directory() && entry.key().equals(prefix)) {
                // The marker of the folder that is being looked at.
                continue;
            }
            if (items.size() == limit) {
                return new FolderPage(items, items.getLast().name());
            }
            int slash = entry.key().indexOf('/', prefix.length());
            if (slash < 0) {
                items.add(new Item(entry.key(), entry));
                continue;
            }
            String folder = entry.key().substring(0, slash + 1);
            items.add(new Item(folder, null));
            entries.seek(following(prefix, folder), end);
        }
        return new FolderPage(items, null);
    }

    private static String following(String prefix, String name) {
        String beyond = name.endsWith("/") && name.length() > prefix.length() ? KeyOrder.beyond(name) : null;
        return beyond == null ? name + '\0' : beyond;
    }
}

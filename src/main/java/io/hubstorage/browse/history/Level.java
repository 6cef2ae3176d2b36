package io.hubstorage.browse.history;

import io.hubstorage.bus.Tally;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What one snapshot has in a folder: its files and, once each, the folders right below it, in key order or against it. A folder
 * that holds more than that is passed over by one seek. The marker of the folder itself is not in it. Not thread-safe.
 */
final class Level {
    private final KeyCursor entries;
    private final String prefix;
    private final @Nullable String end;
    private boolean upwards = true;
    /** Where to go on before anything is read; null where the cursor stands there already. */
    private @Nullable String from;
    /** What is still to come is before this; null for no bound. Only downwards. */
    private @Nullable String below;

    private boolean ended;

    /**
     * A file or a folder.
     *
     * @param name a file's key, or what all keys in a folder begin with, its slash included
     * @param entry of a file; null for a folder
     */
    record Item(String name, @Nullable ManifestEntry entry) {
        boolean folder() {
            return entry == null;
        }
    }

    Level(KeyCursor entries, String prefix) {
        this.entries = entries;
        this.prefix = prefix;
        this.end = KeyOrder.beyond(prefix);
        this.from = prefix;
    }

    /** Of a key below the prefix, the name of the item that it is in. */
    static String name(String prefix, String key) {
        int slash = key.indexOf('/', prefix.length());
        return slash < 0 ? key : key.substring(0, slash + 1);
    }

    /** Whether an item of that name is a folder. */
    static boolean isFolder(String prefix, String name) {
        return name.length() > prefix.length() && name.endsWith("/");
    }

    /** The least key behind an item; null when there can be none. */
    static @Nullable String behind(String prefix, String name) {
        return isFolder(prefix, name) ? KeyOrder.beyond(name) : name + '\0';
    }

    /** Goes on with the first item from this name on, upwards; null for none at all. */
    void up(@Nullable String name) {
        upwards = true;
        from = name;
        ended = name == null;
    }

    /** Goes on with the last item before this name, downwards; null for the last of all. */
    void down(@Nullable String name) {
        upwards = false;
        below = name == null ? end : name;
        ended = false;
    }

    /** The next in the direction that was chosen, or null after the last. */
    @Nullable
    Item next() throws IOException {
        return ended ? null : upwards ? upper() : lower();
    }

    private @Nullable Item upper() throws IOException {
        if (from != null) {
            entries.seek(KeyOrder.compare(from, prefix) < 0 ? prefix : from, end);
            from = null;
        }
        ManifestEntry entry = entries.next();
        if (entry != null && isMarker(entry)) {
            entry = entries.next();
        }
        if (entry == null) {
            ended = true;
            return null;
        }
        Item item = item(entry);
        if (item.folder()) {
            from = KeyOrder.beyond(item.name);
            ended = from == null;
        }
        return item;
    }

    private @Nullable Item lower() throws IOException {
        ManifestEntry entry = entries.lastBefore(below);
        if (entry == null || !entry.key().startsWith(prefix) || isMarker(entry)) {
            ended = true;
            return null;
        }
        Item item = item(entry);
        below = item.name;
        return item;
    }

    private Item item(ManifestEntry entry) {
        String name = name(prefix, entry.key());
        return isFolder(prefix, name) ? new Item(name, null) : new Item(entry.key(), entry);
    }

    private boolean isMarker(ManifestEntry entry) {
        return entry.directory() && entry.key().equals(prefix);
    }

    /** What a folder holds; null where only reading it would tell. Whoever goes on upwards does so where it was. */
    @Nullable
    Tally tally(String folder) throws IOException {
        return entries.tally(folder, KeyOrder.beyond(folder));
    }
}

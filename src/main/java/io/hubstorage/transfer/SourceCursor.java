package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Walks one source's manifest in step with the listing. Not thread-safe. */
final class SourceCursor implements AutoCloseable {
    private final int index;
    private final TransferMessage.Source source;
    private final ManifestReader reader;
    private @Nullable ManifestEntry head;

    SourceCursor(int index, TransferMessage.Source source, @Nullable String after, @Nullable String through)
            throws IOException {
        this.index = index;
        this.source = source;
        this.reader = ManifestReader.range(Path.of(source.manifest()), after, through);
        this.head = reader.next();
    }

    int index() {
        return index;
    }

    TransferMessage.Source source() {
        return source;
    }

    /** Takes the next entry whose key is before {@code key} (or any, when {@code key} is absent); null when none is left. */
    @Nullable
    ManifestEntry takeBefore(@Nullable String key) throws IOException {
        ManifestEntry entry = head;
        if (entry == null || (key != null && KeyOrder.COMPARATOR.compare(entry.key(), key) >= 0)) {
            return null;
        }
        head = reader.next();
        return entry;
    }

    /** Takes the entry of exactly this key, if it is next; entries before it must have been taken. */
    @Nullable
    ManifestEntry take(String key) throws IOException {
        ManifestEntry entry = head;
        if (entry == null || !entry.key().equals(key)) {
            return null;
        }
        head = reader.next();
        return entry;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}

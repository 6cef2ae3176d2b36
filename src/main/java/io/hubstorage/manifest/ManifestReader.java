package io.hubstorage.manifest;

import com.fasterxml.jackson.core.JsonParser;
import io.hubstorage.keys.KeyOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a manifest, or a range of its keys, in key order. Every frame is checked against its own checksum and against
 * the index, so that entries are never missing without an error. Holds one frame in memory. Not thread-safe.
 */
public final class ManifestReader implements AutoCloseable {
    private final ManifestFrames frames;
    private final @Nullable String after;
    private final @Nullable String through;
    private int frame;
    private int entriesLeft;
    private boolean firstOfFrame;
    private @Nullable JsonParser lines;
    private @Nullable String last;
    private boolean ended;

    private ManifestReader(Path file, Path indexFile, @Nullable String after, @Nullable String through)
            throws IOException {
        this.after = after;
        this.through = through;
        frames = new ManifestFrames(file, indexFile);
        frame = after == null ? 0 : frames.around(after);
    }

    /** The whole manifest, with the index beside it. */
    public static ManifestReader open(Path zst) throws IOException {
        return range(zst, null, null);
    }

    /** The entries with keys greater than {@code after} and up to {@code through}, itself included; null is no bound. */
    public static ManifestReader range(Path zst, @Nullable String after, @Nullable String through) throws IOException {
        return new ManifestReader(zst, ManifestIndex.beside(zst), after, through);
    }

    /** The entry of one key, if there is one; reads one frame. */
    public static Optional<ManifestEntry> find(Path zst, String key) throws IOException {
        try (ManifestReader reader = range(zst, null, key)) {
            reader.frame = reader.frames.around(key);
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                if (entry.key().equals(key)) {
                    return Optional.of(entry);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * The next entry, or null after the last.
     *
     * @throws CorruptManifestException when the manifest is damaged
     */
    public @Nullable ManifestEntry next() throws IOException {
        while (!ended) {
            ManifestEntry entry = nextInFrames();
            if (entry == null || (through != null && KeyOrder.compare(entry.key(), through) > 0)) {
                ended = true;
                return null;
            }
            if (after == null || KeyOrder.compare(entry.key(), after) > 0) {
                return entry;
            }
        }
        return null;
    }

    /** The greatest key of the whole manifest, or null when it is empty; reads only the last frame, and then nothing more. */
    @Nullable
    String lastKey() throws IOException {
        frame = Math.max(0, frames.count() - 1);
        entriesLeft = 0;
        last = null;
        for (ManifestEntry entry = nextInFrames(); entry != null; entry = nextInFrames()) {
            last = entry.key();
        }
        ended = true;
        return last;
    }

    /** The index of the whole manifest. */
    public ManifestIndex index() {
        return frames.index();
    }

    @Override
    public void close() throws IOException {
        frames.close();
    }

    private @Nullable ManifestEntry nextInFrames() throws IOException {
        if (entriesLeft == 0) {
            if (frame == frames.count()) {
                return null;
            }
            openFrame();
        }
        ManifestEntry entry = parse();
        if (entry == null) {
            throw frames.corrupt(
                    "frame %d has %d entries fewer than its index says".formatted(frame - 1, entriesLeft), null);
        }
        if (last != null && KeyOrder.compare(last, entry.key()) >= 0) {
            throw frames.corrupt("its keys are out of order: " + entry.key() + " after " + last, null);
        }
        if (firstOfFrame
                && !entry.key().equals(frames.index().frames().get(frame - 1).firstKey())) {
            throw frames.corrupt("frame %d does not begin with the key its index names".formatted(frame - 1), null);
        }
        firstOfFrame = false;
        last = entry.key();
        entriesLeft--;
        if (entriesLeft == 0 && parse() != null) {
            throw frames.corrupt("frame %d has more entries than its index says".formatted(frame - 1), null);
        }
        return entry;
    }

    private @Nullable ManifestEntry parse() throws IOException {
        try {
            return lines == null ? null : EntryJson.read(lines);
        } catch (IOException e) {
            throw frames.corrupt(
                    "frame %d holds a line that cannot be read: %s".formatted(frame - 1, e.getMessage()), e);
        }
    }

    private void openFrame() throws IOException {
        byte[] text = frames.read(frame);
        lines = EntryJson.parser(text, 0, text.length);
        entriesLeft = frames.index().frames().get(frame).entries();
        firstOfFrame = true;
        frame++;
    }
}

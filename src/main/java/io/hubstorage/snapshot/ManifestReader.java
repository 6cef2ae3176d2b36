package io.hubstorage.snapshot;

import com.fasterxml.jackson.core.JsonParser;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a manifest, or a range of its keys, in key order. Every frame is checked against its own checksum and against
 * the index, so that entries are never missing without an error. Holds one frame in memory. Not thread-safe.
 */
public final class ManifestReader implements AutoCloseable {
    /** A frame never holds more; protects against a damaged header. */
    private static final long MAX_FRAME = 1L << 28;

    private final Path file;
    private final RandomAccessFile in;
    private final ManifestIndex index;
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
        this.file = file;
        this.after = after;
        this.through = through;
        index = ManifestIndex.read(indexFile);
        frame = after == null ? 0 : firstFrame(index, after);
        in = new RandomAccessFile(file.toFile(), "r");
        if (in.length() != index.length()) {
            long length = in.length();
            in.close();
            throw corrupt("it has %d bytes, but its index promises %d".formatted(length, index.length()), null);
        }
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
            reader.frame = firstFrame(reader.index, key);
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
        frame = Math.max(0, index.frames().size() - 1);
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
        return index;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private static int firstFrame(ManifestIndex index, String after) {
        int low = 0;
        int high = index.frames().size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (KeyOrder.compare(index.frames().get(middle).firstKey(), after) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return Math.max(0, low - 1);
    }

    private @Nullable ManifestEntry nextInFrames() throws IOException {
        if (entriesLeft == 0) {
            if (frame == index.frames().size()) {
                return null;
            }
            openFrame();
        }
        ManifestEntry entry = parse();
        if (entry == null) {
            throw corrupt("frame %d has %d entries fewer than its index says".formatted(frame - 1, entriesLeft), null);
        }
        if (last != null && KeyOrder.compare(last, entry.key()) >= 0) {
            throw corrupt("its keys are out of order: " + entry.key() + " after " + last, null);
        }
        if (firstOfFrame && !entry.key().equals(index.frames().get(frame - 1).firstKey())) {
            throw corrupt("frame %d does not begin with the key its index names".formatted(frame - 1), null);
        }
        firstOfFrame = false;
        last = entry.key();
        entriesLeft--;
        if (entriesLeft == 0 && parse() != null) {
            throw corrupt("frame %d has more entries than its index says".formatted(frame - 1), null);
        }
        return entry;
    }

    private @Nullable ManifestEntry parse() throws IOException {
        try {
            return lines == null ? null : EntryJson.read(lines);
        } catch (IOException e) {
            throw corrupt("frame %d holds a line that cannot be read: %s".formatted(frame - 1, e.getMessage()), e);
        }
    }

    private void openFrame() throws IOException {
        ManifestIndex.Frame place = index.frames().get(frame);
        byte[] packed = new byte[Math.toIntExact(index.end(frame) - place.offset())];
        try {
            in.seek(place.offset());
            in.readFully(packed);
        } catch (EOFException e) {
            throw corrupt("frame %d is cut short".formatted(frame), e);
        }
        byte[] text = unpack(packed);
        lines = EntryJson.parser(text, 0, text.length);
        entriesLeft = place.entries();
        firstOfFrame = true;
        frame++;
    }

    private byte[] unpack(byte[] packed) throws IOException {
        try {
            long length = Zstd.getFrameContentSize(packed);
            if (length < 0 || length > MAX_FRAME) {
                throw corrupt("frame %d has no valid header".formatted(frame), null);
            }
            byte[] text = new byte[(int) length];
            if (Zstd.decompress(text, packed) != length) {
                throw corrupt("frame %d is shorter than its header says".formatted(frame), null);
            }
            return text;
        } catch (ZstdException e) {
            throw corrupt("frame %d is damaged: %s".formatted(frame, e.getMessage()), e);
        }
    }

    private CorruptManifestException corrupt(String problem, @Nullable Throwable cause) {
        return new CorruptManifestException(file, problem, cause);
    }
}

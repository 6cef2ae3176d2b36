package io.hubstorage.manifest;

import com.fasterxml.jackson.core.JsonParser;
import io.hubstorage.bus.Tally;
import io.hubstorage.keys.KeyOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a manifest in key order: all of it, a range, or from any key on. Every frame is checked against its own checksum and
 * against the index, so that entries are never missing without an error. To seek costs one frame, in which the line is found
 * by halving; so that folders of a million keys can be skipped. Holds one frame in memory. Not thread-safe.
 */
public final class ManifestReader implements KeyCursor {
    private final ManifestFrames frames;
    private final @Nullable LineNeedle needle;
    private byte[] text = new byte[0];
    private int frame = -1;
    private int position;
    private @Nullable JsonParser lines;
    private @Nullable String last;
    private @Nullable String before;
    private boolean ended;
    /** Whether the index is believed that no frame beyond the bound holds anything, or the next one is read to see. */
    private boolean endsByIndex = true;
    /** Of the frame that is loaded, once somebody asked for a sum. */
    private @Nullable FrameSums sums;

    private ManifestReader(Path zst, @Nullable LineNeedle needle) throws IOException {
        this.frames = new ManifestFrames(zst, ManifestIndex.beside(zst));
        this.needle = needle;
    }

    /** The whole manifest, with the index beside it. */
    public static ManifestReader open(Path zst) throws IOException {
        return new ManifestReader(zst, null);
    }

    /** Only the entries whose lines hold the needle somewhere; other lines are passed over without being understood. */
    public static ManifestReader open(Path zst, LineNeedle needle) throws IOException {
        return new ManifestReader(zst, needle);
    }

    /** The whole manifest; what a range ends with is read and not taken from the index, which costs a frame. */
    public static ManifestReader openDoubting(Path zst) throws IOException {
        ManifestReader reader = open(zst);
        reader.endsByIndex = false;
        return reader;
    }

    /** The entries with keys greater than {@code after} and up to {@code through}, itself included; null is no bound. */
    public static ManifestReader range(Path zst, @Nullable String after, @Nullable String through) throws IOException {
        ManifestReader reader = openDoubting(zst);
        try {
            reader.seek(after == null ? "" : following(after), through == null ? null : following(through));
            return reader;
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /** The entry of one key, if there is one; reads one frame, or two. */
    public static Optional<ManifestEntry> find(Path zst, String key) throws IOException {
        try (ManifestReader reader = openDoubting(zst)) {
            reader.seek(key, following(key));
            return Optional.ofNullable(reader.next());
        }
    }

    public ManifestIndex index() {
        return frames.index();
    }

    @Override
    public void seek(String from, @Nullable String end) throws IOException {
        before = end;
        ended = false;
        last = null;
        if (frames.count() > 0) {
            use(frames.around(from));
            position = lineOf(from);
            lines = null;
        }
    }

    /**
     * The next entry, or null after the last.
     *
     * @throws CorruptManifestException when the manifest is damaged
     */
    @Override
    public @Nullable ManifestEntry next() throws IOException {
        while (!ended) {
            ManifestEntry entry = needle == null ? nextLine() : nextLineWith(needle);
            if (entry != null) {
                checkOrder(entry);
                ended = before != null && KeyOrder.compare(entry.key(), before) >= 0;
                return ended ? null : entry;
            }
            ended = frame + 1 >= frames.count()
                    || (endsByIndex && before != null && beginsAtOrAfter(frame + 1, before));
            if (!ended) {
                load(frame + 1);
            }
        }
        return null;
    }

    /** The greatest key of the whole manifest, or null when it is empty; reads only the last frame. */
    @Nullable
    String lastKey() throws IOException {
        if (frames.count() == 0) {
            return null;
        }
        load(frames.count() - 1);
        position = lineStart(text.length - 1, 0);
        ManifestEntry entry = next();
        return entry == null ? null : entry.key();
    }

    @Override
    public @Nullable ManifestEntry lastBefore(@Nullable String key) throws IOException {
        if (frames.count() == 0) {
            return null;
        }
        ended = true;
        use(key == null ? frames.count() - 1 : frames.around(key));
        int end = key == null ? text.length : lineOf(key);
        if (end == 0) {
            if (frame == 0) {
                return null;
            }
            use(frame - 1);
            end = text.length;
        }
        return readLine(lineStart(end - 1, 0), end);
    }

    @Override
    public Tally tally(String from, @Nullable String end) throws IOException {
        ended = true;
        Tally first = before(from);
        Tally last = end == null ? frames.before(frames.count()) : before(end);
        return new Tally(last.objects() - first.objects(), last.bytes() - first.bytes());
    }

    /** What there is before this key: whole frames by the index, and a part of one. */
    private Tally before(String key) throws IOException {
        if (frames.count() == 0) {
            return Tally.ZERO;
        }
        int wanted = frames.around(key);
        Tally whole = frames.before(wanted);
        if (isAtStart(wanted, key)) {
            return whole;
        }
        use(wanted);
        int place = lineOf(key);
        try {
            return whole.plus(sums().before(place));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    @Override
    public @Nullable Fingerprint fingerprint(String from, @Nullable String end) throws IOException {
        ended = true;
        if (frames.count() == 0) {
            return Fingerprint.ZERO;
        }
        int first = frames.around(from);
        int last = end == null ? frames.count() : frames.around(end);
        Fingerprint head = part(first, from);
        Fingerprint whole = frames.fingerprint(first, last);
        Fingerprint tail = end == null ? Fingerprint.ZERO : part(last, end);
        return head == null || whole == null || tail == null
                ? null
                : whole.plus(tail).minus(head);
    }

    private @Nullable Fingerprint part(int which, String key) throws IOException {
        if (isAtStart(which, key)) {
            return Fingerprint.ZERO;
        }
        use(which);
        int place = lineOf(key);
        try {
            return sums().fingerprintBefore(place);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private boolean isAtStart(int which, String key) {
        return KeyOrder.compare(key, frames.firstKey(which)) <= 0;
    }

    /** Of the frame that is loaded. */
    private FrameSums sums() {
        FrameSums made = sums;
        if (made == null) {
            made = new FrameSums(text, frames.index().frames().get(frame).entries());
            sums = made;
        }
        return made;
    }

    @Override
    public void close() throws IOException {
        frames.close();
    }

    private static String following(String key) {
        return key + '\0';
    }

    private boolean beginsAtOrAfter(int which, String key) {
        return KeyOrder.compare(frames.firstKey(which), key) >= 0;
    }

    private void checkOrder(ManifestEntry entry) throws CorruptManifestException {
        if (last != null && KeyOrder.compare(last, entry.key()) >= 0) {
            throw frames.corrupt("its keys are out of order: " + entry.key() + " after " + last, null);
        }
        last = entry.key();
    }

    private void use(int which) throws IOException {
        if (which != frame) {
            load(which);
        }
    }

    private void load(int which) throws IOException {
        frame = -1;
        sums = null;
        text = frames.read(which);
        position = 0;
        lines = null;
        ManifestEntry first = readLine(0, lineEnd(0));
        if (first == null || !first.key().equals(frames.firstKey(which))) {
            throw frames.corrupt("frame %d does not begin with the key its index names".formatted(which), null);
        }
        frame = which;
    }

    /** The next of this frame. One parser reads it to its end, which is faster than one for each line. */
    private @Nullable ManifestEntry nextLine() throws IOException {
        if (lines == null) {
            lines = EntryJson.parser(text, position, text.length - position);
        }
        return read(lines);
    }

    private @Nullable ManifestEntry nextLineWith(LineNeedle wanted) throws IOException {
        int hit = wanted.in(text, position);
        if (hit < 0) {
            position = text.length;
            return null;
        }
        int start = lineStart(hit, position);
        position = lineEnd(hit);
        return readLine(start, position);
    }

    /** Where the first line begins whose key is not less; the end of the frame when there is none. */
    private int lineOf(String key) throws IOException {
        int low = 0;
        int high = text.length;
        while (low < high) {
            int middle = lineStart((low + high) >>> 1, low);
            int end = lineEnd(middle);
            ManifestEntry entry = readLine(middle, end);
            if (entry != null && KeyOrder.compare(entry.key(), key) < 0) {
                low = end;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private int lineStart(int within, int least) {
        int at = within;
        while (at > least && text[at - 1] != '\n') {
            at--;
        }
        return at;
    }

    private int lineEnd(int within) {
        int at = within;
        while (at < text.length && text[at] != '\n') {
            at++;
        }
        return Math.min(at + 1, text.length);
    }

    private @Nullable ManifestEntry readLine(int start, int end) throws IOException {
        try (JsonParser line = EntryJson.parser(text, start, end - start)) {
            return read(line);
        }
    }

    private @Nullable ManifestEntry read(JsonParser json) throws IOException {
        try {
            return EntryJson.read(json);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private CorruptManifestException unreadable(IOException e) {
        return frames.corrupt("frame %d holds a line that cannot be read: %s".formatted(frame, e.getMessage()), e);
    }
}

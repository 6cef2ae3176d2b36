package io.hubstorage.manifest;

import com.fasterxml.jackson.core.JsonParser;
import io.hubstorage.keys.KeyOrder;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A manifest's entries from any key on. To seek costs one frame, in which the line is found by halving; so that folders of a
 * million keys can be skipped. Frames are checked, their number of lines is not: for whoever concludes something from an
 * entry that is missing there is {@link ManifestReader}.
 */
public final class ManifestCursor implements KeyCursor {
    private final ManifestFrames frames;
    private final @Nullable LineNeedle needle;
    private byte[] text = new byte[0];
    private int frame = -1;
    private int position;
    private @Nullable JsonParser lines;
    private @Nullable String before;
    private boolean ended;

    private ManifestCursor(Path zst, @Nullable LineNeedle needle) throws IOException {
        this.frames = new ManifestFrames(zst, ManifestIndex.beside(zst));
        this.needle = needle;
    }

    /** All entries of the manifest, with the index beside it. */
    public static ManifestCursor open(Path zst) throws IOException {
        return new ManifestCursor(zst, null);
    }

    /** Only the entries whose lines hold the needle somewhere; other lines are passed over without being understood. */
    public static ManifestCursor open(Path zst, LineNeedle needle) throws IOException {
        return new ManifestCursor(zst, needle);
    }

    /** The index of the whole manifest. */
    public ManifestIndex index() {
        return frames.index();
    }

    @Override
    public void seek(String from, @Nullable String end) throws IOException {
        before = end;
        ended = false;
        lines = null;
        if (frames.count() > 0) {
            int wanted = frames.around(from);
            if (wanted != frame) {
                load(wanted);
            }
            position = lineOf(from);
        }
    }

    @Override
    public @Nullable ManifestEntry next() throws IOException {
        while (!ended) {
            ManifestEntry entry = needle == null ? nextLine() : nextLineWith(needle);
            if (entry != null) {
                ended = before != null && KeyOrder.compare(entry.key(), before) >= 0;
                return ended ? null : entry;
            }
            ended = frame + 1 >= frames.count() || (before != null && beginsAtOrAfter(frame + 1, before));
            if (!ended) {
                load(frame + 1);
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        frames.close();
    }

    private boolean beginsAtOrAfter(int which, String key) {
        return KeyOrder.compare(frames.index().frames().get(which).firstKey(), key) >= 0;
    }

    private void load(int which) throws IOException {
        text = frames.read(which);
        frame = which;
        position = 0;
        lines = null;
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
            throw frames.corrupt("frame %d holds a line that cannot be read: %s".formatted(frame, e.getMessage()), e);
        }
    }
}

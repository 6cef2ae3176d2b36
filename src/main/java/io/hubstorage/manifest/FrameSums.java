package io.hubstorage.manifest;

import com.fasterxml.jackson.core.JsonParser;
import io.hubstorage.bus.Tally;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the lines of one frame amount to up to any of them; no more of it is read than was asked for. Not thread-safe. */
final class FrameSums {
    private final byte[] text;
    private final int[] starts;
    private final long[] bytes;
    /** Lines whose sizes are added up, and where the next one begins. */
    private int lines;

    private int position;
    private final Fingerprint.Sum fingerprint = new Fingerprint.Sum();
    private final List<@Nullable Fingerprint> fingerprints = new ArrayList<>();

    /** @param entries how many lines there are at most */
    FrameSums(byte[] text, int entries) {
        this.text = text;
        this.starts = new int[entries + 1];
        this.bytes = new long[entries + 1];
        fingerprints.add(Fingerprint.ZERO);
    }

    /** Of what stands before this place, at which a line begins or the last one ends. */
    Tally before(int place) throws IOException {
        int line = line(place);
        return new Tally(line, bytes[line]);
    }

    /** Likewise; null when it is not known of every entry. */
    @Nullable
    Fingerprint fingerprintBefore(int place) throws IOException {
        int line = line(place);
        while (fingerprints.size() <= line) {
            int each = fingerprints.size() - 1;
            try (JsonParser json = EntryJson.parser(text, starts[each], starts[each + 1] - starts[each])) {
                EntryJson.readInto(fingerprint, json);
            }
            fingerprints.add(fingerprint.sum());
        }
        return fingerprints.get(line);
    }

    private int line(int place) throws IOException {
        while (position < place) {
            if (lines + 1 == starts.length) {
                throw new IOException("there is something behind the last line");
            }
            int end = position;
            while (end < text.length && text[end] != '\n') {
                end++;
            }
            end = Math.min(end + 1, text.length);
            try (JsonParser json = EntryJson.parser(text, position, end - position)) {
                bytes[lines + 1] = bytes[lines] + EntryJson.readSize(json);
            }
            lines++;
            position = end;
            starts[lines] = end;
        }
        int line = Arrays.binarySearch(starts, 0, lines + 1, place);
        if (line < 0) {
            throw new IOException("no line begins at " + place);
        }
        return line;
    }
}

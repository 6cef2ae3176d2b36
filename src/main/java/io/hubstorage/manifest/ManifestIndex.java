package io.hubstorage.manifest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.Tally;
import io.hubstorage.keys.KeyOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where each zstd frame of a manifest begins and with which key. A few hundred bytes for some thousand entries.
 *
 * @param format 1
 * @param entries in the whole manifest
 * @param bytes the sum of their sizes
 * @param length of the manifest file, in bytes
 * @param frames in key order
 * @param verified how the entries were verified, by the word in {@link ManifestEntry#verified}; empty in older files
 * @param compressed whether the file of any entry is compressed; only written where it is
 */
public record ManifestIndex(
        int format,
        long entries,
        long bytes,
        long length,
        List<Frame> frames,
        Map<String, Tally> verified,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean compressed) {
    public static final int FORMAT = 1;

    /**
     * One zstd frame: lines that can be read without those before.
     *
     * @param firstKey the key of its first entry
     * @param offset of the frame in the manifest file
     * @param entries in it
     * @param bytes the sum of their sizes
     * @param fingerprint of them; absent when the SHA-256 of any is not known, and in older files
     */
    public record Frame(
            String firstKey,
            long offset,
            int entries,
            long bytes,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Fingerprint fingerprint) {
        /** Of which no fingerprint is known. */
        Frame(String firstKey, long offset, int entries, long bytes) {
            this(firstKey, offset, entries, bytes, null);
        }

        Frame movedBy(long bytesBefore) {
            return new Frame(firstKey, offset + bytesBefore, entries, bytes, fingerprint);
        }
    }

    public ManifestIndex {
        frames = List.copyOf(frames);
        verified = VerifiedCounts.copyOf(verified);
    }

    /** The index with these frames, totals computed. */
    static ManifestIndex of(List<Frame> frames, long length, Map<String, Tally> verified, boolean compressed) {
        long entries = frames.stream().mapToLong(Frame::entries).sum();
        long bytes = frames.stream().mapToLong(Frame::bytes).sum();
        return new ManifestIndex(FORMAT, entries, bytes, length, frames, verified, compressed);
    }

    /** The index file beside a manifest: {@code x.index.json} for {@code x.jsonl.zst}, and for any other {@code x.zst}. */
    public static Path beside(Path manifest) {
        String name = manifest.getFileName().toString();
        for (String ending : List.of(".zst", ".jsonl")) {
            name = name.endsWith(ending) ? name.substring(0, name.length() - ending.length()) : name;
        }
        return manifest.resolveSibling(name + ".index.json");
    }

    /**
     * Reads the index and checks that it agrees with itself.
     *
     * @throws CorruptManifestException when it is missing or damaged
     */
    public static ManifestIndex read(Path file) throws IOException {
        ManifestIndex index;
        try {
            index = BusJson.mapper().readValue(Files.readAllBytes(file), ManifestIndex.class);
        } catch (NoSuchFileException e) {
            throw new CorruptManifestException(file, "the index is missing", e);
        } catch (JsonProcessingException e) {
            throw new CorruptManifestException(file, "the index is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (NullPointerException e) {
            throw new CorruptManifestException(file, "the index has no frames", e);
        }
        String problem = index.problem();
        if (problem != null) {
            throw new CorruptManifestException(file, problem, null);
        }
        return index;
    }

    /** Writes the index; not durable until the folder is synced. */
    void write(Path file) throws IOException {
        Files.write(file, BusJson.mapper().writeValueAsBytes(this));
    }

    long end(int frame) {
        return frame + 1 < frames.size() ? frames.get(frame + 1).offset() : length;
    }

    private @Nullable String problem() {
        if (format != FORMAT) {
            return "the index has format " + format + ", but this program reads only " + FORMAT;
        }
        ManifestIndex sums = of(frames, length, verified, compressed);
        if (sums.entries != entries || sums.bytes != bytes) {
            return "the frames in the index hold %d entries and %d bytes, but it promises %d and %d"
                    .formatted(sums.entries, sums.bytes, entries, bytes);
        }
        long offset = 0;
        for (int i = 0; i < frames.size(); i++) {
            if (frames.get(i).offset() != offset
                    || end(i) <= offset
                    || frames.get(i).entries() <= 0) {
                return "the offsets in the index do not rise from 0 to " + length;
            }
            if (i > 0
                    && KeyOrder.compare(
                                    frames.get(i - 1).firstKey(), frames.get(i).firstKey())
                            >= 0) {
                return "the first keys in the index are out of order: %s before %s"
                        .formatted(frames.get(i - 1).firstKey(), frames.get(i).firstKey());
            }
            offset = end(i);
        }
        return frames.isEmpty() && length != 0 ? "the index has no frames" : null;
    }
}

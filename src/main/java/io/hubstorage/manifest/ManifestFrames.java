package io.hubstorage.manifest;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.hubstorage.bus.Tally;
import io.hubstorage.keys.KeyOrder;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A manifest's frames, unpacked one at a time, each checked against its own checksum and the index. Not thread-safe. */
final class ManifestFrames implements AutoCloseable {
    /** A frame never holds more; protects against a damaged header. */
    private static final long MAX_FRAME = 1L << 28;

    private final Path file;
    private final RandomAccessFile in;
    private final ManifestIndex index;

    /** @throws CorruptManifestException when the index is missing, or is not that of this file */
    ManifestFrames(Path file, Path indexFile) throws IOException {
        this.file = file;
        index = ManifestIndex.read(indexFile);
        in = new RandomAccessFile(file.toFile(), "r");
        if (in.length() != index.length()) {
            long length = in.length();
            in.close();
            throw corrupt("it has %d bytes, but its index promises %d".formatted(length, index.length()), null);
        }
    }

    ManifestIndex index() {
        return index;
    }

    int count() {
        return index.frames().size();
    }

    String firstKey(int frame) {
        return index.frames().get(frame).firstKey();
    }

    /** What the frames before this one hold. */
    Tally before(int frame) {
        long objects = 0;
        long bytes = 0;
        for (ManifestIndex.Frame each : index.frames().subList(0, frame)) {
            objects += each.entries();
            bytes += each.bytes();
        }
        return new Tally(objects, bytes);
    }

    /** Of the frames from the first on and before the last; null when it is not known of each. */
    @Nullable
    Fingerprint fingerprint(int first, int last) {
        Fingerprint sum = Fingerprint.ZERO;
        for (ManifestIndex.Frame each : index.frames().subList(Math.min(first, last), last)) {
            if (each.fingerprint() == null) {
                return null;
            }
            sum = sum.plus(each.fingerprint());
        }
        return sum;
    }

    /** The frame that holds the key, if any does: the last one that does not begin after it, or the first. */
    int around(String key) {
        int low = 0;
        int high = count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (KeyOrder.compare(firstKey(middle), key) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return Math.max(0, low - 1);
    }

    byte[] read(int frame) throws IOException {
        ManifestIndex.Frame place = index.frames().get(frame);
        byte[] packed = new byte[Math.toIntExact(index.end(frame) - place.offset())];
        try {
            in.seek(place.offset());
            in.readFully(packed);
        } catch (EOFException e) {
            throw corrupt("frame %d is cut short".formatted(frame), e);
        } catch (IOException e) {
            // A bad sector under an old manifest is no reason to stop a run: its files stand in for it.
            throw corrupt("frame %d cannot be read: %s".formatted(frame, e.getMessage()), e);
        }
        byte[] text = unpack(packed, frame);
        int missing = place.entries() - count(text, (byte) '\n');
        if (missing != 0) {
            throw corrupt(
                    "frame %d has %d entries %s than its index says"
                            .formatted(frame, Math.abs(missing), missing > 0 ? "fewer" : "more"),
                    null);
        }
        return text;
    }

    private static int count(byte[] text, byte wanted) {
        int count = 0;
        for (byte each : text) {
            count += each == wanted ? 1 : 0;
        }
        return count;
    }

    private byte[] unpack(byte[] packed, int frame) throws IOException {
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

    CorruptManifestException corrupt(String problem, @Nullable Throwable cause) {
        return new CorruptManifestException(file, problem, cause);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}

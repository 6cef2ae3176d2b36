package io.hubstorage.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import io.hubstorage.fs.Sha256;
import io.hubstorage.keys.KeyOrder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a manifest: JSON lines in zstd frames of some thousand entries each, and the index of the frames. Entries must
 * come in {@link KeyOrder}. Only {@link #finish} makes it a manifest: closed without that, it has no index and no reader
 * accepts it. Durable only after a sync. Not thread-safe; memory does not grow with the number of entries.
 */
public final class ManifestWriter implements AutoCloseable {
    /** Entries of a frame, if they are not unusually long. */
    static final int FRAME_ENTRIES = 2_000;

    private static final int FRAME_BYTES = 1 << 20;
    private static final int LEVEL = 3;

    private final Path index;
    private final DigestOutputStream out;
    private final ZstdCompressCtx zstd = new ZstdCompressCtx();
    private final FrameBuffer lines = new FrameBuffer();
    private final JsonGenerator json;
    private final List<ManifestIndex.Frame> frames = new ArrayList<>();
    private final VerifiedCounts verified = new VerifiedCounts();
    private byte[] compressed = new byte[0];
    private long offset;
    private @Nullable String firstKey;
    private @Nullable String lastKey;
    private int entries;
    private long bytes;
    private Fingerprint.Sum fingerprint = new Fingerprint.Sum();
    private boolean compressedFiles;
    private boolean closed;

    /** Replaces the manifest and the index beside it, if they exist. */
    public ManifestWriter(Path zst) throws IOException {
        index = ManifestIndex.beside(zst);
        Files.deleteIfExists(index);
        zstd.setLevel(LEVEL).setChecksum(true).setContentSize(true);
        json = EntryJson.generator(lines);
        out = new DigestOutputStream(Files.newOutputStream(zst), Sha256.digest());
    }

    /**
     * Adds one entry.
     *
     * @throws IllegalArgumentException when its key is not greater than the one before
     */
    public void write(ManifestEntry entry) throws IOException {
        if (lastKey != null && KeyOrder.compare(lastKey, entry.key()) >= 0) {
            throw new IllegalArgumentException(
                    "a manifest is written in key order, but " + entry.key() + " came after " + lastKey);
        }
        lastKey = entry.key();
        if (firstKey == null) {
            firstKey = lastKey;
        }
        EntryJson.write(entry, json);
        verified.add(entry);
        fingerprint.add(entry.key(), entry.sha256());
        entries++;
        bytes += entry.size();
        compressedFiles |= entry.stored() != null;
        if (entries >= FRAME_ENTRIES || lines.size() >= FRAME_BYTES) {
            endFrame();
        }
    }

    /**
     * Joins the manifests of a bucket's shards, each with its index beside it: frames are copied as they are.
     *
     * @param parts in key order, not overlapping; an empty list makes an empty manifest
     * @throws CorruptManifestException when a part is damaged or shorter than its index says, or they overlap
     */
    public static ManifestSummary join(List<Path> parts, Path zst) throws IOException {
        try (ManifestWriter writer = new ManifestWriter(zst)) {
            for (Path part : parts) {
                writer.append(part);
            }
            return writer.finish();
        }
    }

    private void append(Path part) throws IOException {
        ManifestIndex added;
        try (ManifestReader reader = ManifestReader.open(part)) {
            added = reader.index();
            if (!added.frames().isEmpty()) {
                String first = added.frames().getFirst().firstKey();
                if (lastKey != null && KeyOrder.compare(lastKey, first) >= 0) {
                    throw new CorruptManifestException(
                            part, "it begins with " + first + ", but the part before it ends with " + lastKey, null);
                }
                lastKey = reader.lastKey();
            }
        }
        for (ManifestIndex.Frame frame : added.frames()) {
            frames.add(frame.movedBy(offset));
        }
        verified.addAll(added.verified());
        compressedFiles |= added.compressed();
        long copied = Files.copy(part, out);
        if (copied != added.length()) {
            throw new CorruptManifestException(
                    part, "it has %d bytes, but its index promises %d".formatted(copied, added.length()), null);
        }
        offset += copied;
    }

    private void endFrame() throws IOException {
        if (firstKey == null) {
            return;
        }
        json.flush();
        int bound = (int) Zstd.compressBound(lines.size());
        if (compressed.length < bound) {
            compressed = new byte[bound];
        }
        int length = zstd.compressByteArray(compressed, 0, compressed.length, lines.array(), 0, lines.size());
        out.write(compressed, 0, length);
        frames.add(new ManifestIndex.Frame(firstKey, offset, entries, bytes, fingerprint.sum()));
        fingerprint = new Fingerprint.Sum();
        offset += length;
        lines.reset();
        firstKey = null;
        entries = 0;
        bytes = 0;
    }

    public ManifestSummary finish() throws IOException {
        endFrame();
        close();
        ManifestIndex whole = ManifestIndex.of(frames, offset, verified.counts(), compressedFiles);
        whole.write(index);
        return new ManifestSummary(
                whole.entries(),
                whole.bytes(),
                HexFormat.of().formatHex(out.getMessageDigest().digest()),
                whole.verified());
    }

    /** Closes the file; without {@link #finish} what was written stays unreadable. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (out) {
            zstd.close();
        }
    }

    /** Lends its array. */
    private static final class FrameBuffer extends ByteArrayOutputStream {
        FrameBuffer() {
            super(FRAME_BYTES + (1 << 16));
        }

        byte[] array() {
            return buf;
        }
    }
}

package io.hubstorage.manifest;

import io.hubstorage.fs.Sha256;
import io.hubstorage.keys.KeyOrder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Joins the manifests of a bucket's shards: frames are copied as they are, only the index is new. */
public final class ManifestParts {
    private ManifestParts() {}

    /**
     * Joins the parts, each with its index beside it, into one manifest.
     *
     * @param parts in key order, not overlapping; an empty list makes an empty manifest
     * @throws CorruptManifestException when a part is damaged or shorter than its index says, or they overlap
     */
    public static ManifestSummary concatenate(List<Path> parts, Path zst, Path index) throws IOException {
        Files.deleteIfExists(index);
        MessageDigest digest = Sha256.digest();
        List<ManifestIndex.Frame> frames = new ArrayList<>();
        VerifiedCounts verified = new VerifiedCounts();
        long offset = 0;
        String last = null;
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(zst), digest)) {
            for (Path part : parts) {
                ManifestIndex partIndex = ManifestIndex.read(ManifestIndex.beside(part));
                last = checkOrder(last, part);
                shift(partIndex, offset, frames);
                verified.addAll(partIndex.verified());
                offset += copy(part, partIndex.length(), out);
            }
        }
        ManifestIndex whole = ManifestIndex.of(frames, offset, verified.counts());
        whole.write(index);
        return new ManifestSummary(
                whole.entries(), whole.bytes(), HexFormat.of().formatHex(digest.digest()), whole.verified());
    }

    /** The last key of the part, which must begin after the last key of the one before. */
    private static @Nullable String checkOrder(@Nullable String before, Path part) throws IOException {
        List<ManifestIndex.Frame> frames =
                ManifestIndex.read(ManifestIndex.beside(part)).frames();
        if (frames.isEmpty()) {
            return before;
        }
        String first = frames.getFirst().firstKey();
        if (before != null && KeyOrder.compare(before, first) >= 0) {
            throw new CorruptManifestException(
                    part, "it begins with " + first + ", but the part before it ends with " + before, null);
        }
        try (ManifestReader reader = ManifestReader.open(part)) {
            return reader.lastKey();
        }
    }

    private static void shift(ManifestIndex index, long offset, List<ManifestIndex.Frame> frames) {
        for (ManifestIndex.Frame frame : index.frames()) {
            frames.add(
                    new ManifestIndex.Frame(frame.firstKey(), frame.offset() + offset, frame.entries(), frame.bytes()));
        }
    }

    private static long copy(Path part, long expected, OutputStream out) throws IOException {
        long copied;
        try (InputStream in = Files.newInputStream(part)) {
            copied = in.transferTo(out);
        }
        if (copied != expected) {
            throw new CorruptManifestException(
                    part, "it has %d bytes, but its index promises %d".formatted(copied, expected), null);
        }
        return copied;
    }
}

package io.hubstorage.verify;

import com.fasterxml.jackson.core.JsonParser;
import com.github.luben.zstd.ZstdInputStream;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.Sha256;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.CorruptManifestException;
import io.hubstorage.manifest.EntryJson;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.Fingerprint;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestIndex;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.manifest.VerifiedCounts;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.verify.VerifyReport.Problem.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads a bucket's manifest from its first line to its last, and compares it with the certificate and with its index. */
final class ManifestCheck {
    private final Certificate.Bucket certified;
    private final Path manifest;
    private final BucketTree tree;
    private final VerifyProgress progress;
    private final Map<EntryState, Tally> states = new EnumMap<>(EntryState.class);
    private final VerifiedCounts verified = new VerifiedCounts();
    private Tally all = Tally.ZERO;

    ManifestCheck(Certificate.Bucket certified, Path manifest, BucketTree tree, VerifyProgress progress) {
        this.certified = certified;
        this.manifest = manifest;
        this.tree = tree;
        this.progress = progress;
    }

    /**
     * Hands over every line.
     *
     * @return whether all of it could be read, so that what it does not name is stray
     */
    boolean read(ManifestSummary summary, ExternalSort<TreeJoin.Named> named) throws IOException {
        if (!Files.isRegularFile(manifest, LinkOption.NOFOLLOW_LINKS)) {
            problem(Kind.MANIFEST, "there is no manifest " + manifest.getFileName());
            return false;
        }
        checkHash(summary);
        IndexCheck index = index();
        try (InputStream in = new ZstdInputStream(Files.newInputStream(manifest));
                JsonParser lines = EntryJson.parser(in)) {
            String last = null;
            for (ManifestEntry entry = EntryJson.read(lines); entry != null; entry = EntryJson.read(lines)) {
                progress.check();
                if (last != null && KeyOrder.compare(last, entry.key()) >= 0) {
                    problem(Kind.MANIFEST, "its keys are out of order: %s after %s".formatted(entry.key(), last));
                }
                last = entry.key();
                count(entry);
                if (index != null) {
                    index.entry(entry);
                }
                named.add(TreeJoin.Named.of(entry, tree));
            }
        } catch (IOException e) {
            problem(Kind.MANIFEST, "it cannot be read to its end: " + e.getMessage());
            return false;
        }
        if (index != null) {
            index.end();
        }
        checkCounts(summary);
        return true;
    }

    private void checkHash(ManifestSummary summary) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest);
                InputStream in = Files.newInputStream(manifest, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            in.transferTo(out);
        }
        String found = HexFormat.of().formatHex(digest.digest());
        if (!found.equals(summary.sha256())) {
            problem(Kind.MANIFEST, "its SHA-256 is %s, but the certificate says %s".formatted(found, summary.sha256()));
        }
    }

    private @Nullable IndexCheck index() throws IOException {
        try {
            ManifestIndex index = ManifestIndex.read(ManifestIndex.beside(manifest));
            if (index.length() != Files.size(manifest)) {
                problem(
                        Kind.INDEX,
                        "it is for a manifest of %s bytes, but that has %s"
                                .formatted(Sizes.number(index.length()), Sizes.number(Files.size(manifest))));
                return null;
            }
            return new IndexCheck(index, detail -> problem(Kind.INDEX, detail));
        } catch (CorruptManifestException e) {
            problem(Kind.INDEX, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private void count(ManifestEntry entry) {
        Tally one = Tally.of(entry.size());
        all = all.plus(one);
        verified.add(entry);
        states.merge(entry.state(), one, Tally::plus);
    }

    private void checkCounts(ManifestSummary summary) {
        expect("lines in all", all, new Tally(summary.entries(), summary.bytes()));
        expect("linked", state(EntryState.LINKED), certified.counts().linked());
        expect("downloaded", state(EntryState.DOWNLOADED), certified.counts().downloaded());
        expect("carried", state(EntryState.CARRIED), certified.counts().carried());
        expect("kept", state(EntryState.KEPT), certified.counts().kept());
        summary.verified()
                .forEach((word, tally) ->
                        expect("verified by " + word, verified.counts().getOrDefault(word, Tally.ZERO), tally));
    }

    private Tally state(EntryState state) {
        return states.getOrDefault(state, Tally.ZERO);
    }

    private void expect(String what, Tally found, Tally expected) {
        if (!found.equals(expected)) {
            problem(
                    Kind.EQUATION,
                    "%s: the manifest has %s (%s bytes), but the certificate says %s (%s bytes)"
                            .formatted(
                                    what,
                                    Sizes.number(found.objects()),
                                    Sizes.number(found.bytes()),
                                    Sizes.number(expected.objects()),
                                    Sizes.number(expected.bytes())));
        }
    }

    private void problem(Kind kind, String detail) {
        tree.problem(kind, null, null, detail);
    }

    /** Compares a manifest's lines, one after the other, with what its index says of each frame. Tells the first difference. */
    private static final class IndexCheck {
        private final ManifestIndex index;
        private final Consumer<String> problem;
        private int frame = -1;
        private int left;
        private long bytes;
        private Fingerprint.Sum fingerprint = new Fingerprint.Sum();
        /** The first frame with another one than the index has; told only where nothing says more of what is wrong. */
        private int otherFingerprint = -1;

        private boolean differs;

        IndexCheck(ManifestIndex index, Consumer<String> problem) {
            this.index = index;
            this.problem = problem;
        }

        void entry(ManifestEntry entry) {
            if (left == 0) {
                endFrame();
                frame++;
                if (frame >= index.frames().size()) {
                    differ("the manifest has more than the %d lines that it counts".formatted(index.entries()));
                    return;
                }
                ManifestIndex.Frame begun = index.frames().get(frame);
                left = begun.entries();
                bytes = begun.bytes();
                fingerprint = new Fingerprint.Sum();
                if (!begun.firstKey().equals(entry.key())) {
                    differ("frame %d begins with the key %s, not with %s"
                            .formatted(frame, entry.key(), begun.firstKey()));
                }
            }
            left--;
            bytes -= entry.size();
            fingerprint.add(entry.key(), entry.sha256());
        }

        void end() {
            endFrame();
            if (left > 0 || frame + 1 < index.frames().size()) {
                differ("the manifest has fewer than the %d lines that it counts".formatted(index.entries()));
            }
            if (otherFingerprint >= 0) {
                differ("the files of frame %d have not the fingerprint that it has of them"
                        .formatted(otherFingerprint));
            }
        }

        private void endFrame() {
            if (frame < 0 || frame >= index.frames().size() || left > 0) {
                return;
            }
            Fingerprint indexed = index.frames().get(frame).fingerprint();
            if (bytes != 0) {
                differ("the files of frame %d have not the bytes that it counts".formatted(frame));
            } else if (indexed != null && !indexed.equals(fingerprint.sum()) && otherFingerprint < 0) {
                otherFingerprint = frame;
            }
        }

        private void differ(String detail) {
            if (!differs) {
                differs = true;
                problem.accept(detail);
            }
        }
    }
}

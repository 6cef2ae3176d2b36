package io.hubstorage.integrity;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The hash of the hashes of a body's parts, for one idea of where the parts begin. Fed in order. */
final class PartedHash implements ByteSink {
    private final DeclaredChecksum claim;
    private final PartSizes sizes;
    private final BodyVerifier.@Nullable SideBySide sideBySide;
    private final MessageDigest part;
    private final List<ParallelMd5.Pending> hashes = new ArrayList<>();
    private long fed;
    private long begin;
    private long left;
    private boolean later;

    /** @param sideBySide null where the parts are to be hashed as they are fed */
    PartedHash(DeclaredChecksum claim, PartSizes sizes, BodyVerifier.@Nullable SideBySide sideBySide) {
        this.claim = claim;
        this.sizes = sizes;
        this.sideBySide = claim.algorithm() == Algorithm.MD5 ? sideBySide : null;
        this.part = claim.algorithm().start();
        beginPart();
    }

    private void beginPart() {
        begin = fed;
        left = sizes.of(hashes.size());
        later = sideBySide != null && sideBySide.md5().takes(left);
    }

    /** The idea. */
    PartSizes sizes() {
        return sizes;
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        int at = offset;
        for (int rest = length; rest > 0; ) {
            if (left == 0) {
                endPart();
                beginPart();
            }
            int count = (int) Math.min(left, rest);
            if (!later) {
                part.update(bytes, at, count);
            }
            fed += count;
            at += count;
            rest -= count;
            left -= count;
        }
    }

    private void endPart() {
        if (later && sideBySide != null) {
            hashes.add(sideBySide.md5().submit(sideBySide.body(), begin, fed - begin));
        } else {
            byte[] hash = part.digest();
            hashes.add(() -> hash);
        }
    }

    /** Nobody will ask for it any more. */
    void forget() {
        hashes.forEach(ParallelMd5.Pending::forget);
    }

    /** Whether this idea of the parts gives what the server says. Call once, after the last byte. */
    boolean agrees() throws IOException, InterruptedException {
        if (fed > begin) {
            endPart();
        }
        if (hashes.size() != claim.parts()) {
            return false;
        }
        MessageDigest outer = claim.algorithm().start();
        for (ParallelMd5.Pending hash : hashes) {
            outer.update(hash.get());
        }
        return claim.agrees(outer.digest());
    }
}

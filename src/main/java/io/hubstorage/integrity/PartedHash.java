package io.hubstorage.integrity;

/** The hash of the hashes of a body's parts, for one idea of where the parts begin. Fed in order; not thread-safe. */
public final class PartedHash implements ByteSink {
    private final DeclaredChecksum claim;
    private final PartSizes sizes;
    private final Hash outer;
    private final Hash part;
    private int index;
    private long left;
    private boolean begun;

    public PartedHash(DeclaredChecksum claim, PartSizes sizes) {
        this.claim = claim;
        this.sizes = sizes;
        this.outer = claim.algorithm().start();
        this.part = claim.algorithm().start();
        this.left = sizes.of(0);
    }

    public PartSizes sizes() {
        return sizes;
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        int at = offset;
        for (int rest = length; rest > 0; ) {
            if (left == 0) {
                endPart();
            }
            int count = (int) Math.min(left, rest);
            part.update(bytes, at, count);
            begun = true;
            at += count;
            rest -= count;
            left -= count;
        }
    }

    private void endPart() {
        byte[] value = part.finish();
        outer.update(value, 0, value.length);
        index++;
        left = sizes.of(index);
        begun = false;
    }

    /** Whether this idea of the parts gives what the server says. Call once, after the last byte. */
    public boolean agrees() {
        if (begun) {
            endPart();
        }
        return index == claim.parts() && claim.agrees(outer.finish());
    }
}

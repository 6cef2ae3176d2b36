package io.hubstorage.testkit;

import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A rule's objects with those that lie over them, merged in order. */
final class OverlayIterator implements Iterator<SyntheticObject> {
    private final int count;
    private final IntFunction<SyntheticObject> ruled;
    private final Iterator<Map.Entry<String, Optional<SyntheticObject>>> overlay;
    private final Comparator<String> order;

    private int index;
    private @Nullable SyntheticObject under;
    private Map.@Nullable Entry<String, Optional<SyntheticObject>> over;
    private @Nullable SyntheticObject next;

    OverlayIterator(
            int begin,
            int count,
            IntFunction<SyntheticObject> ruled,
            Iterator<Map.Entry<String, Optional<SyntheticObject>>> overlay,
            Comparator<String> order) {
        this.index = begin;
        this.count = count;
        this.ruled = ruled;
        this.overlay = overlay;
        this.order = order;
        advanceOver();
        advanceUnder();
        advance();
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public SyntheticObject next() {
        SyntheticObject current = next;
        if (current == null) {
            throw new NoSuchElementException();
        }
        advance();
        return current;
    }

    private void advance() {
        next = null;
        while (next == null && (under != null || over != null)) {
            int compared = under == null ? 1 : over == null ? -1 : order.compare(under.key(), over.getKey());
            if (compared < 0) {
                next = under;
                advanceUnder();
            } else {
                next = over == null ? null : over.getValue().orElse(null);
                advanceOver();
                if (compared == 0) {
                    advanceUnder();
                }
            }
        }
    }

    private void advanceUnder() {
        under = index < count ? ruled.apply(index++) : null;
    }

    private void advanceOver() {
        over = overlay.hasNext() ? overlay.next() : null;
    }
}

package io.hubstorage.web.sse;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Events in their order, bounded in number and in bytes, and among them, outside of these bounds, the latest progress: what can
 * be replayed, and what waits for a slow client. Not thread-safe.
 */
final class Backlog {
    private final int maxEvents;
    private final long maxBytes;
    private final NavigableMap<Long, Frame> frames = new TreeMap<>();
    /** The sizes of all of these together, but for the progress. */
    private long bytes;

    private long forgotten;
    private @Nullable Frame progress;

    Backlog(int maxEvents, long maxBytes) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
    }

    /** Adds a frame, and forgets the oldest ones beyond the bounds. Sequences must rise. */
    void add(Frame frame) {
        append(frame);
        while (bounded() > maxEvents || bytes > maxBytes) {
            Frame oldest = oldestBounded();
            remove(oldest);
            forgotten = oldest.sequence();
        }
    }

    /** Adds a frame, progress in any case; false means that it does not fit, and that all was dropped. */
    boolean offer(Frame frame) {
        boolean fits = bounded() < maxEvents && bytes + frame.size() <= maxBytes;
        if (!fits && frame.kind() != Frame.Kind.PROGRESS) {
            clear();
            return false;
        }
        append(frame);
        return true;
    }

    private int bounded() {
        return progress == null ? frames.size() : frames.size() - 1;
    }

    private Frame oldestBounded() {
        Map.Entry<Long, Frame> first = frames.firstEntry();
        return first.getValue().kind() == Frame.Kind.PROGRESS
                ? frames.higherEntry(first.getKey()).getValue()
                : first.getValue();
    }

    private void append(Frame frame) {
        if (frame.kind() == Frame.Kind.PROGRESS) {
            forgetProgress();
            progress = frame;
        } else {
            bytes += frame.size();
        }
        frames.put(frame.sequence(), frame);
    }

    private void remove(Frame frame) {
        frames.remove(frame.sequence());
        if (frame.kind() == Frame.Kind.PROGRESS) {
            progress = null;
        } else {
            bytes -= frame.size();
        }
    }

    /** What it told is over. */
    void forgetProgress() {
        if (progress != null) {
            remove(progress);
        }
    }

    /** All that came after that sequence, in order; empty if some of it is forgotten. */
    Optional<List<Frame>> after(long sequence) {
        return sequence < forgotten
                ? Optional.empty()
                : Optional.of(List.copyOf(frames.tailMap(sequence, false).values()));
    }

    /** Takes the first frame, or null if nothing waits. */
    @Nullable
    Frame poll() {
        if (frames.isEmpty()) {
            return null;
        }
        Frame first = frames.firstEntry().getValue();
        remove(first);
        return first;
    }

    boolean isEmpty() {
        return frames.isEmpty();
    }

    void clear() {
        frames.clear();
        bytes = 0;
        progress = null;
    }
}

package io.hubstorage.web.sse;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Events in their order, bounded in number and in bytes, and among them, outside of these bounds, the latest progress of each
 * name: what can be replayed, and what waits for a slow client. Not thread-safe.
 */
final class Backlog {
    private final int maxEvents;
    private final long maxBytes;
    private final NavigableMap<Long, Frame> frames = new TreeMap<>();
    /** The sizes of all of these together, but for the progress. */
    private long bytes;

    private long forgotten;
    private final Map<String, Frame> progress = new HashMap<>();

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
        return frames.size() - progress.size();
    }

    private Frame oldestBounded() {
        return frames.values().stream()
                .filter(frame -> frame.kind() != Frame.Kind.PROGRESS)
                .findFirst()
                .orElseThrow();
    }

    private void append(Frame frame) {
        if (frame.kind() == Frame.Kind.PROGRESS) {
            forgetProgress(frame.event());
            progress.put(frame.event(), frame);
        } else {
            bytes += frame.size();
        }
        frames.put(frame.sequence(), frame);
    }

    private void remove(Frame frame) {
        frames.remove(frame.sequence());
        if (frame.kind() == Frame.Kind.PROGRESS) {
            progress.remove(frame.event());
        } else {
            bytes -= frame.size();
        }
    }

    /** What it told under that name is over. */
    void forgetProgress(String event) {
        Frame told = progress.get(event);
        if (told != null) {
            remove(told);
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
        progress.clear();
    }
}

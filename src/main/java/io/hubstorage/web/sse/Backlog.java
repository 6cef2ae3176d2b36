package io.hubstorage.web.sse;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What waits for a slow client: the latest progress, and so much else in order, never more. Not thread-safe. */
final class Backlog {
    private final int maxEvents;
    private final long maxBytes;
    private final Deque<Frame> frames = new ArrayDeque<>();
    private long bytes;
    private @Nullable Frame progress;

    Backlog(int maxEvents, long maxBytes) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
    }

    /** Adds a frame; false means that it does not fit, and that all was dropped. */
    boolean add(Frame frame) {
        if (frame.kind() == Frame.Kind.PROGRESS) {
            progress = frame;
            return true;
        }
        if (frames.size() >= maxEvents || bytes + frame.size() > maxBytes) {
            clear();
            return false;
        }
        frames.addLast(frame);
        bytes += frame.size();
        return true;
    }

    /** Takes the frame with the lowest sequence, or null if nothing waits. */
    @Nullable
    Frame poll() {
        Frame first = frames.peekFirst();
        Frame latest = progress;
        if (latest != null && (first == null || latest.sequence() < first.sequence())) {
            progress = null;
            return latest;
        }
        if (first != null) {
            frames.removeFirst();
            bytes -= first.size();
        }
        return first;
    }

    boolean isEmpty() {
        return frames.isEmpty() && progress == null;
    }

    void clear() {
        frames.clear();
        bytes = 0;
        progress = null;
    }
}

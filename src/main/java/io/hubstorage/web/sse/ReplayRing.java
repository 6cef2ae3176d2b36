package io.hubstorage.web.sse;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The latest events that can be replayed, bounded in number and in bytes. Not thread-safe. */
final class ReplayRing {
    private final int maxEvents;
    private final long maxBytes;
    private final Deque<Frame> frames = new ArrayDeque<>();
    private long bytes;
    private long forgotten;

    ReplayRing(int maxEvents, long maxBytes) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
    }

    /** Keeps the frame, and forgets the oldest ones beyond the bounds. Sequences must rise. */
    void add(Frame frame) {
        frames.addLast(frame);
        bytes += frame.size();
        while (frames.size() > maxEvents || bytes > maxBytes) {
            Frame oldest = frames.removeFirst();
            bytes -= oldest.size();
            forgotten = oldest.sequence();
        }
    }

    /** All that came after that sequence, in order; empty if some of it is forgotten. */
    Optional<List<Frame>> after(long sequence) {
        if (sequence < forgotten) {
            return Optional.empty();
        }
        return Optional.of(
                frames.stream().filter(frame -> frame.sequence() > sequence).toList());
    }
}

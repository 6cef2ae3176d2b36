package io.hubstorage.integrity;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Hashes stretches of bytes side by side, one in each lane of {@link Md5Vectors}, which alone it needs the module for. A step
 * costs the same however many lanes work. Not thread-safe.
 */
final class Md5Lanes {
    /** What a lane reads at a time, in whole blocks. */
    static final int CHUNK = 32 * 1024;

    /** What an end may take: a bit, zeros and the length. */
    private static final int MOST_PADDING = 2 * Md5Vectors.BLOCK;

    private final Md5Vectors vectors = new Md5Vectors();
    private final int chunk;
    private final ByteBuffer buffer;
    private final MemorySegment bytes;
    private final Lane[] lanes = new Lane[Md5Vectors.LANES];
    private final int[] at = new int[lanes.length];
    private int working;
    private int blocks;

    /** Part of what can be read again, and later its MD5, or why that cannot be had. Cancelled when nobody wants it any more. */
    static final class Stretch extends CompletableFuture<byte[]> {
        private final ByteSource source;
        private final long from;
        private final long length;

        Stretch(ByteSource source, long from, long length) {
            this.source = source;
            this.from = from;
            this.length = length;
        }

        /** In bytes. */
        long length() {
            return length;
        }

        /** Hashes it alone, and lets others go on meanwhile; whatever goes wrong, this is complete afterwards. */
        @SuppressWarnings("ThreadPriorityCheck") // Not relied on.
        void hash() {
            try {
                var digest = Algorithm.MD5.start();
                ByteSink sink = (bytes, offset, count) -> {
                    digest.update(bytes, offset, count);
                    Thread.yield();
                };
                sink.read(source, from, length);
                complete(digest.digest());
            } catch (IOException | RuntimeException | Error e) {
                completeExceptionally(e);
            }
        }
    }

    /** What a lane works on, and what of it is in the buffer: from {@code position} to {@code limit}. */
    private static final class Lane {
        private final int start;
        private @Nullable Stretch stretch;
        private long read;
        private boolean padded;
        private int position;
        private int limit;

        Lane(int start) {
            this.start = start;
        }
    }

    Md5Lanes(int chunk) {
        this.chunk = chunk;
        // A line beside a power of two: otherwise all lanes would compete for the same few lines of the processor's
        // cache.
        int space = chunk + MOST_PADDING + Md5Vectors.BLOCK;
        this.buffer = ByteBuffer.allocateDirect(lanes.length * space).order(ByteOrder.LITTLE_ENDIAN);
        this.bytes = MemorySegment.ofBuffer(buffer);
        for (int index = 0; index < lanes.length; index++) {
            lanes[index] = new Lane(index * space);
        }
    }

    /** How many lanes work. */
    int working() {
        return working;
    }

    /** How many more stretches may begin. */
    int free() {
        return lanes.length - working;
    }

    /** How many blocks of each lane the last step hashed. */
    int blocks() {
        return blocks;
    }

    /** Gives a stretch to a lane that is free. */
    void begin(Stretch stretch) {
        for (int index = 0; index < lanes.length; index++) {
            Lane lane = lanes[index];
            if (lane.stretch == null) {
                lane.stretch = stretch;
                lane.read = 0;
                lane.padded = false;
                lane.position = lane.start;
                lane.limit = lane.start;
                vectors.begin(index);
                working++;
                return;
            }
        }
        throw new IllegalStateException("all lanes work");
    }

    /**
     * Goes on with all stretches as far as none of them has to be read on, and completes those that are at their end, or cannot
     * be read.
     *
     * @return the bytes of stretches that are done
     */
    long step() {
        long done = 0;
        int shortest = Integer.MAX_VALUE;
        for (int index = 0; index < lanes.length; index++) {
            Lane lane = lanes[index];
            Stretch stretch = lane.stretch;
            if (stretch != null && lane.position == lane.limit) {
                done += readOn(lane, stretch);
            }
            at[index] = lane.stretch == null ? lane.start : lane.position;
            if (lane.stretch != null) {
                shortest = Math.min(shortest, (lane.limit - lane.position) / Md5Vectors.BLOCK);
            }
        }
        blocks = working == 0 ? 0 : shortest;
        // A lane without a stretch goes over what is left in its buffer.
        vectors.hash(bytes, at, blocks);
        for (int index = 0; index < lanes.length; index++) {
            Lane lane = lanes[index];
            Stretch stretch = lane.stretch;
            if (stretch != null) {
                lane.position = at[index];
                if (lane.padded && lane.position == lane.limit) {
                    stretch.complete(digest(index));
                    done += end(lane, stretch);
                }
            }
        }
        return done;
    }

    private long readOn(Lane lane, Stretch stretch) {
        try {
            lane.limit = lane.start + fill(lane, stretch);
            lane.position = lane.start;
            return 0;
        } catch (IOException e) {
            stretch.completeExceptionally(e);
            return end(lane, stretch);
        }
    }

    /**
     * Frees the lanes of stretches that are cancelled.
     *
     * @return their bytes
     */
    long leaveUnwanted() {
        long left = 0;
        for (Lane lane : lanes) {
            Stretch stretch = lane.stretch;
            if (stretch != null && stretch.isCancelled()) {
                left += end(lane, stretch);
            }
        }
        return left;
    }

    private long end(Lane lane, Stretch stretch) {
        lane.stretch = null;
        working--;
        return stretch.length();
    }

    /** Whole blocks, of which the last ones are padded. */
    private int fill(Lane lane, Stretch stretch) throws IOException {
        int wanted = (int) Math.min(chunk, stretch.length() - lane.read);
        buffer.limit(lane.start + wanted).position(lane.start);
        while (buffer.hasRemaining()) {
            int count = stretch.source.read(buffer, stretch.from + lane.read);
            if (count < 0) {
                throw new IOException("the file ends at %d instead of %d bytes"
                        .formatted(stretch.from + lane.read, stretch.from + stretch.length()));
            }
            lane.read += count;
        }
        buffer.clear();
        if (lane.read < stretch.length()) {
            return wanted;
        }
        lane.padded = true;
        int end = Math.ceilDiv(wanted + 1 + Long.BYTES, Md5Vectors.BLOCK) * Md5Vectors.BLOCK;
        buffer.put(lane.start + wanted, (byte) 0x80);
        for (int index = wanted + 1; index < end - Long.BYTES; index++) {
            buffer.put(lane.start + index, (byte) 0);
        }
        buffer.putLong(lane.start + end - Long.BYTES, stretch.length() * Byte.SIZE);
        return end;
    }

    private byte[] digest(int lane) {
        ByteBuffer digest = ByteBuffer.allocate(Algorithm.MD5.width()).order(ByteOrder.LITTLE_ENDIAN);
        for (int word = 0; word < digest.capacity() / Integer.BYTES; word++) {
            digest.putInt(vectors.word(lane, word));
        }
        return digest.array();
    }

    /** After an error that nobody could expect: nothing waits for ever. */
    void fail(Throwable error) {
        for (Lane lane : lanes) {
            Stretch stretch = lane.stretch;
            if (stretch != null) {
                stretch.completeExceptionally(error);
                end(lane, stretch);
            }
        }
    }
}

package io.hubstorage.space;

import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.Inode;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * Adds up what files take all of whose names are met. A file is forgotten as soon as its last name has come; where more are open
 * than memory has room for, they go to a sort on the disk. Thread-safe.
 */
final class LinkCount implements AutoCloseable {
    /** Of the heap, for the table: a sixteenth. */
    private static final int SHARE_OF_HEAP = 16;

    private static final int SLOT_BYTES = 8 + 8 + 8 + 4 + 4;
    private static final int LARGEST = 1 << 22;

    private final ExternalSort<Open> spilled;
    private final int mask;
    private final int most;
    private final long[] devices;
    private final long[] numbers;
    private final long[] allocated;
    private final int[] links;
    /** How many names have come; 0 for a slot that is free. */
    private final int[] met;

    private int size;
    private long bytes;
    private long files;

    /** A file, and how many of its names have come. */
    private record Open(long device, long number, long allocated, int links, int met) {
        static final Comparator<Open> BY_INODE =
                Comparator.comparingLong(Open::device).thenComparingLong(Open::number);

        static final ExternalSort.Codec<Open> CODEC = new ExternalSort.Codec<>() {
            @Override
            public void write(Open item, DataOutput out) throws IOException {
                out.writeLong(item.device);
                out.writeLong(item.number);
                out.writeLong(item.allocated);
                out.writeInt(item.links);
                out.writeInt(item.met);
            }

            @Override
            public Open read(DataInput in) throws IOException {
                return new Open(in.readLong(), in.readLong(), in.readLong(), in.readInt(), in.readInt());
            }
        };

        boolean isSame(Open other) {
            return device == other.device && number == other.number;
        }

        Open plus(Open other) {
            return new Open(device, number, allocated, links, met + other.met);
        }
    }

    /** @param scratch for the sort, made when it is needed */
    LinkCount(Path scratch) {
        this(scratch, (int) Math.min(LARGEST, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP / SLOT_BYTES));
    }

    /** @param room how many files memory may hold, about */
    LinkCount(Path scratch, int room) {
        int slots = Integer.highestOneBit(Math.max(room, 2));
        this.spilled = new ExternalSort<>(Open.BY_INODE, Open.CODEC, scratch, ExternalSort.DEFAULT_RUN);
        this.mask = slots - 1;
        this.most = slots / 4 * 3;
        this.devices = new long[slots];
        this.numbers = new long[slots];
        this.allocated = new long[slots];
        this.links = new int[slots];
        this.met = new int[slots];
    }

    /** One more name of this file. */
    synchronized void add(Inode file) throws IOException {
        if (file.links() <= 1) {
            bytes += file.allocated();
            files += file.folder() ? 0 : 1;
            return;
        }
        int slot = slot(file.device(), file.number());
        if (met[slot] == 0) {
            if (size >= most) {
                spill();
                slot = slot(file.device(), file.number());
            }
            devices[slot] = file.device();
            numbers[slot] = file.number();
            allocated[slot] = file.allocated();
            links[slot] = file.links();
            size++;
        }
        met[slot]++;
        if (met[slot] >= links[slot]) {
            free(allocated[slot]);
            remove(slot);
        }
    }

    /** What all names have come of, once all have been added. */
    synchronized Freed sum() throws IOException {
        if (!spilled.isEmpty()) {
            spill();
            try (ExternalSort.Sorted<Open> all = spilled.sorted()) {
                Open file = all.next();
                while (file != null) {
                    Open next = all.next();
                    while (next != null && next.isSame(file)) {
                        file = file.plus(next);
                        next = all.next();
                    }
                    if (file.met >= file.links) {
                        free(file.allocated);
                    }
                    file = next;
                }
            }
        }
        return new Freed(bytes, files);
    }

    @Override
    public void close() throws IOException {
        spilled.close();
    }

    private void free(long its) {
        bytes += its;
        files++;
    }

    private int slot(long device, long number) {
        int slot = home(device, number);
        while (met[slot] > 0 && (numbers[slot] != number || devices[slot] != device)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private int home(long device, long number) {
        long mixed = (number ^ device * 31) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32) & mask;
    }

    /** Moves up what was pushed behind the slot, so that it is found again. */
    private void remove(int slot) {
        int hole = slot;
        for (int next = (hole + 1) & mask; met[next] > 0; next = (next + 1) & mask) {
            int home = home(devices[next], numbers[next]);
            if (((next - home) & mask) >= ((next - hole) & mask)) {
                devices[hole] = devices[next];
                numbers[hole] = numbers[next];
                allocated[hole] = allocated[next];
                links[hole] = links[next];
                met[hole] = met[next];
                hole = next;
            }
        }
        met[hole] = 0;
        size--;
    }

    private void spill() throws IOException {
        for (int slot = 0; slot <= mask; slot++) {
            if (met[slot] > 0) {
                spilled.add(new Open(devices[slot], numbers[slot], allocated[slot], links[slot], met[slot]));
                met[slot] = 0;
            }
        }
        size = 0;
    }
}

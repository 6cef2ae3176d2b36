package io.hubstorage.fs;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sorts more than fits in memory: holds at most one run of items, writes full runs to files in a scratch folder and
 * merges them. Stable: equal items come out in the order they went in. What fits one run never touches the disk. Closing
 * deletes the files. Not thread-safe.
 *
 * @param <T> what is sorted
 */
public final class ExternalSort<T> implements AutoCloseable {
    /** A run that stays within some tens of megabytes for manifest entries of usual size. */
    public static final int DEFAULT_RUN = 50_000;

    /** Of the heap, for each item of a run: of the sorts of a backup up to eight go on at once. */
    private static final long HEAP_OF_ITEM = 32 << 10;

    /** How many runs are merged at once; each has an open file and a buffer. */
    static final int FAN_IN = 64;

    /** How items are written to the scratch files; gives back what it was given. */
    public interface Codec<T> {
        void write(T item, DataOutput out) throws IOException;

        T read(DataInput in) throws IOException;
    }

    /**
     * Sorted items, pulled one by one. Not thread-safe.
     *
     * @param <T> what was sorted
     */
    public interface Sorted<T> extends AutoCloseable {
        /** The next item, or null after the last. */
        @Nullable
        T next() throws IOException;

        @Override
        void close() throws IOException;
    }

    private final Comparator<? super T> order;
    private final Codec<T> codec;
    private final Path scratch;
    private final int runSize;
    private final List<T> run = new ArrayList<>();
    private final List<RunFile> files = new ArrayList<>();
    private @Nullable Sorted<T> sorted;

    /**
     * Opens nothing yet.
     *
     * @param scratch is made when it is needed
     * @param runSize how many items memory holds at most; fewer where the heap is small
     */
    public ExternalSort(Comparator<? super T> order, Codec<T> codec, Path scratch, int runSize) {
        if (runSize < 1) {
            throw new IllegalArgumentException("a run needs at least one item");
        }
        this.order = order;
        this.codec = codec;
        this.scratch = scratch;
        this.runSize = (int) Math.min(runSize, Runtime.getRuntime().maxMemory() / HEAP_OF_ITEM);
    }

    /** Adds one item; not after {@link #sorted}. */
    public void add(T item) throws IOException {
        if (sorted != null) {
            throw new IllegalStateException("already sorted");
        }
        run.add(item);
        if (run.size() >= runSize) {
            spill();
        }
    }

    public boolean isEmpty() {
        return size() == 0;
    }

    public long size() {
        return run.size() + files.stream().mapToLong(RunFile::items).sum();
    }

    /** The items in order, to be read once; valid until this sort is closed. */
    public Sorted<T> sorted() throws IOException {
        if (sorted != null) {
            throw new IllegalStateException("already sorted");
        }
        if (!files.isEmpty() && !run.isEmpty()) {
            spill();
        }
        for (int first = 0; files.size() > FAN_IN; first = first + 2 < files.size() ? first + 1 : 0) {
            merge(first);
        }
        run.sort(order);
        sorted = files.isEmpty() ? new MemoryRun<>(run.iterator()) : new Merge(files);
        return sorted;
    }

    @Override
    public void close() throws IOException {
        run.clear();
        if (sorted != null) {
            sorted.close();
        }
        for (RunFile file : files) {
            Files.deleteIfExists(file.path());
        }
        files.clear();
    }

    record RunFile(Path path, long items) {}

    private void spill() throws IOException {
        run.sort(order);
        files.add(writeRun(new MemoryRun<>(run.iterator())));
        run.clear();
    }

    /**
     * Merges runs beside each other into one that takes their place, so that equal items keep their order. One group after the
     * other, so that nothing is written again before all have been.
     */
    private void merge(int first) throws IOException {
        int count = Math.min(FAN_IN, files.size() - FAN_IN + 1);
        List<RunFile> group = files.subList(first, Math.min(first + count, files.size()));
        RunFile merged;
        try (Sorted<T> items = new Merge(group)) {
            merged = writeRun(items);
        }
        for (RunFile file : group) {
            Files.delete(file.path());
        }
        group.clear();
        files.add(first, merged);
    }

    private RunFile writeRun(Sorted<T> items) throws IOException {
        Files.createDirectories(scratch);
        Path file = Files.createTempFile(scratch, "run-", ".sort");
        long count = 0;
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16))) {
            for (T item = items.next(); item != null; item = items.next()) {
                codec.write(item, out);
                count++;
            }
        }
        return new RunFile(file, count);
    }

    private record MemoryRun<T>(Iterator<T> items) implements Sorted<T> {
        @Override
        public @Nullable T next() {
            return items.hasNext() ? items.next() : null;
        }

        @Override
        public void close() {}
    }

    private final class OpenRun implements Sorted<T> {
        private final DataInputStream in;
        private long left;

        OpenRun(RunFile file) throws IOException {
            in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file.path()), 1 << 16));
            left = file.items();
        }

        @Override
        public @Nullable T next() throws IOException {
            if (left == 0) {
                in.close();
                return null;
            }
            left--;
            return codec.read(in);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /** The next item of one of the runs that are merged. */
    private record Head<T>(T item, int run) {}

    private final class Merge implements Sorted<T> {
        private final List<OpenRun> runs = new ArrayList<>();
        private final PriorityQueue<Head<T>> heads = new PriorityQueue<>((a, b) -> {
            int byItem = order.compare(a.item, b.item);
            return byItem != 0 ? byItem : Integer.compare(a.run, b.run);
        });

        Merge(List<RunFile> files) throws IOException {
            try {
                for (RunFile file : files) {
                    runs.add(new OpenRun(file));
                    advance(runs.size() - 1);
                }
            } catch (IOException e) {
                close();
                throw e;
            }
        }

        @Override
        public @Nullable T next() throws IOException {
            Head<T> head = heads.poll();
            if (head == null) {
                return null;
            }
            advance(head.run);
            return head.item;
        }

        private void advance(int run) throws IOException {
            T item = runs.get(run).next();
            if (item != null) {
                heads.add(new Head<>(item, run));
            }
        }

        @Override
        public void close() throws IOException {
            for (OpenRun run : runs) {
                run.close();
            }
        }
    }
}

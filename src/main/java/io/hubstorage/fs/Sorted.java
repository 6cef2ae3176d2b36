package io.hubstorage.fs;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sorted items, pulled one by one; the result of an {@link ExternalSort}. Not thread-safe.
 *
 * @param <T> what was sorted
 */
public abstract sealed class Sorted<T> implements AutoCloseable {
    private Sorted() {}

    /** The next item, or null after the last. */
    public abstract @Nullable T next() throws IOException;

    @Override
    public abstract void close() throws IOException;

    static <T> Sorted<T> ofMemory(List<T> run) {
        return new Memory<>(run.iterator());
    }

    static <T> Sorted<T> ofFiles(
            List<ExternalSort.RunFile> files, ExternalSort.Codec<T> codec, Comparator<? super T> order)
            throws IOException {
        return new Merge<>(files, codec, order);
    }

    private static final class Memory<T> extends Sorted<T> {
        private final Iterator<T> items;

        Memory(Iterator<T> items) {
            this.items = items;
        }

        @Override
        public @Nullable T next() {
            return items.hasNext() ? items.next() : null;
        }

        @Override
        public void close() {}
    }

    private static final class Merge<T> extends Sorted<T> {
        private final List<Run<T>> runs = new ArrayList<>();
        private final PriorityQueue<Run<T>> heads;

        Merge(List<ExternalSort.RunFile> files, ExternalSort.Codec<T> codec, Comparator<? super T> order)
                throws IOException {
            heads = new PriorityQueue<>((a, b) -> {
                int byItem = order.compare(a.head(), b.head());
                return byItem != 0 ? byItem : Integer.compare(a.number, b.number);
            });
            try {
                for (ExternalSort.RunFile file : files) {
                    Run<T> run = new Run<>(runs.size(), file, codec);
                    runs.add(run);
                    offer(run);
                }
            } catch (IOException e) {
                close();
                throw e;
            }
        }

        @Override
        public @Nullable T next() throws IOException {
            Run<T> run = heads.poll();
            if (run == null) {
                return null;
            }
            T item = run.head();
            offer(run);
            return item;
        }

        private void offer(Run<T> run) throws IOException {
            if (run.advance()) {
                heads.add(run);
            }
        }

        @Override
        public void close() throws IOException {
            for (Run<T> run : runs) {
                run.in.close();
            }
        }
    }

    /** One run being merged. */
    private static final class Run<T> {
        private final int number;
        private final ExternalSort.Codec<T> codec;
        private final DataInputStream in;
        private long left;
        private @Nullable T head;

        Run(int number, ExternalSort.RunFile file, ExternalSort.Codec<T> codec) throws IOException {
            this.number = number;
            this.codec = codec;
            left = file.items();
            in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file.path()), 1 << 16));
        }

        boolean advance() throws IOException {
            if (left == 0) {
                in.close();
                return false;
            }
            left--;
            head = codec.read(in);
            return true;
        }

        T head() {
            if (head == null) {
                throw new IllegalStateException("nothing read yet");
            }
            return head;
        }
    }
}

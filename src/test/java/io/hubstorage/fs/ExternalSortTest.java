package io.hubstorage.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.fs.ExternalSort.Sorted;
import io.hubstorage.testkit.Examples;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExternalSortTest {
    /** Sorted by the number alone, so that the place tells whether equal ones kept their order. */
    private record Item(int number, int place) {}

    private static final class ItemCodec implements ExternalSort.Codec<Item> {
        @Override
        public void write(Item item, DataOutput out) throws IOException {
            out.writeInt(item.number);
            out.writeInt(item.place);
        }

        @Override
        public Item read(DataInput in) throws IOException {
            return new Item(in.readInt(), in.readInt());
        }
    }

    private static final Comparator<Item> BY_NUMBER = Comparator.comparingInt(Item::number);

    @TempDir
    Path folder;

    @Test
    void itSortsLikeAStableSortInMemory() {
        qt().withExamples(Examples.upTo(60))
                .forAll(
                        lists().of(integers().between(0, 20)).ofSizeBetween(0, 200),
                        integers().between(1, 50))
                .checkAssert((numbers, run) -> {
                    List<Item> items = IntStream.range(0, numbers.size())
                            .mapToObj(i -> new Item(numbers.get(i), i))
                            .toList();
                    assertThat(sort(items, run))
                            .isEqualTo(items.stream().sorted(BY_NUMBER).toList());
                });
    }

    @Test
    void moreRunsThanAreMergedAtOnceStaySortedAndStable() {
        List<Item> items = IntStream.range(0, ExternalSort.FAN_IN * 5 + 7)
                .mapToObj(i -> new Item(i % 10, i))
                .toList();
        assertThat(sort(items, 1)).isEqualTo(items.stream().sorted(BY_NUMBER).toList());
    }

    @Test
    void whatFitsOneRunNeverTouchesTheDisk() throws IOException {
        Path scratch = folder.resolve("scratch");
        try (ExternalSort<Item> sort = new ExternalSort<>(BY_NUMBER, new ItemCodec(), scratch, 10)) {
            for (int i = 0; i < 9; i++) {
                sort.add(new Item(9 - i, i));
            }
            assertThat(sort.sorted().next()).isEqualTo(new Item(1, 8));
            assertThat(scratch).doesNotExist();
        }
    }

    @Test
    void closingDeletesItsFilesEvenHalfWay() throws IOException {
        try (ExternalSort<Item> sort = new ExternalSort<>(BY_NUMBER, new ItemCodec(), folder, 10)) {
            for (int i = 0; i < 95; i++) {
                sort.add(new Item(i, i));
            }
            assertThat(files()).isEqualTo(9);
            sort.sorted().next();
            assertThat(files()).isEqualTo(10);
        }
        assertThat(files()).isZero();
    }

    private List<Item> sort(List<Item> items, int run) {
        try (ExternalSort<Item> sort = new ExternalSort<>(BY_NUMBER, new ItemCodec(), folder, run)) {
            for (Item item : items) {
                sort.add(item);
            }
            List<Item> out = new ArrayList<>();
            Sorted<Item> sorted = sort.sorted();
            for (Item item = sorted.next(); item != null; item = sorted.next()) {
                out.add(item);
            }
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }
}

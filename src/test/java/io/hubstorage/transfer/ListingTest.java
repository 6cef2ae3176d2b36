package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.booleans;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.longs;
import static org.quicktheories.generators.SourceDSL.strings;

import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.ExternalSort.Sorted;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.RandomKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quicktheories.core.Gen;

/** What is listed out of order, and waits on the disk until it can be given out in order. */
final class ListingTest {
    /** So many wait in memory; one more, and all of them are on the disk. */
    private static final int IN_MEMORY = 20_000;

    @TempDir
    Path home;

    private static Gen<Instant> times() {
        return longs().between(-70_000_000_000L, 300_000_000_000L)
                .zip(integers().between(0, 999_999_999), Instant::ofEpochSecond);
    }

    private static Gen<ListedObject> objects() {
        Gen<String> etags = strings().allPossible().ofLengthBetween(0, 40);
        Gen<String> classes = strings().basicLatinAlphabet().ofLengthBetween(0, 12);
        return RandomKeys.nasty()
                .zip(
                        longs().between(0, Long.MAX_VALUE),
                        etags,
                        times(),
                        (key, size, etag, time) -> new ListedObject(key, size, etag, time, null, false))
                .zip(
                        classes,
                        booleans().all(),
                        (object, storageClass, restored) -> new ListedObject(
                                object.key(),
                                object.size(),
                                object.etag(),
                                object.lastModified(),
                                storageClass.isEmpty() ? null : storageClass,
                                restored));
    }

    private List<ListedObject> sorted(List<ListedObject> listed) {
        List<ListedObject> found = new ArrayList<>();
        try (ExternalSort<ListedObject> sort = Listing.sort(home.resolve("scratch"))) {
            for (ListedObject object : listed) {
                sort.add(object);
            }
            Sorted<ListedObject> sorted = sort.sorted();
            for (ListedObject object = sorted.next(); object != null; object = sorted.next()) {
                found.add(object);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private void assertSorted(List<ListedObject> objects) {
        // Each so often that not all of them stay in memory: to make as many different ones takes a minute.
        List<ListedObject> listed = Collections.nCopies(IN_MEMORY / objects.size() + 1, objects).stream()
                .flatMap(List::stream)
                .toList();
        List<ListedObject> expected = listed.stream()
                .sorted(Comparator.comparing(ListedObject::key, KeyOrder.COMPARATOR))
                .toList();

        assertThat(sorted(listed).equals(expected)).isTrue();
    }

    @Test
    void whateverIsListedComesBackFromTheDiskAsItWasAndInKeyOrder() {
        qt().withExamples(Examples.upTo(5))
                .withShrinkCycles(20)
                .forAll(lists().of(objects()).ofSizeBetween(1, 200))
                .checkAssert(this::assertSorted);
    }
}

package io.hubstorage.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.strings;

import io.hubstorage.snapshot.KeyOrder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

final class MergeJoinTest {
    @Test
    void itJoinsLikeSets() {
        Gen<SortedSet<String>> keys = lists().of(
                        strings().betweenCodePoints(0x61, 0x64).ofLengthBetween(0, 3))
                .ofSizeBetween(0, 30)
                .map(list -> {
                    SortedSet<String> set = new TreeSet<>(KeyOrder.COMPARATOR);
                    set.addAll(list);
                    return set;
                });
        qt().forAll(keys, keys).checkAssert((left, right) -> {
            SortedSet<String> all = new TreeSet<>(KeyOrder.COMPARATOR);
            all.addAll(left);
            all.addAll(right);
            List<String> expected = all.stream()
                    .map(key -> (left.contains(key) ? "<" : "") + key + (right.contains(key) ? ">" : ""))
                    .toList();
            try {
                assertThat(join(left, right)).isEqualTo(expected);
            } catch (UnorderedException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void theOrderIsThatOfCodePoints() throws Exception {
        assertThat(join(List.of("\uffff", "😀"), List.of("\ue000", "😀")))
                .containsExactly("\ue000>", "<\uffff", "<😀>");
    }

    @Test
    void aListingThatGoesBackIsNoticed() {
        assertThatThrownBy(() -> join(List.of("a", "c", "b"), List.of("x")))
                .isInstanceOfSatisfying(UnorderedException.class, e -> {
                    assertThat(e).hasMessage("the listing is not in order: b came after c");
                    assertThat(e.earlier()).isEqualTo("c");
                    assertThat(e.later()).isEqualTo("b");
                });
    }

    @Test
    void aManifestThatRepeatsAKeyIsNoticed() {
        assertThatThrownBy(() -> join(List.of("a"), List.of("a", "a")))
                .isInstanceOf(UnorderedException.class)
                .hasMessage("the previous manifest is not in order: a came after a");
    }

    @Test
    void disorderIsNoticedEvenAfterTheOtherSideEnded() {
        assertThatThrownBy(() -> join(List.of(), List.of("b", "a"))).isInstanceOf(UnorderedException.class);
        assertThatThrownBy(() -> join(List.of("b", "a"), List.of())).isInstanceOf(UnorderedException.class);
    }

    @Test
    void failuresOfTheStreamsComeThroughAsTheyAre() {
        MergeJoin<String, String, IOException, TimeoutException> join = new MergeJoin<>(
                () -> {
                    throw new IOException("page 3");
                },
                key -> key,
                () -> {
                    throw new TimeoutException();
                },
                key -> key);
        assertThatThrownBy(join::next).isInstanceOf(IOException.class).hasMessage("page 3");
    }

    /** Each key with a bracket on the sides that have it. */
    private static List<String> join(Collection<String> left, Collection<String> right) throws UnorderedException {
        Iterator<String> lefts = left.iterator();
        Iterator<String> rights = right.iterator();
        MergeJoin<String, String, RuntimeException, RuntimeException> join = new MergeJoin<>(
                () -> lefts.hasNext() ? lefts.next() : null,
                key -> key,
                () -> rights.hasNext() ? rights.next() : null,
                key -> key);
        List<String> steps = new ArrayList<>();
        for (MergeJoin.Step<String, String> step = join.next(); step != null; step = join.next()) {
            steps.add(
                    switch (step) {
                        case MergeJoin.Left<String, String>(String key) -> "<" + key;
                        case MergeJoin.Right<String, String>(String key) -> key + ">";
                        case MergeJoin.Both<String, String>(String key, String same) -> {
                            assertThat(same).isEqualTo(key);
                            yield "<" + key + ">";
                        }
                    });
        }
        assertThat(join.next()).isNull();
        return steps;
    }
}

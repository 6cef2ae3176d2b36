package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.strings;

import io.hubstorage.keys.KeyOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

final class ListingCheckTest {
    private final ListingCheck whole = new ListingCheck("things", "", null, false);

    @Test
    void everyListingInByteOrderIsOrderedHoweverItIsCutIntoPages() {
        qt().forAll(lists().of(keys()).ofSizeBetween(0, 30), integers().between(1, 7))
                .checkAssert((keys, size) -> {
                    List<String> sorted = distinct(keys, KeyOrder::compare);
                    ListingCheck check = new ListingCheck("things", "", null, true);
                    for (int from = 0; from < sorted.size(); from += size) {
                        List<String> page = sorted.subList(from, Math.min(sorted.size(), from + size));
                        assertThat(accept(check, page)).isTrue();
                    }
                });
    }

    @Test
    void aListingInUtf16OrderIsTakenAndSaysWhereItIsOutOfByteOrder() throws S3Failure {
        ListingCheck ranged = new ListingCheck("things", "", null, true);
        assertThat(ranged.page(List.of("a", "\uD83D\uDE00"))).isTrue();
        assertThat(ranged.page(List.of("\uFF5E"))).isFalse();
        // After U+FF5E, but still before U+1F600, the greatest so far: a merge needs it sorted.
        assertThat(ranged.page(List.of("\uFF5Eb"))).isFalse();
    }

    @Test
    void aWholeBucketMayBeListedInAnyOrder() throws S3Failure {
        assertThat(whole.page(List.of("c", "a", "b"))).isFalse();
    }

    @Test
    void aRangeMayNot() {
        ListingCheck ranged = new ListingCheck("things", "", null, true);
        assertThatThrownBy(() -> ranged.page(List.of("a", "A", "b")))
                .isInstanceOfSatisfying(
                        S3Failure.Permanent.class,
                        failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.LISTING_ORDER));
    }

    @Test
    void aKeyThatComesTwiceIsNotBelieved() {
        nonsense(() -> whole.page(List.of("a", "b", "b")), "\"b\" twice");
    }

    @Test
    void aKeyThatEndsOnePageAndBeginsTheNextIsNotBelieved() throws S3Failure {
        assertThat(whole.page(List.of("a", "b"))).isTrue();
        nonsense(() -> whole.page(List.of("b", "c")), "\"b\" twice");
    }

    @Test
    void aKeyThatComesTwiceInAPageWithoutOrderIsNotBelieved() {
        nonsense(() -> whole.page(List.of("c", "a", "c")), "\"c\" twice");
    }

    @Test
    void keysOutsideWhatWasAskedForAreNotBelieved() {
        ListingCheck ranged = new ListingCheck("things", "p/", "p/m", true);
        nonsense(() -> ranged.page(List.of("q/z")), "does not begin with \"p/\"");
        nonsense(() -> ranged.page(List.of("p/m")), "only keys after \"p/m\"");
        nonsense(() -> whole.page(List.of("")), "empty key");
    }

    @Test
    void controlCharactersDoNotReachTheMessage() {
        ListingCheck ranged = new ListingCheck("things", "p/", null, false);
        nonsense(() -> ranged.page(List.of("a\nb")), "\"a?b\"");
    }

    @Test
    void tokensThatRepeatInACycleOfAnyLengthAreNoticedWithinTwoRounds() {
        qt().forAll(integers().between(0, 40), integers().between(1, 40)).checkAssert((tail, circle) -> {
            ListingCheck check = new ListingCheck("things", "", null, false);
            assertThatThrownBy(() -> {
                        for (int token = 0; token < 4 * (tail + circle) + 4; token++) {
                            check.token("t" + (token < tail ? token : tail + (token - tail) % circle));
                        }
                    })
                    .hasMessageContaining("repeats a continuation token");
        });
    }

    @Test
    void tokensThatAllDifferAreFine() throws S3Failure {
        for (int token = 0; token < 1000; token++) {
            whole.token("t" + token);
        }
    }

    /** Few code points, from every region that matters, so that common beginnings and near misses are frequent. */
    static Gen<String> keys() {
        int[] points = {0x01, '+', ' ', '%', '/', 'a', 'b', 0xE9, 0xD7FF, 0xE000, 0xFF5E, 0xFFFD, 0x10000, 0x1F600};
        return strings().ascii().ofLengthBetween(0, 6).map(text -> {
            StringBuilder key = new StringBuilder();
            text.chars().forEach(unit -> key.appendCodePoint(points[unit % points.length]));
            return key.toString();
        });
    }

    private static void nonsense(ThrowingCallable call, String why) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        S3Failure.Permanent.class,
                        failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.LISTING))
                .hasMessageContaining("The server's listing of bucket \"things\" makes no sense")
                .hasMessageContaining(why);
    }

    private static boolean accept(ListingCheck check, List<String> page) {
        try {
            return check.page(page);
        } catch (S3Failure failure) {
            throw new AssertionError(failure);
        }
    }

    private static List<String> distinct(List<String> keys, Comparator<String> order) {
        List<String> sorted = new ArrayList<>(
                keys.stream().filter(key -> !key.isEmpty()).distinct().toList());
        sorted.sort(order);
        return sorted;
    }
}

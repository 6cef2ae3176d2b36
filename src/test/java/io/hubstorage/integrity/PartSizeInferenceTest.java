package io.hubstorage.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PartSizeInferenceTest {
    private static final long MIB = 1 << 20;

    private final PartSizeInference guesses = new PartSizeInference();

    @Test
    void everyCandidateMakesTheRightNumberOfParts() {
        for (long size : new long[] {1, 900, 5 * MIB, 21_000_001, 1L << 30, 5L << 40}) {
            for (int parts : new int[] {1, 2, 3, 13, 128, 205, 10_000}) {
                assertThat(guesses.candidates(size, parts))
                        .doesNotHaveDuplicates()
                        .allMatch(each -> Math.ceilDiv(size, each) == parts);
            }
        }
    }

    @Test
    void whatClientsUseIsAmongThemTheLikeliestFirst() {
        assertThat(guesses.candidates(21_000_001, 3))
                .startsWith(8 * MIB, 10 * MIB)
                .contains(7_000_001L, 10_000_000L);
        assertThat(guesses.candidates(1L << 30, 64)).startsWith(16 * MIB);
        // The AWS CLI raises the size where there would be too many parts.
        assertThat(guesses.candidates((1L << 40) + 1, 8_193)).contains(128 * MIB);
        assertThat(guesses.candidates(9_999 * 53 * MIB + 1, 10_000)).startsWith(53 * MIB);
    }

    @Test
    void whatWasRightIsTriedFirst() {
        guesses.right(9 * MIB);

        assertThat(guesses.remembered(21_000_001, 3)).isEqualTo(9 * MIB);
        assertThat(guesses.candidates(21_000_001, 3)).startsWith(9 * MIB, 8 * MIB);
        assertThat(guesses.remembered(21_000_001, 4)).isZero();
    }

    @Test
    void afterThreeEtagsThatNothingExplainsItIsLeftAtThatUnlessOneWasEverExplained() {
        for (int i = 0; i < 3; i++) {
            assertThat(guesses.worthTrying()).isTrue();
            guesses.unexplained("films/" + i);
        }
        assertThat(guesses.worthTrying()).isFalse();

        guesses.right(8 * MIB);
        assertThat(guesses.worthTrying()).isTrue();
    }

    @Test
    void objectsAreNamedAsDoubtfulOnlyWhereMostAreExplainedAndOnlyAFew() {
        for (int i = 0; i < 25; i++) {
            guesses.unexplained("films/" + i);
        }
        for (int i = 0; i < 25; i++) {
            guesses.right(8 * MIB);
        }
        assertThat(guesses.doubtful()).isEmpty();
        guesses.right(8 * MIB);
        assertThat(guesses.doubtful()).hasSize(20).startsWith("films/0");
    }

    @Test
    void partsWithoutASizeInCommonExplainNothing() {
        guesses.right(0);
        guesses.right(0);
        assertThat(guesses.remembered(100, 1)).isZero();
        guesses.unexplained("films/1");
        assertThat(guesses.doubtful()).isEmpty();
    }

    @Test
    void aSizeFitsThatMakesExactlySoManyParts() {
        assertThat(PartSizes.fits(8, 17, 3)).isTrue();
        assertThat(PartSizes.fits(8, 16, 2)).isTrue();
        assertThat(PartSizes.fits(8, 16, 3)).isFalse();
        assertThat(PartSizes.fits(0, 0, 0)).isFalse();
        assertThat(PartSizes.fits(1, 1, 1)).isTrue();
    }

    @Test
    void sizesThatAreEvenButForTheLastAreToldShort() {
        assertThat(PartSizes.all(List.of(8L, 8L, 3L))).isEqualTo(PartSizes.each(8));
        assertThat(PartSizes.all(List.of(8L, 8L, 9L)).of(2)).isEqualTo(9);
        assertThat(PartSizes.all(List.of(8L, 7L, 8L)).of(1)).isEqualTo(7);
        assertThat(PartSizes.all(List.of(8L, 7L, 8L)).of(3)).isEqualTo(Long.MAX_VALUE);
        assertThat(PartSizes.all(List.of(8L, 8L))).isEqualTo(PartSizes.each(8));
    }
}

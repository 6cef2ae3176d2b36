package io.hubstorage.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.testkit.Examples;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

final class BucketNameTest {
    private static Gen<String> of(String characters, int most) {
        return lists().of(integers().between(0, characters.length() - 1).map(characters::charAt))
                .ofSizeBetween(1, most)
                .map(drawn -> {
                    StringBuilder text = new StringBuilder();
                    drawn.forEach(text::append);
                    return text.toString();
                });
    }

    /** What S3 and its likes allow, and dots that are no name. */
    private static Gen<String> buckets() {
        return of("abzABZ019._-", 63).assuming(name -> !name.equals(".") && !name.equals(".."));
    }

    private static Gen<String> accounts() {
        return of("abz019_-", 32);
    }

    @Test
    void aNameIsTakenApartIntoWhatItWasMadeOf() {
        qt().withExamples(Examples.upTo(1_000)).forAll(buckets(), accounts()).checkAssert((bucket, account) -> {
            for (BucketName name : List.of(new BucketName(bucket, account), new BucketName(bucket, null))) {
                assertThat(BucketName.parse(name.toString())).isEqualTo(name);
                assertThat(BucketName.inS3(name.toString())).isEqualTo(bucket);
            }
        });
    }

    @Test
    void whateverATextIsItIsCalledTheSameAfterwards() {
        Gen<String> texts = of("a@.-_A/\\ é1", 8);
        qt().withExamples(Examples.upTo(2_000)).forAll(texts).checkAssert(text -> {
            BucketName name = BucketName.parse(text);
            assertThat(name.toString()).isEqualTo(text);
            assertThat(name.bucket()).isNotEmpty();
            assertThat(name.account() == null || BucketName.isAccount(name.account()))
                    .isTrue();
        });
    }

    @Test
    void anAccountIsOneToThirtyTwoLowerCaseLettersDigitsHyphensAndUnderscores() {
        qt().withExamples(Examples.upTo(500))
                .forAll(accounts())
                .checkAssert(name -> assertThat(BucketName.isAccount(name)).isTrue());
        for (String none : List.of("", "A", "a.b", "a b", "é", "a/b", "..", "a@b", "a\n", "a".repeat(33))) {
            assertThat(BucketName.isAccount(none)).as(none).isFalse();
        }
    }

    @Test
    void whatLooksLikeAnAccountButCannotBeOneIsPartOfTheName() {
        for (String text : List.of("a@", "@a", "a@B", "a@b.c", "..@a", ".@a", "a@b/c")) {
            assertThat(BucketName.parse(text)).isEqualTo(new BucketName(text, null));
        }
    }
}

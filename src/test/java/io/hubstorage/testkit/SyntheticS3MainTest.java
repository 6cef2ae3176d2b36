package io.hubstorage.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SyntheticS3MainTest {
    private final SyntheticBucket source = SyntheticBucket.uniform(4, 5_000, "object-#")
            .withPlainEtagsBelow(1_000)
            .withTruePartEtags();
    private final SyntheticBucket written = SyntheticBucket.empty();

    private String compared() {
        return SyntheticS3Main.compared(source, written);
    }

    @Test
    void bodiesAreTheSameInWhateverPartsTheyWereWritten() {
        written.put(source.get("object-0"));
        written.put(source.get("object-1").inOnePiece());
        written.put(source.get("object-2").inParts(700));
        written.put(source.get("object-3").inParts(5_000));

        assertThat(compared()).isEqualTo("missing=0 wrong=0 stray=0");
    }

    @Test
    void whatIsMissingWrongOrTooMuchIsCounted() {
        written.put(source.get("object-0").withEtag("0".repeat(32)));
        written.add("object-1", 5_000);
        written.change("object-1");
        written.add("object-2", 4_999);
        written.add("other", 5_000);

        assertThat(compared()).isEqualTo("missing=1 wrong=3 stray=1");
    }
}

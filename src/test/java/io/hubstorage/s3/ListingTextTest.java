package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ListingTextTest {
    private final ListingText text = new ListingText("things");

    @Test
    void whatWasEncodedComesBackAsItWas() {
        qt().forAll(ListingCheckTest.keys()).check(key -> {
            String sent = URLEncoder.encode(key, StandardCharsets.UTF_8);
            return ListingText.looksEncoded(sent) && ListingText.decoded(sent).equals(key);
        });
    }

    @Test
    void keysOfAServerThatDoesNotEncodeAreTakenAsTheyAre() throws S3Failure {
        assertThat(text.keys(page(false, "a+b", "100%25"))).containsExactly("a+b", "100%25");
    }

    @Test
    void aServerThatOnlyClaimsToEncodeIsNoticed() throws S3Failure {
        assertThat(text.keys(page(true, "a b", "a+b"))).containsExactly("a b", "a+b");
        assertThat(text.keys(page(true, "c+d"))).containsExactly("c+d");
    }

    @Test
    void aPercentSignThatEncodesNothingShowsThatNothingIsEncoded() throws S3Failure {
        assertThat(text.keys(page(true, "100%", "5%20"))).containsExactly("100%", "5%20");
    }

    @Test
    void aServerThatEncodesNowAndThenIsNotBelieved() throws S3Failure {
        assertThat(text.keys(page(true, "a+b"))).containsExactly("a b");
        assertThatThrownBy(() -> text.keys(page(true, "c d")))
                .isInstanceOf(S3Failure.Permanent.class)
                .hasMessageContaining("makes no sense");
    }

    private static ListAnswer page(boolean encoded, String... keys) {
        return new ListAnswer(
                true,
                encoded,
                false,
                null,
                Arrays.stream(keys)
                        .map(key -> new ListAnswer.Item(key, 0, "", Instant.EPOCH, null, false))
                        .toList(),
                List.of());
    }
}

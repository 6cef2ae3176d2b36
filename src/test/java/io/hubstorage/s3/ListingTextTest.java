package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

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
        assertThat(text.keys(page(null, "a+b", "100%25"))).containsExactly("a+b", "100%25");
    }

    @Test
    void aServerThatOnlyClaimsToEncodeIsNoticed() throws S3Failure {
        assertThat(text.keys(page(ListingText.STILL_ENCODED, "a b", "a+b"))).containsExactly("a b", "a+b");
        assertThat(text.keys(page(ListingText.STILL_ENCODED, "c+d"))).containsExactly("c+d");
    }

    @Test
    void aPercentSignThatEncodesNothingShowsThatNothingIsEncoded() throws S3Failure {
        assertThat(text.keys(page(ListingText.STILL_ENCODED, "100%", "5%20"))).containsExactly("100%", "5%20");
    }

    @Test
    void aServerThatEncodesNowAndThenIsNotBelieved() throws S3Failure {
        assertThat(text.keys(page(ListingText.STILL_ENCODED, "a+b"))).containsExactly("a b");
        assertThatThrownBy(() -> text.keys(page(ListingText.STILL_ENCODED, "c d")))
                .isInstanceOf(S3Failure.Permanent.class)
                .hasMessageContaining("makes no sense");
    }

    private static ListObjectsV2Response page(@Nullable String encoding, String... keys) {
        return ListObjectsV2Response.builder()
                .encodingType(encoding)
                .contents(Arrays.stream(keys)
                        .map(key -> S3Object.builder().key(key).build())
                        .toList())
                .build();
    }
}

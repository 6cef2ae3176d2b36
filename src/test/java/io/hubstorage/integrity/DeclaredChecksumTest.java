package io.hubstorage.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.integrity.DeclaredChecksum.Declared;
import io.hubstorage.s3.ObjectHead;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeclaredChecksumTest {
    private static final String MD5 = "0123456789abcdef0123456789abcdef";

    private static Declared claims(String etag, boolean digest, Map<String, String> checksums) {
        return DeclaredChecksum.of(new ObjectHead(
                9,
                etag,
                digest,
                Instant.EPOCH,
                ObjectHead.Description.NONE,
                new ObjectHead.Checksums(checksums, null)));
    }

    @Test
    void aChecksumOfTheWholeSparesTheMd5() {
        Declared claims = claims(MD5, true, Map.of("CRC32", "y/Q5Jg=="));

        assertThat(claims.whole()).singleElement().satisfies(claim -> {
            assertThat(claim.expected()).isEqualTo("cbf43926");
            assertThat(claim.verified()).isEqualTo("crc32");
        });
    }

    @Test
    void ofSeveralChecksumsAllCountAndTheOneThatProvesMostGivesTheName() {
        Declared claims = claims(
                MD5, true, Map.of("CRC32", "y/Q5Jg==", "SHA256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="));

        assertThat(claims.whole()).extracting(DeclaredChecksum::verified).containsExactly("sha256", "crc32");
    }

    @Test
    void aCompositeChecksumIsPreferredToAMultipartEtag() {
        DeclaredChecksum claim = Objects.requireNonNull(
                claims(MD5 + "-3", true, Map.of("CRC32C", "y/Q5Jg==-3")).parted());

        assertThat(claim.verified()).isEqualTo("multipart-crc32c");
        assertThat(claim.parts()).isEqualTo(3);
    }

    @Test
    void anEtagThatIsNoDigestClaimsNothing() {
        assertThat(claims(MD5, false, Map.of())).isEqualTo(Declared.NONE);
        assertThat(claims(MD5 + "-2", false, Map.of())).isEqualTo(Declared.NONE);
    }

    @Test
    void onlyTheEtagOfAnUploadInOnePieceIsTheMd5OfTheWhole() {
        assertThat(DeclaredChecksum.isPlainMd5(MD5)).isTrue();
        assertThat(DeclaredChecksum.isPlainMd5(MD5 + "-1")).isFalse();
        assertThat(DeclaredChecksum.isPlainMd5("abc")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "abc", "0123456789ABCDEF0123456789ABCDEF", MD5 + "-", MD5 + "-0", MD5 + "-x", MD5 + "00"})
    void norDoesWhatLooksLikeNone(String etag) {
        assertThat(DeclaredChecksum.ofEtag(etag)).isEqualTo(Declared.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "====", "AAAA", "y/Q5Jg", "y/Q5Jg==-", "y/Q5Jg==-0x", "not base64"})
    void aChecksumThatIsNoneIsLeftAside(String value) {
        Declared claims = claims(MD5, true, Map.of("CRC32", value, "CRC64NVME", value));

        assertThat(claims.whole()).extracting(DeclaredChecksum::verified).doesNotContain("crc64nvme");
        assertThat(claims.sayWhole()).isTrue();
    }
}

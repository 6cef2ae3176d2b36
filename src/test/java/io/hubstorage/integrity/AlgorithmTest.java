package io.hubstorage.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.ChecksumKind;
import io.hubstorage.testkit.SyntheticBody;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class AlgorithmTest {
    /** The check values of the catalogues, over the digits from 1 to 9. */
    @ParameterizedTest
    @CsvSource({
        "CRC32, cbf43926",
        "CRC32C, e3069283",
        "CRC64NVME, ae8b14860a799888",
        "MD5, 25f9e794323b453885f5181f1b624d0b",
        "SHA1, f7c3bc1d808e04732adf679965ccc34ca7ae3441",
        "SHA256, 15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"
    })
    void eachGivesTheCheckValueOfItsDefinitionAndBeginsAnew(Algorithm algorithm, String expected) {
        MessageDigest hash = algorithm.start();
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        for (int round = 0; round < 2; round++) {
            hash.update(digits, 0, 4);
            hash.update(digits, 4, 5);
            assertThat(HexFormat.of().formatHex(hash.digest())).isEqualTo(expected);
        }
        assertThat(expected).hasSize(2 * algorithm.width());
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void byteByByteAndAfterAResetItIsTheSame(Algorithm algorithm) {
        byte[] body = SyntheticBody.bytes(9, 0, 100);
        byte[] expected = algorithm.start().digest(body);
        MessageDigest hash = algorithm.start();
        hash.update((byte) 1);
        hash.reset();
        for (byte unit : body) {
            hash.update(unit);
        }
        assertThat(hash.digest()).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(ChecksumKind.class)
    void anyLengthAtAnyOffsetInAnyPiecesGivesWhatTheServerGives(ChecksumKind kind) {
        Algorithm algorithm = Algorithm.valueOf(kind.name());
        byte[] body = SyntheticBody.bytes(9, 0, 5_000);
        for (int length = 0; length < 200; length++) {
            int offset = length * 7 % 61;
            MessageDigest hash = algorithm.start();
            int cut = length * 5 / 8;
            hash.update(body, offset, cut);
            hash.update(body, offset + cut, length - cut);
            assertThat(Base64.getEncoder().encodeToString(hash.digest()))
                    .as("%d bytes from %d", length, offset)
                    .isEqualTo(kind.of(9, offset, length));
        }
    }

    @Test
    void oneBitMoreIsAnotherValue() {
        byte[] body = new byte[64];
        MessageDigest hash = Algorithm.CRC64NVME.start();
        hash.update(body, 0, body.length);
        byte[] before = hash.digest();
        for (int i = 0; i < body.length; i++) {
            body[i] ^= 1;
            hash.update(body, 0, body.length);
            assertThat(hash.digest()).isNotEqualTo(before);
            body[i] ^= 1;
        }
    }
}

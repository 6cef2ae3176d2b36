package io.hubstorage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class SyntheticBodyTest {
    private static final int SIZE = 3 * SyntheticBody.CHUNK + 77;

    @Test
    void everyRangeAgreesWithTheWhole() {
        qt().forAll(longs().all(), integers().between(0, SIZE), integers().between(0, SIZE))
                .check((seed, one, other) -> {
                    int from = Math.min(one, other);
                    int to = Math.max(one, other);
                    byte[] whole = SyntheticBody.bytes(seed, 0, SIZE);
                    return Arrays.equals(
                            Arrays.copyOfRange(whole, from, to), SyntheticBody.bytes(seed, from, to - from));
                });
    }

    @Test
    void keysVersionsAndBucketsHaveBodiesOfTheirOwn() {
        byte[] body = SyntheticBody.bytes(SyntheticBody.seedOf(1, "key", 0), 0, 100_000);
        assertThat(SyntheticBody.bytes(SyntheticBody.seedOf(1, "kez", 0), 0, 100_000))
                .isNotEqualTo(body);
        assertThat(SyntheticBody.bytes(SyntheticBody.seedOf(1, "key", 1), 0, 100_000))
                .isNotEqualTo(body);
        assertThat(SyntheticBody.bytes(SyntheticBody.seedOf(2, "key", 0), 0, 100_000))
                .isNotEqualTo(body);
    }

    @Test
    void aPatternGivesEachIndexBackAndKeepsTheOrder() {
        NumberedKeys keys = new NumberedKeys("y-#/m-##/f.bin", 1000);
        qt().forAll(integers().between(0, 998))
                .check(index ->
                        keys.index(keys.key(index)) == index && keys.key(index).compareTo(keys.key(index + 1)) < 0);
        assertThat(keys.index("y-1/m-2x/f.bin")).isEqualTo(-1);
        assertThat(keys.index("y-1/m-22/f.bi")).isEqualTo(-1);
    }

    @Test
    void theNvmeChecksumMeetsItsPublishedCheckValue() {
        ReferenceCrc64Nvme crc = new ReferenceCrc64Nvme();
        crc.update("123456789".getBytes(StandardCharsets.US_ASCII));
        assertThat(crc.getValue()).isEqualTo(0xAE8B14860A799888L);
    }
}

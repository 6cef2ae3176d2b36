package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.strings;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

final class KeyOrdersTest {
    /** Few code points, from every region that matters, so that common beginnings and near misses are frequent. */
    static Gen<String> keys() {
        int[] points = {0x01, '+', ' ', '%', '/', 'a', 'b', 0xE9, 0xD7FF, 0xE000, 0xFF5E, 0xFFFD, 0x10000, 0x1F600};
        return strings().ascii().ofLengthBetween(0, 6).map(text -> {
            StringBuilder key = new StringBuilder();
            text.chars().forEach(unit -> key.appendCodePoint(points[unit % points.length]));
            return key.toString();
        });
    }

    @Test
    void comparesAsTheUtf8BytesDo() {
        qt().forAll(keys(), keys())
                .check((left, right) -> Integer.signum(KeyOrders.utf8(left, right))
                        == Integer.signum(Arrays.compareUnsigned(
                                left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void bothOrdersAgreeOnABoundaryBelowTheSurrogates() {
        Gen<String> boundaries = keys().map(key -> key.replaceAll("[^\\x00-\\x{D7FF}]", "~"));
        qt().forAll(boundaries, keys())
                .check((boundary, key) -> KeyOrders.agreeOn(boundary)
                        && Integer.signum(KeyOrders.utf8(boundary, key)) == Integer.signum(boundary.compareTo(key)));
    }

    @Test
    void bothOrdersDisagreeAboveThem() {
        assertThat(KeyOrders.agreeOn("\uFF5E")).isFalse();
        assertThat(KeyOrders.utf8("\uFF5E", "\uD83D\uDE00")).isNegative();
        assertThat("\uFF5E".compareTo("\uD83D\uDE00")).isPositive();
    }
}

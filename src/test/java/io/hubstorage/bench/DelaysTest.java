package io.hubstorage.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class DelaysTest {
    @Test
    void aPercentileIsWhatSoManyDidNotExceed() {
        Delays delays = new Delays();
        LongStream.rangeClosed(1, 1_000).forEach(delays::add);
        assertThat(delays.within(0.5)).isEqualTo(500);
        assertThat(delays.within(0.99)).isEqualTo(990);
        assertThat(delays.within(1)).isEqualTo(1_000);
        assertThat(delays.total()).isEqualTo(1_000);
        Delays both = new Delays();
        both.add(70_000);
        both.addAll(delays);
        assertThat(both.within(1)).isEqualTo(60_000);
        assertThat(new Delays().within(0.99)).isZero();
    }
}

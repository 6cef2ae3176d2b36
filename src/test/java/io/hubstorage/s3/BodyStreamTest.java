package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;

final class BodyStreamTest {
    private final BodyStream stream = new BodyStream(Duration.ofMillis(50));
    private final Demand demand = new Demand();

    @Test
    void noMoreIsAskedForThanTheReaderHasTakenAndAWindow() throws Exception {
        stream.onSubscribe(demand);
        long window = demand.asked;
        assertThat(window).isBetween(1L, 64L);
        for (int taken = 1; taken <= 100; taken++) {
            stream.onNext(buffer(8));
            assertThat(demand.asked).isEqualTo(window + taken - 1);
            assertThat(read()).hasSize(8);
            assertThat(demand.asked).isEqualTo(window + taken);
        }
    }

    @Test
    void anEmptyBufferIsPassedOverAndReplaced() throws Exception {
        stream.onSubscribe(demand);
        long window = demand.asked;
        stream.onNext(buffer(0));
        assertThat(demand.asked).isEqualTo(window + 1);
        stream.onNext(buffer(3));
        stream.onComplete();
        assertThat(read()).hasSize(3);
        assertThat(stream.read(new byte[8], 0, 8)).isEqualTo(-1);
        assertThat(stream.read(new byte[8], 0, 8)).as("for good").isEqualTo(-1);
    }

    @Test
    void aBufferIsTakenInPiecesWhereTheReaderHasLessRoom() throws Exception {
        stream.onSubscribe(demand);
        stream.onNext(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        stream.onNext(ByteBuffer.wrap(new byte[] {4}));
        stream.onComplete();
        byte[] into = new byte[5];
        assertThat(stream.read(into, 1, 2)).isEqualTo(2);
        assertThat(stream.read(into, 3, 2)).isEqualTo(1);
        assertThat(stream.read(into, 4, 1)).isEqualTo(1);
        assertThat(into).containsExactly(0, 1, 2, 3, 4);
        assertThat(stream.read(into, 0, 1)).isEqualTo(-1);
    }

    @Test
    void whatArrivedBeforeAFailureIsHandedOutFirst() throws Exception {
        IOException broken = new IOException("reset");
        stream.onSubscribe(demand);
        stream.onNext(buffer(3));
        stream.onError(broken);
        assertThat(read()).hasSize(3);
        assertThatThrownBy(this::read).isSameAs(broken);
    }

    @Test
    void silenceEnds() {
        stream.onSubscribe(demand);
        assertThatThrownBy(this::read).isInstanceOf(TimeoutException.class);
    }

    @Test
    void cancelReachesASubscriptionWheneverItComes() {
        stream.cancel();
        stream.onSubscribe(demand);
        assertThat(demand.cancelled).isTrue();
        assertThat(demand.asked).isZero();
    }

    private byte[] read() throws Exception {
        byte[] into = new byte[64];
        return Arrays.copyOf(into, stream.read(into, 0, into.length));
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.wrap(new byte[size]);
    }

    private static final class Demand implements Subscription {
        private long asked;
        private boolean cancelled;

        @Override
        public void request(long count) {
            asked += count;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }
}

package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
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
            assertThat(stream.next()).isNotNull();
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
        assertThat(stream.next()).isEqualTo(buffer(3));
        assertThat(stream.next()).isNull();
    }

    @Test
    void whatArrivedBeforeAFailureIsHandedOutFirst() throws Exception {
        IOException broken = new IOException("reset");
        stream.onSubscribe(demand);
        stream.onNext(buffer(3));
        stream.onError(broken);
        assertThat(stream.next()).isEqualTo(buffer(3));
        assertThatThrownBy(stream::next).isSameAs(broken);
    }

    @Test
    void silenceEnds() {
        stream.onSubscribe(demand);
        assertThatThrownBy(stream::next).isInstanceOf(TimeoutException.class);
    }

    @Test
    void cancelReachesASubscriptionWheneverItComes() {
        stream.cancel();
        stream.onSubscribe(demand);
        assertThat(demand.cancelled).isTrue();
        assertThat(demand.asked).isZero();
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

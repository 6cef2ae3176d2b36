package io.hubstorage.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class BlockedLoopsTest {
    private static final long FOREVER = 3_600_000;

    /** Watches while one is blocked until Vert.x has said so. */
    private static BlockedLoops blocked(long showsAfterMillis) {
        VertxOptions options = new VertxOptions()
                .setBlockedThreadCheckInterval(1)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.MILLISECONDS)
                .setMaxEventLoopExecuteTime(1)
                .setMaxEventLoopExecuteTimeUnit(TimeUnit.MILLISECONDS)
                .setWarningExceptionTime(showsAfterMillis)
                .setWarningExceptionTimeUnit(TimeUnit.MILLISECONDS);
        BlockedLoops watch = BlockedLoops.watch();
        Vertx vertx = Vertx.vertx(options);
        CountDownLatch mayEnd = new CountDownLatch(1);
        AtomicInteger before = new AtomicInteger(Integer.MAX_VALUE - 2);
        vertx.runOnContext(_ -> {
            before.set(watch.told());
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> watch.told() > before.get() + 2);
        mayEnd.countDown();
        vertx.close().await();
        return watch;
    }

    @Test
    void oneThatIsBlockedForLongIsToldWithWhatItDid() {
        BlockedLoops watch = blocked(1);

        assertThatThrownBy(watch::close)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("an event loop was blocked")
                .hasMessageContaining("BlockedLoopsTest");
    }

    @Test
    void oneThatIsNotOnlyHadToWaitForTheMachine() {
        BlockedLoops watch = blocked(FOREVER);

        assertThatCode(watch::close).doesNotThrowAnyException();
    }
}

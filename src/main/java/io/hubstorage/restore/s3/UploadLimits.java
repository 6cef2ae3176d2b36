package io.hubstorage.restore.s3;

import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.requests.RequestPermits;
import io.hubstorage.requests.Requests;
import io.hubstorage.requests.RetryPolicy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many requests of a restore may be under way at once, and how fast their bodies go: as the configuration has it for this moment,
 * which is looked up five times a second and counts for what is under way too.
 */
final class UploadLimits implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UploadLimits.class);
    private static final Duration LOOK = Duration.ofMillis(200);

    private final IntSupplier atOnce;
    private final DoubleSupplier bytesPerSecond;
    private final RequestPermits permits;
    private final RateLimiter bandwidth = new RateLimiter(System::nanoTime);
    private final Thread looking;

    /** @param bytesPerSecond of all bodies together; infinity for no limit */
    UploadLimits(IntSupplier atOnce, DoubleSupplier bytesPerSecond) {
        this.atOnce = atOnce;
        this.bytesPerSecond = bytesPerSecond;
        this.permits = new RequestPermits(atOnce.getAsInt());
        look();
        this.looking = Thread.ofVirtual().name("restore-limits").start(this::lookAgain);
    }

    static UploadLimits of(ConfigStore config, InstantSource clock) {
        return new UploadLimits(() -> config.config().transfer().maxConcurrentRequests(), () -> {
            BandwidthLimit limit = config.config().bandwidthLimit(clock.instant());
            return limit == null ? Double.POSITIVE_INFINITY : limit.bytesPerSecond();
        });
    }

    /** What is sent within these limits. */
    Requests requests(RetryPolicy retries) {
        return new Requests(permits, bandwidth, retries);
    }

    int atOnce() {
        return atOnce.getAsInt();
    }

    private void lookAgain() {
        try {
            while (true) {
                // The beat of a clock, not a wait for something: a limit also changes with the time of day, which
                // nobody tells.
                Thread.sleep(LOOK);
                try {
                    look();
                } catch (RuntimeException unknown) {
                    LOG.warn("The limits of the restore stay as they were", unknown);
                }
            }
        } catch (InterruptedException closed) {
            // Nothing is written any more.
        }
    }

    private void look() {
        double rate = bytesPerSecond.getAsDouble();
        permits.ceiling(Requests.mostAt(rate, atOnce.getAsInt()));
        boolean _ = bandwidth.rate(rate);
    }

    @Override
    public void close() {
        looking.interrupt();
    }
}

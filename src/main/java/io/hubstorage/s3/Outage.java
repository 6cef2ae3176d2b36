package io.hubstorage.s3;

import java.net.URI;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log, once, that the endpoint has been out of reach for a while, and once that it is back: each of a thousand
 * requests would say the same. Thread-safe.
 */
final class Outage {
    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

    private final URI endpoint;
    private final Duration noticeable;
    private volatile boolean out;
    private long beganNanos;
    private boolean told;

    /** @param noticeable how long it has to last before it is told */
    Outage(URI endpoint, Duration noticeable) {
        this.endpoint = endpoint;
        this.noticeable = noticeable;
    }

    /** The endpoint was not reached. */
    synchronized void unreachable(S3Failure failure) {
        long now = System.nanoTime();
        if (!out) {
            out = true;
            told = false;
            beganNanos = now;
        }
        if (!told && now - beganNanos >= noticeable.toNanos()) {
            told = true;
            LOG.warn("{} The work waits for it to come back.", failure.getMessage());
        }
    }

    /** The endpoint has answered, whatever it was. */
    void reached() {
        if (out) {
            over();
        }
    }

    private synchronized void over() {
        if (out && told) {
            LOG.info("{} answers again, after {} s", endpoint, (System.nanoTime() - beganNanos) / 1_000_000_000);
        }
        out = false;
    }
}

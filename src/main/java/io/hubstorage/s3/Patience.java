package io.hubstorage.s3;

import java.time.Duration;

/**
 * How long S3 is waited for. Only tests choose otherwise than {@link #USUAL}.
 *
 * @param stall how long a connection may be silent while data is expected
 * @param attempts that the SDK makes at a request of its own accord, the first one included. Usually it makes no second one:
 *     whoever needs the answer counts the attempts, and what two of them count multiplies
 */
public record Patience(Duration stall, int attempts) {
    /** What fits the internet. */
    public static final Patience USUAL = new Patience(Duration.ofSeconds(30), 1);
}

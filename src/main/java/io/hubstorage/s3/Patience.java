package io.hubstorage.s3;

import java.time.Duration;

/**
 * How long S3 is waited for. Only tests choose otherwise than {@link #USUAL}.
 *
 * @param stall how long a connection may be silent while data is expected
 * @param attempts at a request whose answer has not begun, the first one included
 */
public record Patience(Duration stall, int attempts) {
    /** What fits the internet. */
    public static final Patience USUAL = new Patience(Duration.ofSeconds(30), 4);
}

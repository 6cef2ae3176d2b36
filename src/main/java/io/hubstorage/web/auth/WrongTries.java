package io.hubstorage.web.auth;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log who tries wrong passwords, and never which; a line every ten seconds at the most. */
final class WrongTries {
    private static final Logger LOG = LoggerFactory.getLogger(WrongTries.class);
    private static final Duration QUIET = Duration.ofSeconds(10);

    private final InstantSource clock;
    private Instant quietUntil = Instant.MIN;
    private long untold;

    WrongTries(InstantSource clock) {
        this.clock = clock;
    }

    void note(String client) {
        Instant now = clock.instant();
        if (now.isBefore(quietUntil)) {
            untold++;
            return;
        }
        String more = untold == 0 ? "" : " (%d more since the last line like this)".formatted(untold);
        LOG.warn("A wrong password or token came from {}{}", client, more);
        quietUntil = now.plus(QUIET);
        untold = 0;
    }
}

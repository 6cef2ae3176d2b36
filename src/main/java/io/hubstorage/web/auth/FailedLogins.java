package io.hubstorage.web.auth;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.LoginAttack;
import io.hubstorage.web.auth.Authenticator.Refusal;
import io.hubstorage.web.auth.Principal.Anonymous;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts who did not come in, and tells of it: the audit log, the program's log and, where it looks like an attack, the bus; never
 * what was tried. Use it on one context, but for the counts.
 */
final class FailedLogins {
    private static final Logger LOG = LoggerFactory.getLogger(FailedLogins.class);
    /** The log is told this often. */
    private static final Duration QUIET = Duration.ofSeconds(10);
    /** How often others are told that somebody tries passwords. */
    private static final Duration ATTACK_EVERY = Duration.ofMinutes(10);

    private final Bus bus;
    private final InstantSource clock;
    private final AuditLog audit;
    private final Map<Refusal, LongAdder> refused = new EnumMap<>(Refusal.class);
    /** Until then the log is told of no further one. */
    private Instant quietUntil = Instant.MIN;

    private long untold;
    /** Until then nobody else is told of an attack. */
    private Instant attackQuietUntil = Instant.MIN;

    private long wrongTries;

    FailedLogins(Bus bus, InstantSource clock, AuditLog audit) {
        this.bus = bus;
        this.clock = clock;
        this.audit = audit;
        for (Refusal why : Refusal.values()) {
            refused.put(why, new LongAdder());
        }
    }

    /** How many were refused so far. From any thread. */
    long refused(Refusal why) {
        return Objects.requireNonNull(refused.get(why)).sum();
    }

    /** Counts a failure that is one of these. */
    void count(Throwable cause) {
        if (cause instanceof AuthFailure failure) {
            count(failure.wasLookedAt() ? Refusal.WRONG : Refusal.THROTTLED);
        }
    }

    private void count(Refusal why) {
        Objects.requireNonNull(refused.get(why)).increment();
    }

    /** Who has no try left goes on trying: that is an attack, or a program with an old password. */
    AuthFailure tooMany(String address, Duration wait) {
        Instant now = clock.instant();
        if (!now.isBefore(attackQuietUntil)) {
            attackQuietUntil = now.plus(ATTACK_EVERY);
            bus.publish(Addresses.LOGIN_ATTACKED, new LoginAttack(now, address, wrongTries));
            wrongTries = 0;
        }
        return AuthFailure.tooMany(wait);
    }

    /** A password or token that is none. */
    AuthFailure wrong(String address) {
        wrongTries++;
        audit.add("login.failed", null, new Anonymous(), address, 401);
        log("A wrong password or token came from " + address);
        return AuthFailure.wrong();
    }

    /** A login by way of a provider. */
    void refused(SignInFailure failure, String address) {
        wrongTries++;
        count(Refusal.WRONG);
        audit.add("login.failed", failure.who(), new Anonymous(), address, failure.status());
        log("A login by way of the provider was refused for %s: %s".formatted(address, failure.reason()));
    }

    private void log(String line) {
        Instant now = clock.instant();
        if (now.isBefore(quietUntil)) {
            untold++;
            return;
        }
        LOG.warn("{}{}", line, untold == 0 ? "" : " (%d more since the last line like this)".formatted(untold));
        quietUntil = now.plus(QUIET);
        untold = 0;
    }
}

package io.hubstorage.web.auth;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How often a password may be tried: some times at once, then once in a while, counted for each client. A try is taken before
 * it is looked at, so that a thousand at the same moment count as a thousand, and given back when it was right. Of so many
 * clients it remembers the latest. Use it on one context.
 */
final class Throttle {
    private final InstantSource clock;
    private final int atOnce;
    private final Duration interval;
    private final int clients;
    /** When all that a client has taken will be forgotten, by client; the one that came last is last. */
    private final Map<String, Instant> debts = new LinkedHashMap<>(16, 0.75f, true);

    Throttle(InstantSource clock, int atOnce, Duration interval, int clients) {
        this.clock = clock;
        this.atOnce = atOnce;
        this.interval = interval;
        this.clients = clients;
    }

    /** Takes a try; or, if there is none left, says how long it is until the next one. */
    Optional<Duration> take(String client) {
        Instant now = clock.instant();
        Instant debt = debts.getOrDefault(client, now);
        Instant begun = debt.isBefore(now) ? now : debt;
        Duration wait = Duration.between(now, begun).minus(interval.multipliedBy(atOnce - 1L));
        if (wait.isPositive()) {
            return Optional.of(wait);
        }
        debts.put(client, begun.plus(interval));
        if (debts.size() > clients) {
            Iterator<String> oldest = debts.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        return Optional.empty();
    }

    /** How many tries of a client count now. */
    int taken(String client) {
        Instant now = clock.instant();
        Instant debt = debts.getOrDefault(client, now);
        return debt.isAfter(now)
                ? (int) Duration.between(now, debt).plus(interval).minusNanos(1).dividedBy(interval)
                : 0;
    }

    /** That try was right: it does not count. Others of the same client still do. */
    void giveBack(String client) {
        debts.computeIfPresent(client, (same, debt) -> debt.minus(interval));
    }

    /** Forgets those who owe nothing any more. */
    void sweep() {
        Instant now = clock.instant();
        debts.values().removeIf(debt -> !debt.isAfter(now));
    }

    int remembered() {
        return debts.size();
    }
}

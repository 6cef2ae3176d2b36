package io.hubstorage.web.auth;

import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * How often passwords and tokens may be tried: by each client, and by all together that have never shown the right one, so that many
 * addresses are no way around. Use it on one context.
 */
final class Tries {
    private static final int AT_ONCE = 10;
    private static final Duration EVERY = Duration.ofSeconds(30);
    private static final int REMEMBERED_CLIENTS = 10_000;
    private static final int UNPROVEN_AT_ONCE = 300;
    private static final Duration UNPROVEN_EVERY = Duration.ofSeconds(3);
    private static final String UNPROVEN = "unproven";
    private static final int MOST_PROVEN = 1_000;

    private final Throttle each;
    private final Throttle unprovenTogether;
    /** Clients that have shown the right password; the one that came last is last. */
    private final Set<String> proven = new LinkedHashSet<>();

    /** One try, taken before it is looked at. */
    record Try(String client, boolean unproven) {}

    Tries(InstantSource clock) {
        each = new Throttle(clock, AT_ONCE, EVERY, REMEMBERED_CLIENTS);
        unprovenTogether = new Throttle(clock, UNPROVEN_AT_ONCE, UNPROVEN_EVERY, 1);
    }

    /** One by a client that is counted alone, as for what nobody can guess. */
    Try of(String client) {
        return new Try(client, false);
    }

    /** One of a password, by a client that may be known for another reason. */
    Try ofPassword(String client, boolean known) {
        return new Try(client, !known && !proven.contains(client));
    }

    /** Takes it; or, if there is none left, says how long it is until the next one. */
    Optional<Duration> take(Try one) {
        Optional<Duration> wait = each.take(one.client());
        if (wait.isEmpty() && one.unproven()) {
            wait = unprovenTogether.take(UNPROVEN);
            if (wait.isPresent()) {
                each.giveBack(one.client());
            }
        }
        return wait;
    }

    /** Its turn among the slow looks: whoever has shown the right password goes before all others. */
    int turn(Try one) {
        return each.taken(one.client()) - (one.unproven() ? 0 : AT_ONCE);
    }

    /** It does not count. */
    void giveBack(Try one) {
        each.giveBack(one.client());
        if (one.unproven()) {
            unprovenTogether.giveBack(UNPROVEN);
        }
    }

    /** It was right. */
    void prove(Try one) {
        giveBack(one);
        proven.remove(one.client());
        proven.add(one.client());
        if (proven.size() > MOST_PROVEN) {
            proven.remove(proven.iterator().next());
        }
    }

    /** There is another password: nobody has shown it yet. */
    void forgetProven() {
        proven.clear();
    }

    void sweep() {
        each.sweep();
    }
}

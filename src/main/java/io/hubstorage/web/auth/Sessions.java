package io.hubstorage.web.auth;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The logins, in memory: a bounded number, each until it has not been used for a while, and never longer than 30 days.
 * Vert.x's own store is not used, since it knows neither a bound, nor an injected clock, nor what was begun with a login and has
 * to end with it. Use it on one context.
 */
final class Sessions {
    private final InstantSource clock;
    private final int most;
    /** By id; the one that was used last is last. */
    private final Map<String, Session> byId = new LinkedHashMap<>(16, 0.75f, true);

    /** Stands for all that came in without a login: that of nobody, which ends with the others. */
    private final Session withoutLogin = new Session(Instant.MIN);

    Sessions(InstantSource clock, int most) {
        this.clock = clock;
        this.most = most;
    }

    /** A new login, always under a new id; the one that was not used for the longest time makes room for it. */
    Session begin() {
        if (byId.size() >= most) {
            end(byId.values().iterator().next());
        }
        Session session = new Session(clock.instant());
        byId.put(session.id(), session);
        return session;
    }

    /** The login of that id, if it has not ended. Counts as its use. */
    Optional<Session> find(String id, Duration idle) {
        Session session = byId.get(id);
        if (session == null) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        if (session.isOver(idle, now)) {
            end(session);
            return Optional.empty();
        }
        session.use(now);
        return Optional.of(session);
    }

    /** Ends those that are over. A page that is open and listens uses its login all the time. */
    void sweep(Duration idle) {
        Instant now = clock.instant();
        for (Session session : List.copyOf(byId.values())) {
            if (session.hasEndHandlers()) {
                session.use(now);
            }
            if (session.isOver(idle, now)) {
                end(session);
            }
        }
    }

    /** Ends a login, and what was begun with it. */
    void end(Session session) {
        if (byId.remove(session.id()) != null) {
            session.end();
        }
    }

    /** Ends all logins, and what was begun without one. */
    void endAll() {
        List.copyOf(byId.values()).forEach(this::end);
        withoutLogin.end();
    }

    /** Has that called when a principal may not go on; what is returned unsubscribes it. */
    Runnable onEnd(Principal principal, Runnable end) {
        return (principal instanceof Session session ? session : withoutLogin).onEnd(end);
    }

    int count() {
        return byId.size();
    }
}

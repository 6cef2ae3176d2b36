package io.hubstorage.web.auth;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The logins: a bounded number, each until it has not been used for a while, and never longer than 30 days.
 * Vert.x's own store is not used, since it knows neither a bound, nor an injected clock, nor what was begun with a login and has
 * to end with it. Use it on one context.
 */
final class Sessions {
    private final InstantSource clock;
    private final int most;
    /** By the digest of the id; the one that was used last is last. */
    private final Map<String, Session> byDigest = new LinkedHashMap<>(16, 0.75f, true);

    Sessions(InstantSource clock, int most) {
        this.clock = clock;
        this.most = most;
    }

    /** Goes on with those of an earlier life of the program, before there are others. */
    void resume(List<Session.Kept> kept) {
        Instant now = clock.instant();
        kept.stream()
                .sorted(Comparator.comparing(Session.Kept::lastUsed))
                .skip(Math.max(0, kept.size() - most))
                .map(each -> new Session(each, now))
                .forEach(session -> byDigest.put(session.digest(), session));
    }

    /** All of them as they are to be kept. */
    List<Session.Kept> kept() {
        return byDigest.values().stream().map(Session::kept).toList();
    }

    /** A new login, always under a new id; the one that was not used for the longest time makes room for it. */
    Session begin(Identity identity) {
        if (byDigest.size() >= most) {
            end(byDigest.values().iterator().next());
        }
        Session session = new Session(identity, clock.instant());
        byDigest.put(session.digest(), session);
        return session;
    }

    /** The login of that id, if it has not ended. Counts as its use. */
    Optional<Session> find(String id, Duration idle) {
        // By a digest: how long the look takes says nothing about the ids there are.
        Session session = byDigest.get(Tokens.digest(id));
        if (session == null) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        if (session.isOver(idle, now)) {
            end(session);
            return Optional.empty();
        }
        session.use(id, now);
        return Optional.of(session);
    }

    /** Ends those that are over, and returns whether there were any. A page that is open and listens uses its login all the time. */
    boolean sweep(Duration idle) {
        Instant now = clock.instant();
        int before = byDigest.size();
        for (Session session : List.copyOf(byDigest.values())) {
            if (session.hasEndHandlers()) {
                session.use(now);
            }
            if (session.isOver(idle, now)) {
                end(session);
            }
        }
        return byDigest.size() < before;
    }

    /** Ends a login, and what was begun with it. */
    void end(Session session) {
        if (byDigest.remove(session.digest()) != null) {
            session.end();
        }
    }

    /** Ends all logins. */
    void endAll() {
        List.copyOf(byDigest.values()).forEach(this::end);
    }

    int count() {
        return byDigest.size();
    }
}

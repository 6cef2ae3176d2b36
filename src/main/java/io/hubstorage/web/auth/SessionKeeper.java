package io.hubstorage.web.auth;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/** Writes the logins down when they change, and now and then that they are used. Use it on one context. */
final class SessionKeeper {
    private static final Duration USE_NOTED_EVERY = Duration.ofMinutes(10);

    private final OwnThread thread;
    private final InstantSource clock;
    private final SessionFile file;
    private final Sessions sessions;
    private final Supplier<String> credentials;
    /** {@link Instant#EPOCH} when it has to be done again. */
    private Instant keptAt;

    /** @param credentials those in force, as {@link Credentials#text} has them */
    SessionKeeper(Vertx vertx, InstantSource clock, SessionFile file, Sessions sessions, Supplier<String> credentials) {
        this.thread = new OwnThread(vertx, "login-notes");
        this.clock = clock;
        this.file = file;
        this.sessions = sessions;
        this.credentials = credentials;
        this.keptAt = clock.instant();
    }

    /** Succeeds when they are written, or when the log says that they could not be; then it is tried again at the next look. */
    Future<Void> keep() {
        String by = credentials.get();
        List<Session.Kept> all = sessions.kept();
        keptAt = clock.instant();
        // In order: an older list must never come after a newer one.
        return thread.call(() -> file.write(by, all))
                .onSuccess(written -> keptAt = written ? keptAt : Instant.EPOCH)
                .mapEmpty();
    }

    /** To be called now and then: ends what is over. */
    void sweep(Duration idle) {
        boolean ended = sessions.sweep(idle);
        boolean used = sessions.count() > 0 || keptAt.equals(Instant.EPOCH);
        if (ended || (used && !clock.instant().isBefore(keptAt.plus(USE_NOTED_EVERY)))) {
            keep();
        }
    }
}

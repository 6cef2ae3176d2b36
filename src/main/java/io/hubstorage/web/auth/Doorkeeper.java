package io.hubstorage.web.auth;

import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.web.auth.Visit.LoggedIn;
import io.hubstorage.web.auth.Visit.Program;
import io.hubstorage.web.auth.Visit.Stranger;
import io.hubstorage.web.auth.Visit.Unasked;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who comes in. A login is asked for where a password or token is set, or where others than this machine can reach the
 * server; {@code HUBSTORAGE_AUTH=none} alone switches that off. Keys may change while it runs: whoever came in by the old ones
 * is out. Use it on one context.
 */
public final class Doorkeeper {
    private static final Logger LOG = LoggerFactory.getLogger(Doorkeeper.class);

    private static final int TRIES_AT_ONCE = 10;
    private static final Duration TRY_EVERY = Duration.ofSeconds(30);
    private static final int REMEMBERED_CLIENTS = 10_000;
    /** Of all clients together that have never shown the right password: many addresses are no way around. */
    private static final int STRANGERS_TRIES_AT_ONCE = 300;

    private static final Duration STRANGERS_TRY_EVERY = Duration.ofSeconds(3);
    private static final String STRANGERS = "strangers";
    private static final int MOST_SESSIONS = 1_000;
    /** A longer one is wrong without a look. */
    private static final int LONGEST_PASSWORD = 1_024;

    private final ConfigStore store;
    private final KeyRing keys;
    private final Throttle tries;
    private final Throttle strangersTries;
    private final KnownBrowsers known = new KnownBrowsers();
    /** Clients that have shown the right password; the one that came last is last. */
    private final Set<String> proven = new LinkedHashSet<>();

    private final WrongTries wrong;
    private final Sessions sessions;
    /** What hangs on requests that came in without a session. */
    private final Set<Runnable> held = new LinkedHashSet<>();

    private Doorkeeper(
            Vertx vertx,
            ConfigStore store,
            InstantSource clock,
            boolean exposed,
            StoredPassword stored,
            @Nullable String storedHash) {
        this.store = store;
        this.keys = new KeyRing(vertx, store, exposed, stored, storedHash, this::everybodyOut);
        this.tries = new Throttle(clock, TRIES_AT_ONCE, TRY_EVERY, REMEMBERED_CLIENTS);
        this.strangersTries = new Throttle(clock, STRANGERS_TRIES_AT_ONCE, STRANGERS_TRY_EVERY, 1);
        this.wrong = new WrongTries(clock);
        this.sessions = new Sessions(clock, MOST_SESSIONS);
    }

    /**
     * The doorkeeper, and the password that was made for it just now.
     *
     * @param freshPassword to be told once, to the one who started the program; null if none was made
     */
    public record Opened(Doorkeeper doorkeeper, @Nullable String freshPassword) {
        /** Without the password. */
        @Override
        public String toString() {
            return "Opened[fresh=%s]".formatted(freshPassword != null);
        }
    }

    /**
     * A doorkeeper who has what it takes: where a login is asked for and no password is named, one is made and stored.
     *
     * @param exposed whether others than this machine can reach what it guards
     */
    public static Future<Opened> open(Vertx vertx, ConfigStore store, InstantSource clock, boolean exposed) {
        StoredPassword stored = new StoredPassword(store.settings().configFolder());
        Environment environment = store.environment();
        boolean off = store.settings().web().loginOff();
        boolean named = Keys.of(environment, null).areNamed();
        if (off && named) {
            LOG.warn("HUBSTORAGE_AUTH=none: nobody is asked for the password or token that is set");
        }
        boolean needed = !off && (exposed || named) && !Keys.passwordIsIn(environment);
        return vertx.executeBlocking(() -> KeyRing.prepare(stored, needed), false)
                .map(found ->
                        new Opened(new Doorkeeper(vertx, store, clock, exposed, stored, found.hash()), found.fresh()));
    }

    /** Whether a login is asked for, as things are now. */
    public boolean asks() {
        return keys.isLocked();
    }

    /** A login by the form; fails with a {@link Refusal}. */
    public Future<Session> logIn(HttpServerRequest request, Arrival arrival, String password) {
        Optional<String> browser = known.of(request, arrival);
        return tried(
                        browser.map(id -> "browser " + id).orElse("form " + arrival.client()),
                        browser.isPresent(),
                        arrival,
                        password)
                .map(right -> {
                    LOG.info("Somebody logged in from {}", arrival.client());
                    return sessions.begin();
                });
    }

    /** Lets a browser that has just logged in prove that later. */
    public Cookie recognition(Arrival arrival, String basePath) {
        return known.cookie(arrival, basePath);
    }

    /** Ends a login, and all that hangs on it. */
    public void logOut(Session session) {
        sessions.end(session);
    }

    /**
     * Who asks: by the cookie, else by the {@code Authorization} header. A header that is wrong, or comes after too many that
     * were, fails with a {@link Refusal}.
     */
    public Future<Visit> admit(HttpServerRequest request, Arrival arrival) {
        Visit seen = glance(request, arrival);
        if (seen.isWelcome()) {
            return Future.succeededFuture(seen);
        }
        return switch (Authorization.of(request.getHeader(HttpHeaders.AUTHORIZATION))) {
            case Authorization.Token token -> broughtToken(arrival, token.text());
            case Authorization.Password password ->
                tried("header " + arrival.client(), false, arrival, password.text())
                        .map(right -> new Program());
            case Authorization.None none -> Future.succeededFuture(seen);
        };
    }

    /** Who asks, by the cookie alone. */
    public Visit glance(HttpServerRequest request, Arrival arrival) {
        if (!asks()) {
            return new Unasked();
        }
        for (Cookie cookie : request.cookies(LoginCookie.name(arrival))) {
            Optional<Session> session =
                    sessions.find(cookie.getValue(), store.settings().web().sessionIdle());
            if (session.isPresent()) {
                return new LoggedIn(session.get());
            }
        }
        return new Stranger();
    }

    /**
     * Calls back when a visit is over, because its login has ended or the keys have changed: for a connection that outlives the
     * request it began with.
     *
     * @return lets go of it, when the connection ended by itself
     */
    public Runnable hold(Visit visit, Runnable end) {
        if (visit instanceof LoggedIn(Session session)) {
            return session.hold(end);
        }
        held.add(end);
        return () -> held.remove(end);
    }

    /** Whether an {@code Authorization} header brings the token; for connections whose headers are not those of HTTP. */
    public boolean isToken(@Nullable String authorization) {
        return Authorization.of(authorization) instanceof Authorization.Token(String text) && keys.isToken(text);
    }

    /** To be called now and then: ends what is over, forgets what is paid, and looks for another stored password. */
    public void sweep() {
        sessions.sweep(store.settings().web().sessionIdle());
        tries.sweep();
        keys.refresh();
    }

    /** Lets go of the thread it has. */
    public void close() {
        keys.close();
    }

    private Future<Visit> broughtToken(Arrival arrival, String text) {
        String client = "header " + arrival.client();
        Optional<Duration> wait = tries.take(client);
        if (wait.isPresent()) {
            return Future.failedFuture(Refusal.tooMany(wait.get()));
        }
        if (!keys.isToken(text)) {
            return Future.failedFuture(refused(arrival));
        }
        tries.giveBack(client);
        return Future.succeededFuture(new Program());
    }

    /** Forms and headers are counted apart: a script with an old password does not lock its owner's browser out. */
    private Future<Void> tried(String client, boolean knownBrowser, Arrival arrival, String password) {
        boolean stranger = !knownBrowser && !proven.contains(client);
        Optional<Duration> wait = tries.take(client);
        if (wait.isEmpty() && stranger) {
            wait = strangersTries.take(STRANGERS);
            if (wait.isPresent()) {
                tries.giveBack(client);
            }
        }
        if (wait.isPresent()) {
            return Future.failedFuture(Refusal.tooMany(wait.get()));
        }
        if (password.isEmpty() || password.length() > LONGEST_PASSWORD) {
            return Future.failedFuture(refused(arrival));
        }
        return keys.isPassword(password, client, !stranger)
                .onFailure(notLookedAt -> giveBack(client, stranger))
                .compose(right -> {
                    if (!right) {
                        return Future.failedFuture(refused(arrival));
                    }
                    giveBack(client, stranger);
                    prove(client);
                    return Future.succeededFuture();
                });
    }

    private void giveBack(String client, boolean stranger) {
        tries.giveBack(client);
        if (stranger) {
            strangersTries.giveBack(STRANGERS);
        }
    }

    private void prove(String client) {
        proven.remove(client);
        proven.add(client);
        if (proven.size() > MOST_SESSIONS) {
            proven.remove(proven.iterator().next());
        }
    }

    private Refusal refused(Arrival arrival) {
        wrong.note(arrival.client());
        return Refusal.wrong();
    }

    private void everybodyOut() {
        sessions.endAll();
        proven.clear();
        List<Runnable> all = List.copyOf(held);
        held.clear();
        all.forEach(Runnable::run);
    }
}

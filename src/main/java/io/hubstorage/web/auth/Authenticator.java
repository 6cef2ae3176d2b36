package io.hubstorage.web.auth;

import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.web.auth.Principal.Anonymous;
import io.hubstorage.web.auth.Principal.AuthDisabled;
import io.hubstorage.web.auth.Principal.Program;
import io.hubstorage.web.http.ClientInfo;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who comes in. A login is asked for where a password or token is set, or where others than this machine can reach the
 * server; {@code HUBSTORAGE_AUTH=none} alone switches that off. Credentials may change while it
 * runs: whoever came in by the old ones is out. Use it on one context.
 */
public final class Authenticator {
    private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);

    private static final int TRIES_AT_ONCE = 10;
    private static final Duration TRY_EVERY = Duration.ofSeconds(30);
    private static final int REMEMBERED_CLIENTS = 10_000;
    /** Of all clients together that have never shown the right password: many addresses are no way around. */
    private static final int UNPROVEN_TRIES_AT_ONCE = 300;

    private static final Duration UNPROVEN_TRY_EVERY = Duration.ofSeconds(3);
    private static final String UNPROVEN = "unproven";
    private static final int MOST_SESSIONS = 1_000;
    /** A longer one is wrong without a look. */
    private static final int LONGEST_PASSWORD = 1_024;

    private static final Duration QUIET = Duration.ofSeconds(10);

    private final ConfigStore store;
    private final InstantSource clock;
    private final CredentialStore credentials;
    private final Throttle tries;
    private final Throttle unprovenTries;
    private final KnownBrowsers known;
    /** Clients that have shown the right password; the one that came last is last. */
    private final Set<String> proven = new LinkedHashSet<>();

    private final Sessions sessions;
    /** Until then the log is told of no further wrong password. */
    private Instant quietUntil = Instant.MIN;

    private long untold;

    private Authenticator(
            Vertx vertx,
            ConfigStore store,
            InstantSource clock,
            boolean exposed,
            StoredPassword stored,
            @Nullable String storedHash,
            KnownBrowsers known) {
        this.store = store;
        this.clock = clock;
        this.known = known;
        this.credentials = new CredentialStore(vertx, store, exposed, stored, storedHash, this::revokeAll);
        this.tries = new Throttle(clock, TRIES_AT_ONCE, TRY_EVERY, REMEMBERED_CLIENTS);
        this.unprovenTries = new Throttle(clock, UNPROVEN_TRIES_AT_ONCE, UNPROVEN_TRY_EVERY, 1);
        this.sessions = new Sessions(clock, MOST_SESSIONS);
    }

    /**
     * One that is ready: where a login is asked for and no password is named, one is made and stored.
     *
     * @param exposed whether others than this machine can reach what it guards
     * @param fresh gets the password that was made just now, to tell it once; on a thread that may block
     */
    public static Future<Authenticator> open(
            Vertx vertx, ConfigStore store, InstantSource clock, boolean exposed, Consumer<String> fresh) {
        StoredPassword stored = new StoredPassword(store.settings().configFolder());
        Environment environment = store.environment();
        boolean off = store.settings().web().login().off();
        boolean named = Credentials.of(environment, null).areNamed();
        if (off && named) {
            LOG.warn("HUBSTORAGE_AUTH=none: nobody is asked for the password or token that is set");
        }
        boolean asked = !off && (exposed || named);
        // Where it is needed only later, when a variable is taken away, it is read then.
        boolean needed = asked && !Credentials.passwordIsIn(environment);
        return vertx.executeBlocking(
                () -> {
                    StoredPassword.Ready ready = needed ? stored.ready() : null;
                    if (ready != null && ready.fresh() != null) {
                        // At once: it is stored already, and a port that is taken must not make it one that nobody
                        // knows.
                        fresh.accept(ready.fresh());
                    }
                    KnownBrowsers known =
                            asked ? KnownBrowsers.kept(store.settings().configFolder()) : KnownBrowsers.untilRestart();
                    return new Authenticator(
                            vertx, store, clock, exposed, stored, ready == null ? null : ready.hash(), known);
                },
                false);
    }

    /** Whether a login is asked for, as things are now. */
    public boolean isRequired() {
        return credentials.isRequired();
    }

    /** A login by the form; fails with an {@link AuthFailure}. */
    public Future<Session> logIn(HttpServerRequest request, ClientInfo client, String password) {
        Optional<String> browser = known.of(request, client);
        return tried(
                        browser.map(id -> "browser " + id).orElse("form " + client.address()),
                        browser.isPresent(),
                        client,
                        password)
                .map(right -> {
                    LOG.info("Somebody logged in from {}", client.address());
                    return sessions.begin();
                });
    }

    /** Lets a browser that has just logged in prove that later. */
    public Cookie knownBrowserCookie(ClientInfo client, String basePath) {
        return known.cookie(client, basePath);
    }

    /** Ends a login, and whatever was begun with it and goes on. */
    public void logOut(Session session) {
        sessions.end(session);
    }

    /**
     * Who asks: by the cookie, else by the {@code Authorization} header. A header that is wrong, or comes after too many that
     * were, fails with an {@link AuthFailure}.
     */
    public Future<Principal> authenticate(HttpServerRequest request, ClientInfo client) {
        Principal seen = identify(request, client);
        if (seen.mayDoAll()) {
            return Future.succeededFuture(seen);
        }
        return switch (Authorization.of(request.getHeader(HttpHeaders.AUTHORIZATION))) {
            case Authorization.Token token -> byToken(client, token.text());
            case Authorization.Password password ->
                tried("header " + client.address(), false, client, password.text())
                        .map(right -> new Program());
            case Authorization.None none -> Future.succeededFuture(seen);
        };
    }

    /** Who asks, by the cookie alone. */
    public Principal identify(HttpServerRequest request, ClientInfo client) {
        if (!isRequired()) {
            return new AuthDisabled();
        }
        for (Cookie cookie : request.cookies(Session.cookieName(client))) {
            Optional<Session> session = sessions.find(
                    cookie.getValue(), store.settings().web().login().idle());
            if (session.isPresent()) {
                return session.get();
            }
        }
        return new Anonymous();
    }

    /**
     * Calls back when a principal may not go on, because its login has ended or the credentials have changed: for a connection
     * that outlives the request it began with.
     *
     * @return unsubscribes, when the connection ended by itself
     */
    public Runnable onEnd(Principal principal, Runnable end) {
        return sessions.onEnd(principal, end);
    }

    /** Whether an {@code Authorization} header brings the token; for connections whose headers are not those of HTTP. */
    public boolean isToken(@Nullable String authorization) {
        return Authorization.of(authorization) instanceof Authorization.Token(String text) && credentials.isToken(text);
    }

    /** To be called now and then: ends what is over, forgets what is paid, and looks for another stored password. */
    public void sweep() {
        sessions.sweep(store.settings().web().login().idle());
        tries.sweep();
        credentials.refresh();
    }

    public void close() {
        credentials.close();
    }

    private Future<Principal> byToken(ClientInfo client, String text) {
        String tracked = "header " + client.address();
        Optional<Duration> wait = tries.take(tracked);
        if (wait.isPresent()) {
            return Future.failedFuture(AuthFailure.tooMany(wait.get()));
        }
        if (!credentials.isToken(text)) {
            return Future.failedFuture(wrong(client));
        }
        tries.giveBack(tracked);
        return Future.succeededFuture(new Program());
    }

    /** Forms and headers are counted apart: a script with an old password does not lock its owner's browser out. */
    private Future<Void> tried(String tracked, boolean knownBrowser, ClientInfo client, String password) {
        boolean unproven = !knownBrowser && !proven.contains(tracked);
        Optional<Duration> wait = tries.take(tracked);
        if (wait.isEmpty() && unproven) {
            wait = unprovenTries.take(UNPROVEN);
            if (wait.isPresent()) {
                tries.giveBack(tracked);
            }
        }
        if (wait.isPresent()) {
            return Future.failedFuture(AuthFailure.tooMany(wait.get()));
        }
        if (password.isEmpty() || password.length() > LONGEST_PASSWORD) {
            return Future.failedFuture(wrong(client));
        }
        // Whoever has shown the right password goes before all others.
        int turn = tries.taken(tracked) - (unproven ? 0 : TRIES_AT_ONCE);
        return credentials
                .isPassword(password, turn)
                .onFailure(notLookedAt -> giveBack(tracked, unproven))
                .compose(right -> {
                    if (!right) {
                        return Future.failedFuture(wrong(client));
                    }
                    giveBack(tracked, unproven);
                    prove(tracked);
                    return Future.succeededFuture();
                });
    }

    private void giveBack(String tracked, boolean unproven) {
        tries.giveBack(tracked);
        if (unproven) {
            unprovenTries.giveBack(UNPROVEN);
        }
    }

    private void prove(String tracked) {
        proven.remove(tracked);
        proven.add(tracked);
        if (proven.size() > MOST_SESSIONS) {
            proven.remove(proven.iterator().next());
        }
    }

    private AuthFailure wrong(ClientInfo client) {
        tellOf(client);
        return AuthFailure.wrong();
    }

    /** Tells the log who tries wrong passwords, and never which; a line every ten seconds at the most. */
    private void tellOf(ClientInfo client) {
        Instant now = clock.instant();
        if (now.isBefore(quietUntil)) {
            untold++;
            return;
        }
        String more = untold == 0 ? "" : " (%d more since the last line like this)".formatted(untold);
        LOG.warn("A wrong password or token came from {}{}", client.address(), more);
        quietUntil = now.plus(QUIET);
        untold = 0;
    }

    private void revokeAll() {
        sessions.endAll();
        proven.clear();
    }
}

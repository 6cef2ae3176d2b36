package io.hubstorage.web.auth;

import io.hubstorage.bus.Bus;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.config.OpenIdSettings;
import io.hubstorage.web.auth.Principal.Anonymous;
import io.hubstorage.web.auth.Principal.AuthDisabled;
import io.hubstorage.web.auth.Principal.Program;
import io.hubstorage.web.auth.Principal.Proxied;
import io.hubstorage.web.http.ClientInfo;
import io.hubstorage.web.http.HttpProblem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who comes in. A login is asked for where a password or token is set, or where others than this machine can reach the
 * server; {@code HUBSTORAGE_AUTH=none} alone switches that off. Credentials may change while it
 * runs: whoever came in by the old ones is out. What those who are in may do, {@link Permits} says. Use it on one context.
 */
public final class Authenticator {
    private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);

    private static final int MOST_SESSIONS = 1_000;

    /** How long whoever logs out waits for a disk. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    /** How long the stop does; a slow machine needs some of it to hash what the logins are kept with. */
    private static final Duration AT_THE_END = Duration.ofSeconds(10);

    private final ConfigStore store;
    private final CredentialStore credentials;
    private final KnownBrowsers known;
    private final SessionKeeper keeper;
    private final TokenKeeper tokens;
    private final AuditLog audit;
    private final FailedLogins failed;
    private final CredentialCheck check;
    private final Sessions sessions;
    /** What was begun without a login of its own. */
    private final EndHandlers others = new EndHandlers();

    private final ProxyUsers proxyUsers;
    private final ProxiedStreams proxied;

    /** What was read before it began. */
    private record Opened(
            KnownBrowsers known,
            SessionFile file,
            List<Session.Kept> sessions,
            TokenStore tokens,
            List<ApiToken> made) {
        static Opened from(ConfigStore store, InstantSource clock, boolean asked, Credentials credentials) {
            Path folder = store.settings().configFolder();
            SessionFile file = new SessionFile(folder);
            TokenStore tokens = new TokenStore(folder, clock);
            return new Opened(
                    asked ? KnownBrowsers.kept(folder) : KnownBrowsers.untilRestart(),
                    file,
                    asked ? file.read(credentials.text()) : List.of(),
                    tokens,
                    read(tokens));
        }

        private static List<ApiToken> read(TokenStore tokens) {
            try {
                return tokens.list();
            } catch (IOException | RuntimeException e) {
                // The first look while it runs says so.
                return List.of();
            }
        }
    }

    private Authenticator(
            Vertx vertx, ConfigStore store, InstantSource clock, CredentialStore credentials, Opened opened) {
        this.store = store;
        this.credentials = credentials;
        this.known = opened.known();
        this.tokens = new TokenKeeper(vertx, clock, opened.tokens(), opened.made());
        this.audit = new AuditLog(vertx, clock, new AuditFile(store.settings().configFolder(), clock));
        this.failed = new FailedLogins(new Bus(vertx), clock, audit);
        this.check = new CredentialCheck(credentials, tokens, known, failed, clock);
        this.sessions = new Sessions(clock, MOST_SESSIONS);
        this.proxyUsers = new ProxyUsers(() -> store.settings().web().login().proxyUser(), known);
        this.proxied = new ProxiedStreams(clock);
        this.keeper = new SessionKeeper(vertx, clock, opened.file(), sessions, credentials::text);
        sessions.resume(opened.sessions());
        credentials.onChange(this::revokeAll);
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
            LOG.warn("HUBSTORAGE_AUTH=none: nobody is asked for the password, the token or the account that is set");
        }
        boolean asked = !off && (exposed || named);
        // Where it is needed only later, since a variable was taken away or set, it is read or made then.
        boolean needed = asked && !Credentials.passwordIsIn(environment);
        return vertx.executeBlocking(
                () -> {
                    StoredPassword.Ready ready = needed ? stored.ready() : null;
                    if (ready != null && ready.fresh() != null) {
                        // At once: it is stored already, and a port that is taken must not make it one that nobody
                        // knows.
                        fresh.accept(ready.fresh());
                    }
                    String hash = ready == null ? null : ready.hash();
                    return new Authenticator(
                            vertx,
                            store,
                            clock,
                            new CredentialStore(vertx, store, exposed, stored, hash, fresh),
                            Opened.from(store, clock, asked, Credentials.of(environment, hash)));
                },
                false);
    }

    /** Whether a login is asked for, as things are now. */
    public boolean isRequired() {
        return credentials.isRequired();
    }

    /** Why a password or token was not taken. */
    public enum Refusal {
        WRONG,
        /** Nobody looked at it: too many before it were wrong. */
        THROTTLED
    }

    /** How many were refused since the start, over HTTP and on the TCP bridge. From any thread. */
    public long refused(Refusal why) {
        return failed.refused(why);
    }

    /** A login by the form; fails with an {@link AuthFailure}. */
    public Future<Session> logIn(HttpServerRequest request, ClientInfo client, String password) {
        return check.form(request, client, password).map(right -> begin(Identity.PASSWORD, client));
    }

    /**
     * A login by way of a provider, which {@code look} asks; fails with its {@link SignInFailure}, or with an {@link AuthFailure}
     * where the client has tried too often.
     */
    public Future<Session> logIn(ClientInfo client, Supplier<Future<Identity>> look) {
        return check.elsewhere(client, look).map(who -> begin(who, client));
    }

    /** Begins a login of somebody who has shown who it is: always a new one, under a new id. */
    public Session begin(Identity who, ClientInfo client) {
        LOG.info("Somebody logged in from {}", client.address());
        Session session = sessions.begin(who);
        audit.add("login", null, session, client.address(), 200);
        keepSessions();
        return session;
    }

    /** Lets a browser that has just logged in prove that later. */
    public Cookie knownBrowserCookie(ClientInfo client, String basePath) {
        return known.cookie(client, basePath);
    }

    /**
     * Ends a login, and whatever was begun with it and goes on. When this succeeds, no restart brings it back, or the log says so; it
     * fails after some seconds where the disk does not answer.
     */
    public Future<Void> logOut(Session session, ClientInfo client) {
        sessions.end(session);
        audit.add("logout", null, session, client.address(), 200);
        return soon(keepSessions(), PATIENCE);
    }

    private static Future<Void> soon(Future<Void> noted, Duration patience) {
        return noted.timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .onFailure(late -> LOG.warn(
                        "What logins ended or went on is not written down yet ({}): a restart now would"
                                + " not know it",
                        String.valueOf(late.getMessage())));
    }

    /**
     * Who asks: by the cookie, else as a trusted proxy says, else by the {@code Authorization} header. A header that is wrong, or
     * comes after too many that were, fails with an {@link AuthFailure}.
     */
    public Future<Principal> authenticate(HttpServerRequest request, ClientInfo client) {
        Principal seen;
        try {
            seen = identify(request, client);
        } catch (HttpProblem problem) {
            return Future.failedFuture(problem);
        }
        // What a proxy has let in may bring what the proxy asked for: that is no password or token of ours.
        return !seen.isKnown()
                        && Authorization.of(request.getHeader(HttpHeaders.AUTHORIZATION))
                                instanceof Authorization.Brought brought
                ? check.header(brought, client).map(program -> program)
                : Future.succeededFuture(seen);
    }

    /**
     * Who asks, by the cookie, else as a trusted proxy says.
     *
     * @throws HttpProblem where what the proxy says is ambiguous
     */
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
        return proxyUsers.principal(request, client);
    }

    /** The name of the provider that one can sign in with; null where there is none. */
    public @Nullable String provider() {
        OpenIdSettings settings = store.settings().web().login().openId();
        return settings == null ? null : settings.name();
    }

    /** Says whom a trusted proxy has let in, where nobody here has given them a role. */
    public Optional<String> stranger(HttpServerRequest request, ClientInfo client) {
        Optional<String> stranger = proxyUsers.stranger(request, client);
        stranger.ifPresent(name -> audit.add("login.failed", name, new Anonymous(), client.address(), 403));
        return stranger;
    }

    /**
     * Calls back when a principal may not go on, because its login has ended, its token was revoked, the credentials have changed or its
     * proxy has to be asked again: for a connection that outlives the request it began with.
     *
     * @return unsubscribes, when the connection ended by itself
     */
    public Runnable onEnd(Principal principal, Runnable end) {
        return switch (principal) {
            case Session session -> session.onEnd(end);
            case Program(Identity _, Optional<String> id) when id.isPresent() -> tokens.onEnd(id.get(), end);
            case Proxied _ -> proxied.add(end);
            default -> others.add(end);
        };
    }

    /**
     * Whoever brings that {@code Authorization} header, if it has a token, or if nobody is asked for one; for connections whose
     * headers are not those of HTTP.
     *
     * @param address where it comes from
     */
    public Principal byHeader(@Nullable String authorization, String address) {
        if (!isRequired()) {
            return new AuthDisabled();
        }
        if (!(Authorization.of(authorization) instanceof Authorization.Token(String text))) {
            return new Anonymous();
        }
        Optional<Program> program = check.ofToken(text);
        if (program.isEmpty()) {
            failed.count(failed.wrong(address));
        }
        return program.<Principal>map(known -> known).orElseGet(Anonymous::new);
    }

    /** The tokens that were made here. */
    public TokenKeeper tokens() {
        return tokens;
    }

    public AuditLog audit() {
        return audit;
    }

    /** To be called now and then: ends what is over, forgets what is paid, and looks for other tokens and another password. */
    public void sweep() {
        if (isRequired()) {
            keeper.sweep(store.settings().web().login().idle());
        }
        proxied.sweep();
        check.sweep();
        credentials.refresh();
        tokens.sweep();
        audit.sweep();
    }

    /** Writes down what is to be kept over a restart; a disk that does not answer is not waited for. */
    public Future<Void> close() {
        credentials.close();
        return soon(
                        sessions.count() == 0
                                ? tokens.refresh()
                                : keepSessions().compose(kept -> tokens.refresh()),
                        AT_THE_END)
                .otherwiseEmpty();
    }

    private Future<Void> keepSessions() {
        return isRequired() ? keeper.keep() : Future.succeededFuture();
    }

    private void revokeAll() {
        sessions.endAll();
        others.run();
        proxied.endAll();
        check.forgetProven();
        keepSessions();
    }
}

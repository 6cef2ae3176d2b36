package io.hubstorage.web.auth;

import io.hubstorage.web.http.ClientInfo;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.net.HostAndPort;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One login of one browser, carried by a cookie. Only the digest of the cookie's secret is kept; the secret itself comes with
 * each request. Lives on the context of {@link Sessions}, which alone changes it.
 */
public final class Session implements Principal.Browser {
    private static final String COOKIE = "hubstorage";
    private static final int SECRET_BYTES = 32;
    private static final Duration LONGEST = Duration.ofDays(30);
    private static final String PAGES = "pages";

    private final Identity identity;
    private final String digest;
    private final Instant begun;
    private final EndHandlers endHandlers = new EndHandlers();
    private Instant lastUsed;
    private boolean ended;
    /** Unknown after a restart until its browser comes. */
    private @Nullable String id;

    /**
     * What is kept of one over a restart.
     *
     * @param digest of the cookie's secret
     */
    record Kept(String digest, Identity identity, Instant begun, Instant lastUsed) {}

    /** A new login, always under a new id. */
    Session(Identity identity, Instant begun) {
        this.identity = identity;
        this.id = Tokens.text(SECRET_BYTES);
        this.digest = Tokens.digest(id);
        this.begun = begun;
        this.lastUsed = begun;
    }

    /** One that was kept. A clock that was ahead when it was written makes it last no longer. */
    Session(Kept kept, Instant now) {
        this.identity = kept.identity();
        this.digest = kept.digest();
        this.begun = kept.begun().isAfter(now) ? now : kept.begun();
        this.lastUsed = kept.lastUsed().isAfter(now) ? now : kept.lastUsed();
    }

    Kept kept() {
        return new Kept(digest, identity, begun, lastUsed);
    }

    String digest() {
        return digest;
    }

    /** The secret that the browser's cookie holds. */
    String id() {
        return Objects.requireNonNull(id, "asked for before its browser has come");
    }

    @Override
    public Optional<Identity> identity() {
        return Optional.of(identity);
    }

    @Override
    public String pageToken() {
        // Made of the cookie's secret, so that pages that are open when HubStorage restarts may go on.
        return Tokens.encoded(Tokens.mac(id().getBytes(StandardCharsets.US_ASCII), PAGES));
    }

    boolean isOver(Duration idle, Instant now) {
        return !now.isBefore(lastUsed.plus(idle)) || !now.isBefore(begun.plus(LONGEST));
    }

    void use(Instant now) {
        lastUsed = now;
    }

    /** Its browser has come with the secret. */
    void use(String secret, Instant now) {
        id = secret;
        lastUsed = now;
    }

    /** Has that called when the login ends, at once if it has ended; what is returned unsubscribes it. */
    Runnable onEnd(Runnable end) {
        if (ended) {
            end.run();
            return () -> {};
        }
        return endHandlers.add(end);
    }

    /** Whether a connection that began with this login is still open. */
    boolean hasEndHandlers() {
        return !endHandlers.isEmpty();
    }

    void end() {
        ended = true;
        endHandlers.run();
    }

    /** Browsers keep cookies by host alone: with the port in it, two servers of one host do not log each other out. */
    public static String cookieName(ClientInfo client) {
        HostAndPort host = client.host();
        return host == null || host.port() < 0 ? COOKIE : COOKIE + '_' + host.port();
    }

    /** It ends with the browser, and no other site sends it. */
    Cookie cookie(ClientInfo client, String basePath) {
        return cookie(cookieName(client), id(), client, basePath).setSameSite(CookieSameSite.LAX);
    }

    /** In the place of one that has ended. */
    static Cookie noCookie(ClientInfo client, String basePath) {
        return cookie(cookieName(client), "", client, basePath)
                .setSameSite(CookieSameSite.LAX)
                .setMaxAge(0);
    }

    /** Whatever its purpose, no script reads it. */
    public static Cookie cookie(String name, String value, ClientInfo client, String basePath) {
        return Cookie.cookie(name, value)
                .setPath(basePath.isEmpty() ? "/" : basePath)
                .setHttpOnly(true)
                .setSecure(client.https());
    }
}

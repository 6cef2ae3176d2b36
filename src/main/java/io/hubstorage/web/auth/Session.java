package io.hubstorage.web.auth;

import io.hubstorage.web.http.ClientInfo;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.net.HostAndPort;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One login of one browser, carried by a cookie. Lives on the context of {@link Sessions}, which alone changes it.
 */
public final class Session implements Principal {
    private static final String COOKIE = "hubstorage";
    private static final int SECRET_BYTES = 32;
    private static final Duration LONGEST = Duration.ofDays(30);

    private final String id = Tokens.text(SECRET_BYTES);
    private final String pageToken = Tokens.text(SECRET_BYTES);
    private final Instant begun;
    private final Set<Runnable> endHandlers = new LinkedHashSet<>();
    private Instant lastUsed;

    Session(Instant begun) {
        this.begun = begun;
        this.lastUsed = begun;
    }

    /** The secret that the browser's cookie holds. */
    String id() {
        return id;
    }

    /** What only a page of this login knows: a request that changes something must come with it. */
    public String pageToken() {
        return pageToken;
    }

    public boolean isPageToken(String text) {
        return Tokens.same(pageToken, text);
    }

    boolean isOver(Duration idle, Instant now) {
        return !now.isBefore(lastUsed.plus(idle)) || !now.isBefore(begun.plus(LONGEST));
    }

    void use(Instant now) {
        lastUsed = now;
    }

    /** Has that called when the login ends; what is returned unsubscribes it. */
    Runnable onEnd(Runnable end) {
        endHandlers.add(end);
        return () -> endHandlers.remove(end);
    }

    /** Whether a connection that began with this login is still open. */
    boolean hasEndHandlers() {
        return !endHandlers.isEmpty();
    }

    void end() {
        List<Runnable> all = List.copyOf(endHandlers);
        endHandlers.clear();
        all.forEach(Runnable::run);
    }

    /** Browsers keep cookies by host alone: with the port in it, two servers of one host do not log each other out. */
    static String cookieName(ClientInfo client) {
        HostAndPort host = client.host();
        return host == null || host.port() < 0 ? COOKIE : COOKIE + '_' + host.port();
    }

    /** It ends with the browser, and no other site sends it. */
    Cookie cookie(ClientInfo client, String basePath) {
        return cookie(cookieName(client), id, client, basePath).setSameSite(CookieSameSite.LAX);
    }

    /** In the place of one that has ended. */
    static Cookie noCookie(ClientInfo client, String basePath) {
        return cookie(cookieName(client), "", client, basePath)
                .setSameSite(CookieSameSite.LAX)
                .setMaxAge(0);
    }

    /** Whatever its purpose, no script reads it. */
    static Cookie cookie(String name, String value, ClientInfo client, String basePath) {
        return Cookie.cookie(name, value)
                .setPath(basePath.isEmpty() ? "/" : basePath)
                .setHttpOnly(true)
                .setSecure(client.https());
    }
}

package io.hubstorage.web.auth;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.net.HostAndPort;

/** The cookie that carries a login: no script reads it, no other site sends it, and it ends with the browser. */
public final class LoginCookie {
    private static final String NAME = "hubstorage";

    private LoginCookie() {}

    /** Browsers keep cookies by host alone: with the port in it, two servers of one host do not log each other out. */
    static String name(Arrival arrival) {
        HostAndPort host = arrival.host();
        return host == null || host.port() < 0 ? NAME : NAME + '_' + host.port();
    }

    /** For a login that has begun. */
    public static Cookie of(Session session, Arrival arrival, String basePath) {
        return cookie(session.id(), arrival, basePath);
    }

    /** In the place of one that has ended. */
    public static Cookie none(Arrival arrival, String basePath) {
        return cookie("", arrival, basePath).setMaxAge(0);
    }

    private static Cookie cookie(String value, Arrival arrival, String basePath) {
        return Cookie.cookie(name(arrival), value)
                .setPath(basePath.isEmpty() ? "/" : basePath)
                .setHttpOnly(true)
                .setSecure(arrival.https())
                .setSameSite(CookieSameSite.LAX);
    }
}

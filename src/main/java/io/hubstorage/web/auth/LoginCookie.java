package io.hubstorage.web.auth;

import io.hubstorage.web.http.ClientInfo;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.net.HostAndPort;

/** The cookie that carries a login: no script reads it, no other site sends it, and it ends with the browser. */
public final class LoginCookie {
    private static final String NAME = "hubstorage";

    private LoginCookie() {}

    /** Browsers keep cookies by host alone: with the port in it, two servers of one host do not log each other out. */
    static String name(ClientInfo client) {
        HostAndPort host = client.host();
        return host == null || host.port() < 0 ? NAME : NAME + '_' + host.port();
    }

    /** For a login that has begun. */
    public static Cookie of(Session session, ClientInfo client, String basePath) {
        return cookie(session.id(), client, basePath);
    }

    /** In the place of one that has ended. */
    public static Cookie none(ClientInfo client, String basePath) {
        return cookie("", client, basePath).setMaxAge(0);
    }

    private static Cookie cookie(String value, ClientInfo client, String basePath) {
        return cookie(name(client), value, client, basePath).setSameSite(CookieSameSite.LAX);
    }

    /** Whatever its purpose, no script reads it. */
    static Cookie cookie(String name, String value, ClientInfo client, String basePath) {
        return Cookie.cookie(name, value)
                .setPath(basePath.isEmpty() ? "/" : basePath)
                .setHttpOnly(true)
                .setSecure(client.https());
    }
}

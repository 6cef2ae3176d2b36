package io.hubstorage.web.auth;

import io.hubstorage.web.http.ClientInfo;
import io.vertx.core.net.HostAndPort;

/** Logins of any role, as providers of identity will begin them; for tests of other packages. */
public final class TestLogins {
    private TestLogins() {}

    /** What a browser has after a login: the header with its cookie, and the token of its pages. */
    public record Browser(String cookie, String pageToken) {}

    /** To be called on the authenticator's context. */
    public static Browser begin(Authenticator authenticator, Identity who, int port) {
        ClientInfo client = new ClientInfo("127.0.0.1", false, HostAndPort.create("127.0.0.1", port), false);
        Session session = authenticator.begin(who, client);
        return new Browser(Session.cookieName(client) + '=' + session.id(), session.pageToken());
    }
}

package io.hubstorage.web.bridge;

import io.hubstorage.web.auth.Authenticator;
import io.hubstorage.web.auth.Principal;
import org.jspecify.annotations.Nullable;

/** Who may use the TCP bridge. */
public interface BridgeAuth {
    /** Whether that header of a message lets its sender in; it may be absent. */
    boolean admits(@Nullable String authorization);

    /** Has {@code end} called when those who came in may not stay; what is returned unsubscribes it. */
    Runnable onEnd(Runnable end);

    /** Everybody, or whoever brings the token where a login is asked for. */
    static BridgeAuth of(Authenticator authenticator) {
        return new BridgeAuth() {
            @Override
            public boolean admits(@Nullable String authorization) {
                return !authenticator.isRequired() || authenticator.isToken(authorization);
            }

            @Override
            public Runnable onEnd(Runnable end) {
                return authenticator.onEnd(new Principal.Program(), end);
            }
        };
    }
}

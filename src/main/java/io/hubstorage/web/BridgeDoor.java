package io.hubstorage.web;

import io.hubstorage.web.auth.Doorkeeper;
import io.hubstorage.web.auth.Visit;
import io.hubstorage.web.bridge.TcpBridge;
import org.jspecify.annotations.Nullable;

/** Who may use the TCP bridge: everybody, or whoever brings the token where a login is asked for. */
record BridgeDoor(Doorkeeper doorkeeper) implements TcpBridge.Door {
    @Override
    public boolean admits(@Nullable String authorization) {
        return !doorkeeper.asks() || doorkeeper.isToken(authorization);
    }

    @Override
    public Runnable hold(Runnable end) {
        return doorkeeper.hold(new Visit.Program(), end);
    }
}

package io.hubstorage.web.auth;

import io.vertx.ext.web.RoutingContext;

/** Who asks: a {@link Session} is a browser that has logged in. */
public sealed interface Principal permits Session, Principal.AuthDisabled, Principal.Program, Principal.Anonymous {
    /** That of a request; nobody known until the {@link AuthHandler} has looked. */
    static Principal of(RoutingContext context) {
        return context.get("principal", new Anonymous());
    }

    /** Has {@link #of} say so from now on. */
    default void put(RoutingContext context) {
        context.put("principal", this);
    }

    /** Whether it may see and do everything. */
    default boolean mayDoAll() {
        return !(this instanceof Anonymous);
    }

    /** Anybody: no login is asked for. */
    record AuthDisabled() implements Principal {}

    /** A program that brought the password or the token with the request. */
    record Program() implements Principal {}

    /** Somebody without a login or a token. */
    record Anonymous() implements Principal {}
}

package io.hubstorage.web.auth;

/** Who asks. */
public sealed interface Principal {
    /** Whether it may see and do everything. */
    default boolean mayDoAll() {
        return !(this instanceof Anonymous);
    }

    /** Anybody: no login is asked for. */
    record AuthDisabled() implements Principal {}

    /** A browser that has logged in. */
    record LoggedIn(Session session) implements Principal {}

    /** A program that brought the password or the token with the request. */
    record Program() implements Principal {}

    /** Nobody we know. */
    record Anonymous() implements Principal {}
}

package io.hubstorage.web.auth;

/** How a request came in. */
public sealed interface Visit {
    /** Whether it may see and do everything. */
    default boolean isWelcome() {
        return !(this instanceof Stranger);
    }

    /** No login is asked for. */
    record Unasked() implements Visit {}

    /** A browser that has logged in. */
    record LoggedIn(Session session) implements Visit {}

    /** A program that brought the password or the token with the request. */
    record Program() implements Visit {}

    /** Nobody we know. */
    record Stranger() implements Visit {}
}

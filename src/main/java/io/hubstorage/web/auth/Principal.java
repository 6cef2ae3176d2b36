package io.hubstorage.web.auth;

import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** Who asks: a {@link Session} is a browser that has logged in. */
public sealed interface Principal
        permits Principal.Browser, Principal.AuthDisabled, Principal.Program, Principal.Anonymous {
    /** That of a request; nobody known until the {@link AuthHandler} has looked. */
    static Principal of(RoutingContext context) {
        return context.get("principal", new Anonymous());
    }

    /** Has {@link #of} say so from now on. */
    default void put(RoutingContext context) {
        context.put("principal", this);
    }

    /** Empty for who has not logged in where that is asked for. */
    Optional<Identity> identity();

    /** Whether it may come in at all. */
    default boolean isKnown() {
        return identity().isPresent();
    }

    /** Whether it may do what asks for that role. */
    default boolean may(Role least) {
        return identity().filter(who -> who.role().covers(least)).isPresent();
    }

    /** What makes it known comes along by itself with whatever a page makes the browser send, another site's page included. */
    sealed interface Browser extends Principal permits Session, Proxied {
        /** What only a page of ours knows: a request that changes something must come with it. */
        String pageToken();

        default boolean isPageToken(String text) {
            return Tokens.same(pageToken(), text);
        }
    }

    /** Anybody: no login is asked for. */
    record AuthDisabled() implements Principal {
        @Override
        public Optional<Identity> identity() {
            return Optional.of(Identity.ANYBODY);
        }
    }

    /**
     * A program that brought the password or a token with the request.
     *
     * @param tokenId of the {@link ApiToken}, so that what goes on can end with it; empty for other credentials
     */
    record Program(Identity who, Optional<String> tokenId) implements Principal {
        Program(Identity who) {
            this(who, Optional.empty());
        }

        @Override
        public Optional<Identity> identity() {
            return Optional.of(who);
        }
    }

    /** Somebody whom a trusted proxy has let in, and names with each request. */
    record Proxied(Identity who, String pageToken) implements Browser {
        @Override
        public Optional<Identity> identity() {
            return Optional.of(who);
        }

        /** Without the token. */
        @Override
        public String toString() {
            return "Proxied[%s]".formatted(who);
        }
    }

    /** Somebody without a login or a token. */
    record Anonymous() implements Principal {
        @Override
        public Optional<Identity> identity() {
            return Optional.empty();
        }
    }
}

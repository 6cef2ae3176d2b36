package io.hubstorage.web.auth;

import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A password or token that was not taken: it was wrong, or it was not even looked at because there were too many. */
public final class AuthFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final @Nullable Duration wait;

    private AuthFailure(String message, @Nullable Duration wait) {
        // Nobody reads where it came from, and there may be very many.
        super(message, null, false, false);
        this.wait = wait;
    }

    static AuthFailure wrong() {
        return new AuthFailure("wrong password or token", null);
    }

    static AuthFailure tooMany(Duration wait) {
        return new AuthFailure("too many tries", wait);
    }

    /** Whether it was wrong, and not one too many. */
    boolean wasLookedAt() {
        return wait == null;
    }

    /**
     * Tells the client how long nothing more is looked at.
     *
     * @return that in whole seconds; empty if this was looked at, and wrong
     */
    Optional<Long> putRetryAfter(RoutingContext context) {
        Optional<Long> seconds = Optional.ofNullable(wait)
                .map(left -> Math.max(1, left.plusMillis(999).toSeconds()));
        seconds.ifPresent(whole -> context.response().putHeader("Retry-After", Long.toString(whole)));
        return seconds;
    }
}

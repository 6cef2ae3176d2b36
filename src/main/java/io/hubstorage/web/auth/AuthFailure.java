package io.hubstorage.web.auth;

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

    /** How long nothing more is looked at; empty if this was looked at, and wrong. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(wait);
    }
}

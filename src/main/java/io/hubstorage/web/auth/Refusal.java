package io.hubstorage.web.auth;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A password or token that was not taken: it was wrong, or it was not even looked at because there were too many. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final @Nullable Duration wait;

    private Refusal(String message, @Nullable Duration wait) {
        // Nobody reads where it came from, and there may be very many.
        super(message, null, false, false);
        this.wait = wait;
    }

    static Refusal wrong() {
        return new Refusal("wrong password or token", null);
    }

    static Refusal tooMany(Duration wait) {
        return new Refusal("too many tries", wait);
    }

    /** How long nothing more is looked at; empty if this was looked at, and wrong. */
    public Optional<Duration> patience() {
        return Optional.ofNullable(wait);
    }
}

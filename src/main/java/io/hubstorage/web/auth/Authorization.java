package io.hubstorage.web.auth;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** What an {@code Authorization} header brings. */
sealed interface Authorization {
    /** One with something to look at. */
    sealed interface Brought extends Authorization {}

    record Token(String text) implements Brought {}

    /** {@code Basic …}: there is one password, so the user's name does not matter. */
    record Password(String text) implements Brought {}

    record None() implements Authorization {}

    static Authorization of(@Nullable String header) {
        String[] parts = header == null ? new String[0] : header.strip().split(" +", 2);
        if (parts.length == 2 && parts[0].equalsIgnoreCase("Bearer")) {
            return new Token(parts[1]);
        }
        if (parts.length == 2 && parts[0].equalsIgnoreCase("Basic")) {
            return basic(parts[1]);
        }
        return new None();
    }

    private static Authorization basic(String encoded) {
        try {
            String text = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            int colon = text.indexOf(':');
            return colon < 0 ? new None() : new Password(text.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            return new None();
        }
    }
}

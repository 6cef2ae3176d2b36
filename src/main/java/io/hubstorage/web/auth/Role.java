package io.hubstorage.web.auth;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What somebody may do, the least first: each role may do all that those before it may. {@link Permits} says what that is. */
public enum Role {
    /** Looks at how things stand. */
    VIEWER,
    /** Starts, stops and restores, and reads content and settings. */
    OPERATOR,
    /** Changes settings, deletes, and decides who comes in. */
    ADMIN;

    /** As it stands in JSON, files and on the command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Role> of(String word) {
        return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
    }

    /** Whether whoever has this role may do what asks for that one. */
    public boolean covers(Role least) {
        return compareTo(least) >= 0;
    }
}

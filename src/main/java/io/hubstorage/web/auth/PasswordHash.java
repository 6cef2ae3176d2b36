package io.hubstorage.web.auth;

import io.vertx.ext.auth.hashing.HashingStrategy;
import java.util.Base64;
import java.util.Map;

/**
 * Passwords as they are stored: PBKDF2 with HMAC-SHA-512, slow on purpose (some tenths of a second). Everything here blocks.
 * The text is the library's with colons in the place of its dollar signs, which Compose would take for variables.
 */
public final class PasswordHash {
    /** What OWASP asks for with this function. */
    private static final String ITERATIONS = "210000";

    private static final int SALT_BYTES = 16;
    private static final HashingStrategy STRATEGY = HashingStrategy.load();

    private PasswordHash() {}

    /** What to store in the place of a password; another text each time. */
    public static String of(String password) {
        return STRATEGY.hash(
                        "pbkdf2",
                        Map.of("it", ITERATIONS),
                        Base64.getEncoder().withoutPadding().encodeToString(Tokens.random(SALT_BYTES)),
                        password)
                .substring(1)
                .replace('$', ':');
    }

    /** Whether the hash was made of that password; compares in constant time. */
    public static boolean matches(String hash, String password) {
        return STRATEGY.verify('$' + hash.replace(':', '$'), password);
    }
}

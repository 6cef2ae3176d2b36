package io.hubstorage.web.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a secret is the right one, always in constant time. What is only known by its hash takes a slow look, once:
 * after that its digest under a key of this process is remembered, so that a script may come with every request. Thread-safe.
 */
final class PasswordCheck {
    private static final String MAC = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    private final SecretKeySpec key;
    private final @Nullable String hash;
    private volatile byte @Nullable [] right;

    private PasswordCheck(@Nullable String hash) {
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        this.key = new SecretKeySpec(random, MAC);
        this.hash = hash;
    }

    /** For a secret that is known. */
    static PasswordCheck plain(String secret) {
        PasswordCheck check = new PasswordCheck(null);
        check.right = check.digest(secret);
        return check;
    }

    /** For one of which there is only the {@link PasswordHash}. */
    static PasswordCheck hashed(String hash) {
        return new PasswordCheck(hash);
    }

    /** What can be said at once; empty when it takes the slow look. */
    Optional<Boolean> quickly(String tried) {
        byte[] known = right;
        if (known != null && MessageDigest.isEqual(known, digest(tried))) {
            return Optional.of(true);
        }
        return hash == null ? Optional.of(false) : Optional.empty();
    }

    /** The slow look. Blocks for some tenths of a second. */
    boolean slowly(String tried) {
        if (hash == null || !PasswordHash.matches(hash, tried)) {
            return false;
        }
        right = digest(tried);
        return true;
    }

    private byte[] digest(String text) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + MAC, e);
        }
    }
}

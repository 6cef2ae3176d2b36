package io.hubstorage.web.oidc;

import io.hubstorage.web.auth.LoginRoutes;
import io.hubstorage.web.auth.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * A login that was led to the provider and has not come back. All of it is in a cookie of the browser that began it, so that no other
 * browser can end it and nothing here fills up: what the provider gets to see is made of the cookie's secret.
 *
 * @param next where to go after the login
 */
record PendingSignIn(String secret, String next) {
    private static final int SECRET_BYTES = 32;

    static PendingSignIn begin(String next) {
        return new PendingSignIn(Tokens.text(SECRET_BYTES), next);
    }

    /** What a cookie brings; empty where it is none of these. */
    static Optional<PendingSignIn> of(String cookie) {
        String[] parts = cookie.split("\\.", 3);
        if (parts.length != 2 || parts[0].isEmpty()) {
            return Optional.empty();
        }
        try {
            String next = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
            return Optional.of(new PendingSignIn(parts[0], LoginRoutes.localPath(next)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    String cookie() {
        return secret + '.' + Tokens.encoded(next.getBytes(StandardCharsets.UTF_8));
    }

    /** Comes back with the code, so that it is of this login. */
    String state() {
        return derived("state");
    }

    /** Comes back in the ID token, so that this is of this login. */
    String nonce() {
        return derived("nonce");
    }

    /** What the code is of no use without (PKCE). */
    String verifier() {
        return derived("verifier");
    }

    /** What the provider is told of the verifier beforehand. */
    String challenge() {
        return Tokens.digest(verifier());
    }

    private String derived(String purpose) {
        return Tokens.encoded(Tokens.mac(secret.getBytes(StandardCharsets.UTF_8), purpose));
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "PendingSignIn[%s]".formatted(next);
    }
}

package io.hubstorage.web.auth;

import io.hubstorage.config.Environment;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What lets somebody in, as the environment has it: a password, or its hash, and a token. The password that was made at the
 * first start counts only where none is given. Immutable.
 */
final class Credentials {
    static final String PASSWORD = "HUBSTORAGE_WEB_PASSWORD";
    static final String HASH = "HUBSTORAGE_WEB_PASSWORD_HASH";
    static final String TOKEN = "HUBSTORAGE_WEB_TOKEN";

    private final boolean named;
    private final @Nullable String plain;
    private final @Nullable String hash;
    private final @Nullable String tokenText;
    private final @Nullable PasswordCheck password;
    private final @Nullable PasswordCheck token;

    private Credentials(boolean named, @Nullable String plain, @Nullable String hash, @Nullable String tokenText) {
        this.named = named;
        this.plain = plain;
        this.hash = hash;
        this.tokenText = tokenText;
        if (plain != null) {
            this.password = PasswordCheck.plain(plain);
        } else {
            this.password = hash == null ? null : PasswordCheck.hashed(hash);
        }
        this.token = tokenText == null ? null : PasswordCheck.plain(tokenText);
    }

    /** Those of an environment; what is stored is used where it names no password. */
    static Credentials of(Environment environment, @Nullable String storedHash) {
        String plain = environment.get(PASSWORD);
        String hash = stripped(environment, HASH);
        String token = stripped(environment, TOKEN);
        boolean password = plain != null || hash != null;
        return new Credentials(password || token != null, plain, password ? hash : storedHash, token);
    }

    private static @Nullable String stripped(Environment environment, String name) {
        String text = environment.get(name);
        return text == null ? null : text.strip();
    }

    /** Whether the environment names any of them. */
    boolean areNamed() {
        return named;
    }

    /** Whether an environment names a password, so that none has to be made. */
    static boolean passwordIsIn(Environment environment) {
        return Stream.of(PASSWORD, HASH).anyMatch(name -> environment.get(name) != null);
    }

    /** For the password; null where there is none, so that nobody gets in by one. */
    @Nullable
    PasswordCheck password() {
        return password;
    }

    /** For the token; null where there is none. */
    @Nullable
    PasswordCheck token() {
        return token;
    }

    boolean sameAs(Credentials other) {
        return texts().equals(other.texts());
    }

    private List<String> texts() {
        return Stream.of(plain, hash, tokenText)
                .map(text -> Objects.requireNonNullElse(text, ""))
                .toList();
    }

    /** None of them. */
    @Override
    public String toString() {
        return "Credentials[password=%s, token=%s]".formatted(password != null, token != null);
    }
}

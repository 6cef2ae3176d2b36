package io.hubstorage.web.auth;

import io.hubstorage.config.Environment;
import java.security.MessageDigest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What lets somebody in, as the environment has it: a password, or its hash, a token, and who vouches for people. The password that
 * was made at the first start counts only where none is given.
 */
final class Credentials {
    static final String PASSWORD = "HUBSTORAGE_WEB_PASSWORD";
    static final String HASH = "HUBSTORAGE_WEB_PASSWORD_HASH";
    static final String TOKEN = "HUBSTORAGE_WEB_TOKEN";
    private static final String PROVIDER = "HUBSTORAGE_OIDC_ISSUER";
    private static final String PROXY = "HUBSTORAGE_PROXY_USER_HEADER";

    /** Who else vouches for somebody, and for whom: whoever came in as it was before must not stay. */
    private static final List<String> OTHERS = List.of(
            PROVIDER,
            "HUBSTORAGE_OIDC_CLIENT_ID",
            "HUBSTORAGE_OIDC_GROUPS_CLAIM",
            "HUBSTORAGE_OIDC_VIEWERS",
            "HUBSTORAGE_OIDC_OPERATORS",
            "HUBSTORAGE_OIDC_ADMINS",
            PROXY,
            "HUBSTORAGE_PROXY_GROUPS_HEADER",
            "HUBSTORAGE_PROXY_VIEWERS",
            "HUBSTORAGE_PROXY_OPERATORS",
            "HUBSTORAGE_PROXY_ADMINS");

    /** How many texts are no others': password, hash and token, in this order. */
    private static final int OF_ITS_OWN = 3;

    private final boolean named;
    /** The texts that these were made of, to see whether they have changed. */
    private final List<String> texts;

    private final @Nullable Secret password;
    private final @Nullable Secret token;

    private Credentials(
            boolean named,
            @Nullable String plain,
            @Nullable String hash,
            @Nullable String tokenText,
            Stream<String> others) {
        this.named = named;
        texts = Stream.concat(
                        Stream.of(plain, hash, tokenText).map(text -> Objects.requireNonNullElse(text, "")), others)
                .toList();
        if (plain != null) {
            password = Secret.plain(plain);
        } else {
            password = hash == null ? null : Secret.hashed(hash);
        }
        token = tokenText == null ? null : Secret.plain(tokenText);
    }

    private Credentials(List<String> texts, @Nullable Secret password, @Nullable Secret token) {
        this.named = true;
        this.texts = texts;
        this.password = password;
        this.token = token;
    }

    /** Those of an environment; what is stored is used where it names no password. */
    static Credentials of(Environment environment, @Nullable String storedHash) {
        String plain = environment.get(PASSWORD);
        String hash = stripped(environment, HASH);
        String token = stripped(environment, TOKEN);
        boolean password = plain != null || hash != null;
        boolean named =
                password || token != null || Stream.of(PROVIDER, PROXY).anyMatch(name -> environment.get(name) != null);
        return new Credentials(
                named,
                plain,
                password ? hash : storedHash,
                token,
                OTHERS.stream()
                        .filter(name -> environment.get(name) != null)
                        .map(name -> name + '=' + environment.get(name)));
    }

    private static @Nullable String stripped(Environment environment, String name) {
        String text = environment.get(name);
        return text == null ? null : text.strip();
    }

    /**
     * What is left of these when the environment names none any more: the password and the token. Whoever else vouched for people
     * does not any longer.
     *
     * @param storedSince a password that was stored since then, which takes the place of the one before; null where none was
     */
    Credentials kept(@Nullable String storedSince) {
        return storedSince == null
                ? new Credentials(texts.subList(0, OF_ITS_OWN), password, token)
                : new Credentials(
                        List.of("", storedSince, texts.get(OF_ITS_OWN - 1)), Secret.hashed(storedSince), token);
    }

    /** Whether the environment names any of them. */
    boolean areNamed() {
        return named;
    }

    /** Whether an environment names a password, so that none has to be made. */
    static boolean passwordIsIn(Environment environment) {
        return Stream.of(PASSWORD, HASH).anyMatch(name -> environment.get(name) != null);
    }

    /** Null where there is none, so that nobody gets in by one. */
    @Nullable
    Secret password() {
        return password;
    }

    /** Null where there is none. */
    @Nullable
    Secret token() {
        return token;
    }

    /** All of them in one text, to be hashed: it tells whether they are the same as at another time. A secret. */
    String text() {
        return String.join("\n", texts);
    }

    boolean sameAs(Credentials other) {
        return texts.equals(other.texts);
    }

    /** None of them. */
    @Override
    public String toString() {
        return "Credentials[password=%s, token=%s]".formatted(password != null, token != null);
    }

    /**
     * Tells in constant time whether a text is the right one. What is only known by its hash takes a slow look, once: after that its
     * digest under a key of this process is remembered, so that a script may come with every request. Thread-safe.
     */
    static final class Secret {
        private final byte[] key = Tokens.random(Tokens.KEY_BYTES);
        private final @Nullable String hash;
        private volatile byte @Nullable [] right;

        private Secret(@Nullable String hash) {
            this.hash = hash;
        }

        static Secret plain(String text) {
            Secret secret = new Secret(null);
            secret.right = Tokens.mac(secret.key, text);
            return secret;
        }

        /** One of which there is only the {@link PasswordHash}. */
        static Secret hashed(String hash) {
            return new Secret(hash);
        }

        /** What can be said at once; empty when it takes the slow look. */
        Optional<Boolean> quickly(String tried) {
            byte[] known = right;
            if (known != null && MessageDigest.isEqual(known, Tokens.mac(key, tried))) {
                return Optional.of(true);
            }
            return hash == null ? Optional.of(false) : Optional.empty();
        }

        /** The slow look. Blocks for some tenths of a second. */
        boolean slowly(String tried) {
            if (hash == null || !PasswordHash.matches(hash, tried)) {
                return false;
            }
            right = Tokens.mac(key, tried);
            return true;
        }
    }
}

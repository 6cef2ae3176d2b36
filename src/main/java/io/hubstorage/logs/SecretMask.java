package io.hubstorage.logs;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The last line of defence: values that must never be read in a log are replaced by {@code ****} in every line, wherever
 * it goes. Not a licence to log them. Thread-safe; for the whole process.
 */
public final class SecretMask {
    private static final String MASK = "****";
    /** Shorter ones would blot out ordinary words. */
    private static final int SHORTEST = 4;

    private static volatile List<String> secrets = List.of();

    private SecretMask() {}

    /** From now on this value is hidden, in its URL-encoded form too. Null, blank and very short values are ignored. */
    public static synchronized void register(@Nullable String secret) {
        if (secret == null || secret.strip().length() < SHORTEST) {
            return;
        }
        String plain = secret.strip();
        // The longest first: one secret may be a part of another.
        secrets = Stream.concat(secrets.stream(), Stream.of(plain, URLEncoder.encode(plain, StandardCharsets.UTF_8)))
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    static String mask(String text) {
        String masked = text;
        for (String secret : secrets) {
            masked = masked.replace(secret, MASK);
        }
        return masked;
    }

    /** For tests: the registry is the whole process's. */
    static synchronized void forget() {
        secrets = List.of();
    }
}

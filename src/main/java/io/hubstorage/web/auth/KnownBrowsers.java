package io.hubstorage.web.auth;

import io.hubstorage.config.ConfigFile;
import io.hubstorage.web.http.ClientInfo;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Browsers that have logged in before, told by a cookie that proves it and opens nothing. Their tries are counted apart, so that
 * nobody who tries passwords can lock the owner out, not even from the same address, and not after a restart either: the key
 * of those proofs is kept in a file of the config folder. Whoever reads it gains tries of a password, and nothing else.
 */
final class KnownBrowsers {
    private static final Logger LOG = LoggerFactory.getLogger(KnownBrowsers.class);
    private static final String NAME = "known-browsers.key";
    private static final String PAGES = "pages of those whom a proxy has let in";
    private static final int ID_BYTES = 16;
    private static final Duration LASTS = Duration.ofDays(180);

    private final byte[] key;

    private KnownBrowsers(byte[] key) {
        this.key = key;
    }

    /** For as long as the process lives. */
    static KnownBrowsers untilRestart() {
        return new KnownBrowsers(Tokens.random(Tokens.KEY_BYTES));
    }

    /** With the key in the config folder, which is made where there is none that can be used. Blocks. */
    static KnownBrowsers kept(Path configFolder) {
        ConfigFile file = new ConfigFile(configFolder.resolve(NAME));
        try {
            byte[] kept = Base64.getDecoder().decode(new String(file.read(), StandardCharsets.US_ASCII).strip());
            if (kept.length == Tokens.KEY_BYTES) {
                return new KnownBrowsers(kept);
            }
        } catch (NoSuchFileException firstStart) {
            // One is made now.
        } catch (IOException e) {
            LOG.warn(
                    "{} cannot be read and is made anew ({})",
                    file.path(),
                    e.getClass().getSimpleName());
        } catch (IllegalArgumentException e) {
            LOG.warn("{} holds no key and is made anew", file.path());
        }
        byte[] fresh = Tokens.random(Tokens.KEY_BYTES);
        try {
            file.write((Base64.getEncoder().encodeToString(fresh) + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            LOG.warn(
                    "{} cannot be written ({}): browsers are known until the next restart only",
                    file.path(),
                    e.getClass().getSimpleName());
        }
        return new KnownBrowsers(fresh);
    }

    /** For a browser that has just logged in. */
    Cookie cookie(ClientInfo client, String basePath) {
        String id = Tokens.text(ID_BYTES);
        return Session.cookie(name(client), id + '.' + proof(id), client, basePath)
                .setMaxAge(LASTS.toSeconds())
                .setSameSite(CookieSameSite.STRICT);
    }

    /** What only pages know that somebody of that name has opened, whom a proxy has let in. */
    String pageToken(String name) {
        // Of a key of its own: neither proves the other.
        return Tokens.encoded(Tokens.mac(Tokens.mac(key, PAGES), name));
    }

    /** Which one asks; empty where it is none that we know. */
    Optional<String> of(HttpServerRequest request, ClientInfo client) {
        for (Cookie cookie : request.cookies(name(client))) {
            String[] parts = cookie.getValue().split("\\.", 3);
            if (parts.length == 2 && Tokens.same(parts[1], proof(parts[0]))) {
                return Optional.of(parts[0]);
            }
        }
        return Optional.empty();
    }

    private static String name(ClientInfo client) {
        return Session.cookieName(client) + "_known";
    }

    private String proof(String id) {
        return Tokens.encoded(Tokens.mac(key, id));
    }
}

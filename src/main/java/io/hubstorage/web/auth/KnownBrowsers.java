package io.hubstorage.web.auth;

import io.hubstorage.web.http.ClientInfo;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Browsers that have logged in before, told by a cookie that proves it and opens nothing. Their tries are counted apart, so that
 * nobody who tries passwords can lock the owner out, not even from the same address. Known as long as the process lives.
 */
final class KnownBrowsers {
    private static final String MAC = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final int ID_BYTES = 16;
    private static final Duration LASTS = Duration.ofDays(180);

    private final SecureRandom random = new SecureRandom();
    private final SecretKeySpec key = new SecretKeySpec(bytes(KEY_BYTES), MAC);

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** For a browser that has just logged in. */
    Cookie cookie(ClientInfo client, String basePath) {
        String id = text(bytes(ID_BYTES));
        return Cookie.cookie(name(client), id + '.' + proof(id))
                .setPath(basePath.isEmpty() ? "/" : basePath)
                .setHttpOnly(true)
                .setSecure(client.https())
                .setMaxAge(LASTS.toSeconds())
                .setSameSite(CookieSameSite.STRICT);
    }

    /** Which one asks; empty where it is none that we know. */
    Optional<String> of(HttpServerRequest request, ClientInfo client) {
        for (Cookie cookie : request.cookies(name(client))) {
            String[] parts = cookie.getValue().split("\\.", 3);
            if (parts.length == 2
                    && MessageDigest.isEqual(
                            parts[1].getBytes(StandardCharsets.UTF_8),
                            proof(parts[0]).getBytes(StandardCharsets.UTF_8))) {
                return Optional.of(parts[0]);
            }
        }
        return Optional.empty();
    }

    private static String name(ClientInfo client) {
        return LoginCookie.name(client) + "_known";
    }

    private String proof(String id) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            return text(mac.doFinal(id.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + MAC, e);
        }
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}

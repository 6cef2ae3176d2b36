package io.hubstorage.web.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Random texts that nobody can guess, their keyed hashes, and comparing them without telling how much agrees. */
public final class Tokens {
    static final int KEY_BYTES = 32;

    private static final String MAC = "HmacSHA256";
    private static final String DIGEST = "SHA-256";
    private static final SecureRandom RANDOM = new SecureRandom();

    private Tokens() {}

    static byte[] random(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /** One that may stand in an address or a cookie. */
    public static String text(int bytes) {
        return encoded(random(bytes));
    }

    public static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** HMAC-SHA-256 of a text. */
    public static byte[] mac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(key, MAC));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + MAC, e);
        }
    }

    /** SHA-256 of a text that is random enough for nobody to guess it, so that a fast digest is as good to keep as a slow one. */
    public static String digest(String text) {
        try {
            return encoded(MessageDigest.getInstance(DIGEST).digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + DIGEST, e);
        }
    }

    /** In constant time. */
    public static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}

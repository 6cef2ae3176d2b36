package io.hubstorage.testkit;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of a request as it arrives; kept, or only counted and hashed. On one event loop until it has come. */
final class Received {
    private final MessageDigest md5 = newMd5();
    private final @Nullable Buffer kept;
    private final Map<String, String> trailers = new HashMap<>();
    private byte[] bytes = new byte[0];
    private byte[] digest = new byte[0];
    private long size;

    Received(boolean keeps) {
        kept = keeps ? Buffer.buffer() : null;
    }

    static MessageDigest newMd5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    void add(Buffer arrived) {
        size += arrived.length();
        if (kept == null) {
            md5.update(arrived.getBytes());
        } else {
            kept.appendBuffer(arrived);
        }
    }

    /** All of it has come. */
    void end(boolean isChunked) {
        if (kept != null) {
            bytes = isChunked ? unchunked(kept.getBytes()) : kept.getBytes();
            size = bytes.length;
            md5.update(bytes);
        }
        digest = md5.digest();
    }

    /** One byte was another on its way. */
    void corrupt(double share) {
        if (bytes.length > 0) {
            bytes[(int) Math.min(bytes.length - 1, share * bytes.length)] ^= 0x10;
            digest = newMd5().digest(bytes);
        }
    }

    /** The form in which the SDK sends a body with a checksum behind it ({@code aws-chunked}). */
    private byte[] unchunked(byte[] all) {
        Buffer body = Buffer.buffer();
        int at = 0;
        while (true) {
            int end = lineEnd(all, at);
            String head = new String(all, at, end - at, StandardCharsets.US_ASCII);
            int length = Integer.parseInt(head.split(";", 2)[0], 16);
            at = end + 2;
            if (length == 0) {
                break;
            }
            body.appendBytes(all, at, length);
            at += length + 2;
        }
        for (int end = lineEnd(all, at); end > at; end = lineEnd(all, at)) {
            String[] trailer = new String(all, at, end - at, StandardCharsets.US_ASCII).split(":", 2);
            trailers.put(trailer[0].toLowerCase(Locale.ROOT), trailer[1].strip());
            at = end + 2;
        }
        return body.getBytes();
    }

    private static int lineEnd(byte[] all, int from) {
        int at = from;
        while (at < all.length && all[at] != '\r') {
            at++;
        }
        return at;
    }

    boolean isKept() {
        return kept != null;
    }

    long size() {
        return size;
    }

    byte[] bytes() {
        return bytes;
    }

    String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    byte[] md5() {
        return Arrays.copyOf(digest, digest.length);
    }

    /** What the request says of it before or behind it; null for nothing. */
    @Nullable
    String declared(ChecksumKind kind, Map<String, String> headers) {
        return headers.getOrDefault(kind.header(), trailers.get(kind.header()));
    }
}

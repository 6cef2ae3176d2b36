package io.hubstorage.notify.channels;

import io.hubstorage.bus.BusJson;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.channels.Attempt.BadTemplate;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Any HTTP server: the message as JSON or as a template makes it. Signed as <a
 * href="https://docs.stripe.com/webhooks#verify-manually">Stripe does</a>: HMAC-SHA256 over the time, a dot and the body, so that an
 * old request cannot be sent again as a new one.
 *
 * @param headers also the bearer token
 * @param template absent for JSON
 * @param key of signatures; absent for none
 */
record Webhook(
        String method,
        URI uri,
        Map<String, String> headers,
        @Nullable BodyTemplate template,
        @Nullable String key,
        InstantSource clock)
        implements HttpKind {
    private static final String ALGORITHM = "HmacSHA256";

    @Override
    public Call call(Message message) throws BadTemplate {
        Buffer body = template == null ? json(message).toBuffer() : Buffer.buffer(template.render(json(message)));
        Map<String, String> all = new LinkedHashMap<>();
        all.put("Content-Type", "application/json; charset=utf-8");
        // What a receiver drops repetitions by.
        all.put("X-HubStorage-Message-Id", message.id());
        if (key != null) {
            all.put("X-HubStorage-Signature", signature(key, clock.instant().getEpochSecond(), body));
        }
        headers.forEach((name, value) -> {
            all.keySet().removeIf(name::equalsIgnoreCase);
            all.put(name, value);
        });
        return new Call(method, uri, all, body);
    }

    /** The message as docs/notifications.md describes it. */
    static JsonObject json(Message message) {
        return BusJson.encode(message);
    }

    private static String signature(String key, long seconds, Buffer body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            mac.update((seconds + ".").getBytes(StandardCharsets.UTF_8));
            return "t=%d,v1=%s".formatted(seconds, HexFormat.of().formatHex(mac.doFinal(body.getBytes())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HMAC-SHA256", e);
        }
    }
}

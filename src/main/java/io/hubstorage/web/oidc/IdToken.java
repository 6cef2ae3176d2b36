package io.hubstorage.web.oidc;

import io.hubstorage.config.OpenIdSettings;
import io.hubstorage.web.auth.Tokens;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Checks the claims of an ID token whose signature is right, as OpenID Connect Core 3.1.3.7 has it. vertx-auth-oauth2 looks at issuer and
 * audience where they are there, and at neither its end nor the nonce.
 */
final class IdToken {
    /** How much clocks may differ. */
    static final Duration LEEWAY = Duration.ofMinutes(1);

    private IdToken() {}

    /** What is wrong with it, as a part of a sentence; empty when nothing is. */
    static Optional<String> problem(JsonObject claims, OpenIdSettings settings, String nonce, Instant now) {
        if (!(claims.getValue("sub") instanceof String subject) || subject.isEmpty()) {
            return Optional.of("it does not say of whom it is");
        }
        if (!(claims.getValue("iss") instanceof String issuer)
                || !withoutSlash(issuer).equals(withoutSlash(settings.issuer().toString()))) {
            return Optional.of("it is of another issuer");
        }
        if (!isFor(claims, settings.clientId())) {
            return Optional.of("it is for another client");
        }
        if (!(claims.getValue("exp") instanceof Number end)
                || !now.minus(LEEWAY).isBefore(at(end))) {
            return Optional.of("it has expired");
        }
        if (!hasBegun(claims.getValue("iat"), now) || !hasBegun(claims.getValue("nbf"), now)) {
            return Optional.of("it is of the future: the clock there, or here, is wrong");
        }
        if (!(claims.getValue("nonce") instanceof String given) || !Tokens.same(given, nonce)) {
            return Optional.of("it is of another login");
        }
        return Optional.empty();
    }

    /** The provider of whose addresses one ends in a slash, and the other does not, is the same. */
    private static String withoutSlash(String address) {
        return address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
    }

    /** With more than one audience it must also say that it was made for us. */
    private static boolean isFor(JsonObject claims, String client) {
        Object party = claims.getValue("azp");
        boolean ours = party == null || party.equals(client);
        return switch (claims.getValue("aud")) {
            case String audience -> ours && audience.equals(client);
            case JsonArray audiences ->
                ours && audiences.contains(client) && (audiences.size() == 1 || client.equals(party));
            case null, default -> false;
        };
    }

    private static boolean hasBegun(Object since, Instant now) {
        return since == null || (since instanceof Number begin && !at(begin).isAfter(now.plus(LEEWAY)));
    }

    private static Instant at(Number seconds) {
        return Instant.EPOCH.plusSeconds(Math.clamp(seconds.longValue(), 0, Integer.MAX_VALUE * 100L));
    }
}

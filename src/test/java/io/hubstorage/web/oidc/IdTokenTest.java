package io.hubstorage.web.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.config.OpenIdSettings;
import io.hubstorage.config.RoleMembers;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IdTokenTest {
    private static final Instant NOW = Instant.parse("2026-11-20T08:00:00Z");

    private static OpenIdSettings settings(String issuer) {
        RoleMembers members = new RoleMembers(List.of("*"), List.of(), List.of());
        return new OpenIdSettings(
                URI.create(issuer), "hubstorage", null, "Test", List.of("openid"), "groups", members, null, false);
    }

    private static JsonObject claims() {
        return new JsonObject()
                .put("sub", "ann")
                .put("iss", "https://auth.example.org/realms/home")
                .put("aud", "hubstorage")
                .put("iat", NOW.getEpochSecond())
                .put("exp", NOW.getEpochSecond() + 300)
                .put("nonce", "the nonce");
    }

    private static String problem(JsonObject claims) {
        return IdToken.problem(claims, settings("https://auth.example.org/realms/home"), "the nonce", NOW)
                .orElse("none");
    }

    /** A member and what it is in its place, as JSON; none to leave it out. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "none",
            value = {
                "sub|none|of whom",
                "sub|\"\"|of whom",
                "sub|7|of whom",
                "iss|none|another issuer",
                "iss|\"https://evil.example/realms/home\"|another issuer",
                "iss|\"https://auth.example.org/realms/home/x\"|another issuer",
                "aud|none|another client",
                "aud|\"other\"|another client",
                "aud|[]|another client",
                "aud|[\"other\"]|another client",
                "aud|[\"hubstorage\",\"other\"]|another client",
                "aud|{\"hubstorage\":1}|another client",
                "azp|\"other\"|another client",
                "exp|none|expired",
                "exp|\"1795161900\"|expired",
                "exp|0|expired",
                "exp|-9223372036854775808|expired",
                "iat|9223372036854775807|of the future",
                "iat|\"soon\"|of the future",
                "nbf|9223372036854775807|of the future",
                "nonce|none|another login",
                "nonce|\"\"|another login",
                "nonce|\"the nonce \"|another login",
                "nonce|[\"the nonce\"]|another login",
            })
    void whatIsNotAsItMustBeProvesNothing(String member, @Nullable String value, String problem) {
        JsonObject claims = claims();
        if (value == null) {
            claims.remove(member);
        } else {
            claims.mergeIn(new JsonObject("{\"%s\":%s}".formatted(member, value)));
        }
        assertThat(problem(claims)).contains(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"aud\":[\"hubstorage\"]}",
                "{\"aud\":[\"hubstorage\",\"other\"],\"azp\":\"hubstorage\"}",
                "{\"azp\":\"hubstorage\"}",
                "{\"exp\":1.795161900E9}"
            })
    void whatIsRightIsTaken(String change) {
        assertThat(problem(claims().mergeIn(new JsonObject(change)))).isEqualTo("none");
    }

    @Test
    void clocksMayDifferByAMinute() {
        long now = NOW.getEpochSecond();
        assertThat(problem(claims().put("exp", now - 59))).isEqualTo("none");
        assertThat(problem(claims().put("exp", now - 60))).contains("expired");
        assertThat(problem(claims().put("iat", now + 60))).isEqualTo("none");
        assertThat(problem(claims().put("iat", now + 61))).contains("of the future");
    }

    @Test
    void aSlashAtTheEndOfTheIssuerMakesNoOtherOneOfIt() {
        JsonObject claims = claims().put("iss", "https://auth.example.org/application/o/hubstorage/");
        for (String issuer : List.of(
                "https://auth.example.org/application/o/hubstorage",
                "https://auth.example.org/application/o/hubstorage/")) {
            assertThat(IdToken.problem(claims, settings(issuer), "the nonce", NOW))
                    .isEmpty();
        }
    }
}

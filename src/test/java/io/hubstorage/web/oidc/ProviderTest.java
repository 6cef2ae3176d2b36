package io.hubstorage.web.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.config.OpenIdSettings;
import io.hubstorage.config.RoleMembers;
import io.hubstorage.web.auth.Account;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.oauth2.OAuth2Options;
import java.net.ConnectException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is made of what a provider says; {@code SignInTest} asks a real one. */
final class ProviderTest {
    private static final OpenIdSettings SETTINGS = settings("https://auth.example.org", false);

    private static OpenIdSettings settings(String issuer, boolean http) {
        return new OpenIdSettings(
                URI.create(issuer),
                "hubstorage",
                null,
                "Test",
                List.of("openid"),
                "teams",
                new RoleMembers(List.of("*"), List.of(), List.of()),
                null,
                http);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "https://a, https://a/x, https://a/y, https://a/z, -, -",
                "https://a, https://a/x, https://a/y, https://a/z, https://a/u, -",
                "https://a, http://a/x, https://a/y, https://a/z, -, authorization_endpoint",
                "https://a, https://a/x, HTTP://a/y, https://a/z, -, token_endpoint",
                "https://a, https://a/x, https://a/y, http://a/z, -, jwks_uri",
                "https://a, https://a/x, https://a/y, http://localhost/z, -, jwks_uri",
                "https://a, https://a/x, https://a/y, https://a/z, http://a/u, userinfo_endpoint",
                "https://a, /x, https://a/y, https://a/z, -, authorization_endpoint",
                "http://a, http://a/x, http://a/y, http://a/z, http://a/u, -",
                "http://localhost, http://localhost/x?y=z, HTTP://127.0.0.1:1/y, http://[::1]/z, https://a/u, -",
                "http://localhost, http://a/x, http://localhost/y, http://localhost/z, -, authorization_endpoint",
                "http://localhost, http://localhost/x, http://localhost@a/y, http://localhost/z, -, token_endpoint",
                "http://localhost, http://localhost/x, http://localhost.a/y, http://localhost/z, -, token_endpoint",
                "http://127.0.0.1, http://127.0.0.1/x, http://127.0.0.1/y, http://10.0.0.1/z, -, jwks_uri",
                "http://a, javascript:alert(1), http://a/y, http://a/z, -, authorization_endpoint",
                "http://a, http://a/x, -, http://a/z, -, token_endpoint",
                "http://a, http://a/x, http://a/y, -, -, jwks_uri",
            })
    void noAddressOfAProviderIsInTheClearUnlessThatWasAllowed(
            String issuer,
            String authorization,
            @Nullable String token,
            @Nullable String keys,
            @Nullable String user,
            @Nullable String unusable) {
        OAuth2Options found = new OAuth2Options()
                .setAuthorizationPath(authorization)
                .setTokenPath(token)
                .setJwkPath(keys)
                .setUserInfoPath(user);
        assertThat(Discovery.unusable(settings(issuer, issuer.equals("http://a")), found)
                        .orElse(null))
                .isEqualTo(unusable);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                "{\"email\":\"a@b.example\",\"email_verified\":true,\"preferred_username\":\"ann\"}|a@b.example|a@b.example",
                "{\"email\":\"a@b.example\",\"email_verified\":\"true\"}|a@b.example|a@b.example",
                "{\"email\":\"a@b.example\",\"email_verified\":\"yes\",\"preferred_username\":\"ann\"}|ann (s1)|-",
                "{\"email\":\"a@b.example\",\"preferred_username\":\"ann\"}|ann (s1)|-",
                "{\"email\":[\"a@b.example\"],\"email_verified\":true,\"preferred_username\":\"ann\"}|ann (s1)|-",
                "{\"preferred_username\":\"boss@b.example\"}|boss@b.example (s1)|-",
                "{\"preferred_username\":\" \"}|s1|-",
            })
    void onlyAnAddressThatSomebodyHasVerifiedIsTheirs(String claims, String name, @Nullable String email) {
        Account account = Provider.account(new JsonObject(claims).put("sub", "s1"), SETTINGS);
        assertThat(account.name()).isEqualTo(name);
        assertThat(account.email()).isEqualTo(email);
        assertThat(account.login()).as("names are their owners' own choice").isNull();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "https://auth.example.org, -, true",
                "https://accounts.google.com, -, false",
                "https://accounts.google.com, evil.example, false",
                "https://accounts.google.com, example, false",
                "https://accounts.google.com, B.example, true",
            })
    void anAccountAtGoogleIsOneOfADomainIfTheDomainRunsIt(String issuer, @Nullable String hd, boolean ofDomain) {
        JsonObject claims = new JsonObject()
                .put("sub", "s1")
                .put("email", "a@b.example")
                .put("email_verified", true)
                .put("hd", hd);
        assertThat(Provider.account(claims, settings(issuer, false)).ofDomain()).isEqualTo(ofDomain);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new ConnectException("refused"), true),
                Arguments.of(new TimeoutException(), true),
                Arguments.of(new HttpClosedException("Connection was closed"), true),
                Arguments.of(VertxException.noStackTrace("Bad Gateway: <html>"), true),
                Arguments.of(VertxException.noStackTrace("Gateway Time-out"), true),
                Arguments.of(VertxException.noStackTrace("temporarily_unavailable: later"), true),
                Arguments.of(VertxException.noStackTrace("invalid_grant: Service Unavailable"), false),
                Arguments.of(VertxException.noStackTrace("Bad Request"), false),
                Arguments.of(new IllegalStateException(), false));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aProviderThatIsOutOfOrderIsNobodysFault(Throwable failure, boolean outage) {
        assertThat(Provider.isOutage(failure)).isEqualTo(outage);
    }

    @Test
    void groupsAreTextsOfTheirClaim() {
        assertThat(groups("{\"teams\":[\"a\",\"b,c\",7,null,[\"d\"]]}")).containsExactlyInAnyOrder("a", "b,c");
        assertThat(groups("{\"teams\":\"a b\"}")).containsExactly("a b");
        assertThat(groups("{\"groups\":[\"a\"]}")).isEmpty();
        assertThat(groups("{\"teams\":{\"a\":true}}")).isEmpty();
    }

    private static Set<String> groups(String claims) {
        return Provider.account(new JsonObject(claims), SETTINGS).groups();
    }
}

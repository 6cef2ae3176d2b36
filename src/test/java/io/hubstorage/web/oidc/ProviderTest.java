package io.hubstorage.web.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.config.OpenIdSettings;
import io.hubstorage.config.RoleMembers;
import io.hubstorage.web.auth.Account;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.oauth2.OAuth2Options;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is made of what a provider says; {@code SignInTest} asks a real one. */
final class ProviderTest {
    private static final OpenIdSettings SETTINGS = new OpenIdSettings(
            URI.create("https://auth.example.org"),
            "hubstorage",
            null,
            "Test",
            List.of("openid"),
            "teams",
            new RoleMembers(List.of("*"), List.of(), List.of()),
            null);

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "true, https://a/x, https://a/y, https://a/z, -, -",
                "true, https://a/x, https://a/y, https://a/z, https://a/u, -",
                "true, http://a/x, https://a/y, https://a/z, -, authorization_endpoint",
                "true, https://a/x, HTTP://a/y, https://a/z, -, token_endpoint",
                "true, https://a/x, https://a/y, http://a/z, -, jwks_uri",
                "true, https://a/x, https://a/y, https://a/z, http://a/u, userinfo_endpoint",
                "true, /x, https://a/y, https://a/z, -, authorization_endpoint",
                "false, http://a/x, https://a/y, http://a/z, http://a/u, -",
                "false, javascript:alert(1), http://a/y, http://a/z, -, authorization_endpoint",
                "false, http://a/x, -, http://a/z, -, token_endpoint",
                "false, http://a/x, http://a/y, -, -, jwks_uri",
            })
    void noAddressOfAProviderUnderHttpsIsInTheClear(
            boolean https,
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
        assertThat(Discovery.unusable(https, found).orElse(null)).isEqualTo(unusable);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                "{\"email\":\"a@b.example\",\"email_verified\":true,\"preferred_username\":\"ann\"}|a@b.example|a@b.example",
                "{\"email\":\"a@b.example\",\"email_verified\":\"true\"}|a@b.example|a@b.example",
                "{\"email\":\"a@b.example\",\"email_verified\":\"yes\",\"preferred_username\":\"ann\"}|ann|-",
                "{\"email\":\"a@b.example\",\"preferred_username\":\"ann\"}|ann|-",
                "{\"email\":[\"a@b.example\"],\"email_verified\":true,\"preferred_username\":\"ann\"}|ann|-",
                "{\"preferred_username\":\" \"}|s1|-",
            })
    void onlyAnAddressThatSomebodyHasVerifiedIsTheirs(String claims, String name, @Nullable String email) {
        Account account = Provider.account(new JsonObject(claims).put("sub", "s1"), SETTINGS);
        assertThat(account.name()).isEqualTo(name);
        assertThat(account.email()).isEqualTo(email);
        assertThat(account.login()).as("names are their owners' own choice").isNull();
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

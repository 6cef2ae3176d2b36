package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who else vouches for people: {@code HUBSTORAGE_OIDC_*} and {@code HUBSTORAGE_PROXY_*}. */
final class SignInSettingsTest {
    private static final Map<String, String> PROVIDER = Map.of(
            "HUBSTORAGE_OIDC_ISSUER", "https://auth.example.org/realms/home",
            "HUBSTORAGE_OIDC_CLIENT_ID", "hubstorage",
            "HUBSTORAGE_OIDC_ADMINS", "ann@example.org");

    private static final Map<String, String> PROXY = Map.of(
            "HUBSTORAGE_TRUSTED_PROXIES", "10.0.0.2",
            "HUBSTORAGE_PROXY_USER_HEADER", "Remote-User",
            "HUBSTORAGE_PROXY_VIEWERS", "ann, @example.org");

    @TempDir
    private Path folder;

    private Settings.Web.Login login(Map<String, String> usual, String... changes) {
        Map<String, String> variables = new TreeMap<>(usual);
        for (int i = 0; i < changes.length; i += 2) {
            variables.put(changes[i], changes[i + 1]);
        }
        return Environment.load(variables, folder.resolve(".env"))
                .settings()
                .web()
                .login();
    }

    @Test
    void withoutThemThereAreNone() {
        assertThat(login(Map.of()).openId()).isNull();
        assertThat(login(Map.of()).proxyUser()).isNull();
    }

    @Test
    void aProviderNeedsLittle() {
        OpenIdSettings openId = Objects.requireNonNull(login(PROVIDER).openId());
        assertThat(openId)
                .isEqualTo(new OpenIdSettings(
                        URI.create("https://auth.example.org/realms/home"),
                        "hubstorage",
                        null,
                        "auth.example.org",
                        List.of("openid", "profile", "email"),
                        "groups",
                        new RoleMembers(List.of(), List.of(), List.of("ann@example.org")),
                        null,
                        false));
    }

    @Test
    void andMayBeToldMore() {
        OpenIdSettings openId = Objects.requireNonNull(login(
                        PROVIDER,
                        "HUBSTORAGE_OIDC_CLIENT_SECRET",
                        "planted-secret",
                        "HUBSTORAGE_OIDC_NAME",
                        "Our Keycloak",
                        "HUBSTORAGE_OIDC_SCOPES",
                        "openid email, groups",
                        "HUBSTORAGE_OIDC_GROUPS_CLAIM",
                        "roles",
                        "HUBSTORAGE_OIDC_OPERATORS",
                        "group:backup operators, @example.org",
                        "HUBSTORAGE_OIDC_REDIRECT_URL",
                        "https://backup.example.org/nas/login/oidc/callback")
                .openId());
        assertThat(openId.name()).isEqualTo("Our Keycloak");
        assertThat(openId.scopes()).containsExactly("openid", "email", "groups");
        assertThat(openId.members().operators()).containsExactly("group:backup operators", "@example.org");
        assertThat(openId.redirect()).hasPath("/nas/login/oidc/callback");
        assertThat(openId.toString()).doesNotContain("planted");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HUBSTORAGE_OIDC_ISSUER|http://auth.example.org|http only on this machine",
                "HUBSTORAGE_OIDC_ISSUER|auth.example.org|the address of the provider",
                "HUBSTORAGE_OIDC_ISSUER|https://auth.example.org/.well-known/openid-configuration|without"
                        + " /.well-known/",
                "HUBSTORAGE_OIDC_ISSUER|https://auth.example.org/?x=y|the address of the provider",
                "HUBSTORAGE_OIDC_ISSUER|https://auth.example.org/#x|the address of the provider",
                "HUBSTORAGE_OIDC_ISSUER|https://auth.example.org/{tenant}|the address of the provider",
                "HUBSTORAGE_OIDC_ISSUER||the address of the provider too",
                "HUBSTORAGE_OIDC_CLIENT_ID||the id that HubStorage has at the provider",
                "HUBSTORAGE_OIDC_CLIENT_ID|two words|without blanks",
                "HUBSTORAGE_OIDC_ADMINS||nobody else comes in",
                "HUBSTORAGE_OIDC_ADMINS|ann|email addresses, domains",
                "HUBSTORAGE_OIDC_ADMINS|group:|email addresses, domains",
                "HUBSTORAGE_OIDC_ADMINS|@|email addresses, domains",
                "HUBSTORAGE_OIDC_VIEWERS|a b@example.org|email addresses, domains",
                "HUBSTORAGE_OIDC_SCOPES|email profile|openid among them",
                "HUBSTORAGE_OIDC_REDIRECT_URL|https://backup.example.org/|ending in /login/oidc/callback",
                "HUBSTORAGE_OIDC_REDIRECT_URL|backup.example.org/login/oidc/callback|ending in /login/oidc/callback",
                "HUBSTORAGE_OIDC_ALLOW_HTTP|perhaps|true or false",
            })
    void whatIsWrongAboutAProviderIsSaid(String name, @Nullable String value, String allowed) {
        assertThatThrownBy(() -> login(PROVIDER, name, value == null ? "" : value))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(allowed);
    }

    @Test
    void everybodyWithAnAccountAtGoogleIsNobodyInParticular() {
        assertThat(login(PROVIDER, "HUBSTORAGE_OIDC_VIEWERS", "*").openId()).isNotNull();
        assertThatThrownBy(() -> login(
                        PROVIDER,
                        "HUBSTORAGE_OIDC_ISSUER",
                        "https://accounts.google.com",
                        "HUBSTORAGE_OIDC_VIEWERS",
                        "*"))
                .hasMessageContaining("where everybody has an account");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:8080/realms/home", "http://127.0.0.1:9000", "http://[::1]:9000"})
    void onThisMachineHttpWillDo(String issuer) {
        assertThat(login(PROVIDER, "HUBSTORAGE_OIDC_ISSUER", issuer).openId()).isNotNull();
    }

    @Test
    void elsewhereItWillDoForWhoeverSaysSo() {
        assertThat(login(
                                PROVIDER,
                                "HUBSTORAGE_OIDC_ISSUER",
                                "http://keycloak:8080/realms/home",
                                "HUBSTORAGE_OIDC_ALLOW_HTTP",
                                "true")
                        .openId())
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/8", "172.16.0.0/12", "fd00::/16", "fd00::1"})
    void aNetworkOfProxiesHasBounds(String network) {
        assertThat(login(PROXY, "HUBSTORAGE_TRUSTED_PROXIES", network).proxyUser())
                .isNotNull();
    }

    @Test
    void aProxyIsBelievedWhoIsNamed() {
        assertThat(login(
                                PROXY,
                                "HUBSTORAGE_PROXY_GROUPS_HEADER",
                                "Remote-Groups",
                                "HUBSTORAGE_PROXY_ADMINS",
                                "group:admins")
                        .proxyUser())
                .isEqualTo(new ProxyUserSettings(
                        "Remote-User",
                        "Remote-Groups",
                        new RoleMembers(List.of("ann", "@example.org"), List.of(), List.of("group:admins"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HUBSTORAGE_TRUSTED_PROXIES||the proxy that sends Remote-User",
                "HUBSTORAGE_TRUSTED_PROXIES|0.0.0.0/0|whoever is in there can be anybody",
                "HUBSTORAGE_TRUSTED_PROXIES|10.0.0.2, ::/0|whoever is in there can be anybody",
                "HUBSTORAGE_TRUSTED_PROXIES|0.0.0.0/00|whoever is in there can be anybody",
                "HUBSTORAGE_TRUSTED_PROXIES|0.0.0.0/1, 128.0.0.0/1|whoever is in there can be anybody",
                "HUBSTORAGE_TRUSTED_PROXIES|10.0.0.0/7|in no network wider than /8",
                "HUBSTORAGE_TRUSTED_PROXIES|2000::/15|of IPv6 /16",
                "HUBSTORAGE_PROXY_USER_HEADER||the header with the name too",
                "HUBSTORAGE_PROXY_USER_HEADER|Authorization|a header that only the proxy sends",
                "HUBSTORAGE_PROXY_USER_HEADER|X-Forwarded-For|a header that only the proxy sends",
                "HUBSTORAGE_PROXY_USER_HEADER|Remote User|a header that only the proxy sends",
                "HUBSTORAGE_PROXY_USER_HEADER|Remote_User|a header that only the proxy sends",
                "HUBSTORAGE_PROXY_GROUPS_HEADER|remote-user|another header than that of the name",
                "HUBSTORAGE_PROXY_VIEWERS||nobody else comes in",
                "HUBSTORAGE_PROXY_VIEWERS|group:staff|the header with the groups",
                "HUBSTORAGE_PROXY_VIEWERS|a@b@c|names, email addresses",
            })
    void whatIsWrongAboutAProxyIsSaid(String name, @Nullable String value, String allowed) {
        assertThatThrownBy(() -> login(PROXY, name, value == null ? "" : value))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(allowed);
    }
}

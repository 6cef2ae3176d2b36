package io.hubstorage.web.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LocalPathTest {
    @ParameterizedTest
    @ValueSource(strings = {"/", "/logs", "/snapshots?bucket=a&key=%2F..%2F", "/runs/r1", "/loginx", "/config?x=//y"})
    void aPathOfOursIsTaken(String path) {
        assertThat(LoginRoutes.localPath(path)).isEqualTo(path);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "logs",
                "//evil.example",
                "///evil.example",
                "/\\evil.example",
                "\\\\evil.example",
                "/x\\y",
                "https://evil.example",
                "https:/evil.example",
                "javascript:alert(1)",
                "/\tevil",
                "/\t/evil.example",
                "/\n/evil.example",
                "/x\r\nSet-Cookie: a=b",
                " /logs",
                "/grüße",
                "/login",
                "/login?next=/login",
                "/logout",
                "/login/oidc?next=/",
                "/login/oidc/callback?code=x",
                "@evil.example"
            })
    void everythingElseLeadsToTheDashboard(String path) {
        assertThat(LoginRoutes.localPath(path)).isEqualTo("/");
    }
}

package io.hubstorage.web.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AuthorizationTest {
    private static String basic(String text) {
        return "Basic " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aPasswordIsWhatStandsBehindTheFirstColon() {
        assertThat(Authorization.of(basic("me:grüße: 🔑"))).isEqualTo(new Authorization.Password("grüße: 🔑"));
        assertThat(Authorization.of(basic(":x").replace("Basic", "basic"))).isEqualTo(new Authorization.Password("x"));
    }

    @Test
    void aTokenIsTakenAsItStands() {
        assertThat(Authorization.of(" bearer  abc=.def ")).isEqualTo(new Authorization.Token("abc=.def"));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "Basic", "Bearer ", "Basic %%%", "Basic bm9jb2xvbg==", "Digest username=x", "abc"})
    void anythingElseBringsNothing(String header) {
        assertThat(Authorization.of(header)).isEqualTo(new Authorization.None());
    }
}

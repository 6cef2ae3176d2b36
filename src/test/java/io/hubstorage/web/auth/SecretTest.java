package io.hubstorage.web.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SecretTest {
    @Test
    void aKnownPasswordIsToldAtOnce() {
        Credentials.Secret secret = Credentials.Secret.plain("right password");

        assertThat(secret.quickly("right password")).contains(true);
        assertThat(secret.quickly("right passwore")).contains(false);
        assertThat(secret.quickly("")).contains(false);
        assertThat(secret.slowly("right password")).as("there is no hash").isFalse();
    }

    @Test
    void aHashedOneTakesASlowLookOnceAndWrongOnesAlways() {
        Credentials.Secret secret = Credentials.Secret.hashed(PasswordHash.of("right password"));

        assertThat(secret.quickly("right password")).isEmpty();
        assertThat(secret.slowly("wrong password")).isFalse();
        assertThat(secret.slowly("right password")).isTrue();
        assertThat(secret.quickly("right password")).contains(true);
        assertThat(secret.quickly("wrong password")).isEmpty();
    }

    @Test
    void theSamePasswordIsStoredDifferentlyEachTime() {
        String one = PasswordHash.of("right password");
        assertThat(PasswordHash.of("right password")).isNotEqualTo(one);
        assertThat(PasswordHash.matches(one, "")).isFalse();
        assertThat(PasswordHash.matches(one.replace(":it=210000", ":it=210001"), "right password"))
                .isFalse();
    }
}

package io.hubstorage.web.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PasswordCheckTest {
    @Test
    void aKnownPasswordIsToldAtOnce() {
        PasswordCheck check = PasswordCheck.plain("right password");

        assertThat(check.quickly("right password")).contains(true);
        assertThat(check.quickly("right passwore")).contains(false);
        assertThat(check.quickly("")).contains(false);
        assertThat(check.slowly("right password")).as("there is no hash").isFalse();
    }

    @Test
    void aHashedOneTakesASlowLookOnceAndWrongOnesAlways() {
        PasswordCheck check = PasswordCheck.hashed(PasswordHash.of("right password"));

        assertThat(check.quickly("right password")).isEmpty();
        assertThat(check.slowly("wrong password")).isFalse();
        assertThat(check.slowly("right password")).isTrue();
        assertThat(check.quickly("right password")).contains(true);
        assertThat(check.quickly("wrong password")).isEmpty();
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

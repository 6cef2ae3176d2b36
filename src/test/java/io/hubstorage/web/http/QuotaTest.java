package io.hubstorage.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class QuotaTest {
    private final Quota quota = new Quota(5, 2);

    @Test
    void oneClientGetsOnlySomeOfThePlaces() {
        assertThat(quota.take("a")).isTrue();
        assertThat(quota.take("a")).isTrue();
        assertThat(quota.take("a")).isFalse();
        assertThat(quota.take("b")).isTrue();
    }

    @Test
    void thereAreNeverMoreThanSoMany() {
        for (String client : new String[] {"a", "a", "b", "b", "c"}) {
            assertThat(quota.take(client)).isTrue();
        }
        assertThat(quota.take("c")).isFalse();
        assertThat(quota.take("d")).isFalse();
    }

    @Test
    void whatIsGivenBackIsForWhoeverComesNext() {
        for (String client : new String[] {"a", "a", "b", "b", "c"}) {
            quota.take(client);
        }
        quota.giveBack("a");
        assertThat(quota.take("d")).isTrue();
        assertThat(quota.take("a")).isFalse();
        quota.giveBack("d");
        assertThat(quota.take("a")).isTrue();
    }
}

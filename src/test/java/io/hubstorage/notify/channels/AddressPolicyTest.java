package io.hubstorage.notify.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.notify.channels.Attempt.Forbidden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be reached, by address: no name decides alone, since whoever owns it can let it mean anything. */
final class AddressPolicyTest {
    private static final String ALL_PRIVATE =
            "127.0.0.1,127.8.8.8,10.1.2.3,172.16.0.1,172.31.255.255,192.168.1.1,100.64.0.1,0.0.0.0,0.1.2.3,192.0.0.8,198.18.0.1,"
                + "224.0.0.1,255.255.255.255,::1,::,fc00::1,fdff::1,fec0::1,ff02::1,::ffff:127.0.0.1,::ffff:10.0.0.1,"
                + "::127.0.0.1,64:ff9b::7f00:1,64:ff9b::a9fe:a9fe,2002:7f00:1::,2001:0:1::1";

    private static boolean isAllowed(String setting, String address) throws Exception {
        try {
            return !AddressPolicy.of(setting).resolve(address).isEmpty();
        } catch (Forbidden e) {
            assertThat(e).hasMessageContaining("HUBSTORAGE_NOTIFY_PRIVATE");
            return false;
        }
    }

    @Test
    void nothingPrivateIsReachedUnlessItIsSaidSo() throws Exception {
        for (String address : ALL_PRIVATE.split(",", -1)) {
            assertThat(isAllowed("", address)).as(address).isFalse();
            assertThat(isAllowed("false", address)).as(address).isFalse();
            assertThat(isAllowed("true", address)).as(address).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "172.15.255.255",
                "172.32.0.1",
                "192.167.255.255",
                "100.128.0.1",
                "2606:4700::1111",
                "::ffff:8.8.8.8"
            })
    void theInternetIs(String address) throws Exception {
        assertThat(isAllowed("", address)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "169.254.170.2",
                "fe80::1",
                "fd00:ec2::254",
                "::ffff:169.254.169.254",
                "100.100.100.200"
            })
    void whereCloudsTellCredentialsIsNotEvenWithAllOfIt(String address) throws Exception {
        assertThat(isAllowed("true", address)).isFalse();
        assertThat(isAllowed(address, address)).as("listed").isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "192.168.1.0/24, 192.168.1.255, true",
        "192.168.1.0/24, 192.168.2.1, false",
        "10.0.0.0/7, 11.0.0.1, true",
        "10.0.0.4/30, 10.0.0.7, true",
        "10.0.0.4/30, 10.0.0.8, false",
        "fd00::/8, fdab::1, true",
        "10.0.0.0/8, fd00::1, false",
        "localhost, 127.0.0.1, false"
    })
    void aNetworkHoldsWhatBeginsAlike(String setting, String address, boolean allowed) throws Exception {
        assertThat(isAllowed(setting, address)).isEqualTo(allowed);
    }

    @Test
    void aNameIsLookedAtByWhatItMeansNow() throws Exception {
        assertThatThrownBy(() -> AddressPolicy.of("").resolve("localhost")).isInstanceOf(Forbidden.class);
        assertThat(AddressPolicy.of("LOCALHOST").resolve("localhost"))
                .isNotEmpty()
                .allSatisfy(address -> assertThat(address.isLoopbackAddress()).isTrue());
    }
}

package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.config.ClusterSettings.Place;
import io.hubstorage.config.ClusterSettings.Role;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterSettingsTest {
    private static final String SECRET = "0123456789abcdef";

    private static Environment environment(Map<String, String> variables) {
        return Environment.load(variables, Path.of("/nowhere/.env"));
    }

    private static ClusterSettings of(String... further) {
        Map<String, String> variables = new HashMap<>(Map.of("HUBSTORAGE_CLUSTER_SECRET", SECRET));
        for (int i = 0; i < further.length; i += 2) {
            variables.put(further[i], further[i + 1]);
        }
        return Objects.requireNonNull(ClusterSettings.of(environment(variables)));
    }

    @Test
    void withoutPlacesThereIsNoCluster() {
        assertThat(ClusterSettings.of(environment(Map.of("HUBSTORAGE_CLUSTER_SECRET", SECRET))))
                .isNull();
    }

    @Test
    void placesAreHostsWithOrWithoutAPort() {
        assertThat(of("HUBSTORAGE_CLUSTER", "nas, 10.0.0.2:5711,dns:hub.storage.svc, dns:hub:6000,[fe80::1]:5702,[::1]")
                        .members())
                .containsExactly(
                        new Place("nas", 5701),
                        new Place("10.0.0.2", 5711),
                        new Place("hub.storage.svc", 5701),
                        new Place("hub", 6000),
                        new Place("fe80::1", 5702),
                        new Place("::1", 5701));
        assertThat(new Place("::1", 5701)).hasToString("[::1]:5701");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nas:", "nas:0", "nas:70000", "nas:65535", "http://nas", "na s", "dns:", "::1", "a:b:c", "-x"})
    void whatIsNoPlaceIsNamed(String place) {
        assertThatThrownBy(() -> of("HUBSTORAGE_CLUSTER", place))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("HUBSTORAGE_CLUSTER")
                .hasMessageContaining("nas:5701");
    }

    @Test
    void aListWithoutAMemberIsRefused() {
        assertThatThrownBy(() -> of("HUBSTORAGE_CLUSTER", ",")).hasMessageContaining("at least one member");
    }

    @Test
    void aSecretIsNeededAndNeverShown() {
        assertThatThrownBy(() -> of("HUBSTORAGE_CLUSTER", "nas", "HUBSTORAGE_CLUSTER_SECRET", "tooshort1"))
                .hasMessageContaining("at least 16 characters")
                .hasMessageContaining("openssl rand -hex 32")
                .hasMessageNotContaining("tooshort1");
        assertThat(of("HUBSTORAGE_CLUSTER", "nas").toString()).doesNotContain(SECRET);
    }

    @Test
    void everythingThatIsWrongIsNamedAtOnce() {
        assertThatThrownBy(() -> of(
                        "HUBSTORAGE_CLUSTER", "n/as",
                        "HUBSTORAGE_CLUSTER_SECRET", "",
                        "HUBSTORAGE_CLUSTER_HOST", "nas:5701x",
                        "HUBSTORAGE_CLUSTER_PORT", "65535",
                        "HUBSTORAGE_WORKER_NAME", "<b>"))
                .hasMessageContainingAll(
                        "HUBSTORAGE_CLUSTER:",
                        "HUBSTORAGE_CLUSTER_SECRET",
                        "HUBSTORAGE_CLUSTER_HOST",
                        "HUBSTORAGE_CLUSTER_PORT",
                        "HUBSTORAGE_WORKER_NAME");
    }

    @Test
    void theBusIsAtTheNextPortAndNamesHaveDefaults() {
        ClusterSettings usual = of("HUBSTORAGE_CLUSTER", "nas");
        assertThat(usual.port()).isEqualTo(5701);
        assertThat(usual.busPort()).isEqualTo(5702);
        assertThat(usual.name()).isNotBlank();
        assertThat(usual.host()).isNull();
        ClusterSettings own = of(
                "HUBSTORAGE_CLUSTER", "nas",
                "HUBSTORAGE_CLUSTER_PORT", "5711",
                "HUBSTORAGE_CLUSTER_HOST", "fd00::7",
                "HUBSTORAGE_WORKER_NAME", "Rack 2 (left)");
        assertThat(own.busPort()).isEqualTo(5712);
        assertThat(own.host()).isEqualTo("fd00::7");
        assertThat(own.name()).isEqualTo("Rack 2 (left)");
    }

    @Test
    void theRoleIsTheServicesUnlessItIsSaidToBeAWorkers() {
        assertThat(ClusterSettings.role(environment(Map.of()))).isEqualTo(Role.SERVICE);
        assertThat(ClusterSettings.role(environment(Map.of("HUBSTORAGE_ROLE", " Worker "))))
                .isEqualTo(Role.WORKER);
        assertThatThrownBy(() -> ClusterSettings.role(environment(Map.of("HUBSTORAGE_ROLE", "slave"))))
                .hasMessageContaining("service or worker");
    }
}

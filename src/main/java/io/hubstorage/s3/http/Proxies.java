package io.hubstorage.s3.http;

import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.utils.ProxyConfigProvider;

/**
 * The proxies that the system names, found as the SDK's own clients find them: Java's system properties
 * ({@code https.proxyHost}, …), else {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY}. Thread-safe.
 */
final class Proxies {
    private final Map<String, Optional<ProxyOptions>> known = new ConcurrentHashMap<>();

    /** The proxy on the way to a server; null when the way is direct. */
    @Nullable
    ProxyOptions onTheWayTo(String scheme, String host) {
        return known.computeIfAbsent(scheme + "://" + host, _ -> find(scheme, host))
                .orElse(null);
    }

    private static Optional<ProxyOptions> find(String scheme, String host) {
        ProxyConfigProvider system = ProxyConfigProvider.fromSystemEnvironmentSettings(true, true, scheme);
        if (system == null || system.host() == null || system.host().isEmpty() || bypasses(system, host)) {
            return Optional.empty();
        }
        ProxyOptions proxy = new ProxyOptions()
                .setType(ProxyType.HTTP)
                .setHost(system.host())
                .setPort(system.port());
        system.userName().ifPresent(proxy::setUsername);
        system.password().ifPresent(proxy::setPassword);
        return Optional.of(proxy);
    }

    private static boolean bypasses(ProxyConfigProvider system, String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return system.nonProxyHosts() != null && system.nonProxyHosts().stream().anyMatch(name::matches);
    }
}

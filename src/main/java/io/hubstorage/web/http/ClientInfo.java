package io.hubstorage.web.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a request really comes from and what it was sent to. What {@code X-Forwarded-*} say counts only where a proxy that is
 * trusted has handed the request over; anybody else could write anything there.
 *
 * @param address the address of the one who asks; of IPv6 the network of 48 bits, which is as much as one customer gets
 * @param https whether the browser spoke TLS
 * @param host the name and port that the browser asked for; null if it said none
 */
public record ClientInfo(
        String address, boolean https, @Nullable HostAndPort host) {
    private static final String CONTEXT_KEY = "client info";
    private static final int NETWORK_BYTES = 6;

    /** Finds it out for each request; to come before whatever asks for it. */
    public static Handler<RoutingContext> handler(TrustedProxies proxies) {
        return context -> {
            context.put(CONTEXT_KEY, of(context.request(), proxies));
            context.next();
        };
    }

    /** That of a request that has passed the {@link #handler}. */
    public static ClientInfo of(RoutingContext context) {
        return Objects.requireNonNull(context.get(CONTEXT_KEY));
    }

    /** Of a request as it came from the network. */
    static ClientInfo of(HttpServerRequest request, TrustedProxies proxies) {
        SocketAddress peer = request.remoteAddress();
        Optional<InetAddress> address = parse(peer == null ? null : peer.hostAddress());
        if (address.isEmpty() || !proxies.trusts(address.get())) {
            return new ClientInfo(
                    address.map(ClientInfo::text).orElse("unknown"), request.isSSL(), request.authority());
        }
        String scheme = first(request, "X-Forwarded-Proto");
        String host = first(request, "X-Forwarded-Host");
        HostAndPort forwarded = host == null ? null : HostAndPort.parseAuthority(host, -1);
        return new ClientInfo(
                text(client(request, address.get(), proxies)),
                scheme == null
                        ? request.isSSL()
                        : scheme.toLowerCase(Locale.ROOT).equals("https"),
                forwarded == null ? request.authority() : forwarded);
    }

    /** Each proxy adds the one it spoke to at the end: the last one that is no proxy of ours is the client. */
    private static InetAddress client(HttpServerRequest request, InetAddress peer, TrustedProxies proxies) {
        InetAddress client = peer;
        for (String hop : members(request, "X-Forwarded-For").toList().reversed()) {
            Optional<InetAddress> before = parse(hop);
            if (before.isEmpty() || !proxies.trusts(client)) {
                break;
            }
            client = before.get();
        }
        return client;
    }

    private static @Nullable String first(HttpServerRequest request, String header) {
        return members(request, header).findFirst().orElse(null);
    }

    private static Stream<String> members(HttpServerRequest request, String header) {
        List<String> lines = request.headers().getAll(header);
        return lines.stream()
                .flatMap(line -> Stream.of(line.split(",")))
                .map(String::strip)
                .filter(member -> !member.isEmpty());
    }

    private static Optional<InetAddress> parse(@Nullable String literal) {
        try {
            return literal == null ? Optional.empty() : Optional.of(InetAddress.ofLiteral(literal));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String text(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length <= NETWORK_BYTES || address.isLoopbackAddress()) {
            return address.getHostAddress();
        }
        StringBuilder network = new StringBuilder();
        for (int i = 0; i < NETWORK_BYTES; i += 2) {
            network.append(Integer.toHexString((bytes[i] & 0xff) << 8 | (bytes[i + 1] & 0xff)))
                    .append(':');
        }
        return network.append(":/48").toString();
    }
}

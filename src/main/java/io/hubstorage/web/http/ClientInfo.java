package io.hubstorage.web.http;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a request really comes from and what it was sent to. What {@code X-Forwarded-*} say counts only where a proxy that is
 * trusted has handed the request over; anybody else could write anything there.
 *
 * @param address the address of the one who asks; of IPv6 the network of 48 bits, which is as much as one customer gets
 * @param https whether the browser spoke TLS
 * @param host the name and port that the browser asked for; null if it said none
 * @param proxied whether a proxy that is trusted has handed the request over
 */
public record ClientInfo(
        String address, boolean https, @Nullable HostAndPort host, boolean proxied) {
    private static final String CONTEXT_KEY = "client info";
    private static final int NETWORK_BYTES = 6;

    /**
     * Finds it out for each request; to come before whatever asks for it.
     *
     * @param trusted addresses and networks, as {@code 10.0.0.2} or {@code 172.16.0.0/12}; they must have been checked, see
     *     {@code HUBSTORAGE_TRUSTED_PROXIES}
     */
    public static Handler<RoutingContext> handler(List<String> trusted) {
        List<IpSubnetFilterRule> networks =
                trusted.stream().map(ClientInfo::network).toList();
        Predicate<InetAddress> proxies = address -> {
            InetSocketAddress asked = new InetSocketAddress(address, 0);
            return networks.stream().anyMatch(network -> network.matches(asked));
        };
        return context -> {
            context.put(CONTEXT_KEY, of(context.request(), proxies));
            context.next();
        };
    }

    private static IpSubnetFilterRule network(String member) {
        int slash = member.indexOf('/');
        InetAddress address = InetAddress.ofLiteral(slash < 0 ? member : member.substring(0, slash));
        int bits = slash < 0 ? address.getAddress().length * 8 : Integer.parseInt(member.substring(slash + 1));
        return new IpSubnetFilterRule(address, bits, IpFilterRuleType.ACCEPT);
    }

    /** That of a request that has passed the {@link #handler}. */
    public static ClientInfo of(RoutingContext context) {
        return Objects.requireNonNull(context.get(CONTEXT_KEY));
    }

    private static ClientInfo of(HttpServerRequest request, Predicate<InetAddress> proxies) {
        SocketAddress peer = request.remoteAddress();
        Optional<InetAddress> address = parse(peer == null ? null : peer.hostAddress());
        if (address.isEmpty() || !proxies.test(address.get())) {
            return new ClientInfo(
                    address.map(ClientInfo::text).orElse("unknown"), request.isSSL(), request.authority(), false);
        }
        String scheme = first(request, "X-Forwarded-Proto");
        String host = first(request, "X-Forwarded-Host");
        HostAndPort forwarded = host == null ? null : HostAndPort.parseAuthority(host, -1);
        return new ClientInfo(
                text(client(request, address.get(), proxies)),
                scheme == null
                        ? request.isSSL()
                        : scheme.toLowerCase(Locale.ROOT).equals("https"),
                forwarded == null ? request.authority() : forwarded,
                true);
    }

    /** Each proxy adds the one it spoke to at the end: the last one that is no proxy of ours is the client. */
    private static InetAddress client(HttpServerRequest request, InetAddress peer, Predicate<InetAddress> proxies) {
        InetAddress client = peer;
        for (String hop : members(request, "X-Forwarded-For").toList().reversed()) {
            Optional<InetAddress> before = parse(hop);
            if (before.isEmpty() || !proxies.test(client)) {
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

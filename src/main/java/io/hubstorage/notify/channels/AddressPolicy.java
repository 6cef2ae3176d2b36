package io.hubstorage.notify.channels;

import io.hubstorage.notify.channels.Attempt.Forbidden;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses messages may be sent to: those of the internet, and of private networks what {@code
 * HUBSTORAGE_NOTIFY_PRIVATE} allows. Whoever may edit channels must not thereby reach what only this machine can.
 *
 * @param all every private network, but not what a cloud has behind link-local addresses
 * @param hosts names that may be private, in lower case
 * @param networks private ones that may be reached, whatever leads there
 */
record AddressPolicy(boolean all, Set<String> hosts, List<Network> networks) {
    /** What the operator says it with. */
    static final String VARIABLE = "HUBSTORAGE_NOTIFY_PRIVATE";

    /** Not the internet: RFC 6890, and what translates to addresses of IPv4 without being one. */
    private static final List<Network> PRIVATE = networks("""
        0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
        192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
        ::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
        """);

    /** Where clouds tell a machine its credentials. */
    private static final List<Network> METADATA =
            networks("169.254.0.0/16 fe80::/10 fd00:ec2::254/128 100.100.100.200/32 fd20:ce::254/128");

    /** @param setting {@code true}, or hosts, addresses and networks separated by commas; null for nothing private */
    static AddressPolicy of(@Nullable String setting) {
        List<String> members = Stream.of((setting == null ? "" : setting).split(",", -1))
                .map(member -> member.strip().toLowerCase(Locale.ROOT))
                .filter(member -> !member.isEmpty())
                .toList();
        List<Network> networks = new ArrayList<>();
        members.forEach(member -> {
            try {
                networks.add(Network.of(member));
            } catch (IllegalArgumentException _) {
                // A name.
            }
        });
        return new AddressPolicy(members.contains("true"), Set.copyOf(members), networks);
    }

    /**
     * The addresses of a host that may be connected to. Whoever connects must do so to one of these and not to the name, which
     * may mean another address a moment later. Blocks.
     *
     * @throws Forbidden when there are only others
     */
    List<InetAddress> resolve(String host) throws UnknownHostException, Forbidden {
        InetAddress[] found;
        try {
            found = InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new UnknownHostException("the host %s is not known".formatted(host));
        }
        List<InetAddress> allowed = Arrays.stream(found)
                .filter(address -> isAllowed(host.toLowerCase(Locale.ROOT), address))
                .toList();
        if (allowed.isEmpty()) {
            throw new Forbidden(
                    "%s is in a private network (%s), where messages go only if %s in .env says so: list the host or the network, or set it to true"
                            .formatted(host, found[0].getHostAddress(), VARIABLE));
        }
        return allowed;
    }

    private boolean isAllowed(String host, InetAddress address) {
        if (networks.stream().anyMatch(network -> network.holds(address)) || hosts.contains(host)) {
            return true;
        }
        return PRIVATE.stream().noneMatch(network -> network.holds(address))
                || (all && METADATA.stream().noneMatch(network -> network.holds(address)));
    }

    private static List<Network> networks(String text) {
        return Stream.of(text.strip().split("\\s+")).map(Network::of).toList();
    }

    /** Addresses that begin alike; those of IPv4 within IPv6 are those of IPv4, as Java reads them. */
    record Network(InetAddress base, int bits) {
        /** @throws IllegalArgumentException when it is no address, alone or with a number of bits */
        static Network of(String text) {
            int slash = text.indexOf('/');
            InetAddress base = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
            int most = base.getAddress().length * 8;
            int bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
            if (bits < 0 || bits > most) {
                throw new IllegalArgumentException("no network: " + text);
            }
            return new Network(base, bits);
        }

        boolean holds(InetAddress address) {
            byte[] mine = base.getAddress();
            byte[] others = address.getAddress();
            if (base instanceof Inet4Address != address instanceof Inet4Address) {
                return false;
            }
            int whole = bits / 8;
            int rest = bits % 8;
            return Arrays.equals(mine, 0, whole, others, 0, whole)
                    && (rest == 0 || (mine[whole] & 0xFF) >> (8 - rest) == (others[whole] & 0xFF) >> (8 - rest));
        }
    }
}

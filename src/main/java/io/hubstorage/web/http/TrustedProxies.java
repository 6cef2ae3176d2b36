package io.hubstorage.web.http;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** The proxies whose word about a request counts: addresses and networks, as {@code 10.0.0.2} or {@code 172.16.0.0/12}. */
public final class TrustedProxies {
    private final List<IpSubnetFilterRule> networks;

    /** The members must have been checked; see {@code HUBSTORAGE_TRUSTED_PROXIES}. */
    public TrustedProxies(List<String> members) {
        networks = members.stream().map(TrustedProxies::network).toList();
    }

    private static IpSubnetFilterRule network(String member) {
        int slash = member.indexOf('/');
        InetAddress address = InetAddress.ofLiteral(slash < 0 ? member : member.substring(0, slash));
        int bits = slash < 0 ? address.getAddress().length * 8 : Integer.parseInt(member.substring(slash + 1));
        return new IpSubnetFilterRule(address, bits, IpFilterRuleType.ACCEPT);
    }

    boolean trusts(InetAddress address) {
        InetSocketAddress asked = new InetSocketAddress(address, 0);
        return networks.stream().anyMatch(network -> network.matches(asked));
    }
}

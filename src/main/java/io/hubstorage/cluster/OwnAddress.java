package io.hubstorage.cluster;

import io.hubstorage.config.ClusterSettings;
import io.hubstorage.config.ClusterSettings.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where this process listens for other members, and where they reach it.
 *
 * @param bind an address of this machine, or 0.0.0.0 where they reach it by something that is not one
 * @param host what they are told
 */
record OwnAddress(String bind, String host) {
    private static final String ANY = "0.0.0.0";
    private static final Pattern THIS_MACHINE = Pattern.compile("localhost|127\\.[0-9.]+|::1");

    /**
     * As the settings say, else the address of the interface that leads to the first member that has one. Asks the DNS.
     *
     * @throws Cluster.JoinException where there is none
     */
    static OwnAddress of(ClusterSettings settings) throws Cluster.JoinException {
        if (settings.host() != null) {
            return named(settings.host());
        }
        for (Place member : settings.members()) {
            Optional<InetAddress> own = towards(member);
            if (own.isPresent()) {
                String address = own.get().getHostAddress();
                return new OwnAddress(address, address);
            }
        }
        throw new Cluster.JoinException(
                "None of the hosts in HUBSTORAGE_CLUSTER can be resolved, so it is not known which address others"
                        + " reach this process at. Name it by HUBSTORAGE_CLUSTER_HOST.");
    }

    private static OwnAddress named(String host) throws Cluster.JoinException {
        try {
            InetAddress address = InetAddress.getByName(host);
            boolean ours = address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
            return new OwnAddress(ours ? address.getHostAddress() : ANY, ours ? address.getHostAddress() : host);
        } catch (IOException e) {
            throw new Cluster.JoinException(
                    "HUBSTORAGE_CLUSTER_HOST=%s cannot be resolved: it must be what the other members reach this process at."
                            .formatted(host),
                    e);
        }
    }

    private static Optional<InetAddress> towards(Place member) {
        try (DatagramSocket socket = new DatagramSocket()) {
            InetAddress there = InetAddress.getByName(member.host());
            if (there.isLoopbackAddress()
                    && !THIS_MACHINE.matcher(member.host()).matches()) {
                // Debian calls a machine's own name 127.0.1.1, where nobody else reaches it.
                return outward();
            }
            // Sends nothing, but asks which way it would go.
            socket.connect(new InetSocketAddress(there, member.port()));
            InetAddress own = socket.getLocalAddress();
            return own.isAnyLocalAddress() ? Optional.empty() : Optional.of(own);
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty();
        }
    }

    private static Optional<InetAddress> outward() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .findFirst();
    }
}

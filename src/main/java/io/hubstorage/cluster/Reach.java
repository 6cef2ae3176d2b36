package io.hubstorage.cluster;

import io.hubstorage.config.ClusterSettings;
import io.hubstorage.config.ClusterSettings.Place;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** Whether there is anybody to join, found out before a member is started that would be alone otherwise. Blocking. */
final class Reach {
    private static final int PATIENCE_MILLIS = 3_000;

    private Reach() {}

    /** Why none of the members can be joined, in a sentence; empty when one can. */
    static Optional<String> problem(ClusterSettings settings, Identity identity, OwnAddress own) {
        Set<String> reasons = new LinkedHashSet<>();
        for (Place place : settings.members()) {
            for (InetSocketAddress address : addresses(place, reasons)) {
                boolean self = address.getAddress().getHostAddress().equals(own.host())
                        && address.getPort() == settings.port();
                if (!self && isMember(address, place, identity, reasons)) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(
                reasons.isEmpty()
                        ? "HUBSTORAGE_CLUSTER names nobody but this process itself: a worker needs the address of the"
                                + " service."
                        : String.join(" ", reasons));
    }

    private static List<InetSocketAddress> addresses(Place place, Set<String> reasons) {
        List<InetSocketAddress> all = new ArrayList<>();
        try {
            for (InetAddress address : InetAddress.getAllByName(place.host())) {
                all.add(new InetSocketAddress(address, place.port()));
            }
        } catch (UnknownHostException e) {
            reasons.add("The host %s, of HUBSTORAGE_CLUSTER, cannot be resolved.".formatted(place.host()));
        }
        return all;
    }

    private static boolean isMember(InetSocketAddress address, Place place, Identity identity, Set<String> reasons) {
        try (Socket plain = new Socket()) {
            plain.connect(address, PATIENCE_MILLIS);
            plain.setSoTimeout(PATIENCE_MILLIS);
            try (SSLSocket secure = (SSLSocket)
                    identity.context().getSocketFactory().createSocket(plain, place.host(), place.port(), true)) {
                secure.setEnabledProtocols(new String[] {Identity.PROTOCOL});
                secure.startHandshake();
                awaitEnd(secure);
                return true;
            }
        } catch (IOException e) {
            reasons.add("%s: %s.".formatted(place, reason(e)));
            return false;
        }
    }

    /** Waits until the other side has seen the whole handshake: it would take whoever leaves before that for a stranger. */
    private static void awaitEnd(SSLSocket secure) {
        try {
            secure.shutdownOutput();
            secure.getInputStream().readNBytes(1);
        } catch (IOException _) {
            // It has proven itself all the same.
        }
    }

    private static String reason(IOException failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof CertificateException) {
                return "it has another HUBSTORAGE_CLUSTER_SECRET";
            }
        }
        return switch (failure) {
            case SocketTimeoutException _ -> "no answer within 3 s";
            case ConnectException _ -> "nobody listens there";
            case SSLException _ -> "what listens there is no member of a cluster (%s)".formatted(failure.getMessage());
            default -> "it cannot be reached (%s)".formatted(failure.getMessage());
        };
    }
}

package io.hubstorage.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports to listen on. */
final class Ports {
    private Ports() {}

    /** The wanted one, or any free one if that is taken. */
    static int free(String host, int wanted) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            // Else a port that was in use a moment ago would look taken.
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(host), wanted));
            return probe.getLocalPort();
        } catch (IOException taken) {
            try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getByName(host))) {
                return any.getLocalPort();
            }
        }
    }
}

package io.hubstorage.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of this machine that nobody listens on at the moment, for programs that do not choose one themselves. */
public final class FreePorts {
    private FreePorts() {}

    /** Any one. */
    public static int one() {
        try (ServerSocket free = on(0)) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first of two that follow each other; below those that the system gives to whoever connects. */
    public static int two() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
            try (ServerSocket first = on(port);
                    ServerSocket next = on(port + 1)) {
                return Math.min(first.getLocalPort(), next.getLocalPort());
            } catch (IOException taken) {
                // Another pair.
            }
        }
    }

    private static ServerSocket on(int port) throws IOException {
        return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
    }
}

package io.hubstorage.web.bridge;

import io.hubstorage.bus.ConfigMessage;
import io.hubstorage.config.ConfigException;
import io.hubstorage.config.Environment;
import io.hubstorage.config.Settings;
import java.net.BindException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the TCP bridge listens: {@code HUBSTORAGE_TCP_BRIDGE_PORT} switches it on, {@code HUBSTORAGE_TCP_BRIDGE_HOST} is
 * loopback unless told otherwise.
 */
public record BridgePort(String host, int port) {
    static final String PORT = "HUBSTORAGE_TCP_BRIDGE_PORT";
    static final String HOST = "HUBSTORAGE_TCP_BRIDGE_HOST";

    private static final String TOKEN = "HUBSTORAGE_WEB_TOKEN";
    private static final int MAX_PORT = 65535;

    public static BridgePort of(Environment environment) {
        String text = environment.get(PORT);
        String host = environment.get(HOST);
        return new BridgePort(host == null || host.isBlank() ? "127.0.0.1" : host.strip(), number(text));
    }

    public boolean enabled() {
        return port > 0;
    }

    /** Whether others than this machine can reach it. */
    public boolean isExposed() {
        return enabled() && !Settings.Web.isLoopback(host);
    }

    /** Who can reach it, as a part of a sentence. */
    public String reach(boolean inContainer) {
        if (isExposed()) {
            return inContainer
                    ? "reachable from outside of the container once that port is published"
                    : "reachable from other machines";
        }
        return inContainer
                ? "reachable inside this container only: for others set %s=0.0.0.0 and publish the port".formatted(HOST)
                : "reachable from this machine only";
    }

    /** Refuses to be opened where a login is asked for and no program could bring what it takes. */
    public void requireToken(Environment environment, boolean loginAskedFor) {
        if (enabled() && loginAskedFor && environment.get(TOKEN) == null) {
            throw new ConfigException(List.of(new ConfigMessage.Problem(
                    PORT,
                    String.valueOf(port),
                    "only together with " + TOKEN + " where a login is asked for: programs bring it with their first"
                            + " message, in the header authorization")));
        }
    }

    /** What kept it from being opened, in words for whoever started the program. */
    public Throwable explained(Throwable failure) {
        if (!(failure instanceof BindException)) {
            return failure;
        }
        String reason = String.valueOf(failure.getMessage());
        return new UnusableException(
                reason.contains("in use")
                        ? "Port %d on %s, for the event-bus bridge, is taken by another program. Choose another one by %s."
                                .formatted(port, host, PORT)
                        : "The event-bus bridge cannot listen on %s, port %d: %s. Choose others by %s and %s."
                                .formatted(host, port, reason, HOST, PORT),
                failure);
    }

    /** The bridge cannot listen there; the message says why and what to do. */
    public static final class UnusableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private UnusableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private static int number(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return 0;
        }
        try {
            int port = Integer.parseInt(text.strip());
            if (port >= 0 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            // told below, like a number out of bounds
        }
        throw new ConfigException(List.of(
                new ConfigMessage.Problem(PORT, text, "a whole number from 1 to 65535, or 0 for no such bridge")));
    }
}

package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage;
import java.net.BindException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where something listens beside the web server, if it does: a variable with a port switches it on, another one may name the
 * host.
 *
 * @param what listens there, as in "the event-bus bridge"
 * @param port 0 when it is off
 */
public record ExtraPort(String what, String portVariable, String hostVariable, String host, int port) {
    private static final int MAX_PORT = 65535;

    /**
     * As the variables say.
     *
     * @throws ConfigException when the port is none
     */
    public static ExtraPort of(
            Environment environment, String what, String portVariable, String hostVariable, String usualHost) {
        String host = environment.get(hostVariable);
        return new ExtraPort(
                what,
                portVariable,
                hostVariable,
                host == null ? usualHost : host.strip(),
                number(portVariable, environment.get(portVariable)));
    }

    public boolean enabled() {
        return port > 0;
    }

    /** Whether others than this machine can reach it. */
    public boolean isExposed() {
        return enabled() && !Settings.Web.isLoopback(host);
    }

    /** What kept it from being opened, in words for whoever started the program. */
    public Throwable explained(Throwable failure) {
        if (!(failure instanceof BindException)) {
            return failure;
        }
        String reason = String.valueOf(failure.getMessage());
        return new UnusableException(
                reason.contains("in use")
                        ? "Port %d on %s, for %s, is taken by another program. Choose another one by %s."
                                .formatted(port, host, what, portVariable)
                        : "Cannot listen on %s, port %d, for %s: %s. Choose others by %s and %s."
                                .formatted(host, port, what, reason, hostVariable, portVariable),
                failure);
    }

    /** It is not possible to listen there; the message says why and what to do. */
    public static final class UnusableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private UnusableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private static int number(String variable, @Nullable String text) {
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
                new ConfigMessage.Problem(variable, text, "a whole number from 1 to 65535, or 0 to leave it off")));
    }
}

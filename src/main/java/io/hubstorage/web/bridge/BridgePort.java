package io.hubstorage.web.bridge;

import io.hubstorage.bus.ConfigMessage;
import io.hubstorage.config.ConfigException;
import io.hubstorage.config.Environment;
import io.hubstorage.config.ExtraPort;
import io.hubstorage.web.auth.TokenKeeper;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the TCP bridge listens: {@code HUBSTORAGE_TCP_BRIDGE_PORT} switches it on, {@code HUBSTORAGE_TCP_BRIDGE_HOST} is
 * loopback unless told otherwise.
 */
public record BridgePort(ExtraPort at) {
    private static final Logger LOG = LoggerFactory.getLogger(BridgePort.class);
    static final String PORT = "HUBSTORAGE_TCP_BRIDGE_PORT";
    static final String HOST = "HUBSTORAGE_TCP_BRIDGE_HOST";

    private static final String TOKEN = "HUBSTORAGE_WEB_TOKEN";

    public static BridgePort of(Environment environment) {
        return new BridgePort(ExtraPort.of(environment, "the event-bus bridge", PORT, HOST, "127.0.0.1"));
    }

    /** Who can reach it, as a part of a sentence. */
    public String reach(boolean inContainer) {
        if (at.isExposed()) {
            return inContainer
                    ? "reachable from outside of the container once that port is published"
                    : "reachable from other machines";
        }
        return inContainer
                ? "reachable inside this container only: for others set %s=0.0.0.0 and publish the port".formatted(HOST)
                : "reachable from this machine only";
    }

    /**
     * Refuses to be opened where a login is asked for and nobody ever thought of what programs bring for it. Where tokens were made
     * that have all ended, it lets nobody in, which is no reason for the service not to start.
     *
     * @param tokens those that were made here
     */
    public void requireToken(Environment environment, boolean loginNeeded, TokenKeeper tokens) {
        if (!at.enabled() || !loginNeeded || environment.get(TOKEN) != null) {
            return;
        }
        if (!tokens.haveFile()) {
            throw new ConfigException(List.of(new ConfigMessage.Problem(
                    PORT,
                    String.valueOf(at.port()),
                    "only together with " + TOKEN + " where a login is asked for: programs bring it with their first"
                            + " message, in the header authorization")));
        }
        if (tokens.isEmpty()) {
            LOG.warn(
                    "The event-bus bridge on TCP lets nobody in until an API token is made: there is none that is in"
                            + " force, and {} is not set",
                    TOKEN);
        }
    }
}

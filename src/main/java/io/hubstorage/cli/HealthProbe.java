package io.hubstorage.cli;

import io.hubstorage.config.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Asks a running service whether it is ready. */
final class HealthProbe {
    private static final int PATIENCE_MILLIS = 5_000;
    private static final int LONGEST_ANSWER = 4_096;

    private HealthProbe() {}

    /**
     * What the service says.
     *
     * @param ready whether it can do its job
     * @param text for people: its answer, or why there is none
     */
    record Answer(boolean ready, String text) {}

    /** Where a service with these settings answers for its readiness, seen from its own machine. */
    static URI readiness(Settings.Web web) {
        String host = switch (web.host()) {
            case "0.0.0.0", "::" -> "127.0.0.1";
            default -> web.host().contains(":") ? "[" + web.host() + "]" : web.host();
        };
        return URI.create("http://%s:%d/health/ready".formatted(host, web.port()));
    }

    /** Asks; blocks for some seconds at most, and never throws for a service that is not well. */
    static Answer ask(URI address) {
        try {
            HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection(java.net.Proxy.NO_PROXY);
            connection.setConnectTimeout(PATIENCE_MILLIS);
            connection.setReadTimeout(PATIENCE_MILLIS);
            int status = connection.getResponseCode();
            try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                String said = body == null ? "" : new String(body.readNBytes(LONGEST_ANSWER), StandardCharsets.UTF_8);
                return new Answer(status == 200, said.isBlank() ? "%s answers %d".formatted(address, status) : said);
            }
        } catch (IOException | IllegalArgumentException e) {
            return new Answer(false, "%s does not answer: %s".formatted(address, e.getMessage()));
        }
    }
}

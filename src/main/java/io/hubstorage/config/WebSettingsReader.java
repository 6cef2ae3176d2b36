package io.hubstorage.config;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Makes {@link Settings.Web} of the variables. With the JDK alone: the health check starts for good reasons without libraries. */
final class WebSettingsReader {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?\\.?");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%\\w+)?");
    /** Segments that mean nothing else in an address: no dots alone, nothing that would have to be encoded. */
    private static final Pattern BASE_PATH = Pattern.compile("(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)*/?");

    private static final Pattern ORIGIN =
            Pattern.compile("https?://([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?");
    private static final Pattern BITS = Pattern.compile("[0-9]{1,3}");
    private static final int SHORTEST_PASSWORD = 8;
    private static final int SHORTEST_TOKEN = 20;
    private static final int SESSION_HOURS = 24;
    private static final int MOST_SESSION_HOURS = 30 * 24;

    private final Variables variables;

    WebSettingsReader(Variables variables) {
        this.variables = variables;
    }

    /** The settings of the web server; it listens on the host given unless told otherwise. */
    Settings.Web read(String host) {
        checkSecrets();
        return new Settings.Web(
                host(host),
                variables.number(
                        "HUBSTORAGE_WEB_PORT",
                        0,
                        65_535,
                        SettingsReader.DEFAULT_PORT,
                        "a whole number from 1 to 65535, or 0 for any free port"),
                allowedHosts(),
                loginOff(),
                Duration.ofHours(variables.number(
                        "HUBSTORAGE_SESSION_HOURS",
                        1,
                        MOST_SESSION_HOURS,
                        SESSION_HOURS,
                        "a whole number from 1 to " + MOST_SESSION_HOURS)),
                basePath(),
                trustedProxies(),
                corsOrigins());
    }

    private String host(String fallback) {
        String text = variables.stripped("HUBSTORAGE_WEB_HOST");
        if (text == null) {
            return fallback;
        }
        String host = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        if (!isHost(host)) {
            variables.problem("HUBSTORAGE_WEB_HOST", text, "a host name or an IP address, without scheme and port");
        }
        return host;
    }

    private List<String> allowedHosts() {
        List<String> hosts = new ArrayList<>();
        for (String host : variables.list("HUBSTORAGE_ALLOWED_HOSTS")) {
            if (isHost(host)) {
                hosts.add(host.toLowerCase(Locale.ROOT));
            } else {
                variables.problem(
                        "HUBSTORAGE_ALLOWED_HOSTS", host, "host names separated by commas, without scheme and port");
            }
        }
        return List.copyOf(hosts);
    }

    private static boolean isHost(String text) {
        return HOST.matcher(text).matches() || IPV6.matcher(text).matches();
    }

    /** Only one word switches it off, so that no slip does. */
    private boolean loginOff() {
        String text = variables.stripped("HUBSTORAGE_AUTH");
        if (text == null || text.equalsIgnoreCase("password")) {
            return false;
        }
        if (!text.equalsIgnoreCase("none")) {
            variables.problem("HUBSTORAGE_AUTH", text, "password, or none for no login at all");
        }
        return text.equalsIgnoreCase("none");
    }

    /** Whoever uses them reads them anew each time, since they may change; here a slip in them is found out. */
    private void checkSecrets() {
        String password = variables.get("HUBSTORAGE_WEB_PASSWORD");
        String hash = variables.stripped("HUBSTORAGE_WEB_PASSWORD_HASH");
        String token = variables.stripped("HUBSTORAGE_WEB_TOKEN");
        if (password != null && password.length() < SHORTEST_PASSWORD) {
            variables.problem(
                    "HUBSTORAGE_WEB_PASSWORD", password, "at least %d characters".formatted(SHORTEST_PASSWORD));
        }
        if (hash != null && !Settings.Web.isPasswordHash(hash)) {
            variables.problem(
                    "HUBSTORAGE_WEB_PASSWORD_HASH", hash, "what the command 'password' prints, without quotes");
        }
        if (password != null && hash != null) {
            variables.problem("HUBSTORAGE_WEB_PASSWORD_HASH", hash, "only one of it and HUBSTORAGE_WEB_PASSWORD");
        }
        if (token != null && token.length() < SHORTEST_TOKEN) {
            variables.problem("HUBSTORAGE_WEB_TOKEN", token, "at least %d characters".formatted(SHORTEST_TOKEN));
        }
    }

    /** Empty, or with a slash before and none behind. */
    private String basePath() {
        String text = variables.stripped("HUBSTORAGE_BASE_PATH");
        if (text == null) {
            return "";
        }
        if (!BASE_PATH.matcher(text).matches()) {
            variables.problem(
                    "HUBSTORAGE_BASE_PATH",
                    text,
                    "a path such as /backups: a slash first, then letters, digits and . _ ~ - between single slashes");
            return "";
        }
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private List<String> trustedProxies() {
        List<String> proxies = variables.list("HUBSTORAGE_TRUSTED_PROXIES");
        for (String proxy : proxies) {
            if (!isNetwork(proxy)) {
                variables.problem(
                        "HUBSTORAGE_TRUSTED_PROXIES",
                        proxy,
                        "IP addresses and networks separated by commas, as 10.0.0.2 or 172.16.0.0/12");
            }
        }
        return proxies;
    }

    /** Exact ones: a pattern, or everybody, would let any page of the web in. */
    private List<String> corsOrigins() {
        List<String> origins = new ArrayList<>();
        for (String origin : variables.list("HUBSTORAGE_CORS_ORIGINS")) {
            if (ORIGIN.matcher(origin).matches()) {
                origins.add(origin.toLowerCase(Locale.ROOT));
            } else {
                variables.problem(
                        "HUBSTORAGE_CORS_ORIGINS",
                        origin,
                        "origins separated by commas, each whole, as https://home.example or http://nas.local:8080; no"
                                + " *");
            }
        }
        return List.copyOf(origins);
    }

    private static boolean isNetwork(String text) {
        int slash = text.indexOf('/');
        try {
            InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
            String bits = slash < 0 ? "0" : text.substring(slash + 1);
            return BITS.matcher(bits).matches() && Integer.parseInt(bits) <= address.getAddress().length * 8;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}

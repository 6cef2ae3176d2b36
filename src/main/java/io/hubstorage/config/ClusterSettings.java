package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How several processes work together on one data folder ({@code HUBSTORAGE_CLUSTER} and its kind).
 *
 * @param members where others are looked for
 * @param secret what all of them know, and nobody else
 * @param host at which others reach this process; null for the address of the interface that leads to them
 * @param port of members; that of the event bus is the next one
 * @param name of this process, for people
 */
public record ClusterSettings(
        List<Place> members, String secret, @Nullable String host, int port, String name) {
    public static final int USUAL_PORT = 5701;
    private static final int MOST_PORT = 65_534;
    private static final int SHORTEST_SECRET = 16;
    private static final int LONGEST_NAME = 63;
    private static final String DNS = "dns:";
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?\\.?");
    private static final Pattern MEMBER =
            Pattern.compile("(?:\\[(?<v6>[0-9A-Fa-f:.]+(?:%\\w+)?)]|(?<host>[^:\\[\\]]+))(?::(?<port>\\d{1,5}))?");
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._()@-]*");

    /** Where a member may be: a host, all of whose addresses count, and a port. */
    public record Place(String host, int port) {
        /** As it is written in an address. */
        @Override
        public String toString() {
            return "%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, port);
        }
    }

    /** What a process is. */
    public enum Role {
        /** Plans, commits, shows: all but the copying, and that too. */
        SERVICE,
        /** Copies what the service of its cluster tells it to. */
        WORKER
    }

    /**
     * As {@code HUBSTORAGE_ROLE} says.
     *
     * @throws ConfigException when it says neither
     */
    public static Role role(Environment environment) {
        String text = environment.get("HUBSTORAGE_ROLE");
        return switch (text == null ? "service" : text.strip().toLowerCase(Locale.ROOT)) {
            case "service" -> Role.SERVICE;
            case "worker" -> Role.WORKER;
            default -> throw new ConfigException("HUBSTORAGE_ROLE", Secrets.show(text), "service or worker");
        };
    }

    /**
     * As the variables say; null without {@code HUBSTORAGE_CLUSTER}.
     *
     * @throws ConfigException with everything that is wrong with them
     */
    public static @Nullable ClusterSettings of(Environment environment) {
        if (environment.get("HUBSTORAGE_CLUSTER") == null) {
            return null;
        }
        List<Problem> problems = new ArrayList<>();
        VariableReader variables = new VariableReader(environment, problems);
        ClusterSettings settings = new ClusterSettings(
                members(environment, variables),
                secret(variables),
                host(variables),
                variables.number(
                        "HUBSTORAGE_CLUSTER_PORT",
                        1,
                        MOST_PORT,
                        USUAL_PORT,
                        "a whole number from 1 to 65534: the event bus of the cluster is at the next port"),
                name(variables));
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return settings;
    }

    /** Where the event bus of the cluster is. */
    public int busPort() {
        return port + 1;
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "ClusterSettings[members=%s, host=%s, port=%d, name=%s]".formatted(members, host, port, name);
    }

    private static List<Place> members(Environment environment, VariableReader variables) {
        List<Place> members = new ArrayList<>();
        for (String text : environment.list("HUBSTORAGE_CLUSTER")) {
            Place member = place(text.startsWith(DNS) ? text.substring(DNS.length()) : text);
            if (member == null) {
                variables.problem(
                        "HUBSTORAGE_CLUSTER",
                        text,
                        "where members are found: host or host:port, several separated by commas, as nas:5701; or"
                                + " dns:name, whose addresses are those of members");
            } else {
                members.add(member);
            }
        }
        if (members.isEmpty() && variables.problems().isEmpty()) {
            variables.problem("HUBSTORAGE_CLUSTER", "", "where at least one member is found, as nas:5701");
        }
        return List.copyOf(members);
    }

    private static @Nullable Place place(String text) {
        Matcher matcher = MEMBER.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        String host = matcher.group("v6") == null ? matcher.group("host") : matcher.group("v6");
        int port = matcher.group("port") == null ? USUAL_PORT : Integer.parseInt(matcher.group("port"));
        boolean named = matcher.group("v6") != null || HOST.matcher(host).matches();
        return named && port > 0 && port <= MOST_PORT ? new Place(host, port) : null;
    }

    private static String secret(VariableReader variables) {
        String secret = variables.text("HUBSTORAGE_CLUSTER_SECRET");
        if (secret == null || secret.length() < SHORTEST_SECRET) {
            variables.problem(
                    "HUBSTORAGE_CLUSTER_SECRET",
                    "",
                    "at least %d characters, the same for all members, drawn by chance: openssl rand -hex 32"
                            .formatted(SHORTEST_SECRET));
        }
        return secret == null ? "" : secret;
    }

    private static @Nullable String host(VariableReader variables) {
        String host = variables.text("HUBSTORAGE_CLUSTER_HOST");
        Place place =
                host == null ? null : place(host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host);
        if (host != null && (place == null || place.port() != USUAL_PORT)) {
            variables.problem(
                    "HUBSTORAGE_CLUSTER_HOST",
                    host,
                    "the name or the address at which the other members reach this one, without a port");
        }
        return place == null ? null : place.host();
    }

    private static String name(VariableReader variables) {
        String name = variables.text("HUBSTORAGE_WORKER_NAME");
        if (name == null) {
            return hostName();
        }
        if (name.length() > LONGEST_NAME || !NAME.matcher(name).matches()) {
            variables.problem(
                    "HUBSTORAGE_WORKER_NAME",
                    name,
                    "a name of up to %d letters, digits, blanks and . _ - @ ( )".formatted(LONGEST_NAME));
        }
        return name;
    }

    private static String hostName() {
        try {
            String name = InetAddress.getLocalHost().getHostName();
            return NAME.matcher(name).matches() ? name.substring(0, Math.min(name.length(), LONGEST_NAME)) : "worker";
        } catch (UnknownHostException e) {
            return "worker";
        }
    }
}

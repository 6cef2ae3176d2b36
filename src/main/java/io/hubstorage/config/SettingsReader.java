package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@link Settings} of an {@link Environment}, collecting everything that is wrong on the way. With the JDK alone: the
 * health check starts for good reasons without libraries.
 */
final class SettingsReader {
    private static final int DEFAULT_PORT = 5002;
    private static final int SHORTEST_PASSWORD = 8;
    private static final int SHORTEST_TOKEN = 20;
    private static final int SESSION_HOURS = 24;
    private static final int MOST_SESSION_HOURS = 30 * 24;
    private static final Pattern REGION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?\\.?");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%\\w+)?");
    /** Segments that mean nothing else in an address: no dots alone, nothing that would have to be encoded. */
    private static final Pattern BASE_PATH = Pattern.compile("(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)*/?");

    private static final Pattern ORIGIN =
            Pattern.compile("https?://([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?");
    private static final Pattern BITS = Pattern.compile("[0-9]{1,3}");

    private final Environment env;
    private final List<Problem> problems;

    private SettingsReader(Environment env, List<Problem> problems) {
        this.env = env;
        this.problems = problems;
    }

    static Settings read(Environment env) {
        List<Problem> problems = new ArrayList<>();
        Settings settings = read(env, problems);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return settings;
    }

    /** As far as they can be read, with a default in the place of each value that is added to the problems. */
    static Settings read(Environment env, List<Problem> problems) {
        problems.addAll(env.problems());
        return new SettingsReader(env, problems).settings();
    }

    /** A switch as people write it; null when it is none. */
    static @Nullable Boolean bool(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> true;
            case "false", "no", "off", "0" -> false;
            default -> null;
        };
    }

    /** A path as people write it, {@code ~/} included; absolute. */
    static Path path(String text) {
        String plain = text.strip();
        boolean home = plain.equals("~") || plain.startsWith("~/");
        Path path = home ? Path.of(System.getProperty("user.home"), plain.substring(1)) : Path.of(plain);
        return path.toAbsolutePath().normalize();
    }

    private Settings settings() {
        boolean docker = flag("DOCKER_MODE", Environment.isContainer());
        Path base = Path.of(docker ? "/app" : "");
        return new Settings(
                docker,
                configFile(folder("HUBSTORAGE_CONFIG_PATH", base.resolve("config"))),
                folder("HUBSTORAGE_DATA_PATH", base.resolve("data")),
                folder("HUBSTORAGE_LOG_PATH", base.resolve("logs")),
                web(docker ? "0.0.0.0" : "127.0.0.1"),
                aws());
    }

    private static Path configFile(Path named) {
        boolean file = Files.isRegularFile(named)
                || (!Files.isDirectory(named) && named.toString().endsWith(".json"));
        return file ? named : named.resolve("config.json");
    }

    private Settings.Web web(String usualHost) {
        checkSecrets();
        return new Settings.Web(
                host(usualHost),
                number(
                        "HUBSTORAGE_WEB_PORT",
                        0,
                        65_535,
                        DEFAULT_PORT,
                        "a whole number from 1 to 65535, or 0 for any free port"),
                lowerCase(members(
                        "HUBSTORAGE_ALLOWED_HOSTS",
                        SettingsReader::isHost,
                        "host names separated by commas, without scheme and port")),
                loginOff(),
                Duration.ofHours(number(
                        "HUBSTORAGE_SESSION_HOURS",
                        1,
                        MOST_SESSION_HOURS,
                        SESSION_HOURS,
                        "a whole number from 1 to " + MOST_SESSION_HOURS)),
                basePath(),
                members(
                        "HUBSTORAGE_TRUSTED_PROXIES",
                        SettingsReader::isNetwork,
                        "IP addresses and networks separated by commas, as 10.0.0.2 or 172.16.0.0/12"),
                // Exact ones: a pattern, or everybody, would let any page of the web in.
                lowerCase(members(
                        "HUBSTORAGE_CORS_ORIGINS",
                        origin -> ORIGIN.matcher(origin).matches(),
                        "origins separated by commas, each whole, as https://home.example or http://nas.local:8080; no"
                                + " *")));
    }

    private String host(String fallback) {
        String text = stripped("HUBSTORAGE_WEB_HOST");
        if (text == null) {
            return fallback;
        }
        String host = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        if (!isHost(host)) {
            problem("HUBSTORAGE_WEB_HOST", text, "a host name or an IP address, without scheme and port");
        }
        return host;
    }

    private static boolean isHost(String text) {
        return HOST.matcher(text).matches() || IPV6.matcher(text).matches();
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

    /** Only one word switches it off, so that no slip does. */
    private boolean loginOff() {
        String text = stripped("HUBSTORAGE_AUTH");
        if (text == null || text.equalsIgnoreCase("password")) {
            return false;
        }
        if (!text.equalsIgnoreCase("none")) {
            problem("HUBSTORAGE_AUTH", text, "password, or none for no login at all");
        }
        return text.equalsIgnoreCase("none");
    }

    /** Whoever uses them reads them anew each time, since they may change; here a slip in them is found out. */
    private void checkSecrets() {
        String password = env.get("HUBSTORAGE_WEB_PASSWORD");
        String hash = stripped("HUBSTORAGE_WEB_PASSWORD_HASH");
        String token = stripped("HUBSTORAGE_WEB_TOKEN");
        if (password != null && password.length() < SHORTEST_PASSWORD) {
            problem("HUBSTORAGE_WEB_PASSWORD", password, "at least %d characters".formatted(SHORTEST_PASSWORD));
        }
        if (hash != null && !Settings.Web.isPasswordHash(hash)) {
            problem("HUBSTORAGE_WEB_PASSWORD_HASH", hash, "what the command 'password' prints, without quotes");
        }
        if (password != null && hash != null) {
            problem("HUBSTORAGE_WEB_PASSWORD_HASH", hash, "only one of it and HUBSTORAGE_WEB_PASSWORD");
        }
        if (token != null && token.length() < SHORTEST_TOKEN) {
            problem("HUBSTORAGE_WEB_TOKEN", token, "at least %d characters".formatted(SHORTEST_TOKEN));
        }
    }

    /** Empty, or with a slash before and none behind. */
    private String basePath() {
        String text = stripped("HUBSTORAGE_BASE_PATH");
        if (text == null) {
            return "";
        }
        if (!BASE_PATH.matcher(text).matches()) {
            problem(
                    "HUBSTORAGE_BASE_PATH",
                    text,
                    "a path such as /backups: a slash first, then letters, digits and . _ ~ - between single slashes");
            return "";
        }
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private Settings.Aws aws() {
        URI endpoint = endpoint();
        return new Settings.Aws(
                new Settings.Keys(
                        stripped("AWS_ACCESS_KEY_ID"),
                        stripped("AWS_SECRET_ACCESS_KEY"),
                        stripped("AWS_SESSION_TOKEN")),
                region(),
                stripped("AWS_PROFILE"),
                endpoint,
                flag("HUBSTORAGE_S3_PATH_STYLE", endpoint != null),
                trustStore(),
                customerKey());
    }

    private @Nullable String customerKey() {
        String text = stripped("HUBSTORAGE_SSE_C_KEY");
        if (text == null || isCustomerKey(text)) {
            return text;
        }
        problem("HUBSTORAGE_SSE_C_KEY", text, "the base64 of the 32 bytes of an AES-256 key");
        return null;
    }

    private static boolean isCustomerKey(String text) {
        try {
            return Base64.getDecoder().decode(text).length == 32;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private String region() {
        String name = env.get("AWS_REGION") != null ? "AWS_REGION" : "AWS_DEFAULT_REGION";
        String region = stripped(name);
        if (region != null && !REGION.matcher(region).matches()) {
            problem(name, region, "a region such as eu-central-1");
        }
        return region == null ? "us-east-1" : region;
    }

    private @Nullable URI endpoint() {
        String name = env.get("AWS_ENDPOINT_URL_S3") != null ? "AWS_ENDPOINT_URL_S3" : "AWS_ENDPOINT_URL";
        String text = stripped(name);
        if (text == null) {
            return null;
        }
        try {
            URI uri = new URI(text);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            boolean web = scheme.equals("http") || scheme.equals("https");
            if (web && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawQuery() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Told below; the exception would repeat the text, which may hold a login.
        }
        problem(name, text, "a URL such as https://minio.example:9000, without login and query");
        return null;
    }

    private Settings.@Nullable TrustStore trustStore() {
        String text = env.get("AWS_CA_BUNDLE");
        if (text == null) {
            return null;
        }
        Path file = folder("AWS_CA_BUNDLE", Path.of(""));
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            problem("AWS_CA_BUNDLE", text, "a readable PEM or PKCS#12 file of certificate authorities");
        }
        return new Settings.TrustStore(file, env.get("HUBSTORAGE_TRUST_STORE_PASSWORD"));
    }

    private Path folder(String name, Path fallback) {
        String text = env.get(name);
        try {
            return text == null ? fallback.toAbsolutePath().normalize() : path(text);
        } catch (InvalidPathException e) {
            problem(name, String.valueOf(text), "a path of this system");
            return fallback.toAbsolutePath().normalize();
        }
    }

    private @Nullable String stripped(String name) {
        String text = env.get(name);
        return text == null ? null : text.strip();
    }

    private static List<String> lowerCase(List<String> texts) {
        return texts.stream().map(text -> text.toLowerCase(Locale.ROOT)).toList();
    }

    /** Those of a comma-separated variable that are allowed. */
    private List<String> members(String name, Predicate<String> valid, String allowed) {
        List<String> members = new ArrayList<>();
        for (String member : env.list(name)) {
            if (valid.test(member)) {
                members.add(member);
            } else {
                problem(name, member, allowed);
            }
        }
        return List.copyOf(members);
    }

    private boolean flag(String name, boolean fallback) {
        String text = env.get(name);
        Boolean value = text == null ? Boolean.valueOf(fallback) : bool(text);
        if (value == null) {
            problem(name, String.valueOf(text), "true or false");
        }
        return value == null ? fallback : value;
    }

    private int number(String name, int least, int most, int fallback, String allowed) {
        String text = stripped(name);
        if (text == null) {
            return fallback;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number out of range.
        }
        problem(name, text, allowed);
        return fallback;
    }

    /** Notes that a variable is wrong; the value of a secret is not repeated. */
    private void problem(String name, String found, String allowed) {
        problems.add(new Problem(name, Secrets.isVariable(name) ? Secrets.HIDDEN : Secrets.show(found), allowed));
    }
}

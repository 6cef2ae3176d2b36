package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes {@link Settings} of an {@link Environment}, collecting everything that is wrong on the way. */
final class SettingsReader {
    static final int DEFAULT_PORT = 5002;
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?\\.?");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%\\w+)?");
    private static final Pattern REGION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");

    private final Environment env;
    private final List<Problem> problems;

    private SettingsReader(Environment env) {
        this.env = env;
        this.problems = new ArrayList<>(env.problems());
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
        SettingsReader reader = new SettingsReader(env);
        Settings settings = reader.settings();
        problems.addAll(reader.problems);
        return settings;
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
                new Settings.Web(host(docker ? "0.0.0.0" : "127.0.0.1"), port(), allowedHosts()),
                aws());
    }

    private Settings.Aws aws() {
        URI endpoint = endpoint();
        return new Settings.Aws(
                stripped("AWS_ACCESS_KEY_ID"),
                stripped("AWS_SECRET_ACCESS_KEY"),
                stripped("AWS_SESSION_TOKEN"),
                region(),
                stripped("AWS_PROFILE"),
                endpoint,
                flag("HUBSTORAGE_S3_PATH_STYLE", endpoint != null),
                trustStore(),
                env.get("HUBSTORAGE_TRUST_STORE_PASSWORD"),
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

    private static Path configFile(Path named) {
        boolean file = Files.isRegularFile(named)
                || (!Files.isDirectory(named) && named.toString().endsWith(".json"));
        return file ? named : named.resolve("config.json");
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

    private int port() {
        String text = stripped("HUBSTORAGE_WEB_PORT");
        if (text == null) {
            return DEFAULT_PORT;
        }
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number out of range.
        }
        problem("HUBSTORAGE_WEB_PORT", text, "a whole number from 1 to 65535, or 0 for any free port");
        return DEFAULT_PORT;
    }

    private List<String> allowedHosts() {
        List<String> hosts = new ArrayList<>();
        for (String host : list(env, "HUBSTORAGE_ALLOWED_HOSTS")) {
            if (isHost(host)) {
                hosts.add(host.toLowerCase(Locale.ROOT));
            } else {
                problem("HUBSTORAGE_ALLOWED_HOSTS", host, "host names separated by commas, without scheme and port");
            }
        }
        return List.copyOf(hosts);
    }

    /** The members of a comma-separated variable. */
    static List<String> list(Environment env, String name) {
        String text = env.get(name);
        return text == null
                ? List.of()
                : List.of(text.split(",")).stream()
                        .map(String::strip)
                        .filter(member -> !member.isEmpty())
                        .toList();
    }

    private static boolean isHost(String text) {
        return HOST.matcher(text).matches() || IPV6.matcher(text).matches();
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

    private @Nullable Path trustStore() {
        String text = env.get("AWS_CA_BUNDLE");
        if (text == null) {
            return null;
        }
        Path file = folder("AWS_CA_BUNDLE", Path.of(""));
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            problem("AWS_CA_BUNDLE", text, "a readable PEM or PKCS#12 file of certificate authorities");
        }
        return file;
    }

    private boolean flag(String name, boolean fallback) {
        String text = env.get(name);
        if (text == null) {
            return fallback;
        }
        Boolean value = bool(text);
        if (value == null) {
            problem(name, text, "true or false");
            return fallback;
        }
        return value;
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

    private void problem(String name, String found, String allowed) {
        problems.add(new Problem(name, Secrets.isVariable(name) ? Secrets.HIDDEN : Secrets.show(found), allowed));
    }
}

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
    private static final Pattern REGION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");

    private final Variables variables;

    private SettingsReader(Environment env, List<Problem> problems) {
        this.variables = new Variables(env, problems);
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
        boolean docker = variables.flag("DOCKER_MODE", Environment.isContainer());
        Path base = Path.of(docker ? "/app" : "");
        return new Settings(
                docker,
                configFile(folder("HUBSTORAGE_CONFIG_PATH", base.resolve("config"))),
                folder("HUBSTORAGE_DATA_PATH", base.resolve("data")),
                folder("HUBSTORAGE_LOG_PATH", base.resolve("logs")),
                new WebSettingsReader(variables).read(docker ? "0.0.0.0" : "127.0.0.1"),
                aws());
    }

    private Settings.Aws aws() {
        URI endpoint = endpoint();
        return new Settings.Aws(
                variables.stripped("AWS_ACCESS_KEY_ID"),
                variables.stripped("AWS_SECRET_ACCESS_KEY"),
                variables.stripped("AWS_SESSION_TOKEN"),
                region(),
                variables.stripped("AWS_PROFILE"),
                endpoint,
                variables.flag("HUBSTORAGE_S3_PATH_STYLE", endpoint != null),
                trustStore(),
                variables.get("HUBSTORAGE_TRUST_STORE_PASSWORD"),
                customerKey());
    }

    private @Nullable String customerKey() {
        String text = variables.stripped("HUBSTORAGE_SSE_C_KEY");
        if (text == null || isCustomerKey(text)) {
            return text;
        }
        variables.problem("HUBSTORAGE_SSE_C_KEY", text, "the base64 of the 32 bytes of an AES-256 key");
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

    private String region() {
        String name = variables.get("AWS_REGION") != null ? "AWS_REGION" : "AWS_DEFAULT_REGION";
        String region = variables.stripped(name);
        if (region != null && !REGION.matcher(region).matches()) {
            variables.problem(name, region, "a region such as eu-central-1");
        }
        return region == null ? "us-east-1" : region;
    }

    private @Nullable URI endpoint() {
        String name = variables.get("AWS_ENDPOINT_URL_S3") != null ? "AWS_ENDPOINT_URL_S3" : "AWS_ENDPOINT_URL";
        String text = variables.stripped(name);
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
        variables.problem(name, text, "a URL such as https://minio.example:9000, without login and query");
        return null;
    }

    private @Nullable Path trustStore() {
        String text = variables.get("AWS_CA_BUNDLE");
        if (text == null) {
            return null;
        }
        Path file = folder("AWS_CA_BUNDLE", Path.of(""));
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            variables.problem("AWS_CA_BUNDLE", text, "a readable PEM or PKCS#12 file of certificate authorities");
        }
        return file;
    }

    private Path folder(String name, Path fallback) {
        String text = variables.get(name);
        try {
            return text == null ? fallback.toAbsolutePath().normalize() : path(text);
        } catch (InvalidPathException e) {
            variables.problem(name, String.valueOf(text), "a path of this system");
            return fallback.toAbsolutePath().normalize();
        }
    }
}
